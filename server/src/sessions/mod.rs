//! Signing in and staying signed in. An access token lives minutes and names account and device only; what the
//! account may do is read at each request. A refresh secret is drawn by the phone, stored there first, then sent.
//!
//! Nobody is locked out: wrong attempts wait longer, by number and by network, and a known device is spared.

pub mod attempt;
pub mod delay;
pub mod refresh;
pub mod routes;
pub mod store;
pub mod token;

use sha2::{Digest, Sha256};
use shared::{ids, limits::DEVICE_NAME_MAX, wire::Code};

use crate::{devices::store::SecretHash, error::Result};

/// Reads a refresh secret (64 hex digits, 256 bits drawn by the phone) and keeps only its hash.
///
/// # Errors
/// `bad_request` for anything else.
pub fn secret_hash(text: &str) -> Result<SecretHash> {
    let secret: ids::Digest = text.parse().map_err(|_| Code::BadRequest)?;
    Ok(Sha256::digest(secret.0).into())
}

/// Reads what a person calls their device.
///
/// # Errors
/// `bad_request` when it is too long or holds control characters.
pub fn device_name(text: &str) -> Result<String> {
    let name = text.trim();
    if name.chars().count() > DEVICE_NAME_MAX || name.chars().any(char::is_control) {
        return Err(Code::BadRequest.into());
    }
    Ok(name.to_owned())
}
