//! Push: ops up, one answer each.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{problem::Code, pull::Row};
use crate::{
    ids::{ClientId, Digest, Epoch, OpId},
    json::{Read, Write, read_by_text},
    model::{Proposal, RecordId},
};

/// `POST /api/v1/sync/push`.
#[derive(Debug, Clone, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PushAsk {
    /// The queue.
    pub client: ClientId,
    /// The latest receipt this phone got, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
    /// Ops in the order of their numbers, without a hole.
    #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::PUSH_OPS_MAX)))]
    pub ops: Vec<SealedOp>,
}

/// An op with its number in the queue. Given once, before it is first sent.
#[derive(Debug, Clone, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SealedOp {
    /// From 1, without a hole.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = i64::MAX)))]
    pub n: u64,
    /// The op's bytes, unchanged since they were written.
    #[cfg_attr(feature = "schema", schemars(with = "super::Op"))]
    pub op: Box<RawValue>,
    /// The entry's revision after it, where an earlier life of the database has answered so: after a restore it waits until
    /// the entry stands right below that again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rev: Option<u64>,
}

/// What the server answers to a push.
#[derive(Debug, Clone, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PushAnswer {
    /// The database's life; an answer of another epoch than the cursor's is ignored.
    pub epoch: Epoch,
    /// Proves what was answered; to be sent with the next push. Opaque.
    pub receipt: String,
    /// One per op, in order, up to where the server stopped.
    #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::PUSH_OPS_MAX)))]
    pub answers: Vec<OpAnswer>,
    /// Why it stopped before the end, if it did. Nothing from there on was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Stop>,
}

/// The answer to one op.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OpAnswer {
    /// Its number.
    pub n: u64,
    /// Its id, where the bytes could be read so far.
    pub op: Option<OpId>,
    /// What became of it.
    pub answer: Answer,
}

/// What became of an op. Recorded; the same for ever, but for the late outcome of a held one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "is", content = "of", rename_all = "snake_case")]
pub enum Answer {
    /// Done.
    Applied {
        /// The entry's revision after it.
        rev: u64,
        /// The entry's content after it.
        #[cfg_attr(feature = "ts", tsify(type = "string"))]
        digest: Digest,
    },
    /// Done, but some fields met another value and wait as proposals.
    Merged {
        /// The entry's revision after it.
        rev: u64,
        /// The entry's content after it.
        #[cfg_attr(feature = "ts", tsify(type = "string"))]
        digest: Digest,
        /// The proposals made of it.
        proposals: Vec<Proposal>,
    },
    /// The same op had come by another queue; what it was answered then.
    Duplicate {
        /// That answer.
        answer: Box<Answer>,
    },
    /// Not done, and why. The phone keeps the op until its owner removes it.
    Refused(Box<Refused>),
    /// Cannot be decided yet; the outcome comes by the account's feed.
    Held {
        /// What is missing.
        missing: RecordId,
    },
}

/// Why an op was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Refused {
    /// Which rule.
    pub code: Code,
    /// What its sentence names, such as fields that are missing.
    #[serde(default)]
    pub detail: super::problem::Detail,
    /// The entry as it stands, where the asker may see it; never stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<Row>,
}

/// Why a push stopped. Transient: the same ops may be sent again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Stop {
    /// Numbers are missing; send from `last + 1`.
    Gap {
        /// The last number recorded.
        last: u64,
    },
    /// This number was used for other bytes: two phones share a queue. Go on under a new client.
    IdReuse {
        /// The number.
        n: u64,
    },
    /// This server does not know the op yet.
    UnknownOp {
        /// The number.
        n: u64,
        /// The op's name.
        name: String,
    },
    /// Something failed on the server; nothing from here on was recorded.
    Busy {
        /// The number.
        n: u64,
    },
}

read_by_text!(Answer, Refused, Stop);
