//! What the kernel counts for a process and ends it over: memory, CPU time, bytes written, open files.

use std::io;

use rlimit::Resource;
use shared::limits::{DERIVE_MEMORY_BYTES_MAX, DERIVE_SECONDS_MAX};

/// Descriptors a decoder may have open: the standard three and a few that the runtime uses.
const OPEN_FILES_MAX: u64 = 16;

/// How much of everything a process gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Address space in bytes, which bounds threads too: each needs its stack in it.
    pub memory_bytes: u64,
    /// Seconds of CPU of all its threads together.
    pub cpu_seconds: u64,
    /// Length in bytes that a file may grow to by its writing. Pipes are bounded by who reads them.
    pub file_bytes: u64,
    /// Descriptors.
    pub open_files: u64,
}

impl Bounds {
    /// For a decoder of this program, which writes to a pipe alone.
    pub const DECODER: Bounds = Bounds {
        memory_bytes: DERIVE_MEMORY_BYTES_MAX,
        cpu_seconds: DERIVE_SECONDS_MAX,
        file_bytes: 0,
        open_files: OPEN_FILES_MAX,
    };

    /// Lowers the limits of this process; they cannot be raised again.
    ///
    /// # Errors
    /// Where one is already lower than asked.
    pub fn set(self) -> io::Result<()> {
        let limits = [
            (Resource::AS, self.memory_bytes),
            (Resource::CPU, self.cpu_seconds),
            (Resource::FSIZE, self.file_bytes),
            (Resource::NOFILE, self.open_files),
            (Resource::CORE, 0),
        ];
        limits.iter().try_for_each(|(resource, limit)| resource.set(*limit, *limit))
    }
}

/// Neither a thread nor a process more. The kernel counts them by user and passes root over; `calls` does not.
///
/// # Errors
/// Those of the kernel.
pub fn no_processes() -> io::Result<()> {
    Resource::NPROC.set(0, 0)
}
