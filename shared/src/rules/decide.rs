//! One op against one world: what changes, or why not.

use super::{Denied, World};
use crate::{
    ids::Digest,
    model::{Actor, Proposal, Record, RecordId},
    wire::Op,
};

/// What becomes of an op.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Done; the caller stores the effect.
    Applied(Box<Effect>),
    /// Not done.
    Refused(Denied),
}

/// What an op changes. Records carry their new revision.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Effect {
    /// Records made or changed, also of worlds elsewhere.
    pub puts: Vec<Record>,
    /// Records that are no more.
    pub drops: Vec<RecordId>,
    /// Edits that met another value and wait.
    pub proposals: Vec<Proposal>,
    /// The entry's revision after it; 0 where the op ended the entry.
    pub rev: u64,
    /// The entry's content after it.
    pub digest: Option<Digest>,
}

/// Decides an op. `now` is the server's time (the phone's where it decides for its view), in ms
/// since 1970 UTC; it is written down and decides nothing.
pub fn decide(world: &World, actor: &Actor, op: &Op, now: i64) -> Decision {
    match super::life::apply(world, actor, op, now) {
        Ok(effect) => Decision::Applied(Box::new(effect)),
        Err(denied) => Decision::Refused(denied),
    }
}

impl Effect {
    /// Brings a world up to date: the same as the caller's store will hold.
    pub fn apply(&self, world: &mut World) {
        for record in &self.puts {
            put(world, record);
            for other in &mut world.elsewhere {
                put(other, record);
            }
        }
        for name in &self.drops {
            world.records.remove(name);
            if *name == RecordId::new(crate::model::RecordKind::Entry, world.entry_id.0) {
                world.discarded = true;
            }
        }
    }
}

/// Puts a record into its entry's world, and takes it out of any other: it may have been handed over.
fn put(world: &mut World, record: &Record) {
    if record.entry() == Some(world.entry_id) {
        world.records.insert(record.record_id(), record.clone());
    } else {
        world.records.remove(&record.record_id());
    }
}
