//! Passwords: what is taken as one, and how it is hashed without taking the machine down.

use std::{sync::Arc, time::Duration};

use anyhow::anyhow;
use argon2::{
    Argon2, Params,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD as BASE64};
use shared::{
    limits::{PASSWORD_MAX, PASSWORD_MIN},
    wire::Code,
};
use tokio::{sync::Semaphore, task::spawn_blocking};
use unicode_normalization::UnicodeNormalization;

use crate::{
    chance,
    error::{Error, Result},
};

/// How long somebody waits for their turn to hash before being told that the server is busy.
const PATIENCE: Duration = Duration::from_secs(10);

/// A password as typed, in NFC: two keyboards may write one letter in two ways. Never prints.
pub struct Password(String);

impl Password {
    /// A password somebody chooses: `PASSWORD_MIN` to `PASSWORD_MAX` characters, nothing else is asked
    /// (NIST SP 800-63B §5.1.1.2).
    ///
    /// # Errors
    /// `weak_password` with both bounds.
    pub fn choose(text: &str) -> Result<Password> {
        let length = text.chars().count();
        if (PASSWORD_MIN..=PASSWORD_MAX).contains(&length) {
            return Ok(Password(text.nfc().collect()));
        }
        Err(Error::with(
            Code::WeakPassword,
            [("min", PASSWORD_MIN.to_string()), ("max", PASSWORD_MAX.to_string())],
        ))
    }

    /// A password somebody signs in with; one that could never have been chosen is cut, so that it takes as long.
    #[must_use]
    pub fn typed(text: &str) -> Password {
        Password(text.chars().take(PASSWORD_MAX + 1).nfc().collect())
    }
}

/// Hashes and checks passwords, a few at a time, off the async threads.
pub struct Hasher {
    turns: Arc<Semaphore>,
    /// What no password hashes to: checking against it takes as long as against a real one.
    decoy: String,
}

impl Hasher {
    /// `at_once` hashes run side by side; each takes 19 MiB for some 50 ms.
    #[must_use]
    pub fn new(at_once: u32) -> Hasher {
        Hasher { turns: Arc::new(Semaphore::new(at_once as usize)), decoy: decoy() }
    }

    /// The PHC string to store.
    ///
    /// # Errors
    /// `unavailable` when too many wait.
    pub async fn hash(&self, password: Password) -> Result<String> {
        self.in_turn(move || hash(password.0.as_bytes())).await?.map_err(Error::Internal)
    }

    /// Whether the password is the one `stored` was made of. No stored hash takes as long and is false.
    ///
    /// # Errors
    /// `unavailable` when too many wait; an internal error when the stored hash is damaged.
    pub async fn verify(&self, password: Password, stored: Option<&str>) -> Result<bool> {
        let known = stored.is_some();
        let against = stored.unwrap_or(&self.decoy).to_owned();
        let matches = self.in_turn(move || verify(password.0.as_bytes(), &against)).await??;
        Ok(known && matches)
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let waiting = tokio::time::timeout(PATIENCE, self.turns.clone().acquire_owned());
        let turn = waiting.await.map_err(|_| Error::from(Code::Unavailable))?;
        let turn = turn.expect("the semaphore is never closed");
        let done = spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        done.await.map_err(|error| Error::Internal(anyhow!("hashing died: {error}")))
    }
}

/// Argon2id v19 with the crate's parameters (19 MiB, 2 passes; OWASP's first choice) and a salt of its own.
fn hash(password: &[u8]) -> anyhow::Result<String> {
    let hashed = Argon2::default().hash_password(password);
    Ok(hashed.map_err(|error| anyhow!("cannot hash a password: {error}"))?.to_string())
}

/// As [`hash`] writes it, with chance for salt and hash.
fn decoy() -> String {
    let (salt, hash) = (chance::bytes::<16>(), chance::bytes::<{ Params::DEFAULT_OUTPUT_LEN }>());
    format!(
        "$argon2id$v=19$m={},t={},p={}${}${}",
        Params::DEFAULT_M_COST,
        Params::DEFAULT_T_COST,
        Params::DEFAULT_P_COST,
        BASE64.encode(salt),
        BASE64.encode(hash)
    )
}

fn verify(password: &[u8], stored: &str) -> anyhow::Result<bool> {
    let parsed =
        PasswordHash::new(stored).map_err(|error| anyhow!("a stored password hash is damaged: {error}"))?;
    Ok(Argon2::default().verify_password(password, &parsed).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_chosen_password_opens_however_its_letters_are_written() {
        let hasher = Hasher::new(1);
        let stored = hasher.hash(Password::choose("caf\u{e9} am Morgen").unwrap()).await.unwrap();
        assert!(hasher.verify(Password::typed("cafe\u{301} am Morgen"), Some(&stored)).await.unwrap());
        assert!(!hasher.verify(Password::typed("cafe am Morgen"), Some(&stored)).await.unwrap());
    }

    #[test]
    fn the_decoy_takes_as_long_as_a_hash_because_it_is_written_like_one() {
        let shape = |phc: &str| {
            let parts: Vec<String> = phc.split('$').map(str::to_owned).collect();
            (parts[..4].to_vec(), parts[4..].iter().map(String::len).collect::<Vec<_>>())
        };
        let real = hash(b"a password").unwrap();
        assert_eq!(shape(&decoy()), shape(&real));
        assert!(!verify(b"a password", &decoy()).unwrap());
    }

    #[tokio::test]
    async fn an_account_without_password_opens_to_nobody() {
        let hasher = Hasher::new(1);
        assert!(!hasher.verify(Password::typed(""), None).await.unwrap());
    }

    #[test]
    fn a_short_or_endless_password_is_not_taken() {
        assert!(Password::choose(&"长".repeat(PASSWORD_MIN)).is_ok());
        assert!(Password::choose(&"x".repeat(PASSWORD_MIN - 1)).is_err());
        assert!(Password::choose(&"x".repeat(PASSWORD_MAX + 1)).is_err());
    }
}
