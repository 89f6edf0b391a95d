//! An entry (活动记录): one activity of one branch, from before to after.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{leaf::Leaves, verdict::Move};
use crate::{
    ids::{AccountId, BranchId, Digest, EntryId, OpId, Salt},
    json::{Read, Write},
    table::Table,
};

/// The record of kind `entry`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EntryBody {
    /// What people wrote.
    pub content: EntryContent,
    /// What became of it.
    pub rest: EntryRest,
}

/// What an approval covers, together with the content of the entry's media and quotes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EntryContent {
    /// The branch it was done for; changes only before the first submission.
    pub branch: BranchId,
    /// Who writes it.
    pub author: AccountId,
    /// When the author's phone says it was begun, in ms since 1970 UTC.
    pub created_at: i64,
    /// All fields; `rules::fields` says which keys there are and what each may hold.
    pub leaves: Leaves,
}

/// State that ops change besides the content; outside the digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EntryRest {
    /// Where it stands.
    pub state: EntryState,
    /// How often it was submitted; 0 means it has no history and may still be discarded.
    pub version: u32,
    /// The last submission.
    pub submitted: Option<Submitted>,
    /// The last verdict, while it stands.
    pub decided: Option<Decided>,
    /// Digest of the approved copy that counts, if any; a reopened entry keeps it.
    pub approved: Option<Digest>,
    /// Named contributors, who may add their own media, quotes and hours.
    #[serde(default)]
    pub contributors: Vec<AccountId>,
    /// Edits that met another value and wait for the author.
    #[serde(default)]
    pub proposals: Vec<Proposal>,
    /// Who last wrote a leaf since the last submission, by the leaf's key: what a proposal met.
    #[serde(default, skip_serializing_if = "Table::is_empty")]
    #[cfg_attr(feature = "ts", tsify(type = "Record<string, Hand>"))]
    pub hands: Table<String, Hand>,
    /// Entries of the same activity whose items and people are in this one now (合并).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absorbed: Vec<Absorbed>,
    /// The entry that this one was combined into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", tsify(type = "string | undefined"))]
    pub combined_into: Option<EntryId>,
    /// When the server last applied an op on it, in ms since 1970 UTC.
    pub changed_at: i64,
}

impl EntryBody {
    /// Whether an account wrote it, or another entry that it absorbed.
    pub fn is_by(&self, account: AccountId) -> bool {
        self.content.author == account || self.rest.absorbed.iter().any(|one| one.author == account)
    }
}

impl EntryRest {
    /// A draft that nobody has submitted yet.
    pub fn begun(at: i64) -> Self {
        Self {
            state: EntryState::Draft,
            version: 0,
            submitted: None,
            decided: None,
            approved: None,
            contributors: Vec::new(),
            proposals: Vec::new(),
            hands: Table::new(),
            absorbed: Vec::new(),
            combined_into: None,
            changed_at: at,
        }
    }
}

/// An entry that was combined into another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Absorbed {
    /// Which; it is voided and points here.
    #[cfg_attr(feature = "ts", tsify(type = "string"))]
    pub entry: EntryId,
    /// Who wrote it: like the author, they do not decide this one.
    pub author: AccountId,
}

/// Who wrote a leaf, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Hand {
    /// Who.
    pub by: AccountId,
    /// Server time in ms since 1970 UTC.
    pub at: i64,
}

/// Where an entry stands in its life.
#[derive(Debug, Clone, Copy, PartialOrd, Ord, Hash, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EntryState {
    /// 草稿: seen by its author and contributors.
    Draft,
    /// 待审核.
    Submitted,
    /// 已通过.
    Approved,
    /// 已退回: with a comment, to be changed and submitted again.
    Returned,
    /// 已重开: being changed while the old approved copy still counts.
    Reopened,
    /// 已作废.
    Voided,
}

/// A submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Submitted {
    /// What was submitted.
    #[cfg_attr(feature = "ts", tsify(type = "string"))]
    pub digest: Digest,
    /// Server time in ms since 1970 UTC.
    pub at: i64,
}

/// The verdict that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Decided {
    /// The verdict record's id.
    pub verdict: OpId,
    /// What was decided.
    pub decision: Move,
    /// Who decided.
    pub by: AccountId,
    /// What they had seen.
    #[cfg_attr(feature = "ts", tsify(type = "string"))]
    pub digest: Digest,
}

/// An edit that lost to an earlier one on the same leaf; nothing of it is thrown away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Proposal {
    /// The op that carried it.
    pub op: OpId,
    /// Which leaf.
    pub key: String,
    /// The value proposed; absent to take the leaf away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", tsify(type = "unknown"))]
    pub value: Option<Value>,
    /// The salt that came with it.
    #[cfg_attr(feature = "ts", tsify(type = "string"))]
    pub salt: Salt,
    /// Who proposes.
    pub by: AccountId,
    /// Server time in ms since 1970 UTC.
    pub at: i64,
}
