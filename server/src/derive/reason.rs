//! Why a file has no pictures made from it. A reason is a fact about the file, kept with it; it
//! never carries a decoder's own words, which may quote the file.

use thiserror::Error;

/// Why nothing was derived from a file. The original stays downloadable in every case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unreadable {
    /// No decoder for this kind of file is built in.
    #[error("no-decoder")]
    NoDecoder,
    /// The header names more pixels, or a longer side, than we decode.
    #[error("too-large")]
    TooLarge,
    /// The header is missing or contradicts itself.
    #[error("bad-header")]
    BadHeader,
    /// A JPEG with more scans than any camera writes.
    #[error("too-many-scans")]
    TooManyScans,
    /// The decoder gave up.
    #[error("broken")]
    Broken,
    /// The decoder ran past its time.
    #[error("timeout")]
    Timeout,
    /// The decoder's process ended without a valid answer, for example at its memory limit.
    #[error("crashed")]
    Crashed,
}

impl Unreadable {
    /// Every reason, in the order of its wire number.
    pub const ALL: [Unreadable; 7] = [
        Unreadable::NoDecoder,
        Unreadable::TooLarge,
        Unreadable::BadHeader,
        Unreadable::TooManyScans,
        Unreadable::Broken,
        Unreadable::Timeout,
        Unreadable::Crashed,
    ];
}
