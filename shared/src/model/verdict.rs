//! Verdicts (审核) and classification (归类): what approvers say, outside the author's content.

use serde::{Deserialize, Serialize};

use super::{activity::Strength, approved::ApprovedBody};
use crate::{
    ids::{AccountId, BranchId, Digest, EntryId, SignatureActivityId, TaskId},
    json::{Read, Write},
};

/// The record of kind `verdict`; its id is the id of the op that made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VerdictBody {
    /// The entry decided.
    pub entry: EntryId,
    /// Its branch.
    pub branch: BranchId,
    /// What was done.
    pub decision: Move,
    /// Who did it.
    pub by: AccountId,
    /// The content they had seen.
    #[cfg_attr(feature = "ts", tsify(type = "string"))]
    pub digest: Digest,
    /// The sketches they had seen.
    #[serde(default)]
    #[cfg_attr(feature = "ts", tsify(type = "string[]"))]
    pub sketches: Vec<Digest>,
    /// What they wrote: required for return, reopen and void.
    #[serde(default)]
    pub comment: String,
    /// The approver contributed to the entry; shown wherever the verdict is.
    #[serde(default)]
    pub contributed: bool,
    /// The approver decided their own entry, where the committee allows it; shown likewise.
    #[serde(default)]
    pub own: bool,
    /// The approved copy that this verdict replaced; undo puts it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced: Option<Box<ApprovedBody>>,
    /// Server time in ms since 1970 UTC.
    pub at: i64,
}

/// The acts that leave a verdict record.
#[derive(Debug, Clone, Copy, PartialOrd, Ord, Hash, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Move {
    /// 通过.
    Approve,
    /// 退回.
    Return,
    /// 撤销 of the verdict before.
    Undo,
    /// 重开.
    Reopen,
    /// 作废.
    Void,
    /// 合并: its items and people went into another entry of the same activity.
    Combine,
}

/// The record of kind `classification`; its id is the entry's. The notice's 七个有力, the
/// signature activity and the task an entry is evidence for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClassificationBody {
    /// The entry classified.
    pub entry: EntryId,
    /// Its branch.
    pub branch: BranchId,
    /// 七个有力, distinct, in the notice's order; empty reads 未记录.
    pub strengths: Vec<Strength>,
    /// 特色活动.
    pub signature_activity: Option<SignatureActivityId>,
    /// 任务.
    pub task: Option<TaskId>,
    /// Who set it last.
    pub by: AccountId,
    /// Server time in ms since 1970 UTC.
    pub at: i64,
}
