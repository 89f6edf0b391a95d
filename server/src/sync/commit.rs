//! What follows from a decision: records, versions, derived rows, history and feeds, gathered for the transaction
//! that holds the locks. Pushes and changes of machine state end here. Pure: reads and writes nothing itself.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    digest,
    ids::{AccountId, BranchId, Checksum, Digest, EntryId, FeedId, OpId},
    model::{Body, EntryState, Record, RecordId, RecordKind},
    rules::{Effect, World, feeds::feeds_of},
    table::{Set, Table},
};

use super::{
    chains,
    feeds::Step,
    index::{self, Derived},
    pending::Pending,
    records::{Loaded, store::RevisionPut},
};

/// Who changed something, by what, and when.
#[derive(Clone, Copy, Debug)]
pub struct Stamp {
    /// The op and its account; `None`: the server itself.
    pub by: Option<(OpId, AccountId)>,
    /// Server time in ms since 1970 UTC.
    pub at: i64,
}

/// A change of a branch's history that goes with an effect.
#[derive(Clone, Debug)]
pub struct Happening {
    /// The op's name.
    pub what: &'static str,
    /// The record it made or changed.
    pub record: RecordId,
}

/// An effect that was applied to a world in memory, with what stood there before.
#[derive(Debug)]
pub struct Applied {
    /// By entry, its derived rows and the records that the effect touches; `None`: there was no such record.
    was: BTreeMap<EntryId, (Derived, Records)>,
    /// By entry, the records that it gave to another one, as they stood.
    left: BTreeMap<EntryId, Vec<Record>>,
    /// Bodies of the records made or changed, as they are stored.
    bodies: BTreeMap<RecordId, String>,
    steps: Vec<Step>,
}

type Records = BTreeMap<RecordId, Option<Record>>;

/// Applies an effect to a world that was loaded under the locks, and brings it up to date. Nothing is written.
pub fn apply(loaded: &mut Loaded, effect: &Effect) -> Applied {
    let (was, left) = (before(loaded, effect), left(loaded, effect));
    let bodies: BTreeMap<RecordId, String> =
        effect.puts.iter().map(|record| (record.record_id(), record.body.to_json())).collect();
    let mut old_sums = BTreeMap::new();
    for record in &effect.puts {
        let name = record.record_id();
        let sum = digest::row(name.kind.name(), name.id, record.rev, &bodies[&name]);
        old_sums.insert(name, loaded.sums.insert(name, sum));
    }
    for name in &effect.drops {
        old_sums.insert(*name, loaded.sums.remove(name));
    }
    effect.apply(&mut loaded.world);
    let mut steps = Vec::new();
    for (entry, (_, records)) in &was {
        let Some(world) = worlds(loaded).find(|world| world.entry_id == *entry) else { continue };
        let joined = feeds_of(world);
        steps.extend(steps_of(loaded, (world, records), &old_sums, &joined));
        loaded.feeds.extend(joined);
    }
    for name in &effect.drops {
        loaded.feeds.remove(name);
    }
    Applied { was, left, bodies, steps }
}

/// What the effect takes from one entry and gives to another.
fn left(loaded: &Loaded, effect: &Effect) -> BTreeMap<EntryId, Vec<Record>> {
    let mut left: BTreeMap<EntryId, Vec<Record>> = BTreeMap::new();
    for record in &effect.puts {
        for world in worlds(loaded).filter(|world| record.entry() != Some(world.entry_id)) {
            if let Some(old) = world.records.get(&record.record_id()) {
                left.entry(world.entry_id).or_default().push(old.clone());
            }
        }
    }
    left
}

/// What the effect is going to touch, by entry.
fn before(loaded: &Loaded, effect: &Effect) -> BTreeMap<EntryId, (Derived, Records)> {
    let mut was = BTreeMap::new();
    for world in worlds(loaded) {
        let puts = effect.puts.iter().filter(|record| record.entry() == Some(world.entry_id));
        let drops = effect.drops.iter().filter(|name| world.records.contains_key(name));
        let names = puts.map(Record::record_id).chain(drops.copied());
        // It may have been another entry's until now.
        let stood = |name| worlds(loaded).find_map(|world| world.records.get(&name).cloned());
        let records: Records = names.map(|name| (name, stood(name))).collect();
        if !records.is_empty() {
            was.insert(world.entry_id, (index::derive(world), records));
        }
    }
    was
}

fn worlds(loaded: &Loaded) -> impl Iterator<Item = &World> {
    std::iter::once(&loaded.world).chain(&loaded.world.elsewhere)
}

/// What changes in which feed now that a world's records are others than they were.
fn steps_of(
    loaded: &Loaded,
    (world, was): (&World, &Records),
    old_sums: &BTreeMap<RecordId, Option<Checksum>>,
    joined: &Table<RecordId, Set<FeedId>>,
) -> Vec<Step> {
    let nowhere = Set::new();
    let names: BTreeSet<RecordId> = was.keys().chain(world.records.keys()).copied().collect();
    let mut steps = Vec::new();
    for record in names {
        let before = loaded.feeds.get(&record).unwrap_or(&nowhere);
        let after = joined.get(&record).unwrap_or(&nowhere);
        let new = world.records.get(&record);
        let old = match was.get(&record) {
            Some(old) => old.as_ref(),
            None => new,
        };
        let rev = new.map_or_else(|| old.map_or(0, |old| old.rev) + 1, |new| new.rev);
        let changed = old.map(|old| old.rev) != new.map(|new| new.rev);
        let sum = loaded.sums.get(&record).copied();
        let old_sum = old_sums.get(&record).copied().unwrap_or(sum);
        for feed in before.union(after) {
            let (stood, stands) = (before.contains(feed), after.contains(feed));
            if changed || stood != stands {
                let (was, now) = (old_sum.filter(|_| stood), sum.filter(|_| stands));
                steps.push(Step { feed: *feed, record, rev, was, now });
            }
        }
    }
    steps
}

