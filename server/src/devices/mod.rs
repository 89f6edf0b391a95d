//! Devices: installations of the app that are signed in. A device holds one refresh secret, which its phone drew.
//!
//! States: live, then revoked for ever; a phone that signs in again after that is a new device. Revoking touches
//! nothing on the phone: it hears of it at its next request and keeps its unsent work.

pub mod routes;
pub mod store;

use serde::Serialize;
use shared::ids::{AccountId, DeviceId};

/// A device as stored, without its secret.
#[derive(Clone, Debug)]
pub struct Device {
    /// Which.
    pub id: DeviceId,
    /// Whose.
    pub account: AccountId,
    /// What its person calls it.
    pub name: String,
    /// First sign-in, ms.
    pub created_at: i64,
    /// Last sign-in or refresh, ms.
    pub seen_at: i64,
    /// Since when it must sign in again, ms.
    pub revoked_at: Option<i64>,
}

/// Why a device was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Its person signed out on it.
    SignedOut,
    /// Its person or an administrator ended it from elsewhere.
    Revoked,
    /// An old secret of it came back with another successor: stolen, or copied.
    SecretReused,
    /// The account was reset or closed.
    AccountReset,
    /// The password was changed on another device.
    PasswordChanged,
    /// The account had more devices than it may.
    TooMany,
}
