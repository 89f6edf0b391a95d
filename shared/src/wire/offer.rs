//! `GET /api/v1/limits`: what a server takes. A phone sends no op that it does not name.

use serde::Serialize;

use super::act::{Act, KnownOp};
use crate::limits::{self, Limit};

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Offer {
    /// Every maximum by name.
    pub limits: Vec<Limit>,
    /// Every op by name and version.
    pub ops: Vec<KnownOp>,
}

impl Offer {
    /// What this build takes.
    #[must_use]
    pub fn of_this_build() -> Self {
        let known = |(name, v): &(&str, u32)| KnownOp { name: (*name).to_owned(), v: *v };
        Self { limits: limits::all(), ops: Act::KNOWN.iter().map(known).collect() }
    }
}
