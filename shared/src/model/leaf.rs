//! Leaves: the pieces that content is cut into, so that one of them can be merged, hashed and
//! erased alone. A key is a field (`title`) or an element of a list (`participants/<person id>`,
//! `clinic.services/acupuncture`).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    ids::{Digest, OpId, Salt},
    json::{self, At, Out, Read, Write, read_by_text},
    table::Table,
};

/// A field's or element's value with its salt, or what is left of it after erasure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Leaf {
    /// A value somebody wrote.
    Live {
        /// Drawn where the value was written.
        #[cfg_attr(feature = "ts", tsify(type = "string"))]
        salt: Salt,
        /// Canonical JSON: sorted keys, NFC text, integers only.
        #[cfg_attr(feature = "ts", tsify(type = "unknown"))]
        value: Value,
    },
    /// The value and its salt are gone; the hash stays so that the history still verifies
    /// (Personal Information Protection Law §47).
    Erased {
        /// What the leaf hashed to.
        #[cfg_attr(feature = "ts", tsify(type = "string"))]
        erased: Digest,
    },
}

read_by_text!(Leaf);

impl Read for Leaf {
    fn read(at: At<'_>) -> Self {
        if !at.member("erased").is_absent() {
            return Self::Erased { erased: at.field("erased") };
        }
        let value = at.member("value");
        if value.is_absent() {
            value.fail();
        }
        Self::Live { value: Value::read(value), salt: at.field("salt") }
    }
}

impl Write for Leaf {
    fn members(&self, out: &mut Out) {
        match self {
            Self::Live { salt, value } => {
                out.key("salt");
                salt.write(out);
                out.key("value");
                value.write(out);
            }
            Self::Erased { erased } => {
                out.key("erased");
                erased.write(out);
            }
        }
    }
}

impl Leaf {
    /// The value, or `None` where it was erased.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Self::Live { value, .. } => Some(value),
            Self::Erased { .. } => None,
        }
    }
}

/// Leaves by key. The order of keys is the order in which they are hashed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Leaves(#[cfg_attr(feature = "ts", tsify(type = "Record<string, Leaf>"))] pub Table<String, Leaf>);

impl Leaves {
    /// The live value under a key.
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.0.get(key).and_then(Leaf::value)
    }

    /// The value under a key as a type, or `None` where it is absent, erased or of another shape.
    pub fn get<T: Read>(&self, key: &str) -> Option<T> {
        self.value(key).and_then(json::read)
    }

    /// Elements of a list: what follows `<list>/` in the key, and the live value.
    pub fn elements<'a>(&'a self, list: &'a str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.0.iter().filter_map(move |(key, leaf)| {
            let element = key.strip_prefix(list)?.strip_prefix('/')?;
            Some((element, leaf.value()?))
        })
    }

    /// Puts a live value under a key, or takes the key away.
    pub fn set(&mut self, key: &str, value: Option<Value>, salt: Salt) {
        match value {
            Some(value) => self.0.insert(key.to_owned(), Leaf::Live { salt, value }),
            None => self.0.remove(key),
        };
    }
}

/// One field edited: what the writer saw, and what they made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Change {
    /// Which leaf.
    pub key: String,
    /// What the writer saw; absent where there was nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", tsify(type = "unknown"))]
    pub from: Option<Value>,
    /// What they wrote; absent to take the leaf away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", tsify(type = "unknown"))]
    pub to: Option<Value>,
    /// The new leaf's salt.
    #[cfg_attr(feature = "ts", tsify(type = "string"))]
    pub salt: Salt,
    /// Proposals on this leaf that the writer has seen and answers hereby, by the op that made them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::PROPOSALS_MAX)))]
    pub answers: Vec<OpId>,
}
