//! Ids, salts and secrets for tests: all different within a process, none of them chance.

use std::sync::atomic::{AtomicU64, Ordering};

use shared::ids::Salt;
use uuid::Uuid;

fn next() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

/// A new UUIDv7 as an id of any kind; later ones sort after earlier ones.
pub fn id<T: From<Uuid>>() -> T {
    let low = u128::from(next());
    // Version 7 and variant 2 in their places; the moment is the kit's own count.
    T::from(Uuid::from_u128(((low & 0xffff_ffff) << 80) | (0x7 << 76) | (0b10 << 62) | 0x1))
}

/// A new salt.
#[must_use]
pub fn salt() -> Salt {
    Salt(next().to_be_bytes())
}

/// A new refresh secret, as a phone draws it: 64 hex digits.
#[must_use]
pub fn secret() -> String {
    format!("{:064x}", next())
}