impl Applied {
    /// The feeds in which something changes.
    pub fn feeds(&self) -> BTreeSet<FeedId> {
        self.steps.iter().map(|step| step.feed).collect()
    }

    /// Has all that follows from it written: records, versions, derived rows, history and feeds.
    pub fn gather(
        self,
        pending: &mut Pending,
        loaded: &Loaded,
        (stamp, happenings): (Stamp, Vec<Happening>),
    ) {
        let Applied { was, left, mut bodies, steps } = self;
        for (entry, (derived, records)) in was {
            let Some(world) = worlds(loaded).find(|world| world.entry_id == entry) else { continue };
            let left = left.get(&entry).map(Vec::as_slice).unwrap_or_default();
            keep_versions(pending, (&records, left, world), &bodies, stamp);
            for (name, old) in &records {
                match (old, world.records.get(name)) {
                    (old, Some(record)) => {
                        let body = bodies.remove(name).unwrap_or_else(|| record.body.to_json());
                        let was = old.as_ref().map(|old| old.rev);
                        pending.put(record, (body, loaded.sums[name]), was);
                    }
                    (Some(old), None) => pending.end(old, stamp.at),
                    (None, None) => {}
                }
            }
            pending.derive(entry, derived, index::derive(world));
        }
        for happening in happenings {
            remember(pending, loaded, &happening, stamp);
        }
        pending.step(steps);
    }
}

/// How often an entry was submitted; 0 where it is no more or never was.
fn version(entry: Option<&Record>) -> u32 {
    match entry.map(|record| &record.body) {
        Some(Body::Entry(entry)) => entry.rest.version,
        _ => 0,
    }
}

/// The first submission keeps every record as it is, each later change what it changed.
fn keep_versions(
    pending: &mut Pending,
    (was, left, now): (&Records, &[Record], &World),
    bodies: &BTreeMap<RecordId, String>,
    stamp: Stamp,
) {
    let entry = RecordId::new(RecordKind::Entry, now.entry_id.0);
    let stands = now.records.get(&entry);
    if version(stands) == 0 {
        return;
    }
    let first = version(was.get(&entry).map_or(stands, Option::as_ref)) == 0;
    let branch = now.entry().expect("an entry with versions exists").content.branch;
    let place = (now.entry_id, branch);
    let version =
        |name, rev, digest, body| RevisionPut { name, rev, place, digest, body, by: stamp.by, at: stamp.at };
    for (name, record) in &now.records {
        let changed = was.get(name).is_some_and(|old| old.as_ref().map(|old| old.rev) != Some(record.rev));
        if first || changed {
            let body = bodies.get(name).cloned().unwrap_or_else(|| record.body.to_json());
            pending.keep(version(*name, record.rev, content_digest(now, record), Some(body)));
        }
    }
    let ended = was.iter().filter(|(name, _)| !now.records.contains_key(name));
    for old in ended.filter_map(|(_, old)| old.as_ref()).chain(left).filter(|_| !first) {
        pending.keep(version(old.record_id(), old.rev + 1, None, None));
    }
}

fn content_digest(world: &World, record: &Record) -> Option<Digest> {
    match &record.body {
        Body::Entry(_) => world.digest(),
        Body::Media(media) => Some(digest::media(record.id, &media.content)),
        Body::Quote(quote) => Some(digest::quote(record.id, &quote.content)),
        Body::Approved(approved) => Some(approved.digest),
        _ => None,
    }
}

/// Adds to the branch's history. What happens to drafts is nobody's history.
fn remember(pending: &mut Pending, loaded: &Loaded, happening: &Happening, stamp: Stamp) {
    let beside = worlds(loaded).find(|world| world.records.contains_key(&happening.record));
    let world = beside.unwrap_or(&loaded.world);
    let Some(entry) = world.entry() else { return };
    if entry.rest.state == EntryState::Draft && entry.rest.version == 0 {
        return;
    }
    let rev = world.records.get(&happening.record).map_or(world.rev(), |record| record.rev);
    let event = chains::Event {
        what: happening.what.to_owned(),
        record: happening.record,
        entry: Some(RecordId::new(RecordKind::Entry, world.entry_id.0)),
        rev,
        op: stamp.by.map(|(op, _)| op),
        account: stamp.by.map(|(_, account)| account),
        at: stamp.at,
        digest: world.digest(),
    };
    pending.remember(entry.content.branch, event);
}

/// The branches whose locks cover what was loaded.
pub fn branches(loaded: &Loaded) -> BTreeSet<BranchId> {
    worlds(loaded).flat_map(|world| world.records.values().filter_map(Record::branch)).collect()
}
