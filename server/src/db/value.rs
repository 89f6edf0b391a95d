//! Reading stored text back into types, with an error that names the row; the way back is `Display` or [`word`].

use std::{fmt::Display, str::FromStr};

use serde::{Serialize, de::DeserializeOwned};

use super::{Error, Result};

/// Where a value was found, for the error.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// Table of the row.
    pub table: &'static str,
    /// Key of the row.
    pub id: &'a str,
}

impl At<'_> {
    /// An id, a hash or whatever else is written by `Display`.
    ///
    /// # Errors
    /// [`Error::Row`] when the text is none.
    pub fn parse<T: FromStr>(self, column: &'static str, text: &str) -> Result<T> {
        let Ok(value) = text.parse() else { return Err(self.broken(column)) };
        Ok(value)
    }

    /// As [`At::parse`], for a column that may be NULL.
    ///
    /// # Errors
    /// [`Error::Row`] when there is text and it is none.
    pub fn parse_some<T: FromStr>(self, column: &'static str, text: Option<&str>) -> Result<Option<T>> {
        text.map(|text| self.parse(column, text)).transpose()
    }

    /// A word of one of `shared`'s fixed lists.
    ///
    /// # Errors
    /// [`Error::Row`] when the list does not have it.
    pub fn word<T: DeserializeOwned>(self, column: &'static str, text: &str) -> Result<T> {
        let Ok(value) = serde_json::from_value(serde_json::Value::from(text)) else {
            return Err(self.broken(column));
        };
        Ok(value)
    }

    /// A hash of 32 bytes.
    ///
    /// # Errors
    /// [`Error::Row`] when there are more or fewer.
    pub fn bytes(self, column: &'static str, bytes: &[u8]) -> Result<[u8; 32]> {
        let Ok(bytes) = bytes.try_into() else { return Err(self.broken(column)) };
        Ok(bytes)
    }

    /// The error for a value that does not parse.
    #[must_use]
    pub fn broken(self, column: &'static str) -> Error {
        Error::Row { table: self.table, column, id: self.id.to_owned() }
    }
}

/// The row `id` of `table`.
#[must_use]
pub fn at<'a>(table: &'static str, id: &'a str) -> At<'a> {
    At { table, id }
}

/// A word of one of `shared`'s fixed lists as it is stored and as it travels.
///
/// # Panics
/// For a type that is no plain word.
#[must_use]
pub fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => panic!("only plain words of a list are stored this way"),
    }
}

/// An optional id as it is bound.
#[must_use]
pub fn text_of<T: Display>(value: Option<T>) -> Option<String> {
    value.map(|value| value.to_string())
}

/// An id as text, or the empty text, which no row has and which sorts before all: where a page begins.
#[must_use]
pub fn key_or_empty<T: Display>(after: Option<T>) -> String {
    after.map_or_else(String::new, |id| id.to_string())
}

#[cfg(test)]
mod tests {
    use shared::model::Role;

    use super::*;

    #[test]
    fn a_word_reads_back_and_an_unknown_one_names_its_row() {
        let role: Role = at("account_grant", "7").word("role", &word(&Role::Deputy)).unwrap();
        assert_eq!(role, Role::Deputy);
        let error = at("account_grant", "7").word::<Role>("role", "king").unwrap_err();
        assert_eq!(error.to_string(), "account_grant.role of 7 holds a value that does not parse");
    }
}
