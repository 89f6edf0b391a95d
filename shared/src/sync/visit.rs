//! Entries of branches whose feeds this person does not hold: where nobody in a branch may decide an
//! entry, an office above reads it online and decides it by the same op. Nothing of it is stored.

use super::{
    Engine,
    base::{Base, branch_of},
    rows::RecordRow,
    turn::Turn,
};
use crate::{
    ids::{EntryId, write_uuid},
    json,
    wire::{Row, entries::ReviewPage},
};

impl Engine {
    /// Takes what waits for this person in place of what was told before. A page that cannot be read
    /// leaves all as it was.
    pub(super) fn visit(&mut self, texts: &[String], turn: &mut Turn) {
        let pages = texts.iter().map(|text| json::parse(text));
        let Ok(pages) = pages.collect::<Result<Vec<ReviewPage>, _>>() else { return };
        let mut visited = Base::default();
        for Row { kind, id, rev, body, .. } in pages.into_iter().flat_map(|page| page.rows) {
            if let Some(body) = body {
                let record = RecordRow { rev, feeds: Default::default(), body: body.get().to_owned() };
                visited.load(&format!("{kind}/{}", write_uuid(id)), record);
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
