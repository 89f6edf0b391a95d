//! Canonical form and digests. What an approval covers, a chain of history and a feed's checksum
//! are built here, byte for byte the same on every machine; `tests` hold golden vectors.

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    ids::{BranchId, Checksum, Digest, Salt},
    json::{self, Write},
    model::{EntryContent, Leaf, Leaves, MediaContent, QuoteContent, RecordId, RecordKind},
    nfc::{is_nfc, to_nfc},
    table::Table,
};

/// SHA-256 of bytes.
pub fn sha256(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

/// JSON with sorted keys, NFC text, integers only and no white space (after RFC 8785, which
/// allows more kinds of numbers).
///
/// Fails on a number that is no integer: floats print differently on different machines.
pub fn canonical(value: &Value) -> Result<String, NotCanonical> {
    let mut text = String::new();
    write_canonical(value, &mut text)?;
    Ok(text)
}

/// The value holds a number that is no 64-bit integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("only integers have a canonical form")]
pub struct NotCanonical;

fn write_canonical(value: &Value, to: &mut String) -> Result<(), NotCanonical> {
    match value {
        Value::Null => to.push_str("null"),
        Value::Bool(flag) => to.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) if number.is_i64() || number.is_u64() => to.push_str(&json::text(value)),
        Value::Number(_) => return Err(NotCanonical),
        Value::String(text) => write_text(text, to),
        Value::Array(items) => {
            to.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    to.push(',');
                }
                write_canonical(item, to)?;
            }
            to.push(']');
        }
        Value::Object(members) => {
            let sorted: Table<&String, &Value> = members.iter().collect();
            to.push('{');
            for (at, (key, item)) in sorted.into_iter().enumerate() {
                if at > 0 {
                    to.push(',');
                }
                write_text(key, to);
                to.push(':');
                write_canonical(item, to)?;
            }
            to.push('}');
        }
    }
    Ok(())
}

fn write_text(text: &str, to: &mut String) {
    to.push_str(&json::text(&nfc(text)));
}

/// The text in Unicode normalisation form C (UAX #15).
pub fn nfc(text: &str) -> String {
    to_nfc(text)
}

/// Whether every text of the value is in form C and every number an integer, so that the value is
/// stored as it is hashed.
pub fn is_canonical(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => true,
        Value::Number(number) => number.is_i64() || number.is_u64(),
        Value::String(text) => is_nfc(text),
        Value::Array(items) => items.iter().all(is_canonical),
        Value::Object(members) => members.iter().all(|(key, item)| is_nfc(key) && is_canonical(item)),
    }
}

/// Hash of one leaf: SHA-256(salt ‖ canonical([owner, key, value])). An erased leaf keeps its own.
pub fn leaf(owner: RecordId, key: &str, leaf: &Leaf) -> Digest {
    match leaf {
        Leaf::Erased { erased } => *erased,
        Leaf::Live { salt, value } => live_leaf(owner, key, *salt, value),
    }
}

fn live_leaf(owner: RecordId, key: &str, salt: Salt, value: &Value) -> Digest {
    let mut text = String::from("[");
    write_text(&owner.to_string(), &mut text);
    text.push(',');
    write_text(key, &mut text);
    text.push(',');
    write_canonical(value, &mut text).expect("values are checked for canonical form before they are kept");
    text.push(']');
    let mut hash = Sha256::new();
    hash.update(salt.0);
    hash.update(text.as_bytes());
    Digest(hash.finalize().into())
}

/// Hash of an item: its head, then its leaves in the order of their keys. The head is an array of
/// ids, names and integers, which are canonical as they are written.
fn item(owner: RecordId, head: &[&dyn Write], leaves: &Leaves) -> Digest {
    let mut hash = Sha256::new();
    hash.update(b"miaopu/item/1\n");
    hash.update(json::text(head).as_bytes());
    for (key, one) in &leaves.0 {
        hash.update(leaf(owner, key, one).0);
    }
    Digest(hash.finalize().into())
}

