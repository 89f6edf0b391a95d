//! The visible queue and its cards.

use serde_json::Value;

use super::FileView;
use crate::{
    ids::{EntryId, MediaId, OpId},
    json::Write,
    table::Table,
};

/// A rule's reason in the language of the screen, with its code for support.
#[derive(Debug, Clone, PartialEq, Eq, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct Reason {
    /// The problem's code.
    pub code: String,
    /// Its sentence.
    pub message: String,
}

/// A refused op with those that needed it: one card.
#[derive(Debug, Clone, PartialEq, Eq, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct RefusedView {
    /// The op that was refused.
    pub op: OpId,
    /// Its entry.
    pub entry: EntryId,
    /// That entry's title, as far as known.
    pub title: String,
    /// The op's name on the wire, such as `entry.approve`.
    pub what: String,
    /// Ops refused with it.
    pub others: u32,
    /// Why.
    pub reason: Reason,
    /// The values it carried, by field.
    #[cfg_attr(feature = "ts", tsify(type = "Record<string, unknown>"))]
    pub values: Table<String, Value>,
    /// What stands in the same fields now; absent where the op changes none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", tsify(type = "Record<string, unknown>"))]
    pub stands: Option<Table<String, Value>>,
    /// Media it would add.
    pub media: Vec<MediaId>,
    /// It holds what a new draft could be made of.
    pub copies: bool,
    /// When it was refused, in ms since 1970 UTC.
    pub at: i64,
    /// In the bin until then, in ms since 1970 UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub binned_until: Option<i64>,
}

/// An op that has no answer yet.
#[derive(Debug, Clone, PartialEq, Eq, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct UnsentView {
    /// Which.
    pub op: OpId,
    /// Its entry.
    pub entry: EntryId,
    /// That entry's title, as far as known.
    pub title: String,
    /// The op's name on the wire.
    pub what: String,
    /// It is at the server, which waits for something else.
    pub held: bool,
    /// The server does not know such an op yet: it is kept until one does.
    pub unknown: bool,
    /// When it was made, in ms since 1970 UTC.
    pub at: i64,
}

/// What is not at the server.
#[derive(Debug, Clone, PartialEq, Eq, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct OutboxView {
    /// Ops not yet answered, oldest first.
    pub unsent: Vec<UnsentView>,
    /// Refused cards that wait for the person.
    pub refused: Vec<RefusedView>,
    /// Cards thrown away less than 30 days ago.
    pub bin: Vec<RefusedView>,
    /// Files this phone took, in the order they were added; those sent too.
    pub files: Vec<FileView>,
    /// Files not at the server.
    #[serde(rename = "unsentFiles")]
    pub unsent_files: u32,
    /// Their bytes still to be sent.
    #[serde(rename = "unsentBytes")]
    pub unsent_bytes: u64,
}
