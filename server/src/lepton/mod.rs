//! JPEG files made smaller without loss (Lepton), and made again bit for bit.
//!
//! [`codec`] turns bytes into bytes and runs only in a child process ([`child`]), which [`process`] starts with the
//! limits of `derive`: both directions read what strangers wrote. The crate's version is pinned exactly and stands
//! with each file, because a version has once written what only it could read, and its own check passed
//! (microsoft/lepton_jpeg_rust#179). `golden/` holds files of every version that ever wrote; each must decode for ever.
//!
//! Nothing here knows the database or where files lie: `media::compress` decides what is stored how.

pub mod child;
pub mod codec;
pub mod process;

use thiserror::Error;

/// What writes here, with its exact version, as it stands beside each file.
pub const ENCODER: &str = "lepton_jpeg 0.5.8";

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// A JPEG into a smaller file.
    Encode,
    /// Such a file into the JPEG it was.
    Decode,
}

impl Direction {
    /// The child's argument.
    pub fn name(self) -> &'static str {
        match self {
            Direction::Encode => "encode",
            Direction::Decode => "decode",
        }
    }

    /// The inverse of [`Direction::name`], for the command line.
    ///
    /// # Errors
    /// With a sentence that says what is possible.
    pub fn parse_argument(name: &str) -> Result<Direction, String> {
        let found = [Direction::Encode, Direction::Decode].into_iter().find(|way| way.name() == name);
        found.ok_or_else(|| "say encode or decode".to_owned())
    }
}

/// Why nothing came of a file. It never carries the codec's own words, which may quote the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unfit {
    /// More bytes than a photo may have.
    #[error("too-large")]
    TooLarge,
    /// A JPEG with more scans than any camera writes: 3,000 take 80 s to decode.
    #[error("too-many-scans")]
    TooManyScans,
    /// No JPEG that the codec takes, or no file of its own.
    #[error("unsupported")]
    Unsupported,
    /// It ran past its time.
    #[error("timeout")]
    Timeout,
    /// Its process ended without a whole answer, for example at its memory limit.
    #[error("crashed")]
    Crashed,
}

impl Unfit {
    /// Every reason, in the order of its wire number.
    pub const ALL: [Unfit; 5] =
        [Unfit::TooLarge, Unfit::TooManyScans, Unfit::Unsupported, Unfit::Timeout, Unfit::Crashed];
}

#[cfg(test)]
mod tests;
