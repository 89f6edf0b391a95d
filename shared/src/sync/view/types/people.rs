//! Who this is, people and hours.

use crate::{
    ids::{AccountId, BranchId, EntryId, PersonId},
    json::Write,
    model::{Grant, Publicity},
    rules::hours::HourState,
};

/// Who this is and what may be offered.
#[derive(Debug, Clone, PartialEq, Eq, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct MeView {
    /// The account.
    pub account: AccountId,
    /// The person behind it.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// What they let be published of themselves; absent where the roster has told this phone nothing of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publicity: Option<Publicity>,
    /// Branches one may record for.
    pub branches: Vec<BranchLabel>,
    /// May record.
    pub records: bool,
    /// May decide entries of some branch.
    pub review: bool,
    /// What waits for a decision in branches below is asked of the server.
    pub above: bool,
    /// May browse approved media of some branch.
    pub gallery: bool,
    /// May have an original from there once a reason was typed.
    pub originals: bool,
    /// Branches whose audit one may read.
    pub offices: Vec<BranchLabel>,
    /// May reset accounts.
    pub accounts: bool,
    /// Entries that wait for a decision.
    pub waiting: u32,
    /// Grants in force.
    pub roles: Vec<Grant>,
}

/// A branch by name.
#[derive(Debug, Clone, PartialEq, Eq, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct BranchLabel {
    /// Which.
    pub id: BranchId,
    /// Its full name.
    pub name: String,
}

/// Own hours; approved, waiting and refused are never added together.
#[derive(Debug, Clone, PartialEq, Eq, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct HoursView {
    /// Minutes of approved entries, overlaps counted once.
    pub approved: u32,
    /// Minutes of entries that wait.
    pub waiting: u32,
    /// Minutes of entries that were returned or voided.
    pub refused: u32,
    /// One row per entry and local day, newest first.
    pub rows: Vec<HoursRow>,
}

/// Own minutes in one entry on one local day.
#[derive(Debug, Clone, PartialEq, Eq, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct HoursRow {
    /// Which entry.
    pub entry: EntryId,
    /// Its title.
    pub title: String,
    /// Days since 1970-01-01, local.
    pub day: i64,
    /// As written.
    pub minutes: u32,
    /// How they count.
    pub state: HourState,
}

/// A person of a branch.
#[derive(Debug, Clone, PartialEq, Eq, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct PersonRow {
    /// Which.
    pub id: PersonId,
    /// As the roster writes it.
    pub name: String,
    /// Their account, if any: needed to name a contributor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// What they let be published of themselves.
    pub publicity: Publicity,
}
