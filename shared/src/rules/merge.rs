//! Edits of one leaf by several hands. No clock decides: an edit that knew the value is taken, one
//! that did not waits as a visible proposal.

use super::{Denied, desk::Desk};
use crate::{
    ids::{AccountId, OpId},
    limits,
    model::{Change, Hand, Leaf, Leaves, Proposal},
    wire::problem::Code,
};

/// What one change does to its leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// It is already so.
    NoOp,
    /// The writer knew the value: taken.
    Take,
    /// Somebody else's value stands: it becomes a proposal.
    Propose,
}

/// Compares what the writer saw with what stands. An erased leaf takes no edit.
pub fn merge(leaves: &Leaves, change: &Change) -> Result<Merge, Denied> {
    if matches!(leaves.0.get(&change.key), Some(Leaf::Erased { .. })) {
        return Err(Code::Erased.into());
    }
    let stands = leaves.value(&change.key);
    Ok(if stands == change.to.as_ref() {
        Merge::NoOp
    } else if stands == change.from.as_ref() {
        Merge::Take
    } else {
        Merge::Propose
    })
}

/// Merges changes into leaves; what waits is returned, with `prefix` before its key.
pub fn merge_all(
    leaves: &mut Leaves,
    changes: &[Change],
    prefix: &str,
    from: (OpId, AccountId, i64),
) -> Result<Vec<Proposal>, Denied> {
    if changes.len() > limits::CHANGES_MAX {
        return Err(Denied::too_many("changes", limits::CHANGES_MAX));
    }
    if changes.iter().any(|change| change.answers.len() > limits::PROPOSALS_MAX) {
        return Err(Denied::too_many("answers", limits::PROPOSALS_MAX));
    }
    let (op, by, at) = from;
    let mut waiting = Vec::new();
    for change in changes {
        match merge(leaves, change)? {
            Merge::NoOp => {}
            Merge::Take => leaves.set(&change.key, change.to.clone(), change.salt),
            Merge::Propose => waiting.push(Proposal {
                op,
                key: format!("{prefix}{}", change.key),
                value: change.to.clone(),
                salt: change.salt,
                by,
                at,
            }),
        }
    }
    Ok(waiting)
}

/// Whether an entry keeps so many proposals.
pub fn check_room(proposals: &[Proposal]) -> Result<(), Denied> {
    if proposals.len() > limits::PROPOSALS_MAX {
        return Err(Denied::too_many("proposals", limits::PROPOSALS_MAX));
    }
    Ok(())
}

/// Takes answered proposals off the entry, puts new ones on it, and remembers who wrote the rest.
pub fn settle(
    desk: &mut Desk,
    changes: &[Change],
    prefix: &str,
    waiting: Vec<Proposal>,
) -> Result<(), Denied> {
    let hand = Hand { by: desk.actor.account, at: desk.now };
    let entry = desk.entry_mut()?;
    for change in changes {
        let key = format!("{prefix}{}", change.key);
        entry.rest.proposals.retain(|one| one.key != key || !change.answers.contains(&one.op));
        if waiting.iter().all(|one| one.key != key) {
            entry.rest.hands.insert(key, hand);
        }
    }
    while entry.rest.hands.len() > limits::HANDS_MAX
        && let Some((oldest, _)) = entry.rest.hands.iter().min_by_key(|(_, hand)| hand.at)
    {
        let oldest = oldest.clone();
        entry.rest.hands.remove(&oldest);
    }
    entry.rest.proposals.extend(waiting.iter().cloned());
    check_room(&entry.rest.proposals)?;
    desk.proposals.extend(waiting);
    Ok(())
}
