//! Media, quotes and consent: items of an entry, each with its own recorder.

use uuid::Uuid;

use super::{Denied, consents, desk::Desk, fields, merge, standing};
use crate::{
    ids::{AccountId, Digest, MediaId, QuoteId},
    limits,
    model::{
        Change, EntryBody, EntryState, Leaves, MediaBody, MediaContent, MediaKind, MediaRest, QuoteBody,
        QuoteContent, QuoteRest, Record, RecordId, RecordKind, fields::key, media::Provenance,
    },
    wire::{Act, problem::Code},
};

/// Applies an op on an item; returns the records of other entries that change with it.
pub fn apply(desk: &mut Desk, act: &Act) -> Result<Vec<Record>, Denied> {
    match act {
        Act::MediaAdd { media, sha256, size_bytes, kind, leaves, provenance, .. } => {
            let new = NewMedia { id: *media, sha256: *sha256, size_bytes: *size_bytes, kind: *kind };
            add_media(desk, &new, leaves, provenance)?;
        }
        Act::MediaDescribe { media, changes, .. } => describe_media(desk, *media, changes)?,
        Act::MediaRemove { media, .. } => remove(desk, RecordId::new(RecordKind::Media, media.0))?,
        Act::QuoteAdd { quote, leaves, .. } => add_quote(desk, *quote, leaves)?,
        Act::QuoteEdit { quote, changes, .. } => edit_quote(desk, *quote, changes)?,
        Act::QuoteRemove { quote, .. } => remove(desk, RecordId::new(RecordKind::Quote, quote.0))?,
        Act::ConsentAdd { .. } => return consents::add(desk, act),
        _ => return Err(Denied::from(Code::OpMalformed).with("why", "not an op on an item")),
    }
    Ok(Vec::new())
}

struct NewMedia {
    id: MediaId,
    sha256: Digest,
    size_bytes: u64,
    kind: MediaKind,
}

fn add_media(
    desk: &mut Desk,
    new: &NewMedia,
    leaves: &Leaves,
    provenance: &Provenance,
) -> Result<(), Denied> {
    let offered = may_add(desk, RecordId::new(RecordKind::Media, new.id.0))?;
    if new.size_bytes > limits::media_bytes_max(new.kind) {
        let limit_mb = limits::media_bytes_max(new.kind) >> 20;
        return Err(Denied::from(Code::MediaTooLarge).with("limit_mb", limit_mb));
    }
    if desk.world.all_media().count() >= limits::MEDIA_MAX {
        return Err(Denied::too_many("media", limits::MEDIA_MAX));
    }
    for (key, leaf) in &leaves.0 {
        fields::check_media_leaf(key, leaf.value().ok_or(Code::Erased)?)?;
    }
    check_provenance(provenance)?;
    let content = MediaContent {
        entry: desk.world.entry_id,
        branch: desk.entry()?.content.branch,
        recorder: desk.actor.account,
        sha256: new.sha256,
        size_bytes: new.size_bytes,
        kind: new.kind,
        leaves: leaves.clone(),
        provenance: provenance.clone(),
    };
    let barred = consents::bytes_barred(&desk.world, new.sha256);
    desk.put(new.id.0, MediaBody { content, rest: MediaRest { barred, offered, ..MediaRest::default() } });
    Ok(())
}

fn add_quote(desk: &mut Desk, id: QuoteId, leaves: &Leaves) -> Result<(), Denied> {
    let offered = may_add(desk, RecordId::new(RecordKind::Quote, id.0))?;
    if desk.world.all_quotes().count() >= limits::QUOTES_MAX {
        return Err(Denied::too_many("quotes", limits::QUOTES_MAX));
    }
    for (key, leaf) in &leaves.0 {
        fields::check_quote_leaf(key, leaf.value().ok_or(Code::Erased)?)?;
    }
    check_words(leaves)?;
    let content = QuoteContent {
        entry: desk.world.entry_id,
        branch: desk.entry()?.content.branch,
        recorder: desk.actor.account,
        leaves: leaves.clone(),
    };
    desk.put(id.0, QuoteBody { content, rest: QuoteRest { barred: false, offered } });
    Ok(())
}

