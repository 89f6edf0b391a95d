//! A branch's approved entries, as committee, school and the branch itself page through them.

use serde::{Deserialize, Serialize};

use super::Row;

/// One page, latest day first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EntryPage {
    /// Approved copies: records of kind `approved`.
    pub entries: Vec<Row>,
    /// Where the next page begins; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
