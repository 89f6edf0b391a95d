//! The late answer to an op that was held, told by the account's feed.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{ClientId, OpId},
    json::{Read, Write},
};

/// The record of kind `outcome`; its id is the op's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OutcomeBody {
    /// The op that was held.
    pub op: OpId,
    /// The queue it came by.
    pub client: ClientId,
    /// Its number there.
    pub n: u64,
    /// The answer, as `wire::push::Answer` writes it.
    #[cfg_attr(feature = "ts", tsify(type = "unknown"))]
    pub answer: serde_json::Value,
}
