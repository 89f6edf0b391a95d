//! Where a page of an online list ended: what its rows are ordered by, a day or a time, and the id of its last row.
//! It travels as text, `next` of an answer and `after` of the next request, and means nothing to the caller.

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de::Error};
use shared::ids::UUID_PATTERN;

/// Where a page ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<T>(pub i64, pub T);

/// The text is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not where a page of ours ended")]
pub struct NotAPlace;

impl<T: FromStr> FromStr for Place<T> {
    type Err = NotAPlace;

    fn from_str(text: &str) -> Result<Place<T>, NotAPlace> {
        let (number, id) = text.split_once('.').ok_or(NotAPlace)?;
        Ok(Place(number.parse().map_err(|_| NotAPlace)?, id.parse().map_err(|_| NotAPlace)?))
    }
}

impl<T: fmt::Display> fmt::Display for Place<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

impl<'de, T: FromStr> Deserialize<'de> for Place<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Place<T>, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

impl<T> JsonSchema for Place<T> {
    fn schema_name() -> Cow<'static, str> {
        "Place".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": format!("^-?[0-9]{{1,18}}\\.{UUID_PATTERN}$") })
    }
}

#[cfg(test)]
mod tests {
    use shared::ids::EntryId;

    use super::*;

    #[test]
    fn a_place_reads_back_as_written() {
        let text = "-7.01930000-0000-7000-8000-0000000000aa";
        assert_eq!(text.parse::<Place<EntryId>>().unwrap().to_string(), text);
        for bad in ["", "7", "7.x", ".01930000-0000-7000-8000-0000000000aa", "99999999999999999999.x"] {
            assert_eq!(bad.parse::<Place<EntryId>>(), Err(NotAPlace), "{bad}");
        }
    }
}
