//! Lists of entries: one's own and the branch's, and what waits for a decision.

use super::{EntryRow, StateWord};
use crate::{
    ids::{BranchId, EntryId},
    model::{
        Actor, EntryBody, EntryState, Leaves, MediaKind,
        fields::{Participant, key},
        media::Arrival,
    },
    rules::{World, standing},
    sync::{Engine, kinds::is_decisive},
};

impl Engine {
    /// Entries, newest first.
    pub fn entries(&self, branch: Option<BranchId>) -> Vec<EntryRow> {
        let wanted = |entry: &EntryBody| branch.is_none_or(|branch| entry.content.branch == branch);
        let mut rows: Vec<(i64, EntryRow)> = self
            .worlds()
            .filter_map(|world| {
                let entry = world.entry().filter(|entry| wanted(entry))?;
                Some((when(entry), self.entry_row(world, entry)))
            })
            .collect();
        rows.sort_unstable_by_key(|(at, row)| (std::cmp::Reverse(*at), row.id));
        rows.into_iter().map(|(_, row)| row).collect()
    }

    /// Submitted entries that this person may decide, oldest submission first.
    pub fn review(&self) -> Vec<EntryRow> {
        let Some(actor) = self.actor() else { return Vec::new() };
        let mut rows: Vec<EntryRow> = self
            .worlds()
            .filter(|world| may_decide(world, &actor))
            .filter_map(|world| Some(self.entry_row(world, world.entry()?)))
            .collect();
        rows.sort_unstable_by_key(|row| (row.submitted_at, row.id));
        rows
    }

    fn entry_row(&self, world: &World, entry: &EntryBody) -> EntryRow {
        let leaves = &entry.content.leaves;
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        EntryRow {
            id: world.entry_id,
            branch: entry.content.branch,
            title: leaves.get(key::TITLE).unwrap_or_default(),
            kind: leaves.get(key::KIND),
            started: leaves.get(key::STARTED_AT),
            ended: leaves.get(key::ENDED_AT),
            author: self.account_name(entry.content.author),
            own: self.is_own(entry),
            state: self.state_word(world.entry_id, entry),
            minutes: self.own_minutes(leaves),
            participants: count(leaves.elements(key::PARTICIPANTS).count()),
            media: count(world.all_media().count()),
            arrived: count(
                world.all_media().filter(|(_, media)| media.rest.original == Arrival::Arrived).count(),
            ),
            submitted_at: entry.rest.submitted.as_ref().map(|submitted| submitted.at),
            cover: world
                .all_media()
                .find(|(_, media)| media.content.kind == MediaKind::Photo)
                .map(|(id, _)| id),
        }
    }

    pub(super) fn is_own(&self, entry: &EntryBody) -> bool {
        self.me.as_ref().is_some_and(|me| me.account == entry.content.author)
    }

    /// The one word: what needs the person comes first, then what is not at the server.
    pub(super) fn state_word(&self, id: EntryId, entry: &EntryBody) -> StateWord {
        let carded =
            self.tray.values().any(|row| row.binned_at.is_none() && self.tray_entry(row) == Some(id));
        if carded {
            return StateWord::Attention;
        }
        if self.outbox.of_entry(id).any(|(_, own)| own.pending() && is_decisive(&own.op.act)) {
            return StateWord::Unsent;
        }
        match entry.rest.state {
            EntryState::Draft => StateWord::Draft,
            EntryState::Submitted => StateWord::Submitted,
            EntryState::Returned => StateWord::Returned,
            EntryState::Approved => StateWord::Approved,
            EntryState::Reopened => StateWord::Reopened,
            EntryState::Voided => StateWord::Voided,
        }
    }

    /// One's own minutes in an entry.
    pub(super) fn own_minutes(&self, leaves: &Leaves) -> u32 {
        let Some(me) = &self.me else { return 0 };
        let own: Option<Participant> = leaves.get(&format!("{}/{}", key::PARTICIPANTS, me.person));
        own.map_or(0, |own| own.days.iter().map(|day| day.minutes).sum())
    }
}

/// By the activity's start; by the moment it was begun where there is none.
fn when(entry: &EntryBody) -> i64 {
    let started: Option<crate::model::fields::LocalTime> = entry.content.leaves.get(key::STARTED_AT);
    started.map_or(entry.content.created_at, |at| at.utc_minute().saturating_mul(60_000))
}

fn may_decide(world: &World, actor: &Actor) -> bool {
    world.entry().is_some_and(|entry| entry.rest.state == EntryState::Submitted)
        && standing::sees(world, actor)
        && standing::decider(world, actor).is_ok()
}
