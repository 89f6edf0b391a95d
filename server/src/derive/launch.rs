//! `miaopu run-confined PROGRAM …`: confines itself and becomes another program, ffmpeg or ffprobe, that reads a
//! stranger's file from standard input and writes to standard output. Started by `film`.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use shared::limits::{DERIVE_MEMORY_BYTES_MAX, FILM_BYTES_MAX};

use super::confine::{self, Bounds, Risky, files::Reach};

/// The exit code where the kernel confines too little. No program of ffmpeg's ends by it.
pub const TOO_FREE: i32 = 97;
/// The exit code where the program could not be started.
pub const NOT_STARTED: i32 = 98;
/// Descriptors the program may have open: its libraries come one after the other.
const OPEN_FILES_MAX: u64 = 64;

/// Becomes the program, or ends with [`TOO_FREE`] or [`NOT_STARTED`]. It gets no environment, and may compute for
/// `seconds`.
pub fn run(program: &Path, arguments: &[OsString], seconds: u64, unconfined: &[Risky]) -> ! {
    let bounds = Bounds {
        memory_bytes: DERIVE_MEMORY_BYTES_MAX,
        cpu_seconds: seconds,
        file_bytes: FILM_BYTES_MAX,
        open_files: OPEN_FILES_MAX,
    };
    let error = match confine::program(bounds, &Reach { program }) {
        Ok(confined) if !confined.allows(Risky::Video, unconfined) => std::process::exit(TOO_FREE),
        Ok(_) => Command::new(program).args(arguments).env_clear().exec(),
        Err(error) => error,
    };
    eprintln!("{} cannot be started: {error}", program.display());
    std::process::exit(NOT_STARTED)
}
