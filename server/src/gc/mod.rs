//! What lies in storage and no row names: it waits in the table `garbage`, with the moment since when, until nothing
//! can need it any more.

pub mod store;

pub use store::put;

/// Why a file waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// A smaller file took its place.
    Compressed,
    /// It was made and found to be of no use.
    Discarded,
}

impl Why {
    /// The word in the table.
    pub fn name(self) -> &'static str {
        match self {
            Why::Compressed => "compressed",
            Why::Discarded => "discarded",
        }
    }
}
