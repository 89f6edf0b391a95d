//! 合并: two records of one activity become one. Items and people go over, each item with its recorder; where fields
//! differ, the value of the entry that is absorbed becomes a proposal, never a sum. What others still write on the
//! absorbed entry goes to the one that it is in now.

use serde_json::Value;

use super::{Denied, World, desk::Desk, fields, items, merge, standing, verdicts};
use crate::{
    ids::{AccountId, EntryId, Salt},
    limits,
    model::{
        Change, EntryBody, EntryState, Leaf, Move, Proposal, Record, RecordId, RecordKind, Submitted,
        entry::Absorbed,
    },
    wire::{Act, problem::Code},
};

/// The next entry that an op is about besides its own: the one that its entry goes into, or went into.
pub fn beside(world: &World, act: &Act) -> Option<EntryId> {
    match act {
        Act::EntryCombine { into, .. } => Some(*into),
        _ => next(world),
    }
}

/// The entry that a combined entry went into.
pub fn next(world: &World) -> Option<EntryId> {
    world.entry()?.rest.combined_into
}

/// The entry that a combined entry is in now, which may have been combined itself.
fn last(world: &World) -> Option<EntryId> {
    let mut last = next(world)?;
    for _ in 0..limits::COMBINED_STEPS_MAX {
        let stands = world.elsewhere.iter().find(|other| other.entry_id == last)?;
        match next(stands) {
            Some(further) => last = further,
            None => return Some(last),
        }
    }
    None
}

/// 合并 of the op's entry into another; answers that one's records as they are now.
pub fn combine(desk: &mut Desk, into: EntryId) -> Result<Vec<Record>, Denied> {
    let entry = desk.entry()?.clone();
    if !desk.actor.in_office(entry.content.branch) {
        return Err(Code::NotApprover.into());
    }
    let kept = desk.beside(into).filter(|kept| standing::sees(&kept.world, desk.actor));
    let mut kept = kept.ok_or(Code::UnknownRecord)?;
    if kept.entry()?.content.branch != entry.content.branch {
        return Err(Code::Forbidden.into());
    }
    let ends = matches!(entry.rest.state, EntryState::Submitted | EntryState::Returned);
    let takes = matches!(
        kept.entry()?.rest.state,
        EntryState::Submitted | EntryState::Returned | EntryState::Reopened
    );
    // What counts is not ended beside the way; void it or undo its approval first.
    if !ends || !takes || entry.rest.approved.is_some() {
        return Err(Code::WrongState.into());
    }
    check_room(&desk.world, &kept.world)?;
    end(desk, into)?;
    take_fields(&mut kept, &entry)?;
    take_people(&mut kept, desk.world.entry_id, &entry)?;
    desk.hand_items_over(&mut kept);
    submit_again(&mut kept)?;
    desk.proposals.append(&mut kept.proposals);
    Ok(kept.finish(Vec::new()).puts)
}

/// What was meant for a combined entry, on the one that it is in now: items come as to any entry that others write
/// too, fields as proposals. Answers that one's records; `None` where this is no such op.
pub fn late(desk: &mut Desk) -> Result<Option<Vec<Record>>, Denied> {
    let Some(into) = last(&desk.world) else { return Ok(None) };
    let act = &desk.op.act;
    let goes_on = match act {
        Act::EntryEdit { move_to, contributors, .. } => move_to.is_none() && contributors.is_none(),
        Act::MediaAdd { .. }
        | Act::MediaDescribe { .. }
        | Act::MediaRemove { .. }
        | Act::QuoteAdd { .. }
        | Act::QuoteEdit { .. }
        | Act::QuoteRemove { .. }
        | Act::ConsentAdd { .. } => true,
        _ => false,
    };
    let kept = desk.beside(into).filter(|kept| goes_on && standing::works_on(&kept.world, desk.actor));
    let Some(mut kept) = kept else { return Ok(None) };
    let mut elsewhere = Vec::new();
    match act {
        Act::EntryEdit { changes, .. } => write_late(&mut kept, desk, changes)?,
        item => elsewhere = items::apply(&mut kept, item)?,
    }
    desk.proposals.append(&mut kept.proposals);
    Ok(Some(kept.finish(elsewhere).puts))
}

/// Takes items into the content that came after it was submitted. The entry is decided anew.
pub fn take_in(desk: &mut Desk, names: &[RecordId]) -> Result<(), Denied> {
    let entry = desk.entry()?;
    standing::is_author(entry, desk.actor)?;
    standing::editable(entry)?;
    if names.len() > limits::ITEMS_MAX {
        return Err(Denied::too_many("items", limits::ITEMS_MAX));
    }
    for name in names {
        match name.kind {
            RecordKind::Media => desk.media_mut(name.id)?.rest.offered = false,
            RecordKind::Quote => desk.quote_mut(name.id)?.rest.offered = false,
            _ => return Err(Code::UnknownRecord.into()),
        }
    }
    Ok(())
}

