//! Pull: rows down, a page at a time.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{
    ids::{BranchId, Checksum, ClientId, Digest, Epoch, FeedId},
    json::{Read, Write, read_by_text},
    model::{RecordId, RecordKind},
    table::Table,
};

/// `POST /api/v1/sync/pull`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PullAsk {
    /// The queue whose last number is asked for.
    pub client: ClientId,
    /// Where the phone stands; absent at first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Feeds whose checksum differed: sent anew from the start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", tsify(type = "string[]"))]
    pub refetch: Vec<FeedId>,
}

/// One page, one snapshot. Where nothing has moved since the cursor was given it says only so: no rows, no cursor and
/// no tail, because those given last hold on.
#[derive(Debug, Clone, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Page {
    /// The database's life.
    pub epoch: Epoch,
    /// Feeds gained, lost or to be dropped, before the rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub feeds: Vec<FeedEvent>,
    /// Rows in the order of their numbers within each feed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::PULL_ROWS_MAX)))]
    pub rows: Vec<FeedRow>,
    /// Where the phone stands with this page; absent where it stands as before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// The last page: its snapshot reaches every feed's head.
    pub done: bool,
    /// Only on the last page; absent where the one that came with the cursor still holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tail: Option<Tail>,
}

impl Page {
    /// Nothing has moved since the cursor that was asked with.
    pub fn unmoved(epoch: Epoch) -> Self {
        Self { epoch, feeds: Vec::new(), rows: Vec::new(), cursor: None, done: true, tail: None }
    }
}

/// What happened to a feed as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum FeedEvent {
    /// The phone holds it from now on.
    Join {
        /// Which.
        #[cfg_attr(feature = "ts", tsify(type = "string"))]
        feed: FeedId,
    },
    /// The phone no longer holds it: drop its rows, keep own unsent work.
    Leave {
        /// Which.
        #[cfg_attr(feature = "ts", tsify(type = "string"))]
        feed: FeedId,
    },
    /// Drop its rows, they come anew.
    Reset {
        /// Which.
        #[cfg_attr(feature = "ts", tsify(type = "string"))]
        feed: FeedId,
        /// Why.
        reason: ResetReason,
    },
}

read_by_text!(FeedEvent);

/// Why rows come anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ResetReason {
    /// The cursor was unknown, forged or too old.
    Cursor,
    /// The server was restored.
    Epoch,
    /// The phone asked, because its checksum differed.
    Checksum,
}

/// A row of one feed: puts the record, or removes it from this feed.
#[derive(Debug, Clone, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FeedRow {
    /// Which feed.
    pub feed: FeedId,
    /// Its number there.
    pub seq: u64,
    /// The record, or what is left of it.
    pub row: Row,
}

/// A record on its way to a phone.
#[derive(Debug, Clone, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct Row {
    /// What it is, by name: a phone keeps rows of kinds it does not know yet.
    pub kind: String,
    /// Which one.
    #[cfg_attr(feature = "ts", tsify(type = "string"))]
    pub id: Uuid,
    /// Its revision.
    pub rev: u64,
    /// The record has left this feed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
    /// The body's text. Absent on a row that is gone, and where an earlier row of the same page
    /// carries the same revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", tsify(type = "unknown"))]
    pub body: Option<Box<RawValue>>,
}

impl Row {
    /// Its name, where this build knows the kind.
    pub fn record_id(&self) -> Option<RecordId> {
        Some(RecordId { kind: self.kind.parse::<RecordKind>().ok()?, id: self.id })
    }
}

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        let text = |row: &Self| row.body.as_ref().map(|body| body.get().to_owned());
        (&self.kind, self.id, self.rev, self.gone) == (&other.kind, other.id, other.rev, other.gone)
            && text(self) == text(other)
    }
}

impl Eq for Row {}

/// What holds once a phone has every page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Tail {
    /// The last number of the asked queue that was decided or held.
    pub last_n: u64,
    /// SHA-256 chained over the bytes of that queue's ops.
    #[cfg_attr(feature = "ts", tsify(type = "string"))]
    pub head: Digest,
    /// Ops up to here are covered by a backup off the machine.
    pub durable_through: u64,
    /// Checksum of every feed held.
    #[cfg_attr(feature = "ts", tsify(type = "Record<string, string>"))]
    pub sums: Table<FeedId, Checksum>,
    /// Length and head of each branch's history.
    #[cfg_attr(feature = "ts", tsify(type = "Record<string, ChainHead>"))]
    pub chains: Table<BranchId, ChainHead>,
}

/// Where a branch's history stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChainHead {
    /// Links so far.
    pub length: u64,
    /// The last link.
    #[cfg_attr(feature = "ts", tsify(type = "string"))]
    pub head: Digest,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_reads_back_as_written_byte_for_byte() {
        let text = r#"{"feed":"org","seq":1,"row":{"kind":"branch","id":"01930000-0000-7000-8000-0000000000aa","rev":1,"body":{"b": 1, "a":2}}}"#;
        let row: FeedRow = serde_json::from_str(text).expect("a row");
        assert_eq!(row.row.body.expect("a body").get(), r#"{"b": 1, "a":2}"#);
    }

    #[test]
    fn a_refusal_reads_back_with_what_stands() {
        let text = r#"{"is":"refused","of":{"code":"entry_changed","detail":{},"current":{"kind":"entry","id":"01930000-0000-7000-8000-0000000000aa","rev":1,"body":{"a":2,"b":1}}}}"#;
        let answer: crate::wire::Answer = serde_json::from_str(text).expect("an answer");
        assert_eq!(serde_json::to_string(&answer).expect("text"), text);
    }
}
