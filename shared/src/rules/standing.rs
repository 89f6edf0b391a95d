//! Who somebody is to an entry: what they may see of it and whether they may decide it.

use super::{Denied, World};
use crate::{
    ids::AccountId,
    model::{Actor, EntryBody, EntryState, Role, Scope},
    wire::problem::Code,
};

/// Whether anything of the entry exists for the actor. What is hidden is answered like what never
/// was. Its records are seen one by one, by [`super::access::may_see`].
pub fn sees(world: &World, actor: &Actor) -> bool {
    let Some(entry) = world.entry() else { return false };
    entry.content.author == actor.account
        || sees_entry(world, entry, actor)
        || (world.approved().is_some() && reads_approved(world, entry, actor))
        || has_recorded(world, actor.account)
}

fn sees_entry(world: &World, entry: &EntryBody, actor: &Actor) -> bool {
    let branch = entry.content.branch;
    match entry.rest.state {
        EntryState::Draft => contributes(entry, actor),
        EntryState::Submitted | EntryState::Returned | EntryState::Reopened | EntryState::Approved => {
            actor.in_branch(branch) || decides_from_above(world, entry, actor)
        }
        EntryState::Voided => actor.in_office(branch) || in_committee(world, actor),
    }
}

fn reads_approved(world: &World, entry: &EntryBody, actor: &Actor) -> bool {
    actor.in_branch(entry.content.branch) || in_committee(world, actor) || actor.in_school()
}

/// Whether the actor has a hand in an entry: wrote it or what it absorbed, contributes, recorded an item, decides.
pub fn works_on(world: &World, actor: &Actor) -> bool {
    let of_entry = |entry: &EntryBody| {
        entry.is_by(actor.account) || contributes(entry, actor) || actor.in_office(entry.content.branch)
    };
    world.entry().is_some_and(of_entry) || has_recorded(world, actor.account)
}

/// Whose photo or quote it is may say at any time that consent was withdrawn.
fn has_recorded(world: &World, account: AccountId) -> bool {
    world.all_media().any(|(_, media)| media.content.recorder == account)
        || world.all_quotes().any(|(_, quote)| quote.content.recorder == account)
}

fn in_committee(world: &World, actor: &Actor) -> bool {
    world.office.committee.is_some_and(|committee| actor.in_committee(committee))
}

/// Where no living approver exists who did not write any of it, the committee decides; where its only account wrote the
/// entry, the school.
pub fn decides_from_above(world: &World, entry: &EntryBody, actor: &Actor) -> bool {
    let others = |accounts: &[AccountId]| accounts.iter().any(|account| !entry.is_by(*account));
    let Some(committee) = world.office.committee else { return false };
    if others(&world.office.approvers) {
        return false;
    }
    actor.in_committee(committee) || (actor.in_school() && !others(&world.office.committee_accounts))
}

/// Whether the entry waits for the actor's verdict from above, since nobody in its branch may give one.
pub fn waits_above(world: &World, actor: &Actor) -> bool {
    world.entry().is_some_and(|entry| {
        entry.rest.state == EntryState::Submitted && decides_from_above(world, entry, actor)
    }) && decider(world, actor).is_ok()
}

/// Whether the actor may approve or return the entry; `Ok(true)` where it is their own and the
/// committee allows that.
pub fn decider(world: &World, actor: &Actor) -> Result<bool, Denied> {
    let entry = world.entry().ok_or(Code::UnknownRecord)?;
    let own = entry.is_by(actor.account);
    let in_office = actor.in_office(entry.content.branch);
    if !in_office && !decides_from_above(world, entry, actor) {
        return Err(Code::NotApprover.into());
    }
    if own && !(in_office && world.office.self_approval) {
        return Err(Code::OwnEntry.into());
    }
    Ok(own)
}

/// Secretary of the branch, or the committee above it: may void.
pub fn may_void(world: &World, actor: &Actor, entry: &EntryBody) -> bool {
    actor.holds(Role::Secretary, Scope::Branch(entry.content.branch)) || in_committee(world, actor)
}

/// Whether content may be changed now.
pub fn editable(entry: &EntryBody) -> Result<(), Denied> {
    match entry.rest.state {
        EntryState::Draft | EntryState::Returned | EntryState::Reopened => Ok(()),
        EntryState::Submitted => Err(Code::NotEditable.into()),
        EntryState::Approved | EntryState::Voided => Err(Code::WrongState.into()),
    }
}

/// Author of the entry, still in its branch.
pub fn is_author(entry: &EntryBody, actor: &Actor) -> Result<(), Denied> {
    if entry.content.author != actor.account {
        return Err(Code::NotAuthor.into());
    }
    in_branch(entry, actor)
}

/// In the entry's branch now. A former member's work is refused in words, and stays on the phone.
pub fn in_branch(entry: &EntryBody, actor: &Actor) -> Result<(), Denied> {
    if actor.in_branch(entry.content.branch) { Ok(()) } else { Err(Code::Forbidden.into()) }
}

/// Named contributor, in the branch now.
pub fn contributes(entry: &EntryBody, actor: &Actor) -> bool {
    entry.rest.contributors.contains(&actor.account) && actor.in_branch(entry.content.branch)
}
