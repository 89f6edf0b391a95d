//! Reading an op's bytes: known, of a newer app, or no op at all.

use super::{Act, Op};
use crate::json::{self, Read};

/// An op's bytes as they were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parsed {
    /// Understood.
    Known(Box<Op>),
    /// A name or version of a newer app; transient, a newer server will know it.
    Unknown {
        /// The name.
        name: String,
        /// The version.
        v: u32,
    },
    /// No op at all; why, in English.
    Malformed(String),
}

/// Reads an op's bytes. Text with U+0000 is malformed: a database could not keep it.
pub fn parse(bytes: &str) -> Parsed {
    #[derive(Read)]
    struct Name {
        op: String,
        v: u32,
    }
    if bytes.contains("\\u0000") && json::parse(bytes).is_ok_and(|value| has_nul(&value)) {
        return Parsed::Malformed("text with U+0000".to_owned());
    }
    let name: Name = match json::parse(bytes) {
        Ok(name) => name,
        Err(why) => return Parsed::Malformed(why.to_string()),
    };
    if !Act::KNOWN.iter().any(|(known, v)| *known == name.op && *v == name.v) {
        return Parsed::Unknown { name: name.op, v: name.v };
    }
    match json::parse(bytes) {
        Ok(op) => Parsed::Known(Box::new(op)),
        Err(why) => Parsed::Malformed(why.to_string()),
    }
}

/// Whether some text holds U+0000. Text that only spells it, `\\u0000`, is text like any other.
fn has_nul(value: &serde_json::Value) -> bool {
    use serde_json::Value;
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(members) => members.iter().any(|(key, item)| key.contains('\0') || has_nul(item)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
