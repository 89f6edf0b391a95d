//! JSON, read and written without serde: once per type, with one call per field. What serde derives
//! is generic over formats and readers; in the phone's wasm it was half of all code.
//!
//! A text is scanned once into the places of its values ([`Doc`]); types are read from there
//! ([`Read`]) and written into a text ([`Write`]), both derived from the attributes that serde's
//! derives read. The server takes and answers by serde where its libraries want that; laws hold both
//! to the same JSON.

mod at;
mod doc;
mod out;
mod types;

use std::fmt;

use serde_json::Value;

pub use at::At;
pub use doc::Doc;
pub use out::Out;
pub use shared_derive::{Read, Write};
pub use types::raw;

/// What could not be read: a member's name, or that the shape is another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable(pub &'static str);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Unreadable {}

/// Without the words of the failure: they would bring with them how every kind of value is shown.
impl serde::de::Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self("a value of another shape")
    }
}

/// A type that can be read out of a JSON text.
pub trait Read: Sized {
    /// Reads what lies there. Where that is of another shape, the failure is noted in the text and
    /// any value answered; nobody sees it.
    fn read(at: At<'_>) -> Self;
}

/// A type that can be written as JSON.
pub trait Write {
    /// Writes the value.
    fn write(&self, out: &mut Out) {
        out.begin();
        self.members(out);
        out.end();
    }

    /// Writes the members alone, of a type that is written as an object.
    fn members(&self, _out: &mut Out) {}
}

/// Reads a type out of a text. Members it does not have are passed over.
pub fn parse<T: Read>(text: &str) -> Result<T, Unreadable> {
    let doc = Doc::scan(text).ok_or(Unreadable("no JSON"))?;
    let read = T::read(doc.root());
    match doc.failure() {
        Some(name) => Err(Unreadable(name)),
        None => Ok(read),
    }
}

/// Reads a type out of a value; `None` where it is of another shape.
pub fn read<T: Read>(value: &Value) -> Option<T> {
    parse(&text(value)).ok()
}

/// The text of a value: the same for the same value, in the order of the declaration.
pub fn text(value: &(impl Write + ?Sized)) -> String {
    let mut out = Out::default();
    value.write(&mut out);
    out.finish()
}

/// What a type is written as.
pub fn value_of(value: &impl Write) -> Value {
    parse(&text(value)).expect("what was written as JSON can be read as a value")
}

/// Lets serde read a type as [`Read`] does, by way of its text.
macro_rules! read_by_text {
    ($($type:ty),* $(,)?) => {$(
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let value = serde_json::Value::deserialize(from)?;
                $crate::json::parse(&value.to_string()).map_err(serde::de::Error::custom)
            }
        }
    )*};
}
pub(crate) use read_by_text;

#[cfg(test)]
mod tests;
