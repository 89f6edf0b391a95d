//! The desk an op works on: a copy of the world, with a note of what was touched. Nothing is
//! stored here; a refused op just drops its desk.

use uuid::Uuid;

use super::{Denied, Effect, World};
use crate::{
    ids::EntryId,
    model::{Actor, Body, EntryBody, MediaBody, Proposal, QuoteBody, Record, RecordId, RecordKind},
    table::Set,
    wire::{Op, problem::Code},
};

/// An op at work.
pub struct Desk<'a> {
    /// The world with the op's changes so far.
    pub world: World,
    /// Who acts.
    pub actor: &'a Actor,
    /// What they do.
    pub op: &'a Op,
    /// When, in ms since 1970 UTC.
    pub now: i64,
    /// Edits that met another value.
    pub proposals: Vec<Proposal>,
    touched: Set<RecordId>,
    dropped: Set<RecordId>,
}

impl<'a> Desk<'a> {
    /// Lays out a copy of the world.
    pub fn new(world: &World, actor: &'a Actor, op: &'a Op, now: i64) -> Self {
        let (touched, dropped) = (Set::new(), Set::new());
        Self { world: world.clone(), actor, op, now, proposals: Vec::new(), touched, dropped }
    }

    /// The entry, or the refusal that there is none.
    pub fn entry(&self) -> Result<&EntryBody, Denied> {
        self.world.entry().ok_or_else(|| Code::UnknownRecord.into())
    }

    /// The entry, to be changed.
    pub fn entry_mut(&mut self) -> Result<&mut EntryBody, Denied> {
        match self.touch(RecordId::new(RecordKind::Entry, self.world.entry_id.0)) {
            Some(Body::Entry(entry)) => Ok(entry),
            _ => Err(Code::UnknownRecord.into()),
        }
    }

    /// A media item, to be changed.
    pub fn media_mut(&mut self, id: impl Into<Uuid>) -> Result<&mut MediaBody, Denied> {
        match self.touch(RecordId::new(RecordKind::Media, id)) {
            Some(Body::Media(media)) => Ok(media),
            _ => Err(Code::UnknownRecord.into()),
        }
    }

    /// A quote, to be changed.
    pub fn quote_mut(&mut self, id: impl Into<Uuid>) -> Result<&mut QuoteBody, Denied> {
        match self.touch(RecordId::new(RecordKind::Quote, id)) {
            Some(Body::Quote(quote)) => Ok(quote),
            _ => Err(Code::UnknownRecord.into()),
        }
    }

    /// Makes a record or replaces its body.
    pub fn put(&mut self, id: impl Into<Uuid>, body: impl Into<Body>) {
        let (id, body) = (id.into(), body.into());
        let name = RecordId { kind: body.kind(), id };
        self.dropped.remove(&name);
        match self.touch(name) {
            Some(there) => *there = body,
            None => {
                self.world.records.insert(name, Record { id, rev: 1, body });
                self.touched.insert(name);
            }
        }
    }

    /// Ends a record.
    pub fn end(&mut self, name: RecordId) {
        self.touched.remove(&name);
        if self.world.records.remove(&name).is_some() {
            self.dropped.insert(name);
        }
    }

    /// A desk for another entry that the op is about too.
    pub fn beside(&self, entry: EntryId) -> Option<Desk<'a>> {
        let mut world = self.world.elsewhere.iter().find(|other| other.entry_id == entry)?.clone();
        let others = self.world.elsewhere.iter().filter(|other| other.entry_id != entry);
        world.elsewhere = others.cloned().collect();
        world.taken = self.world.taken.clone();
        Some(Desk::new(&world, self.actor, self.op, self.now))
    }

    /// Gives everything that can stand in another entry to that one's desk: media, quotes, and facts about them. Nothing
    /// ends; the revision before the one that it has over there is its end here.
    pub fn hand_items_over(&mut self, to: &mut Desk) {
        for (name, mut record) in std::mem::take(&mut self.world.records) {
            if matches!(name.kind, RecordKind::Media | RecordKind::Quote | RecordKind::Consent) {
                record.set_entry(to.world.entry_id);
                record.rev += 2;
                to.touched.insert(name);
                to.world.records.insert(name, record);
            } else {
                self.world.records.insert(name, record);
            }
        }
    }

    /// Counts a record as changed and hands out its body.
    fn touch(&mut self, name: RecordId) -> Option<&mut Body> {
        let record = self.world.records.get_mut(&name)?;
        if self.touched.insert(name) {
            record.rev += 1;
        }
        Some(&mut record.body)
    }

    /// What came of it. Every applied op raises the entry's revision, one that changed nothing too.
    pub fn finish(mut self, mut elsewhere: Vec<Record>) -> Effect {
        let now = self.now;
        if let Ok(entry) = self.entry_mut() {
            entry.rest.changed_at = now;
        }
        // An approved copy comes and goes with verdicts: it takes its entry's revision, which only
        // grows, so that no revision of it ever stands for two copies.
        let rev = self.world.rev();
        if let Some(approved) =
            self.world.records.get_mut(&RecordId::new(RecordKind::Approved, self.world.entry_id.0))
            && self.touched.contains(&approved.record_id())
        {
            approved.rev = rev;
        }
        let mut puts: Vec<Record> =
            self.touched.iter().filter_map(|name| self.world.records.get(name).cloned()).collect();
        puts.append(&mut elsewhere);
        Effect {
            puts,
            drops: self.dropped.into_iter().collect(),
            proposals: self.proposals,
            rev,
            digest: self.world.digest(),
        }
    }
}
