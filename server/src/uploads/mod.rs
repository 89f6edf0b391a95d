//! Uploads: tus 1.0 (<https://tus.io/protocols/resumable-upload>) with Creation, Creation-With-Upload, Checksum,
//! Expiration and Termination.
//!
//! An upload belongs to the account that made it; for all others it does not exist. What is acknowledged is on
//! the disk. A new request for an upload takes it over from a connection that died without saying so ([`locks`]).
//! What a cut request brought is kept (`receive`). The last byte is answered only once the whole hashes to what
//! was named and the item has its bytes (`finish`); until then the upload can be asked and continued.

mod begin;
mod checksum;
mod finish;
pub mod locks;
pub mod protocol;
mod receive;
pub mod routes;
pub mod running;
mod store;
mod sweep;
mod whole;

use shared::ids::{AccountId, BranchId, Digest, MediaId};
use shared::limits::UPLOAD_DAYS;

pub use store::finish as mark_done;
pub use sweep::sweep;
pub use whole::whole;

use crate::clock::DAY_MS;
use crate::media::Part;

/// An upload as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// [`ID_BYTES`] in hex.
    pub id: String,
    /// Whose it is.
    pub account: AccountId,
    /// The item the bytes are for.
    pub media: MediaId,
    /// What they are to it.
    pub part: Part,
    /// What they must hash to.
    pub sha256: Digest,
    /// Whose space is reserved.
    pub branch: BranchId,
    /// How many bytes there will be.
    pub length: u64,
    /// How many are safe on disk.
    pub received: u64,
    /// When it is forgotten, in ms since 1970 UTC.
    pub expires_at: i64,
    /// Verified and joined.
    pub done: bool,
    /// `Upload-Metadata` as it came.
    pub metadata: String,
}

/// Random bytes of an upload's id: nobody guesses one.
pub const ID_BYTES: usize = 16;

/// How an id is written, as a pattern.
#[must_use]
pub fn id_pattern() -> String {
    format!("[0-9a-f]{{{}}}", 2 * ID_BYTES)
}

/// When an upload that was touched now is forgotten.
fn expiry(now: i64) -> i64 {
    now + i64::from(UPLOAD_DAYS) * DAY_MS
}
