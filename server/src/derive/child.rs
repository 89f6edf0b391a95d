//! `miaopu derive-one <photo|sketch|facts>`: reads a stranger's file from standard input and answers on
//! standard output. Runs alone in a process that is [`confine`]d before a single byte of the file is read.
//! Started by `process`; an operator may run it by hand on a file that makes trouble.

use std::io::{self, Read, Write};

use shared::limits::{FACTS_MEMORY_BYTES_MAX, PHOTO_BYTES_MAX};

use super::confine::{self, Bounds, Confined, Risky};
use super::reason::Unreadable;
use super::sniff::{Kind, sniff};
use super::{Derived, Want, answer, derive, facts, heif};

/// Bytes that `miaopu confinement` may write where its answer goes to a file.
const SENTENCE_BYTES_MAX: u64 = 1 << 10;

/// Confines this process, then answers for the file on standard input. What is risky is decoded only where the
/// kernel gave enough, or where it is named in `unconfined`.
///
/// # Errors
/// Only those of the limits and of the two streams; a bad file is an answer.
pub fn run(want: Want, unconfined: &[Risky]) -> io::Result<()> {
    let memory_bytes = match want {
        Want::Facts => FACTS_MEMORY_BYTES_MAX,
        Want::Photo | Want::Sketch => Bounds::DECODER.memory_bytes,
    };
    let confined = confine::decoder(Bounds { memory_bytes, ..Bounds::DECODER })?;
    heif::stay_on_this_thread();
    let mut file = Vec::new();
    io::stdin().lock().take(PHOTO_BYTES_MAX + 1).read_to_end(&mut file)?;
    let mut out = io::stdout().lock();
    let answered = match want {
        Want::Facts => facts::answer::write(&facts::read(&file)),
        Want::Photo | Want::Sketch => answer::write(&judge(&file, want, (confined, unconfined))),
    };
    out.write_all(&answered)?;
    out.flush()
}

/// Confines this process as a decoder is, and says what the kernel gave.
///
/// # Errors
/// As [`run`].
pub fn tell() -> io::Result<()> {
    let confined = confine::decoder(Bounds { file_bytes: SENTENCE_BYTES_MAX, ..Bounds::DECODER })?;
    writeln!(io::stdout(), "{confined}")
}

fn judge(
    file: &[u8],
    want: Want,
    (confined, unconfined): (Confined, &[Risky]),
) -> Result<Derived, Unreadable> {
    if file.len() as u64 > PHOTO_BYTES_MAX {
        return Err(Unreadable::TooLarge);
    }
    if sniff(file) == Kind::Heif && !confined.allows(Risky::Heic, unconfined) {
        return Err(Unreadable::NoDecoder);
    }
    derive(file, want)
}
