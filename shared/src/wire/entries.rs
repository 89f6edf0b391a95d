//! Entries as they are read online: a branch's approved ones, and those that wait for an office above the branch.

use serde::{Deserialize, Serialize};

use super::Row;
use crate::json::{Read, Write};

/// One page, latest day first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EntryPage {
    /// Approved copies: records of kind `approved`.
    #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::LIST_ROWS_MAX)))]
    pub entries: Vec<Row>,
    /// Where the next page begins; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// `GET /api/v1/review`: entries that wait for the asker because nobody in their branch may decide them,
/// oldest first. An office holds no feed of the branch, so all that is decided upon comes along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReviewPage {
    /// The records of these entries, and the people whom they name.
    pub rows: Vec<Row>,
    /// Where the next page begins; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
