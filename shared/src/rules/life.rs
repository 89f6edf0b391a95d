//! An entry's life: draft, submitted, approved or returned, reopened, voided. Each move says who,
//! from where, and what must hold. Items stand in `rules::items`, verdicts in `rules::verdicts`.

use super::{Denied, Effect, World, combine, complete, desk::Desk, fields, items, merge, standing, verdicts};
use crate::{
    ids::{AccountId, BranchId},
    limits,
    model::{
        Actor, Body, Change, EntryBody, EntryContent, EntryRest, EntryState, Leaves, RecordId, Submitted,
        fields::key,
    },
    wire::{Act, Op, problem::Code},
};

/// Applies an op to a copy of the world.
pub fn apply(world: &World, actor: &Actor, op: &Op, now: i64) -> Result<Effect, Denied> {
    if op.needs.len() > limits::NEEDS_MAX {
        return Err(Denied::too_many("needs", limits::NEEDS_MAX));
    }
    let mut desk = Desk::new(world, actor, op, now);
    if let Act::EntryCreate { created_at, leaves, contributors, .. } = &op.act {
        create(&mut desk, *created_at, leaves, contributors)?;
        return Ok(desk.finish(Vec::new()));
    }
    if let Some(elsewhere) = combine::late(&mut desk)? {
        return Ok(desk.finish(elsewhere));
    }
    if !standing::sees(world, actor) {
        return Err(Code::UnknownRecord.into());
    }
    let mut elsewhere = Vec::new();
    match &op.act {
        Act::EntryCreate { .. } => {}
        Act::EntryEdit { changes, move_to, contributors, .. } => {
            edit(&mut desk, changes)?;
            if let Some(contributors) = contributors {
                set_contributors(&mut desk, contributors)?;
            }
            if let Some(branch) = move_to {
                move_to_branch(&mut desk, *branch)?;
            }
        }
        Act::EntrySubmit { .. } => submit(&mut desk)?,
        Act::EntryWithdraw { .. } => withdraw(&mut desk)?,
        Act::EntryDiscard { .. } => discard(&mut desk)?,
        Act::EntryApprove { digest, sketches, classify, .. } => {
            verdicts::approve(&mut desk, *digest, sketches, classify.as_ref())?;
        }
        Act::EntryReturn { digest, comment, .. } => verdicts::send_back(&mut desk, *digest, comment)?,
        Act::EntryUndo { verdict, .. } => verdicts::undo(&mut desk, *verdict)?,
        Act::EntryReopen { reason, .. } => verdicts::reopen(&mut desk, reason)?,
        Act::EntryVoid { reason, .. } => verdicts::void(&mut desk, reason)?,
        Act::EntryCombine { into, .. } => elsewhere = combine::combine(&mut desk, *into)?,
        Act::EntryTakeIn { items, .. } => combine::take_in(&mut desk, items)?,
        Act::Classify { classify, .. } => verdicts::classify(&mut desk, classify)?,
        item => elsewhere = items::apply(&mut desk, item)?,
    }
    Ok(desk.finish(elsewhere))
}

fn create(
    desk: &mut Desk,
    created_at: i64,
    leaves: &Leaves,
    contributors: &[AccountId],
) -> Result<(), Denied> {
    let me = desk.actor.account;
    let own = desk.world.entry().map(|entry| entry.content.author == me);
    if own == Some(true) {
        // The same phone, restored or copied, begins the same draft again: nothing is thrown away.
        let changes: Vec<Change> = leaves
            .0
            .iter()
            .filter_map(|(key, leaf)| match leaf {
                crate::model::Leaf::Live { salt, value } => Some(Change {
                    key: key.clone(),
                    from: None,
                    to: Some(value.clone()),
                    salt: *salt,
                    answers: Vec::new(),
                }),
                crate::model::Leaf::Erased { .. } => None,
            })
            .collect();
        return edit(desk, &changes);
    }
    // First of all: who may not write here is not told which ids are taken.
    if !desk.actor.in_branch(desk.op.branch) {
        return Err(Code::Forbidden.into());
    }
    if own.is_some() || desk.world.discarded || desk.world.taken.contains(&desk.op.act.target()) {
        return Err(Code::IdTaken.into());
    }
    for (key, leaf) in &leaves.0 {
        fields::check_entry_leaf(key, leaf.value().ok_or(Code::Erased)?)?;
    }
    fields::check_entry_whole(leaves)?;
    let content = EntryContent { branch: desk.op.branch, author: me, created_at, leaves: leaves.clone() };
    desk.put(desk.world.entry_id.0, EntryBody { content, rest: EntryRest::begun(desk.now) });
    set_contributors(desk, contributors)
}

