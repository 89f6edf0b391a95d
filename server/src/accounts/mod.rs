//! Accounts: ways to log in, with a number, a password and one-time codes. A person without one is in the roster only.
//!
//! An account is closed, never deleted: history names it. Its states: made (no password, a code is out), active
//! (a password), reset (as made, every device ended), closed. What it may do stands in `grants`, from where in
//! `devices`, signing in in `sessions`.

pub mod code;
pub mod command;
pub mod password;
pub mod routes;
pub mod store;

use shared::{limits, wire::Code};

use crate::error::Error;

/// A staff or student number, as the roster writes it: 1 to 32 letters, digits and hyphens.
///
/// It never enters a feed or a log.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(String);

impl Number {
    /// Trims and checks; letters become upper case, so that a number has one spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Number> {
        let text = text.trim();
        let fits = (1..=limits::ACCOUNT_NUMBER_MAX).contains(&text.len())
            && text.bytes().all(|sign| sign.is_ascii_alphanumeric() || sign == b'-');
        fits.then(|| Number(text.to_ascii_uppercase()))
    }

    /// The number as stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Hides the number: it is personal data.
impl std::fmt::Debug for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Number(…)")
    }
}

/// The answer to every wrong number, password or code: which of them was wrong is not told.
#[must_use]
pub fn wrong() -> Error {
    Code::WrongCredentials.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        assert_eq!(Number::parse(" 2019a-7 ").unwrap().as_str(), "2019A-7");
        for bad in ["", "王", "a b", "x\0", &"9".repeat(33)] {
            assert_eq!(Number::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_number_does_not_print() {
        assert_eq!(format!("{:?}", Number::parse("20190001").unwrap()), "Number(…)");
    }
}
