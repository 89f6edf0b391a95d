//! Takes from this process what a decoder has no use for, before it reads a stranger's file.
//!
//! Three layers, each sufficient for what the others may lack: [`bounds`] (rlimits: memory, time, output),
//! [`files`] (landlock: paths, TCP ports, abstract sockets, signals) and [`calls`] (seccomp: system calls). The
//! first is always there; the other two depend on the kernel, and [`Confined`] says what it gave. Nothing here can
//! be undone by the process it was done to, and all of it holds for what that process starts.
//!
//! Only the calling thread is confined: call this first, while it is the only one.

pub mod bounds;
pub mod calls;
pub mod files;

use std::io;

pub use bounds::Bounds;
use files::Reach;

/// What the kernel took away, beside the bounds of memory, time and output that always hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confined {
    /// No path can be opened that was not named.
    pub files: bool,
    /// No system call can be made that was not named: no network, no process, no signal.
    pub calls: bool,
}

/// Decoders that are off where the kernel confines too little, unless an operator allows them by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Risky {
    /// HEIC and HEIF: a young decoder of a large format.
    Heic,
    /// Clips, voices and AVIF: ffmpeg, a large program in C.
    Video,
}

impl Risky {
    /// The name in the configuration and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Risky::Heic => "heic",
            Risky::Video => "video",
        }
    }
}

impl Confined {
    /// Whether a decoder may run. A decoder of this program opens nothing, so that calls alone confine it;
    /// ffmpeg must open its libraries, so that it needs both.
    pub fn allows(self, risky: Risky, unconfined: &[Risky]) -> bool {
        let enough = match risky {
            Risky::Heic => self.calls,
            Risky::Video => self.calls && self.files,
        };
        enough || unconfined.contains(&risky)
    }
}

impl std::fmt::Display for Confined {
    /// As `miaopu confinement` prints it and `derive::process` reads it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = |given| if given { "yes" } else { "no" };
        write!(f, "landlock {} seccomp {}", word(self.files), word(self.calls))
    }
}

/// The text is not what [`Confined`] prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a sentence like: landlock yes seccomp yes")]
pub struct NotConfined;

impl std::str::FromStr for Confined {
    type Err = NotConfined;
    fn from_str(text: &str) -> Result<Self, NotConfined> {
        let every = [(true, true), (true, false), (false, true), (false, false)];
        let every = every.map(|(files, calls)| Confined { files, calls });
        every.into_iter().find(|one| one.to_string() == text).ok_or(NotConfined)
    }
}

/// Confines this process to its descriptors, for a decoder that is part of this program.
///
/// # Errors
/// Where a bound cannot be set. What the kernel does not know is no error but a `false` in the answer.
pub fn decoder(bounds: Bounds) -> io::Result<Confined> {
    bounds.set()?;
    bounds::no_processes()?;
    Ok(Confined { files: files::close(None)?, calls: calls::close(calls::Purpose::Decode)? })
}

/// Confines this process to its descriptors and to one program, which it is about to become.
///
/// # Errors
/// As [`decoder`]; and where the program is not there.
pub fn program(bounds: Bounds, reach: &Reach) -> io::Result<Confined> {
    bounds.set()?;
    Ok(Confined { files: files::close(Some(reach))?, calls: calls::close(calls::Purpose::Run)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_risky_runs_confined_or_by_name() {
        let of = |files, calls| Confined { files, calls };
        let cases = [
            // landlock, seccomp; heic, video
            (of(true, true), [true, true]),
            (of(false, true), [true, false]),
            (of(true, false), [false, false]),
            (of(false, false), [false, false]),
        ];
        for (confined, allowed) in cases {
            assert_eq!([Risky::Heic, Risky::Video].map(|risky| confined.allows(risky, &[])), allowed);
            assert!(confined.allows(Risky::Video, &[Risky::Video]), "{confined}");
            assert_eq!(confined.allows(Risky::Heic, &[Risky::Video]), allowed[0], "{confined}");
        }
    }
}
