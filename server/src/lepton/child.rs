//! `miaopu lepton <encode|decode>`: reads a file from standard input and answers on standard output, alone in a
//! process with little memory, little time, and nothing to open. Started by `process`.
//!
//! The answer: one status byte (0, or 1 + place in `Unfit::ALL`), the CPU time it took in µs (u64, little-endian), and
//! for status 0 the bytes.

use std::io::{self, Read, Write};

use rustix::time::{ClockId, clock_gettime};
use shared::limits::PHOTO_BYTES_MAX;

use super::{Direction, Unfit, codec};
use crate::derive::confine::{self, Bounds};

/// Bytes of the answer before those of the file.
pub const HEAD_BYTES: usize = 9;

/// Limits this process, then answers for the file on standard input.
///
/// # Errors
/// Only those of the limits and of the two streams; a bad file is an answer.
pub fn run(direction: Direction) -> io::Result<()> {
    confine::decoder(Bounds::DECODER)?;
    let mut file = Vec::new();
    io::stdin().lock().take(PHOTO_BYTES_MAX + 1).read_to_end(&mut file)?;
    let (status, bytes) = match judge(&file, direction) {
        Ok(bytes) => (0, bytes),
        Err(reason) => (place(reason), Vec::new()),
    };
    let cpu = clock_gettime(ClockId::ProcessCPUTime);
    let cpu_us = cpu.tv_sec.cast_unsigned() * 1_000_000 + cpu.tv_nsec.cast_unsigned() / 1_000;
    let mut out = io::stdout().lock();
    out.write_all(&[status])?;
    out.write_all(&cpu_us.to_le_bytes())?;
    out.write_all(&bytes)?;
    out.flush()
}

fn judge(file: &[u8], direction: Direction) -> Result<Vec<u8>, Unfit> {
    if file.len() as u64 > PHOTO_BYTES_MAX {
        return Err(Unfit::TooLarge);
    }
    match direction {
        Direction::Encode => codec::encode(file),
        Direction::Decode => codec::decode(file),
    }
}

/// A reason's status byte.
fn place(reason: Unfit) -> u8 {
    let place = Unfit::ALL.iter().position(|each| *each == reason).expect("ALL lists every reason");
    1 + u8::try_from(place).expect("few reasons")
}
