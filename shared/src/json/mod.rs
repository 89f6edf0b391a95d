//! Reading JSON where a member tells which variant an enum is. What serde derives for such enums
//! keeps a second reader for every type inside them; in the phone's wasm that made half of all
//! code. Read by members, a variant costs one call per field.

mod reader;

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::{Map, Value};

use reader::Reader;
pub use reader::Unreadable;

/// The members of an object, taken out one by one. What nobody takes is passed over.
pub struct Members(Map<String, Value>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Map::deserialize(from).map(Self)
    }
}

impl Members {
    /// A member that must be there; `null` and absent read the same.
    pub fn take<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<T, Unreadable> {
        let value = self.0.remove(name).unwrap_or_default();
        T::deserialize(Reader(value)).map_err(|_| Unreadable(name))
    }

    /// A member that may be absent.
    pub fn take_or_default<T: DeserializeOwned + Default>(
        &mut self,
        name: &'static str,
    ) -> Result<T, Unreadable> {
        if self.has(name) { self.take(name) } else { Ok(T::default()) }
    }

    /// Whether a member is there.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

/// A type read from the members of an object.
pub trait FromMembers: Sized {
    /// Fails where a member is missing, or of another shape, or names no variant.
    fn from_members(members: Members) -> Result<Self, Unreadable>;
}

/// The failure for a name that is no variant.
pub fn no_variant<T>() -> Result<T, Unreadable> {
    Err(Unreadable("an unknown name"))
}

/// Lets serde read a type by its members.
macro_rules! read_by_members {
    ($($type:ty),* $(,)?) => {$(
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let members = $crate::json::Members::deserialize(from)?;
                $crate::json::FromMembers::from_members(members).map_err(serde::de::Error::custom)
            }
        }
    )*};
}
pub(crate) use read_by_members;

/// Reads a type out of a value; `None` where it is of another shape.
pub fn read<T: DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(Reader(value.clone())).ok()
}

/// Reads a type out of a text by way of a value, so that only one reader of each type exists.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    let value: Value = serde_json::from_str(text).map_err(|_| Unreadable("no JSON"))?;
    T::deserialize(Reader(value))
}

/// What a type is written as, by way of its text: the writer of texts exists anyway. Fails where
/// the type has keys that are no text.
pub fn value_of(value: &impl serde::Serialize) -> Result<Value, serde_json::Error> {
    serde_json::from_str(&serde_json::to_string(value)?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{Grant, fields::Filing, fields::Place};

    #[test]
    fn both_readers_read_the_same() {
        let values = [
            json!("not_asked"),
            json!({"filed": {"authority": "县卫健局", "on": 18_160}}),
            json!({"filed": {"authority": "县卫健局"}}),
            json!({"filed": 1}),
            json!(["filed"]),
        ];
        for value in values {
            assert_eq!(read::<Filing>(&value), serde_json::from_value(value.clone()).ok(), "{value}");
        }
        let place =
            json!({"name": "石槽村", "point": {"lat_centi": -1, "lon_centi": 11_600}, "more": [1, null]});
        assert_eq!(read::<Place>(&place), serde_json::from_value(place.clone()).ok());
        let grant = json!({"role": "member", "scope": {"of": "school"}});
        assert_eq!(read::<Grant>(&grant), serde_json::from_value(grant.clone()).ok());
        assert!(read::<Grant>(&grant).is_some());
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(parse::<Place>("{}"), Err(Unreadable("name")));
        assert_eq!(parse::<Place>("{"), Err(Unreadable("no JSON")));
    }
}
