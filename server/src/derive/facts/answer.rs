//! The bytes in which the child tells facts: `MPF1` and one JSON object. The parent believes none of it before
//! [`parse`] has looked.

use super::{Facts, TEXTS_BYTES_MAX};

const MAGIC: &[u8; 4] = b"MPF1";

/// Bytes of the longest valid answer: the texts, and some numbers with their names.
pub const ANSWER_BYTES_MAX: u64 = TEXTS_BYTES_MAX as u64 + 1_024;

/// The answer as bytes.
pub fn write(facts: &Facts) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    out.extend(serde_json::to_vec(facts).expect("facts have string keys only"));
    out
}

/// The facts, if the answer is one and each value could have been read.
pub fn parse(bytes: &[u8]) -> Option<Facts> {
    let facts: Facts = serde_json::from_slice(bytes.strip_prefix(MAGIC)?).ok()?;
    facts.is_sound().then_some(facts)
}