/// Hash of a media item's content.
pub fn media(id: Uuid, content: &MediaContent) -> Digest {
    let owner = RecordId::new(RecordKind::Media, id);
    let MediaContent { entry, recorder, sha256, size_bytes, kind, leaves, .. } = content;
    item(owner, &[&owner.to_string(), entry, recorder, sha256, size_bytes, kind], leaves)
}

/// Hash of a quote's content.
pub fn quote(id: Uuid, content: &QuoteContent) -> Digest {
    let owner = RecordId::new(RecordKind::Quote, id);
    item(owner, &[&owner.to_string(), &content.entry, &content.recorder], &content.leaves)
}

/// The content digest: what an approval names. `items` are the entry's media and quotes with
/// their hashes, in any order.
pub fn entry(id: Uuid, content: &EntryContent, items: &[(RecordId, Digest)]) -> Digest {
    entry_with(entry_alone(id, content), items)
}

/// Hash of an entry's own content, without its items.
pub fn entry_alone(id: Uuid, content: &EntryContent) -> Digest {
    let owner = RecordId::new(RecordKind::Entry, id);
    let EntryContent { branch, author, created_at, leaves } = content;
    item(owner, &[&owner.to_string(), branch, author, created_at], leaves)
}

/// The content digest from an entry's own hash and its items, in any order.
pub fn entry_with(alone: Digest, items: &[(RecordId, Digest)]) -> Digest {
    let mut sorted = items.to_vec();
    sorted.sort_unstable();
    let mut hash = Sha256::new();
    hash.update(b"miaopu/entry/1\n");
    hash.update(alone.0);
    for (name, digest) in sorted {
        hash.update(name.to_string().as_bytes());
        hash.update(digest.0);
    }
    Digest(hash.finalize().into())
}

/// A link of a branch's history: SHA-256(previous ‖ canonical(event)). The first link's previous
/// is the hash of the branch's id.
pub fn link(previous: Digest, event: &impl Serialize) -> Digest {
    let value = serde_json::to_value(event).expect("events have string keys only");
    let text = canonical(&value).expect("events hold texts and integers");
    let mut hash = Sha256::new();
    hash.update(b"miaopu/link/1\n");
    hash.update(previous.0);
    hash.update(text.as_bytes());
    Digest(hash.finalize().into())
}

/// Where a branch's history begins.
pub fn first_link(branch: BranchId) -> Digest {
    sha256(format!("miaopu/chain/1\n{branch}").as_bytes())
}

/// The head of a queue after one more op: SHA-256(previous ‖ bytes). Begins with 32 zero bytes.
pub fn ledger_head(previous: Digest, bytes: &str) -> Digest {
    let mut hash = Sha256::new();
    hash.update(previous.0);
    hash.update(bytes.as_bytes());
    Digest(hash.finalize().into())
}

/// What a row adds to its feed's checksum: first eight bytes of SHA-256 over kind, id, revision
/// and the first eight bytes of the body's hash.
pub fn row(kind: &str, id: Uuid, rev: u64, body: &str) -> Checksum {
    let mut hash = Sha256::new();
    hash.update(kind.as_bytes());
    hash.update(id.as_bytes());
    hash.update(rev.to_be_bytes());
    hash.update(&sha256(body.as_bytes()).0[..8]);
    let whole: [u8; 32] = hash.finalize().into();
    let mut first = [0; 8];
    first.copy_from_slice(&whole[..8]);
    Checksum(first)
}

/// Adds a row to a checksum, or takes it out again.
pub fn toggle(sum: Checksum, row: Checksum) -> Checksum {
    let mut bytes = sum.0;
    for (byte, other) in bytes.iter_mut().zip(row.0) {
        *byte ^= other;
    }
    Checksum(bytes)
}

#[cfg(test)]
mod tests;