fn edit(desk: &mut Desk, changes: &[Change]) -> Result<(), Denied> {
    let (actor, from) = (desk.actor, (desk.op.id, desk.actor.account, desk.now));
    let entry = desk.entry()?;
    // A contributor changes nothing but their own minutes.
    let own_minutes = format!("{}/{}", key::PARTICIPANTS, actor.person);
    let only_own = !changes.is_empty() && changes.iter().all(|change| change.key == own_minutes);
    if !(standing::contributes(entry, actor) && only_own) {
        standing::is_author(entry, actor)?;
    }
    standing::editable(entry)?;
    for change in changes {
        if let Some(value) = &change.to {
            fields::check_entry_leaf(&change.key, value)?;
        }
    }
    let leaves = &mut desk.entry_mut()?.content.leaves;
    let waiting = merge::merge_all(leaves, changes, "", from)?;
    fields::check_entry_whole(leaves)?;
    merge::settle(desk, changes, "", waiting)
}

fn set_contributors(desk: &mut Desk, contributors: &[AccountId]) -> Result<(), Denied> {
    let entry = desk.entry()?;
    standing::is_author(entry, desk.actor)?;
    standing::editable(entry)?;
    if contributors.len() > limits::CONTRIBUTORS_MAX {
        return Err(Denied::too_many("contributors", limits::CONTRIBUTORS_MAX));
    }
    let author = entry.content.author;
    let members = desk.world.office.members.clone();
    if contributors.iter().any(|account| !members.contains(account)) {
        return Err(Denied::from(Code::InvalidField)
            .with("field", "contributors")
            .with("why", "党支部 members"));
    }
    let mut distinct: Vec<AccountId> =
        contributors.iter().copied().filter(|account| *account != author).collect();
    distinct.sort_unstable();
    distinct.dedup();
    desk.entry_mut()?.rest.contributors = distinct;
    Ok(())
}

/// Moves a never submitted entry, with all that names it.
fn move_to_branch(desk: &mut Desk, branch: BranchId) -> Result<(), Denied> {
    let entry = desk.entry()?;
    if entry.content.author != desk.actor.account {
        return Err(Code::NotAuthor.into());
    }
    if entry.rest.state != EntryState::Draft || entry.rest.version > 0 {
        return Err(Code::OnceSubmitted.into());
    }
    if !desk.actor.in_branch(branch) {
        return Err(Code::Forbidden.into());
    }
    let entry = desk.entry_mut()?;
    entry.content.branch = branch;
    entry.rest.contributors.clear();
    let records: Vec<_> =
        desk.world.records.values().map(|record| (record.id, record.body.clone())).collect();
    for (id, body) in records {
        match body {
            Body::Media(mut media) => {
                media.content.branch = branch;
                desk.put(id, *media);
            }
            Body::Quote(mut quote) => {
                quote.content.branch = branch;
                desk.put(id, *quote);
            }
            Body::Consent(mut consent) => {
                consent.branch = branch;
                desk.put(id, *consent);
            }
            _ => {}
        }
    }
    Ok(())
}

fn submit(desk: &mut Desk) -> Result<(), Denied> {
    let entry = desk.entry()?;
    standing::is_author(entry, desk.actor)?;
    standing::editable(entry)?;
    complete::check(&desk.entry()?.content.leaves)?;
    let digest = desk.world.digest().ok_or(Code::UnknownRecord)?;
    let at = desk.now;
    let rest = &mut desk.entry_mut()?.rest;
    rest.state = EntryState::Submitted;
    rest.version += 1;
    rest.hands.clear();
    rest.submitted = Some(Submitted { digest, at });
    rest.decided = None;
    Ok(())
}

fn withdraw(desk: &mut Desk) -> Result<(), Denied> {
    let entry = desk.entry()?;
    standing::is_author(entry, desk.actor)?;
    if entry.rest.state != EntryState::Submitted {
        return Err(Code::WrongState.into());
    }
    let rest = &mut desk.entry_mut()?.rest;
    rest.state = EntryState::Draft;
    rest.submitted = None;
    Ok(())
}

/// Ends a draft that was never submitted. What contributors recorded goes back to them.
fn discard(desk: &mut Desk) -> Result<(), Denied> {
    let entry = desk.entry()?;
    if entry.content.author != desk.actor.account {
        return Err(Code::NotAuthor.into());
    }
    if entry.rest.version > 0 {
        return Err(Code::OnceSubmitted.into());
    }
    let me = desk.actor.account;
    let of_mine: Vec<RecordId> = desk
        .world
        .records
        .values()
        .filter(|record| match &record.body {
            Body::Entry(_) | Body::Classification(_) => true,
            Body::Media(media) => media.content.recorder == me,
            Body::Quote(quote) => quote.content.recorder == me,
            _ => false,
        })
        .map(crate::model::Record::record_id)
        .collect();
    for name in of_mine {
        desk.end(name);
    }
    desk.world.discarded = true;
    Ok(())
}
