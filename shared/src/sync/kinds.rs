//! What acts are to each other: which may be taken together, which need which, and what they carry.

use crate::{
    model::{Change, Leaf},
    table::Table,
    wire::{Act, Op},
};

/// Whether an act makes no sense without an earlier op of the same entry.
pub(super) fn needs_it(act: &Act, earlier: &Op) -> bool {
    match (act, &earlier.act) {
        (_, Act::EntryCreate { .. }) => true,
        (Act::EntrySubmit { .. }, other) => !is_decisive(other),
        (Act::EntryWithdraw { .. }, Act::EntrySubmit { .. }) => true,
        (Act::EntryUndo { verdict, .. }, _) => earlier.id == *verdict,
        (Act::ConsentAdd { item, .. }, other) => is_beginning(other) && other.target() == *item,
        (_, other) => is_beginning(other) && other.target() == act.target(),
    }
}

/// Changes fields of something that is there.
pub fn is_edit(act: &Act) -> bool {
    matches!(act, Act::EntryEdit { .. } | Act::MediaDescribe { .. } | Act::QuoteEdit { .. })
}

/// Moves an entry to another branch: what comes after it names that branch.
pub(super) fn moves(act: &Act) -> bool {
    matches!(act, Act::EntryEdit { move_to: Some(_), .. })
}

/// Makes an entry or an item.
pub fn is_beginning(act: &Act) -> bool {
    matches!(act, Act::EntryCreate { .. } | Act::MediaAdd { .. } | Act::QuoteAdd { .. })
}

/// Moves an entry through its life: shown as 待上传 until the server has answered.
pub fn is_decisive(act: &Act) -> bool {
    matches!(
        act,
        Act::EntrySubmit { .. }
            | Act::EntryWithdraw { .. }
            | Act::EntryApprove { .. }
            | Act::EntryReturn { .. }
            | Act::EntryUndo { .. }
            | Act::EntryReopen { .. }
            | Act::EntryVoid { .. }
            | Act::EntryCombine { .. }
            | Act::EntryDiscard { .. }
    )
}

/// Takes an edit into an earlier one of the same record, or into its beginning.
pub(super) fn merge(into: &mut Op, from: Act) {
    match (&mut into.act, from) {
        (
            Act::EntryEdit { changes, contributors, .. },
            Act::EntryEdit { changes: new, contributors: named, .. },
        ) => {
            fold(changes, new);
            *contributors = named.or(contributors.take());
        }
        (Act::MediaDescribe { changes, .. }, Act::MediaDescribe { changes: new, .. })
        | (Act::QuoteEdit { changes, .. }, Act::QuoteEdit { changes: new, .. }) => fold(changes, new),
        (
            Act::EntryCreate { leaves, contributors, .. },
            Act::EntryEdit { changes: new, contributors: named, .. },
        ) => {
            new.into_iter().for_each(|change| leaves.set(&change.key, change.to, change.salt));
            *contributors = named.unwrap_or(std::mem::take(contributors));
        }
        (Act::MediaAdd { leaves, .. }, Act::MediaDescribe { changes: new, .. })
        | (Act::QuoteAdd { leaves, .. }, Act::QuoteEdit { changes: new, .. }) => {
            new.into_iter().for_each(|change| leaves.set(&change.key, change.to, change.salt));
        }
        _ => {}
    }
}

/// Later changes of a leaf replace earlier ones, and keep what was first seen.
fn fold(changes: &mut Vec<Change>, new: Vec<Change>) {
    for change in new {
        match changes.iter_mut().find(|one| one.key == change.key) {
            Some(one) => {
                one.to = change.to;
                one.salt = change.salt;
                one.answers.extend(change.answers);
            }
            None => changes.push(change),
        }
    }
    changes.retain(|one| one.from != one.to || !one.answers.is_empty());
}

pub(super) fn changes_nothing(act: &Act) -> bool {
    match act {
        Act::EntryEdit { changes, move_to, contributors, .. } => {
            changes.is_empty() && move_to.is_none() && contributors.is_none()
        }
        Act::MediaDescribe { changes, .. } | Act::QuoteEdit { changes, .. } => changes.is_empty(),
        _ => false,
    }
}

/// The values an act carries, by field, for a card.
pub fn values(act: &Act) -> Table<String, serde_json::Value> {
    let of_leaves = |leaves: &crate::model::Leaves| {
        let live = leaves.0.iter().filter_map(|(key, leaf)| match leaf {
            Leaf::Live { value, .. } => Some((key.clone(), value.clone())),
            Leaf::Erased { .. } => None,
        });
        live.collect()
    };
    match act {
        Act::EntryCreate { leaves, .. } | Act::MediaAdd { leaves, .. } | Act::QuoteAdd { leaves, .. } => {
            of_leaves(leaves)
        }
        Act::EntryEdit { changes, .. }
        | Act::MediaDescribe { changes, .. }
        | Act::QuoteEdit { changes, .. } => {
            changes.iter().map(|one| (one.key.clone(), one.to.clone().unwrap_or_default())).collect()
        }
        Act::EntryReturn { comment: said, .. }
        | Act::EntryReopen { reason: said, .. }
        | Act::EntryVoid { reason: said, .. } => Table::from([("comment".to_owned(), said.clone().into())]),
        _ => Table::new(),
    }
}

/// Whether an act throws away what a media item's bytes were for.
pub fn ends_media(act: &Act) -> bool {
    matches!(act, Act::MediaRemove { .. } | Act::EntryDiscard { .. })
}
