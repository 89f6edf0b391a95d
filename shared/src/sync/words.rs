//! From the words of a screen to acts of the wire: `from` values as shown, salts for new ones, text
//! in the form it is hashed in.

use serde_json::{Map, Value};

use super::{Command, Values, entropy::Entropy};
use crate::{
    digest,
    ids::{EntryId, parse_uuid},
    model::{Change, Leaf, Leaves, RecordId, RecordKind, fields::Classify},
    rules::{Denied, World},
    wire::{Act, problem::Code},
};

/// The entry a command is about.
pub(super) fn entry_of(command: &Command) -> Option<EntryId> {
    use Command as C;
    Some(match command {
        C::Create { entry, .. }
        | C::Edit { entry, .. }
        | C::Move { entry, .. }
        | C::Contributors { entry, .. }
        | C::Answer { entry, .. }
        | C::Submit { entry }
        | C::Withdraw { entry }
        | C::Discard { entry }
        | C::Approve { entry, .. }
        | C::Return { entry, .. }
        | C::Undo { entry, .. }
        | C::Reopen { entry, .. }
        | C::Void { entry, .. }
        | C::Combine { entry, .. }
        | C::TakeIn { entry, .. }
        | C::Classify { entry, .. }
        | C::AddMedia { entry, .. }
        | C::DescribeMedia { entry, .. }
        | C::RemoveMedia { entry, .. }
        | C::AddQuote { entry, .. }
        | C::EditQuote { entry, .. }
        | C::RemoveQuote { entry, .. }
        | C::Consent { entry, .. } => *entry,
        C::Resend { .. } | C::CopyRefused { .. } | C::DropRefused { .. } | C::PutBack { .. } => {
            return None;
        }
    })
}

/// Acts that change fields; `None` for the others.
pub(super) fn edit_of(world: &World, command: &Command, chance: &mut Entropy) -> Result<Option<Act>, Denied> {
    let entry = world.entry_id;
    let plain = |changes| Act::EntryEdit { entry, changes, move_to: None, contributors: None };
    let own = RecordId::new(RecordKind::Entry, entry.0);
    Ok(Some(match command {
        Command::Edit { values, .. } => plain(changes_of(world, own, values, chance)?),
        Command::Move { branch, .. } => {
            Act::EntryEdit { entry, changes: Vec::new(), move_to: Some(*branch), contributors: None }
        }
        Command::Contributors { accounts, .. } => {
            Act::EntryEdit { entry, changes: Vec::new(), move_to: None, contributors: Some(accounts.clone()) }
        }
        Command::DescribeMedia { media, values, .. } => {
            let name = RecordId::new(RecordKind::Media, media.0);
            Act::MediaDescribe { media: *media, entry, changes: changes_of(world, name, values, chance)? }
        }
        Command::EditQuote { quote, values, .. } => {
            let name = RecordId::new(RecordKind::Quote, quote.0);
            Act::QuoteEdit { quote: *quote, entry, changes: changes_of(world, name, values, chance)? }
        }
        Command::Answer { key, value, .. } => {
            let (name, leaf) = name_of(own, key);
            let change = answer(world, name, (key, leaf), (value, chance))?;
            match name.kind {
                RecordKind::Media => {
                    Act::MediaDescribe { media: name.id.into(), entry, changes: vec![change] }
                }
                RecordKind::Quote => Act::QuoteEdit { quote: name.id.into(), entry, changes: vec![change] },
                _ => plain(vec![change]),
            }
        }
        _ => return Ok(None),
    }))
}

pub(super) fn is_empty(act: &Act) -> bool {
    match act {
        Act::EntryEdit { changes, move_to, contributors, .. } => {
            changes.is_empty() && move_to.is_none() && contributors.is_none()
        }
        Act::MediaDescribe { changes, .. } | Act::QuoteEdit { changes, .. } => changes.is_empty(),
        _ => false,
    }
}

/// Acts that move an entry through its life, and its classification.
pub(super) fn verdict_of(command: Command) -> Option<Act> {
    let classify = |strengths| Classify { strengths, signature_activity: None, task: None };
    Some(match command {
        Command::Submit { entry } => Act::EntrySubmit { entry },
        Command::Withdraw { entry } => Act::EntryWithdraw { entry },
        Command::Discard { entry } => Act::EntryDiscard { entry },
        Command::Approve { entry, digest, sketches, strengths } => {
            let classify = (!strengths.is_empty()).then(|| classify(strengths));
            Act::EntryApprove { entry, digest, sketches, classify }
        }
        Command::Return { entry, digest, comment } => {
            Act::EntryReturn { entry, digest, comment: digest::nfc(&comment) }
        }
        Command::Undo { entry, verdict } => Act::EntryUndo { entry, verdict },
        Command::Reopen { entry, reason } => Act::EntryReopen { entry, reason: digest::nfc(&reason) },
        Command::Void { entry, reason } => Act::EntryVoid { entry, reason: digest::nfc(&reason) },
        Command::Combine { entry, into } => Act::EntryCombine { entry, into },
        Command::TakeIn { entry, items } => Act::EntryTakeIn { entry, items },
        Command::Classify { entry, strengths } => Act::Classify { entry, classify: classify(strengths) },
        _ => return None,
    })
}