/// Author and contributors add while the entry is being written. What a contributor adds later is
/// offered: kept, but outside what is decided. `Ok(true)` means offered.
fn may_add(desk: &Desk, name: RecordId) -> Result<bool, Denied> {
    let entry = desk.entry()?;
    if desk.world.records.contains_key(&name) || desk.world.taken.contains(&name) {
        return Err(Code::IdTaken.into());
    }
    let author = entry.content.author == desk.actor.account;
    if !author && !standing::contributes(entry, desk.actor) {
        return Err(Code::NotContributor.into());
    }
    standing::in_branch(entry, desk.actor)?;
    consents::check_entry_room(&desk.world)?;
    match (standing::editable(entry), entry.rest.state) {
        (Ok(()), _) => Ok(false),
        (Err(_), EntryState::Submitted | EntryState::Approved) if !author => Ok(true),
        (Err(denied), _) => Err(denied),
    }
}

/// Author and recorder change an item while the entry is being written.
fn may_change(entry: &EntryBody, desk: &Desk, recorder: AccountId) -> Result<(), Denied> {
    let me = desk.actor.account;
    if me != entry.content.author && me != recorder {
        return Err(Code::NotAuthor.into());
    }
    standing::in_branch(entry, desk.actor)?;
    standing::editable(entry)
}

fn describe_media(desk: &mut Desk, id: MediaId, changes: &[Change]) -> Result<(), Denied> {
    let recorder = desk.world.media(id).ok_or(Code::UnknownRecord)?.content.recorder;
    may_change(desk.entry()?, desk, recorder)?;
    for change in changes {
        if let Some(value) = &change.to {
            fields::check_media_leaf(&change.key, value)?;
        }
    }
    let from = (desk.op.id, desk.actor.account, desk.now);
    let prefix = format!("media/{id}/");
    let waiting = merge::merge_all(&mut desk.media_mut(id.0)?.content.leaves, changes, &prefix, from)?;
    merge::settle(desk, changes, &prefix, waiting)
}

fn edit_quote(desk: &mut Desk, id: QuoteId, changes: &[Change]) -> Result<(), Denied> {
    let recorder = desk.world.quote(id).ok_or(Code::UnknownRecord)?.content.recorder;
    may_change(desk.entry()?, desk, recorder)?;
    for change in changes {
        if let Some(value) = &change.to {
            fields::check_quote_leaf(&change.key, value)?;
        }
    }
    let from = (desk.op.id, desk.actor.account, desk.now);
    let prefix = format!("quote/{id}/");
    let leaves = &mut desk.quote_mut(id.0)?.content.leaves;
    let waiting = merge::merge_all(leaves, changes, &prefix, from)?;
    check_words(leaves)?;
    merge::settle(desk, changes, &prefix, waiting)
}

/// A quote without words is none.
fn check_words(leaves: &Leaves) -> Result<(), Denied> {
    if leaves.0.contains_key(key::TEXT) {
        return Ok(());
    }
    Err(Denied::from(Code::InvalidField)
        .with("field", key::TEXT)
        .with("why", format!("1–{}", limits::QUOTE_TEXT_MAX)))
}

/// The phone's claims are texts that a person may read.
fn check_provenance(claims: &Provenance) -> Result<(), Denied> {
    for text in [&claims.source, &claims.name, &claims.mime] {
        if text.chars().count() > limits::CLAIM_MAX {
            let why = format!("0–{}", limits::CLAIM_MAX);
            return Err(Denied::from(Code::InvalidField).with("field", "provenance").with("why", why));
        }
    }
    Ok(())
}

/// Takes an item out. Facts about consent stay: its bytes may stand elsewhere.
fn remove(desk: &mut Desk, name: RecordId) -> Result<(), Denied> {
    let recorder = recorder_of(desk, name)?;
    may_change(desk.entry()?, desk, recorder)?;
    let prefix = format!("{name}/");
    desk.entry_mut()?.rest.proposals.retain(|proposal| !proposal.key.starts_with(&prefix));
    desk.end(name);
    Ok(())
}

fn recorder_of(desk: &Desk, name: RecordId) -> Result<AccountId, Denied> {
    recorder(&desk.world, name).ok_or_else(|| Code::UnknownRecord.into())
}

/// Who recorded an item.
pub fn recorder(world: &super::World, name: RecordId) -> Option<AccountId> {
    let id: Uuid = name.id;
    match name.kind {
        RecordKind::Media => world.media(MediaId(id)).map(|body| body.content.recorder),
        RecordKind::Quote => world.quote(QuoteId(id)).map(|body| body.content.recorder),
        _ => None,
    }
}
