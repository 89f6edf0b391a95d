//! Entries of branches whose feeds this person does not hold: where nobody in a branch may decide an
//! entry, an office above reads it online and decides it by the same op. Nothing of it is stored.

use super::{
    Engine,
    base::{Base, branch_of},
    rows::RecordRow,
    turn::Turn,
};
use crate::{ids::EntryId, wire::Row};

impl Engine {
    /// Takes what waits for this person in place of what was told before.
    pub(super) fn visit(&mut self, rows: &[Row], turn: &mut Turn) {
        let mut visited = Base::default();
        for row in rows {
            if let Some(body) = &row.body {
                let body = body.get().to_owned();
                let key = format!("{}/{}", row.kind, row.id);
                visited.load(&key, RecordRow { rev: row.rev, feeds: Default::default(), body });
            }
        }
        for world in visited.worlds.values_mut() {
            if let Some(branch) = branch_of(world) {
                world.office = self.base.office(branch);
            }
        }
        self.visited = visited;
        turn.all_changed();
    }

    /// The server has taken a verdict: the entry no longer waits for this person.
    pub(super) fn end_visit(&mut self, entry: EntryId, turn: &mut Turn) {
        if self.visited.worlds.remove(&entry).is_some() {
            turn.entry_changed(entry);
        }
    }
}
