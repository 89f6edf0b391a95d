//! What was done to accounts, grants and devices, by whom. Append only; ids and codes, never names or numbers.

pub mod routes;
mod store;

pub use store::{list_of_branch, record};

use serde::Serialize;
use shared::ids::{AccountId, BranchId};

/// What happened. A word is never used for anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An account came into being.
    AccountMade,
    /// Its password was taken away, its devices ended, a new code given out.
    AccountReset,
    /// It may no longer sign in.
    AccountClosed,
    /// It may sign in again: the roster has its person once more.
    AccountReopened,
    /// A code was used to set a password.
    AccountActivated,
    /// The password was changed by its owner.
    PasswordChanged,
    /// A role was given.
    GrantMade,
    /// A second person agreed to a role.
    GrantConfirmed,
    /// A role was ended.
    GrantEnded,
    /// A device was ended from elsewhere.
    DeviceRevoked,
    /// An old secret came back with another successor.
    SecretReused,
}

/// One line of the audit, before it has an id and a time.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    kind: Kind,
    actor: Option<AccountId>,
    account: Option<AccountId>,
    branch: Option<BranchId>,
}

impl Event {
    /// Something that happened to an account.
    #[must_use]
    pub fn about(kind: Kind, account: AccountId) -> Event {
        Event { kind, actor: None, account: Some(account), branch: None }
    }

    /// Who did it; left out for the command line.
    #[must_use]
    pub fn by(self, actor: AccountId) -> Event {
        Event { actor: Some(actor), ..self }
    }

    /// In whose audit it shows.
    #[must_use]
    pub fn within(self, branch: Option<BranchId>) -> Event {
        Event { branch, ..self }
    }
}