/// The leaves of an entry or item.
pub(super) fn leaves_at(world: &World, name: RecordId) -> Option<&Leaves> {
    match name.kind {
        RecordKind::Entry => Some(&world.entry()?.content.leaves),
        RecordKind::Media => Some(&world.media(name.id.into())?.content.leaves),
        RecordKind::Quote => Some(&world.quote(name.id.into())?.content.leaves),
        _ => None,
    }
}

/// Splits a key with an item's name before it.
fn name_of(own: RecordId, key: &str) -> (RecordId, &str) {
    let mut parts = key.splitn(3, '/');
    if let (Some(kind), Some(id), Some(leaf)) = (parts.next(), parts.next(), parts.next())
        && let (Ok(kind @ (RecordKind::Media | RecordKind::Quote)), Ok(id)) = (kind.parse(), parse_uuid(id))
    {
        return (RecordId { kind, id }, leaf);
    }
    (own, key)
}

/// A change that names the proposals it answers, also where the value stays.
fn answer(
    world: &World,
    name: RecordId,
    (full, leaf): (&str, &str),
    (value, chance): (&Value, &mut Entropy),
) -> Result<Change, Denied> {
    let leaves = leaves_at(world, name).ok_or(Code::UnknownRecord)?;
    let proposals = &world.entry().ok_or(Code::UnknownRecord)?.rest.proposals;
    let answers = proposals.iter().filter(|one| one.key == full).map(|one| one.op).collect();
    let to = (!value.is_null()).then(|| normal(value));
    Ok(Change { key: leaf.to_owned(), from: leaves.value(leaf).cloned(), to, salt: chance.salt(), answers })
}

/// What really changes, with what is shown as `from`.
fn changes_of(
    world: &World,
    name: RecordId,
    values: &Values,
    chance: &mut Entropy,
) -> Result<Vec<Change>, Denied> {
    let leaves = leaves_at(world, name).ok_or(Code::UnknownRecord)?;
    let change = |(key, value): (&String, &Value)| {
        let from = leaves.value(key).cloned();
        let to = (!value.is_null()).then(|| normal(value));
        (from != to).then(|| Change { key: key.clone(), from, to, salt: chance.salt(), answers: Vec::new() })
    };
    Ok(values.iter().filter_map(change).collect())
}

pub(super) fn leaves_of(values: Values, chance: &mut Entropy) -> Leaves {
    let live = values.into_iter().filter(|(_, value)| !value.is_null());
    Leaves(
        live.map(|(key, value)| (key, Leaf::Live { salt: chance.salt(), value: normal(&value) })).collect(),
    )
}

/// Puts other values where an act carries some of these fields; a verdict's words go by `comment`.
pub(super) fn replace_values(act: &mut Act, values: &Values, chance: &mut Entropy) {
    match act {
        Act::EntryEdit { changes, .. }
        | Act::MediaDescribe { changes, .. }
        | Act::QuoteEdit { changes, .. } => {
            for change in changes {
                if let Some(value) = values.get(&change.key) {
                    change.to = (!value.is_null()).then(|| normal(value));
                }
            }
        }
        Act::EntryCreate { leaves, .. } | Act::MediaAdd { leaves, .. } | Act::QuoteAdd { leaves, .. } => {
            for (key, value) in values {
                if leaves.value(key).is_some() {
                    leaves.set(key, (!value.is_null()).then(|| normal(value)), chance.salt());
                }
            }
        }
        Act::EntryReturn { comment: said, .. }
        | Act::EntryReopen { reason: said, .. }
        | Act::EntryVoid { reason: said, .. } => {
            if let Some(words) = values.get("comment").and_then(Value::as_str) {
                *said = digest::nfc(words);
            }
        }
        _ => {}
    }
}

/// The value with every text in Unicode's form C, as it is hashed.
fn normal(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(digest::nfc(text)),
        Value::Array(items) => Value::Array(items.iter().map(normal).collect()),
        Value::Object(members) => {
            let mut normals = Map::new();
            for (key, item) in members {
                normals.insert(digest::nfc(key), normal(item));
            }
            Value::Object(normals)
        }
        other => other.clone(),
    }
}