fn check_room(ends: &World, kept: &World) -> Result<(), Denied> {
    for (kind, what, most) in [
        (RecordKind::Media, "media", limits::MEDIA_MAX),
        (RecordKind::Quote, "quotes", limits::QUOTES_MAX),
        (RecordKind::Consent, "consents", limits::ENTRY_CONSENTS_MAX),
    ] {
        let names = ends.records.keys().chain(kept.records.keys());
        if names.filter(|name| name.kind == kind).count() > most {
            return Err(Denied::too_many(what, most));
        }
    }
    Ok(())
}

/// Voids the absorbed entry; the verdict names what it held.
fn end(desk: &mut Desk, into: EntryId) -> Result<(), Denied> {
    let digest = desk.world.digest().ok_or(Code::UnknownRecord)?;
    let verdict = verdicts::verdict(desk, Move::Combine, digest, "")?;
    verdicts::decide(desk, EntryState::Voided, verdict)?;
    let rest = &mut desk.entry_mut()?.rest;
    rest.combined_into = Some(into);
    rest.proposals.clear();
    Ok(())
}

/// Fields that only one entry has stand; where they differ, the absorbed entry's value waits as its author's proposal.
/// What was erased on either side stays erased.
fn take_fields(kept: &mut Desk, entry: &EntryBody) -> Result<(), Denied> {
    for (key, leaf) in &entry.content.leaves.0 {
        let Leaf::Live { salt, value } = leaf else { continue };
        let leaves = &mut kept.entry_mut()?.content.leaves;
        match leaves.0.get(key) {
            Some(Leaf::Live { value: stands, .. }) if stands != value => {
                propose(kept, entry.content.author, (key, Some(value), *salt))?;
            }
            Some(_) => {}
            None => leaves.set(key, Some(value.clone()), *salt),
        }
    }
    fields::check_entry_whole(&kept.entry()?.content.leaves)?;
    let proposals = &mut kept.entry_mut()?.rest.proposals;
    proposals.extend(entry.rest.proposals.iter().cloned());
    merge::check_room(proposals)
}

/// Lets a value wait for whoever writes the entry that stays.
fn propose(
    kept: &mut Desk,
    by: AccountId,
    (key, value, salt): (&str, Option<&Value>, Salt),
) -> Result<(), Denied> {
    let (op, at) = (kept.op.id, kept.now);
    let proposal = Proposal { op, key: key.to_owned(), value: value.cloned(), salt, by, at };
    kept.entry_mut()?.rest.proposals.push(proposal.clone());
    kept.proposals.push(proposal);
    Ok(())
}

/// Whoever wrote the absorbed entry goes on contributing to the one that stays.
fn take_people(kept: &mut Desk, absorbed: EntryId, entry: &EntryBody) -> Result<(), Denied> {
    let writer = kept.entry()?.content.author;
    let rest = &mut kept.entry_mut()?.rest;
    rest.absorbed.push(Absorbed { entry: absorbed, author: entry.content.author });
    rest.absorbed.extend(&entry.rest.absorbed);
    if rest.absorbed.len() > limits::ABSORBED_MAX {
        return Err(Denied::too_many("absorbed", limits::ABSORBED_MAX));
    }
    for account in entry.rest.contributors.iter().chain([&entry.content.author]) {
        if *account != writer && !rest.contributors.contains(account) {
            rest.contributors.push(*account);
        }
    }
    if rest.contributors.len() > limits::CONTRIBUTORS_MAX {
        return Err(Denied::too_many("contributors", limits::CONTRIBUTORS_MAX));
    }
    Ok(())
}

/// What waits for a verdict is other content now: a verdict on what was seen before is stale.
fn submit_again(kept: &mut Desk) -> Result<(), Denied> {
    if kept.entry()?.rest.state != EntryState::Submitted {
        return Ok(());
    }
    let (digest, at) = (kept.world.digest().ok_or(Code::UnknownRecord)?, kept.now);
    let rest = &mut kept.entry_mut()?.rest;
    rest.version += 1;
    rest.hands.clear();
    rest.submitted = Some(Submitted { digest, at });
    Ok(())
}

/// Fields written on an absorbed entry: nobody has seen what stands here, so every value that differs waits.
fn write_late(kept: &mut Desk, desk: &Desk, changes: &[Change]) -> Result<(), Denied> {
    let (actor, was) = (desk.actor, desk.entry()?);
    let writes = was.is_by(actor.account) && actor.in_branch(was.content.branch);
    if !writes && !standing::contributes(kept.entry()?, actor) {
        return Err(Code::NotContributor.into());
    }
    if kept.entry()?.rest.state == EntryState::Voided {
        return Err(Code::WrongState.into());
    }
    for Change { key, to, salt, .. } in changes {
        if let Some(value) = to {
            fields::check_entry_leaf(key, value)?;
        }
        if kept.entry()?.content.leaves.value(key) != to.as_ref() {
            propose(kept, actor.account, (key, to.as_ref(), *salt))?;
        }
    }
    merge::check_room(&kept.entry()?.rest.proposals)
}
