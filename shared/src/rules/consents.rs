//! Consent: the strictest fact holds for every item with the same bytes, in any branch, until a
//! later fact names it and loosens it with new evidence. A withdrawal needs nobody's approval.

use uuid::Uuid;

use super::{Denied, World, desk::Desk, items};
use crate::{
    ids::Digest,
    limits,
    model::{Actor, Body, ConsentBody, ConsentStatus, Record, RecordId, RecordKind},
    table::Set,
    wire::{Act, problem::Code},
};

/// Adds a fact; returns the items of other entries that it bars or frees.
pub fn add(desk: &mut Desk, act: &Act) -> Result<Vec<Record>, Denied> {
    let Act::ConsentAdd { consent, item, status, scope, how, reason, loosens, .. } = act else {
        return Err(Denied::from(Code::OpMalformed).with("why", "not consent.add"));
    };
    let name = RecordId::new(RecordKind::Consent, consent.0);
    if desk.world.records.contains_key(&name) || desk.world.taken.contains(&name) {
        return Err(Code::IdTaken.into());
    }
    may_add(&desk.world, desk.actor, *item)?;
    let me = desk.actor.account;
    let branch = desk.entry()?.content.branch;
    if reason.chars().count() > limits::CAPTION_MAX {
        let why = format!("0–{}", limits::CAPTION_MAX);
        return Err(Denied::from(Code::InvalidField).with("field", "reason").with("why", why));
    }
    let needs_reason = *status == ConsentStatus::NotNeeded || !loosens.is_empty();
    if needs_reason && reason.trim().is_empty() {
        return Err(Code::ConsentNeedsReason.into());
    }
    let sha256 = match item.kind {
        RecordKind::Media => desk.world.media(item.id.into()).map(|media| media.content.sha256),
        _ => None,
    };
    let known: Set<Uuid> = facts(&desk.world, *item, sha256).map(|(id, _)| id).collect();
    if loosens.len() > limits::NEEDS_MAX || loosens.iter().any(|id| !known.contains(&id.0)) {
        return Err(Code::UnknownRecord.into());
    }
    check_room(&desk.world, *item, *status, sha256)?;
    desk.put(
        consent.0,
        ConsentBody {
            entry: desk.world.entry_id,
            branch,
            item: *item,
            sha256,
            status: *status,
            scope: *scope,
            how: *how,
            reason: reason.clone(),
            loosens: loosens.clone(),
            by: me,
            at: desk.now,
        },
    );
    Ok(spread(desk, *item, sha256))
}

/// Recorder, author and the branch's office may say what was said, at any time of the entry's life.
pub fn may_add(world: &World, actor: &Actor, item: RecordId) -> Result<(), Denied> {
    let recorder = items::recorder(world, item).ok_or(Code::UnknownRecord)?;
    let entry = world.entry().ok_or(Code::UnknownRecord)?;
    let theirs = [recorder, entry.content.author].contains(&actor.account);
    if theirs || actor.in_office(entry.content.branch) { Ok(()) } else { Err(Code::Forbidden.into()) }
}

/// Whether the item and its entry take one fact more. What stops an item from being shown is always
/// taken, once: then it is barred, and only a fact that needs room could free it.
fn check_room(
    world: &World,
    item: RecordId,
    status: ConsentStatus,
    sha256: Option<Digest>,
) -> Result<(), Denied> {
    if is_strict(status) && !is_barred(facts(world, item, sha256)) {
        return Ok(());
    }
    if world.all_consents().filter(|(_, fact)| fact.item == item).count() >= limits::CONSENTS_MAX {
        return Err(Denied::too_many("consents", limits::CONSENTS_MAX));
    }
    check_entry_room(world)
}

/// Whether the entry takes more facts, and items about which there will be some.
pub fn check_entry_room(world: &World) -> Result<(), Denied> {
    if world.all_consents().count() >= limits::ENTRY_CONSENTS_MAX {
        return Err(Denied::too_many("consents", limits::ENTRY_CONSENTS_MAX));
    }
    Ok(())
}

fn is_strict(status: ConsentStatus) -> bool {
    matches!(status, ConsentStatus::Refused | ConsentStatus::Withdrawn)
}

/// Facts about an item or about its bytes, here and elsewhere.
fn facts(
    world: &World,
    item: RecordId,
    sha256: Option<Digest>,
) -> impl Iterator<Item = (Uuid, &ConsentBody)> {
    std::iter::once(world)
        .chain(&world.elsewhere)
        .flat_map(World::all_consents)
        .filter(move |(_, fact)| fact.item == item || (sha256.is_some() && fact.sha256 == sha256))
}

fn is_barred<'a>(facts: impl Iterator<Item = (Uuid, &'a ConsentBody)>) -> bool {
    let facts: Vec<_> = facts.collect();
    let loosened: Set<Uuid> = facts.iter().flat_map(|(_, fact)| fact.loosens.iter().map(|id| id.0)).collect();
    facts.iter().any(|(id, fact)| is_strict(fact.status) && !loosened.contains(id))
}

/// Whether some fact bars these bytes.
pub fn bytes_barred(world: &World, sha256: Digest) -> bool {
    let nothing = RecordId::new(RecordKind::Media, Uuid::nil());
    is_barred(facts(world, nothing, Some(sha256)))
}

/// Brings every item of these bytes in step with the facts.
fn spread(desk: &mut Desk, item: RecordId, sha256: Option<Digest>) -> Vec<Record> {
    let barred = is_barred(facts(&desk.world, item, sha256));
    let here: Vec<RecordId> = desk.world.records.keys().copied().filter(|name| *name == item).collect();
    let twins: Vec<RecordId> = sha256.map(|sha256| same_bytes(&desk.world, sha256)).unwrap_or_default();
    for name in here.into_iter().chain(twins) {
        bar(desk, name, barred);
    }
    let Some(sha256) = sha256 else { return Vec::new() };
    let mut changed = Vec::new();
    for other in &mut desk.world.elsewhere {
        for name in same_bytes(other, sha256) {
            if let Some(record) = other.records.get_mut(&name)
                && let Body::Media(media) = &mut record.body
                && media.rest.barred != barred
            {
                media.rest.barred = barred;
                record.rev += 1;
                changed.push(record.clone());
            }
        }
    }
    changed
}

fn same_bytes(world: &World, sha256: Digest) -> Vec<RecordId> {
    world
        .all_media()
        .filter(|(_, media)| media.content.sha256 == sha256)
        .map(|(id, _)| RecordId::new(RecordKind::Media, id.0))
        .collect()
}

fn bar(desk: &mut Desk, name: RecordId, barred: bool) {
    match name.kind {
        RecordKind::Media => {
            if desk.world.media(name.id.into()).is_some_and(|media| media.rest.barred != barred)
                && let Ok(media) = desk.media_mut(name.id)
            {
                media.rest.barred = barred;
            }
        }
        _ => {
            if desk.world.quote(name.id.into()).is_some_and(|quote| quote.rest.barred != barred)
                && let Ok(quote) = desk.quote_mut(name.id)
            {
                quote.rest.barred = barred;
            }
        }
    }
}
