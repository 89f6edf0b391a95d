//! Ports for servers that are stopped and started again: below those that a system gives to outgoing connections, which
//! would take a server's port while it is away. Phones that knock at it meanwhile make many.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// The first of them, and how many; no system gives them out by itself.
const FIRST: u16 = 10_000;
const COUNT: u16 = 10_000;

/// A port of its own in this process, on which nobody listens now.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn free() -> u16 {
    static GIVEN: AtomicU16 = AtomicU16::new(0);
    // Another process begins elsewhere.
    let begin = u16::try_from(std::process::id() % u32::from(COUNT)).expect("below the count");
    (0..COUNT)
        .map(|_| FIRST + (begin + GIVEN.fetch_add(1, Ordering::SeqCst) % COUNT) % COUNT)
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .expect("a port on which nobody listens")
}
