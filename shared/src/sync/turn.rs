//! One turn of the engine: what it may use (time, chance) and what comes of it (rows first, then
//! the effects that need them on disk).

use super::{Effect, entropy::Entropy, rows::Changes};
use crate::{
    ids::{EntryId, MediaId},
    table::Set,
    wire::Problem,
};

/// What one event leads to.
#[derive(Debug)]
pub struct Turn {
    /// In ms since 1970 UTC.
    pub now: i64,
    /// This turn's chance.
    pub entropy: Entropy,
    /// Rows to be stored before anything else.
    pub rows: Changes,
    /// Entries whose shown state must be worked out anew.
    pub entries: Set<EntryId>,
    /// All of them must.
    pub all: bool,
    changed: bool,
    forget: Vec<MediaId>,
    hide: Vec<MediaId>,
    effects: Vec<Effect>,
}

impl Turn {
    /// Begins a turn.
    pub fn new(now: i64, seed: [u8; 32]) -> Self {
        Self {
            now,
            entropy: Entropy::new(seed),
            rows: Changes::default(),
            entries: Set::new(),
            all: false,
            changed: false,
            forget: Vec::new(),
            hide: Vec::new(),
            effects: Vec::new(),
        }
    }

    /// Something about an entry changed.
    pub fn entry_changed(&mut self, entry: EntryId) {
        self.entries.insert(entry);
        self.changed = true;
    }

    /// Something that every entry may depend on changed.
    pub fn all_changed(&mut self) {
        self.all = true;
        self.changed = true;
    }

    /// Something else that views show changed.
    pub fn changed(&mut self) {
        self.changed = true;
    }

    /// An effect that needs this turn's rows on disk.
    pub fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// The rules refused what the person wants.
    pub fn denied(&mut self, problem: Problem) {
        self.effects.push(Effect::Denied { problem });
    }

    /// An item's bytes are of no use any more.
    pub fn forget(&mut self, media: MediaId) {
        self.forget.push(media);
    }

    /// An item's record has left the phone.
    pub fn hide(&mut self, media: MediaId) {
        self.hide.push(media);
    }

    /// What is to be done, in order.
    pub fn finish(self) -> Vec<Effect> {
        let changes = self.rows.finish();
        let store = (!changes.is_empty()).then_some(Effect::Store { changes });
        let forget = (!self.forget.is_empty()).then_some(Effect::Forget { media: self.forget });
        let hide = (!self.hide.is_empty()).then_some(Effect::Hide { media: self.hide });
        let changed = self.changed.then_some(Effect::Changed);
        store.into_iter().chain(forget).chain(hide).chain(self.effects).chain(changed).collect()
    }
}
