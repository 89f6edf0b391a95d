//! How the engine's state lies on the phone: one JSON text per row, in six stores. Fields are only
//! ever added, with a default, so that a newer app reads what an older one wrote.

use serde_json::Value;

use super::event::{RowChange, StoredRow};
use crate::{
    ids::{ClientId, Digest, EntryId, Epoch, FeedId, OpId},
    json::{self, Read, Write},
    model::MediaKind,
    table::{Set, Table},
    wire::{
        problem::{Code, Detail},
        pull::Tail,
    },
};

/// Records as they came.
pub const RECORD: &str = "record";
/// Own ops that the server has not confirmed for good.
pub const OUTBOX: &str = "outbox";
/// Refused ops.
pub const TRAY: &str = "tray";
/// Where this phone stands.
pub const META: &str = "meta";
/// Files this phone took.
pub const MEDIA: &str = "media";
/// What an approver saw.
pub const SEEN: &str = "seen";

/// Key of [`Place`] in [`META`].
pub const PLACE: &str = "place";
/// Key of who this is in [`META`].
pub const ME: &str = "me";
/// Key of the ops that the server knows in [`META`].
pub const KNOWN: &str = "known";

/// A record; key `<kind>/<id>`.
#[derive(Debug, Read, Write)]
pub struct RecordRow {
    pub rev: u64,
    pub feeds: Set<FeedId>,
    /// Its text as it came.
    pub body: String,
}

/// Where this phone stands towards the server.
#[derive(Debug, Clone, Read, Write)]
pub struct Place {
    /// The queue of ops.
    pub client: Option<ClientId>,
    /// Last number given in it.
    pub last_n: u64,
    /// SHA-256 chained over the ops numbered so far.
    pub head: Digest,
    /// Last number answered.
    pub answered_n: u64,
    /// Head at that number.
    pub answered_head: Digest,
    /// Stored in the same transaction as the rows it stands for.
    pub cursor: Option<String>,
    /// What came with the last final page: it holds on while the server says that nothing moved.
    #[serde(default)]
    pub tail: Option<Tail>,
    /// The database's life that the cursor belongs to.
    pub epoch: Option<Epoch>,
    /// The latest; sent with the next push.
    pub receipt: Option<String>,
    /// Feeds held.
    pub feeds: Set<FeedId>,
    /// Moment of the last final page, in ms since 1970 UTC.
    pub last_sync_at: Option<i64>,
    /// When the bin was last looked into, by this phone's clock, in ms since 1970 UTC; absent while it is empty.
    #[serde(default)]
    pub bin_seen_at: Option<i64>,
}

impl Default for Place {
    fn default() -> Self {
        Self {
            client: None,
            last_n: 0,
            head: Digest([0; 32]),
            answered_n: 0,
            answered_head: Digest([0; 32]),
            cursor: None,
            tail: None,
            epoch: None,
            receipt: None,
            feeds: Set::new(),
            last_sync_at: None,
            bin_seen_at: None,
        }
    }
}

/// A number in the queue, given once before the op is first sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Read, Write)]
pub struct Ticket {
    /// The number.
    pub n: u64,
    /// The queue's head with this op.
    pub head: Digest,
    /// The server answered under this number.
    pub answered: bool,
}

/// How far an own op has come. Written as a name alone, or as a name over its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Read, Write)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// No answer yet.
    Waiting,
    /// The server waits for something it names; the outcome comes by the account's feed.
    Held,
    /// Done; kept until the phone has seen its effect and a backup covers it.
    Done {
        /// The entry's revision after it; 0 where the op ended the entry.
        rev: u64,
        /// A final page held its effect.
        seen: bool,
    },
}

/// An own op; key: its id.
#[derive(Debug, Read, Write)]
pub struct OutboxRow {
    /// Order in which ops were made.
    pub place: u64,
    /// Last change, in ms since 1970 UTC.
    pub touched_at: i64,
    #[serde(default)]
    pub ticket: Option<Ticket>,
    pub progress: Progress,
    /// The op's bytes. They change only while there is no ticket.
    pub op: String,
}

/// A refused op; key: its id.
#[derive(Debug, Clone, Read, Write)]
pub struct TrayRow {
    /// The op whose refusal took this one along, or its own id.
    pub root: OpId,
    /// Order in which ops were made.
    pub place: u64,
    /// Its bytes.
    pub op: String,
    pub code: Code,
    #[serde(default)]
    pub detail: Detail,
    /// In ms since 1970 UTC.
    pub at: i64,
    /// Thrown away then; gone for good 30 days later.
    #[serde(default)]
    pub binned_at: Option<i64>,
}

/// A file this phone took; key: the item's id.
#[derive(Debug, Clone, PartialEq, Eq, Read, Write)]
pub struct MediaRow {
    pub entry: EntryId,
    pub kind: MediaKind,
    pub sha256: Digest,
    pub size_bytes: u64,
    pub added_at: i64,
    pub original: Transfer,
    #[serde(default)]
    pub sketch: Option<Sketch>,
    /// The bytes are missing or damaged on the phone.
    #[serde(default)]
    pub lost: bool,
}

/// The small picture of a file.
#[derive(Debug, Clone, PartialEq, Eq, Read, Write)]
pub struct Sketch {
    pub sha256: Digest,
    pub transfer: Transfer,
}

/// How far bytes have come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Read, Write)]
pub struct Transfer {
    #[serde(default)]
    pub sent: bool,
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub sent_bytes: u64,
    /// Tries that failed for a reason of their own.
    #[serde(default)]
    pub tries: u32,
    /// Code of the last problem.
    #[serde(default)]
    pub problem: Option<String>,
}

/// What an approver saw; key: the entry's id.
#[derive(Debug, Clone, PartialEq, Eq, Read, Write)]
pub struct SeenRow {
    pub digest: Digest,
    /// In ms since 1970 UTC.
    pub at: i64,
    /// Live values by leaf, items' under `media/<id>/…` and `quote/<id>/…`.
    pub leaves: Table<String, Value>,
}

/// Reads a row's value; `None` where this build cannot: the row stays as it is.
pub fn read<T: Read>(row: &StoredRow) -> Option<T> {
    json::parse(&row.value).ok()
}

/// Changes of rows gathered in one turn: the last one of a key counts.
#[derive(Debug, Default)]
pub struct Changes(Table<(&'static str, String), Option<String>>);

impl Changes {
    /// Writes a row.
    pub fn put(&mut self, store: &'static str, key: impl ToString, value: &impl Write) {
        self.0.insert((store, key.to_string()), Some(json::text(value)));
    }

    /// Removes a row.
    pub fn drop(&mut self, store: &'static str, key: impl ToString) {
        self.0.insert((store, key.to_string()), None);
    }

    /// For the caller to store.
    pub fn finish(self) -> Vec<RowChange> {
        let change =
            |((store, key), value): ((&str, String), _)| RowChange { store: store.to_owned(), key, value };
        self.0.into_iter().map(change).collect()
    }
}
