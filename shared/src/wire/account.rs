//! Devices, accounts and grants as their owner and the administrator see them. Times are ms since 1970 UTC.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{AccountId, BranchId, DeviceId, GrantId, MediaId, PersonId},
    model::Grant,
};

/// `GET /api/v1/devices`, and `/accounts/{id}/devices` for administrators.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Device {
    /// Which.
    pub id: DeviceId,
    /// What its person calls it; may be empty.
    pub name: String,
    /// First sign-in.
    pub created_at: i64,
    /// Last sign-in or refresh.
    pub seen_at: i64,
    /// Since when it must sign in again; absent while it may refresh.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<i64>,
    /// It is the one that asks.
    pub this: bool,
}

/// `POST /api/v1/me/password`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChangePassword {
    /// The one in force.
    #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::PASSWORD_MAX)))]
    pub current: String,
    /// The one chosen.
    #[cfg_attr(feature = "schema", schemars(length(min = crate::limits::PASSWORD_MIN, max = crate::limits::PASSWORD_MAX)))]
    pub password: String,
}

/// `GET /api/v1/accounts`: for administrators alone, the only answer with numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Account {
    /// Which.
    pub id: AccountId,
    /// Whose.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Staff or student number.
    #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::ACCOUNT_NUMBER_MAX)))]
    pub number: String,
    /// Has set a password since the last reset.
    pub active: bool,
    /// Since when it may not sign in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<i64>,
}

/// The answer to `POST /api/v1/accounts/{id}/reset`: shown once, to be handed over in person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewCode {
    /// The one-time code.
    pub code: String,
    /// From when on it is refused.
    pub expires_at: i64,
}

/// A grant with its history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GrantRow {
    /// Which.
    pub id: GrantId,
    /// Who holds it.
    pub account: AccountId,
    /// What and where.
    pub grant: Grant,
    /// When it was given.
    pub made_at: i64,
    /// By whom; absent for the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_by: Option<AccountId>,
    /// Since when it is in force; absent while it waits for a second person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<i64>,
    /// Since when it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
}

/// `POST /api/v1/accounts/{id}/grants`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MakeGrant {
    /// What and where.
    pub grant: Grant,
}

/// `GET /api/v1/branches/{id}/audit`: what was done to the accounts of a branch, and who from
/// outside had the exact bytes of its media (`original_read`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditRow {
    /// Sorts by time.
    pub id: String,
    /// When.
    pub at: i64,
    /// What, like `account_reset`.
    pub kind: String,
    /// By whom; absent for the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<AccountId>,
    /// Their name now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_name: Option<String>,
    /// To whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// Their name now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_name: Option<String>,
    /// In which branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<BranchId>,
    /// Which original was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<MediaId>,
    /// Why, as it was typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
