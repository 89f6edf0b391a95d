//! `miaopu derive-one <photo|sketch>`: reads a stranger's file from standard input and answers on
//! standard output. Runs alone in a process with little memory, little time, and nothing to open.
//! Started by `process`; an operator may run it by hand on a file that makes trouble.

use std::io::{self, Read, Write};

use rlimit::Resource;
use shared::limits::{DERIVE_MEMORY_BYTES_MAX, DERIVE_SECONDS_MAX, PHOTO_BYTES_MAX};

use super::reason::Unreadable;
use super::{Derived, Want, answer, derive};

/// Descriptors the child may have open: the standard three and a few that the runtime uses.
const OPEN_FILES_MAX: u64 = 16;

/// Limits this process, then answers for the file on standard input.
///
/// # Errors
/// Only those of the limits and of the two streams; a bad file is an answer.
pub fn run(want: Want) -> io::Result<()> {
    confine()?;
    let mut file = Vec::new();
    io::stdin().lock().take(PHOTO_BYTES_MAX + 1).read_to_end(&mut file)?;
    let mut out = io::stdout().lock();
    out.write_all(&answer::write(&judge(&file, want)))?;
    out.flush()
}

fn judge(file: &[u8], want: Want) -> Result<Derived, Unreadable> {
    if file.len() as u64 > PHOTO_BYTES_MAX {
        return Err(Unreadable::TooLarge);
    }
    derive(file, want)
}

/// Lowers what the kernel grants this process, before a single byte of the file is read.
fn confine() -> io::Result<()> {
    let limits = [
        (Resource::AS, DERIVE_MEMORY_BYTES_MAX),
        (Resource::CPU, DERIVE_SECONDS_MAX),
        (Resource::FSIZE, 0),
        (Resource::NOFILE, OPEN_FILES_MAX),
        (Resource::CORE, 0),
    ];
    limits.iter().try_for_each(|(resource, limit)| resource.set(*limit, *limit))
}
