//! Signing in, refreshing, and who one is.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{AccountId, BranchId, DeviceId, PersonId},
    json::{Read, Write},
    model::{Grant, org::GrantBody},
};

/// `POST /api/v1/sessions`: number and password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignIn {
    /// Staff or student number.
    #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::ACCOUNT_NUMBER_MAX)))]
    pub number: String,
    /// Password.
    #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::PASSWORD_MAX)))]
    pub password: String,
    /// Made by the phone and stored before sending: 64 hex digits, the first refresh secret.
    #[cfg_attr(feature = "schema", schemars(with = "crate::ids::Digest"))]
    pub next: String,
    /// What the person calls this device.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::DEVICE_NAME_MAX)))]
    pub device_name: String,
    /// The device it was before, if any: a known device is spared delays.
    #[serde(default)]
    pub device: Option<DeviceId>,
}

/// `POST /api/v1/activations`: number, one-time code, and the password chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Activate {
    /// Staff or student number.
    #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::ACCOUNT_NUMBER_MAX)))]
    pub number: String,
    /// From the activation letter or a reset.
    pub code: String,
    /// The password chosen.
    #[cfg_attr(feature = "schema", schemars(length(min = crate::limits::PASSWORD_MIN, max = crate::limits::PASSWORD_MAX)))]
    pub password: String,
    /// As in [`SignIn`].
    #[cfg_attr(feature = "schema", schemars(with = "crate::ids::Digest"))]
    pub next: String,
    /// As in [`SignIn`].
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::DEVICE_NAME_MAX)))]
    pub device_name: String,
}

/// `POST /api/v1/sessions/refresh`: the same pair again gives the same effect; an old secret with
/// another next one revokes the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Refresh {
    /// The device.
    pub device: DeviceId,
    /// The secret in force.
    #[cfg_attr(feature = "schema", schemars(with = "crate::ids::Digest"))]
    pub current: String,
    /// The one that follows, made and stored by the phone before sending.
    #[cfg_attr(feature = "schema", schemars(with = "crate::ids::Digest"))]
    pub next: String,
}

/// The answer to all three.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Session {
    /// This device.
    pub device: DeviceId,
    /// Access token, to be sent as `Authorization: Bearer`.
    pub access: String,
    /// How long it lasts, in seconds.
    pub expires_in_s: u32,
    /// Who one is.
    pub me: Me,
}

/// `GET /api/v1/me`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Me {
    /// The account.
    pub account: AccountId,
    /// The person behind it.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Grants in force.
    pub grants: Vec<GrantBody>,
    /// Branches whose approved media one may browse, with their names.
    #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::LIST_ROWS_MAX)))]
    pub branches: Vec<BranchName>,
}

/// A branch by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BranchName {
    /// Which.
    pub id: BranchId,
    /// Its full name.
    pub name: String,
    /// What one holds there; empty for committee and school.
    pub grants: Vec<Grant>,
}
