//! What an import did, or would do: in figures, and row by row for whoever looks before they import.

use std::fmt;

use shared::model::Role;

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Branches that came new or were described anew.
    pub branches: usize,
    /// People that came new, were renamed or moved.
    pub people: usize,
    /// Accounts that came new.
    pub accounts: usize,
    /// Accounts that were closed, because their person has left.
    pub closed: usize,
    /// Grants that were given.
    pub grants_given: usize,
    /// Grants that were ended.
    pub grants_ended: usize,
    /// Codes that were drawn.
    pub codes: usize,
}

/// One thing that happened to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// An account came into being.
    Made,
    /// An account that was closed lives again.
    Reopened,
    /// The name is another one.
    Renamed,
    /// They came into this branch, or stand in it in another way.
    Joined(String),
    /// They left a branch for the row's.
    Moved,
    /// They are no longer in this branch, since the file does not have them.
    Left(String),
    /// They hold this role from now on.
    Given(Role),
    /// They no longer hold this role.
    Ended(Role),
    /// A one-time code was drawn.
    Code,
    /// The account is closed: nothing is left for it to do.
    Closed,
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Done::Made => f.write_str("new account"),
            Done::Reopened => f.write_str("account opened again"),
            Done::Renamed => f.write_str("new name"),
            Done::Joined(branch) => write!(f, "into {branch}"),
            Done::Moved => f.write_str("out of the former branch"),
            Done::Left(branch) => write!(f, "has left {branch}"),
            Done::Given(role) => write!(f, "becomes {}", word(*role)),
            Done::Ended(role) => write!(f, "no longer {}", word(*role)),
            Done::Code => f.write_str("gets a code"),
            Done::Closed => f.write_str("account closed"),
        }
    }
}

fn word(role: Role) -> String {
    serde_json::to_value(role).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

/// What one row brought, or somebody's missing from the file.
#[derive(Clone, Debug)]
pub struct RowDone {
    /// The row; `None` for somebody who is not in the file.
    pub row: Option<u64>,
    /// Staff or student number.
    pub number: String,
    /// Name.
    pub name: String,
    /// In order; empty where nothing changes.
    pub done: Vec<Done>,
}

impl fmt::Display for RowDone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.row {
            Some(row) => write!(f, "row {row}: ")?,
            None => f.write_str("not in the file: ")?,
        }
        write!(f, "{} {}: ", self.number, self.name)?;
        if self.done.is_empty() {
            return f.write_str("nothing to do");
        }
        let words: Vec<_> = self.done.iter().map(ToString::to_string).collect();
        f.write_str(&words.join(", "))
    }
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// In figures.
    pub summary: Summary,
    /// In the order of the file, who has left behind them.
    pub rows: Vec<RowDone>,
}
