//! Reading JSON where a member tells which variant an enum is. What serde derives for such enums
//! keeps a second reader for every type inside them; in the phone's wasm that made half of all
//! code. Read by members, a variant costs one call per field.

use serde::{Deserialize, Deserializer, de::DeserializeOwned, de::Error as _};
use serde_json::{Error, Map, Value};

/// The members of an object, taken out one by one. What nobody takes is passed over.
pub struct Members(Map<String, Value>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Map::deserialize(from).map(Self)
    }
}

impl Members {
    /// A member that must be there; `null` and absent read the same.
    pub fn take<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, Error> {
        let value = self.0.remove(name).unwrap_or_default();
        serde_json::from_value(value).map_err(|why| Error::custom(format_args!("{name}: {why}")))
    }

    /// A member that may be absent.
    pub fn take_or_default<T: DeserializeOwned + Default>(&mut self, name: &str) -> Result<T, Error> {
        if self.0.contains_key(name) { self.take(name) } else { Ok(T::default()) }
    }

    /// Whether a member is there.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

/// A type read from the members of an object.
pub trait FromMembers: Sized {
    /// Fails where a member is missing, or of another shape, or names no variant.
    fn from_members(members: Members) -> Result<Self, Error>;
}

/// The error for a name that is no variant.
pub fn no_variant<T>(name: &str) -> Result<T, Error> {
    Err(Error::custom(format_args!("unknown variant {name}")))
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
    serde_json::from_value(value.clone()).ok()
}

/// Reads a type out of a text by way of a value, so that only one reader of each type exists.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_json::from_value(serde_json::from_str::<Value>(text)?)
}

/// What a type is written as, by way of its text: the writer of texts exists anyway.
pub fn value_of(value: &impl serde::Serialize) -> Result<Value, Error> {
    serde_json::from_str(&serde_json::to_string(value)?)
}
