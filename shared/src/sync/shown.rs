//! What the phone shows of an entry: the base with own ops on top, decided by the rules. So what
//! is on the screen is what the server will make of it, unless somebody else comes first.

use super::{Engine, base::branch_of, outbox::Own, rows::Progress, turn::Turn};
use crate::{
    ids::{BranchId, EntryId},
    model::Actor,
    rules::{Decision, World, decide},
    table::Set,
};

impl Engine {
    /// An entry as it is shown.
    pub(super) fn world(&self, entry: EntryId) -> Option<&World> {
        self.shown.get(&entry).or_else(|| self.told(entry))
    }

    /// An entry as the server told it: by a feed, or for a verdict.
    fn told(&self, entry: EntryId) -> Option<&World> {
        self.base.worlds.get(&entry).or_else(|| self.visited.worlds.get(&entry))
    }

    /// All entries as they are shown.
    pub(super) fn worlds(&self) -> impl Iterator<Item = &World> {
        let visited = self.visited.worlds.values();
        let visited = visited.filter(|world| !self.base.worlds.contains_key(&world.entry_id));
        let told = self.base.worlds.values().chain(visited);
        self.shown.values().chain(told.filter(|world| !self.shown.contains_key(&world.entry_id)))
    }

    /// The world an op on this entry would be decided in: empty where there is none yet.
    pub(super) fn world_or_empty(&self, entry: EntryId, branch: BranchId) -> World {
        let found = self.world(entry).cloned();
        found.unwrap_or_else(|| World::empty(entry, self.base.office(branch)))
    }

    /// Works out anew what this turn touched.
    pub(super) fn refresh(&mut self, turn: &Turn) {
        if turn.all {
            self.base.refresh_offices();
            return self.refresh_all();
        }
        let Some(actor) = self.actor() else { return };
        for entry in &turn.entries {
            self.refresh_entry(*entry, &actor);
        }
    }

    /// Works out anew every entry that has own ops.
    pub(super) fn refresh_all(&mut self) {
        self.shown.clear();
        let Some(actor) = self.actor() else { return };
        let entries: Set<EntryId> = self.outbox.iter().map(|(_, own)| own.op.act.entry()).collect();
        for entry in entries {
            self.refresh_entry(entry, &actor);
        }
    }

    fn refresh_entry(&mut self, entry: EntryId, actor: &Actor) {
        self.shown.remove(&entry);
        let base_rev = self.told(entry).map_or(0, World::rev);
        let ops: Vec<&Own> = self
            .outbox
            .of_entry(entry)
            .map(|(_, own)| own)
            .filter(|own| lies_on_top(own, base_rev))
            .collect();
        let Some(first) = ops.first() else { return };
        let told = self.told(entry).cloned();
        let mut world = told.unwrap_or_else(|| World::empty(entry, self.base.office(first.op.branch)));
        for own in ops {
            // What the rules refuse now, the server will refuse in words; until then it shows nothing.
            if let Decision::Applied(effect) = decide(&world, actor, &own.op, own.op.made_at) {
                effect.apply(&mut world);
            }
            if let Some(branch) = branch_of(&world) {
                world.office = self.base.office(branch);
            }
        }
        self.shown.insert(entry, world);
    }
}

/// Whether an own op's effect is not in the base yet.
fn lies_on_top(own: &Own, base_rev: u64) -> bool {
    match own.progress {
        Progress::Waiting | Progress::Held => true,
        Progress::Done { rev, seen } => !seen && (rev == 0 || base_rev < rev),
    }
}
