//! Push: ops up, one answer each.

use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

use super::{problem::Code, pull::Row};
use crate::{
    ids::{ClientId, Digest, Epoch, OpId},
    json::{FromMembers, Members, Unreadable, no_variant, read_by_members},
    model::{Proposal, RecordId},
};

/// `POST /api/v1/sync/push`.
#[derive(Debug, Clone, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SealedOp {
    /// From 1, without a hole.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = i64::MAX)))]
    pub n: u64,
    /// The op's bytes, unchanged since they were written.
    #[cfg_attr(feature = "schema", schemars(with = "super::Op"))]
    pub op: Box<RawValue>,
}

/// What the server answers to a push.
#[derive(Debug, Clone, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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

read_by_members!(Answer, Refused, Stop);

impl FromMembers for Answer {
    fn from_members(mut members: Members) -> Result<Self, Unreadable> {
        let name: String = members.take("is")?;
        if name == "refused" {
            return Ok(Self::Refused(members.take("of")?));
        }
        let mut of: Members = members.take("of")?;
        Ok(match name.as_str() {
            "applied" => Self::Applied { rev: of.take("rev")?, digest: of.take("digest")? },
            "merged" => Self::Merged {
                rev: of.take("rev")?,
                digest: of.take("digest")?,
                proposals: of.take("proposals")?,
            },
            "duplicate" => Self::Duplicate { answer: of.take("answer")? },
            "held" => Self::Held { missing: of.take("missing")? },
            _ => return no_variant(),
        })
    }
}

impl FromMembers for Refused {
    fn from_members(mut members: Members) -> Result<Self, Unreadable> {
        let current: Option<Members> = members.take("current")?;
        let current = current.map(current_row).transpose()?;
        Ok(Self { code: members.take("code")?, detail: members.take_or_default("detail")?, current })
    }
}

/// What stands is shown and never stored: its text need not come byte for byte.
fn current_row(mut row: Members) -> Result<Row, Unreadable> {
    let body: Option<Value> = row.take("body")?;
    let body = body.map(|body| RawValue::from_string(body.to_string())).transpose();
    Ok(Row {
        kind: row.take("kind")?,
        id: row.take("id")?,
        rev: row.take("rev")?,
        gone: row.take_or_default("gone")?,
        body: body.map_err(|_| Unreadable("body"))?,
    })
}

impl FromMembers for Stop {
    fn from_members(mut members: Members) -> Result<Self, Unreadable> {
        let why: String = members.take("why")?;
        Ok(match why.as_str() {
            "gap" => Self::Gap { last: members.take("last")? },
            "id_reuse" => Self::IdReuse { n: members.take("n")? },
            "unknown_op" => Self::UnknownOp { n: members.take("n")?, name: members.take("name")? },
            "busy" => Self::Busy { n: members.take("n")? },
            _ => return no_variant(),
        })
    }
}
