//! Entries in lists and in full.

use serde_json::Value;

use super::{BranchLabel, MediaView, QuoteView, RefusedView};
use crate::{
    ids::{AccountId, BranchId, Digest, EntryId, MediaId, OpId},
    json::Write,
    model::{
        ActivityKind, EntryState,
        activity::{Block, Strength},
        fields::LocalTime,
        verdict::Move,
    },
    rules::warnings::Warning,
    table::Table,
};

/// The one word that says where an entry stands for the person looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum StateWord {
    /// 草稿.
    Draft,
    /// 待上传: an act of this phone on it is not at the server yet.
    Unsent,
    /// 待审核.
    Submitted,
    /// 已退回.
    Returned,
    /// 已通过.
    Approved,
    /// 已重开.
    Reopened,
    /// 已作废.
    Voided,
    /// 需要处理: something was refused and waits for the person.
    Attention,
}

/// An entry in a list.
#[derive(Debug, Clone, PartialEq, Eq, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct EntryRow {
    /// Which.
    pub id: EntryId,
    /// Its branch.
    pub branch: BranchId,
    /// Title; empty while there is none.
    pub title: String,
    /// Kind of activity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<ActivityKind>,
    /// Start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started: Option<LocalTime>,
    /// End.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<LocalTime>,
    /// The author's name, as far as known.
    pub author: String,
    /// Written by this person.
    pub own: bool,
    /// Where it stands.
    pub state: StateWord,
    /// One's own minutes in it.
    pub minutes: u32,
    /// How many took part.
    pub participants: u32,
    /// Media items.
    pub media: u32,
    /// Of them: originals that are at the server.
    pub arrived: u32,
    /// When it was submitted, in ms since 1970 UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submitted_at: Option<i64>,
    /// First picture to show beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cover: Option<MediaId>,
}

/// What the rules allow this person to do with an entry now: which buttons may be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Default, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct May {
    /// Change fields.
    pub edit: bool,
    /// Add media and quotes.
    pub add_items: bool,
    /// Submit; with things missing it is refused in words.
    pub submit: bool,
    /// Withdraw.
    pub withdraw: bool,
    /// Discard.
    pub discard: bool,
    /// Approve what is on the screen.
    pub approve: bool,
    /// Return it.
    pub send_back: bool,
    /// Take this verdict of one's own back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo: Option<OpId>,
    /// Reopen.
    pub reopen: bool,
    /// Void.
    #[serde(rename = "void")]
    pub void_entry: bool,
    /// Set strengths.
    pub classify: bool,
    /// Move it to one of these branches.
    pub moves: Vec<BranchLabel>,
    /// Combine it into one of these entries, which may be of the same activity.
    #[cfg_attr(feature = "ts", tsify(type = "string[]"))]
    pub combine: Vec<EntryId>,
    /// Take in what was offered after it was submitted.
    pub take_in: bool,
}

/// A field that is missing or not as it must be at submission.
#[derive(Debug, Clone, PartialEq, Eq, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct Todo {
    /// Which field.
    pub key: String,
}

/// One entry in full.
#[derive(Debug, Clone, PartialEq, Eq, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct EntryView {
    /// Which.
    pub id: EntryId,
    /// Its branch.
    pub branch: BranchId,
    /// That branch's name.
    pub branch_name: String,
    /// The author's name, as far as known.
    pub author: String,
    /// Written by this person.
    pub own: bool,
    /// In ms since 1970 UTC.
    pub created_at: i64,
    /// Where it stands.
    pub state: StateWord,
    /// Where it stands in its life, pending acts of this phone included.
    pub stage: EntryState,
    /// How often it was submitted.
    pub version: u32,
    /// Live values by field.
    #[cfg_attr(feature = "ts", tsify(type = "Record<string, unknown>"))]
    pub values: Table<String, Value>,
    /// Blocks that its kind asks for or that hold values.
    pub blocks: Vec<Block>,
    /// Media in the order of their ids.
    pub media: Vec<MediaView>,
    /// Quotes in the order of their ids.
    pub quotes: Vec<QuoteView>,
    /// 七个有力 as set.
    pub strengths: Vec<Strength>,
    /// Named contributors.
    pub contributors: Vec<AccountLabel>,
    /// Edits that met another value and wait for an answer.
    pub proposals: Vec<ProposalView>,
    /// What may be done.
    pub may: May,
    /// What is missing for submission.
    pub todo: Vec<Todo>,
    /// What to look at, never a lock.
    pub warnings: Vec<Warning>,
    /// Acts of approvers, oldest first.
    pub verdicts: Vec<VerdictView>,
    /// Content as it stands, to be named by a verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", tsify(type = "string"))]
    pub digest: Option<Digest>,
    /// The submitted content; differs from `digest` while parts have not arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", tsify(type = "string"))]
    pub submitted: Option<Digest>,
    /// The digest seen when last opened for review, where it is no longer the one that stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", tsify(type = "string"))]
    pub seen: Option<Digest>,
    /// One's own minutes in it.
    pub minutes: u32,
    /// Its kind counts hours.
    pub counts: bool,
    /// Whose entries it absorbed, by name.
    pub absorbed: Vec<String>,
    /// The entry that it was combined into.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", tsify(type = "string"))]
    pub combined_into: Option<EntryId>,
    /// An approved copy stands, even where the entry is being changed.
    pub stands: bool,
    /// Cards on it.
    pub refused: Vec<RefusedView>,
}

/// An account by its person's name.
#[derive(Debug, Clone, PartialEq, Eq, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct AccountLabel {
    /// Which.
    pub account: AccountId,
    /// The name, as far as known.
    pub name: String,
}

/// An edit that lost to an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct ProposalView {
    /// The op that carried it.
    pub op: OpId,
    /// Which leaf.
    pub key: String,
    /// The value proposed; `null` to take the leaf away.
    #[cfg_attr(feature = "ts", tsify(type = "unknown"))]
    pub value: Value,
    /// Who proposes.
    pub by: String,
    /// In ms since 1970 UTC.
    pub at: i64,
    /// Who wrote the value that stands.
    pub holder: String,
    /// When, in ms since 1970 UTC; absent where it was not changed since the last submission.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
}

/// An act of an approver.
#[derive(Debug, Clone, PartialEq, Eq, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct VerdictView {
    /// Its op.
    pub id: OpId,
    /// What was done.
    pub decision: Move,
    /// What they wrote.
    pub comment: String,
    /// Who.
    pub by: String,
    /// The approver contributed to the entry.
    pub contributed: bool,
    /// The approver decided their own entry.
    pub own: bool,
    /// In ms since 1970 UTC.
    pub at: i64,
    /// Not at the server yet.
    pub pending: bool,
}

/// A leaf that differs between two states of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct Difference {
    /// A field, or `media/<id>`, `media/<id>/caption`, `quote/<id>/text` and the like.
    pub key: String,
    /// What was seen; `null` for nothing.
    #[cfg_attr(feature = "ts", tsify(type = "unknown"))]
    pub from: Value,
    /// What stands; `null` for nothing.
    #[cfg_attr(feature = "ts", tsify(type = "unknown"))]
    pub to: Value,
}
