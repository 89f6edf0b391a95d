//! What the phone shows of an entry: the base with own ops on top, decided by the rules. So what
//! is on the screen is what the server will make of it, unless somebody else comes first.

use super::{Engine, base::branch_of, outbox::Own, rows::Progress, turn::Turn};
use crate::{
    ids::{BranchId, EntryId},
    model::Actor,
    rules::{Decision, World, combine, decide},
    table::{Set, Table},
    wire::Act,
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

    /// The other entry that an act on a world is about, as it is shown.
    pub(super) fn beside(&self, world: &World, act: &Act) -> Vec<World> {
        combine::beside(world, act).and_then(|entry| self.world(entry)).cloned().into_iter().collect()
    }

    /// Works out anew what this turn touched.
    pub(super) fn refresh(&mut self, turn: &Turn) {
        if turn.all {
            self.base.refresh_offices();
            return self.refresh_all();
        }
        let Some(actor) = self.actor() else { return };
        self.refresh_entries(turn.entries.clone(), &actor);
    }

    /// Works out anew every entry that has own ops.
    pub(super) fn refresh_all(&mut self) {
        self.shown.clear();
        let Some(actor) = self.actor() else { return };
        self.refresh_entries(self.outbox.iter().map(|(_, own)| own.op.act.entry()).collect(), &actor);
    }

    fn refresh_entries(&mut self, mut entries: Set<EntryId>, actor: &Actor) {
        let ties = self.ties();
        while let Some(first) = entries.iter().next().copied() {
            let tied = tied_to(first, &ties);
            for entry in &tied {
                entries.remove(entry);
                self.shown.remove(entry);
            }
            self.refresh_tied(&tied, actor);
        }
    }

    /// Entries that own ops change together: combined by one, or combined already.
    fn ties(&self) -> Vec<(EntryId, EntryId)> {
        let tie = |own: &Own| {
            let entry = own.op.act.entry();
            Some((entry, combine::beside(self.told(entry)?, &own.op.act)?))
        };
        self.outbox.iter().filter_map(|(_, own)| tie(own)).collect()
    }

    fn refresh_tied(&mut self, entries: &Set<EntryId>, actor: &Actor) {
        let base_rev = |entry: EntryId| self.told(entry).map_or(0, World::rev);
        let tops: Vec<&Own> = self
            .outbox
            .iter()
            .map(|(_, own)| own)
            .filter(|own| entries.contains(&own.op.act.entry()))
            .filter(|own| lies_on_top(own, base_rev(own.op.act.entry())))
            .collect();
        if tops.is_empty() {
            return;
        }
        let told = entries.iter().filter_map(|entry| Some((*entry, self.told(*entry)?.clone())));
        let mut worlds: Table<EntryId, World> = told.collect();
        for own in tops {
            let entry = own.op.act.entry();
            let begun = || World::empty(entry, self.base.office(own.op.branch));
            let mut world = worlds.remove(&entry).unwrap_or_else(begun);
            world.elsewhere = std::mem::take(&mut worlds).into_iter().map(|(_, other)| other).collect();
            // What the rules refuse now, the server will refuse in words; until then it shows nothing.
            if let Decision::Applied(effect) = decide(&world, actor, &own.op, own.op.made_at) {
                effect.apply(&mut world);
            }
            if let Some(branch) = branch_of(&world) {
                world.office = self.base.office(branch);
            }
            worlds.extend(
                std::mem::take(&mut world.elsewhere).into_iter().map(|other| (other.entry_id, other)),
            );
            worlds.insert(entry, world);
        }
        self.shown.extend(worlds);
    }
}

/// An entry with all that are tied to it, directly or through others.
fn tied_to(entry: EntryId, ties: &[(EntryId, EntryId)]) -> Set<EntryId> {
    let mut tied = Set::from([entry]);
    loop {
        let before = tied.len();
        for (one, other) in ties {
            if tied.contains(one) || tied.contains(other) {
                tied.extend([*one, *other]);
            }
        }
        if tied.len() == before {
            return tied;
        }
    }
}

/// Whether an own op's effect is not in the base yet.
fn lies_on_top(own: &Own, base_rev: u64) -> bool {
    match own.progress {
        Progress::Waiting | Progress::Held => true,
        Progress::Done { rev, seen } => !seen && (rev == 0 || base_rev < rev),
    }
}
