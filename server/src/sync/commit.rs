//! Writes what a decision changed: records, versions, derived rows, history and feeds, in the transaction that
//! holds the locks. Pushes, the office's publications and machine state all end here; nothing else writes records.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    digest,
    ids::{AccountId, BranchId, Checksum, Digest, FeedId, OpId},
    model::{Body, EntryState, Record, RecordId, RecordKind},
    rules::{Effect, World, feeds::feeds_of},
    table::{Set, Table},
};

use super::{
    chains,
    feeds::{Locked, Step},
    index,
    records::{
        Loaded,
        store::{self, RecordPut, RevisionPut},
    },
};
use crate::db::{self, Conn};

/// Why a transaction has to be given up.
#[derive(Debug)]
pub enum Fail {
    /// What is to be written was not locked: start over with these too.
    Grown(Needs),
    /// The database failed.
    Db(db::Error),
}

impl From<db::Error> for Fail {
    fn from(error: db::Error) -> Self {
        Fail::Db(error)
    }
}

/// What a transaction locks, in the order in which it does.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    /// By id.
    pub feeds: BTreeSet<FeedId>,
    /// Hashes of bytes, after the feeds.
    pub hashes: BTreeSet<Digest>,
}

impl Needs {
    /// Only feeds.
    pub fn feeds(feeds: BTreeSet<FeedId>) -> Needs {
        Needs { feeds, hashes: BTreeSet::new() }
    }

    /// Takes in what another round found.
    pub fn extend(&mut self, more: Needs) {
        self.feeds.extend(more.feeds);
        self.hashes.extend(more.hashes);
    }
}

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

/// Stores an effect on a world that was loaded under the locks, and brings the world up to date.
///
/// # Errors
/// [`Fail::Grown`] when a record joins or leaves a feed that is not locked; nothing is written then.
pub async fn write(
    db: &mut Conn,
    locked: &mut Locked,
    loaded: &mut Loaded,
    effect: &Effect,
    stamp: (Stamp, Option<Happening>),
) -> Result<(), Fail> {
    let mut after = loaded.world.clone();
    effect.apply(&mut after);
    let pairs: Vec<(&World, &World)> = std::iter::once((&loaded.world, &after))
        .chain(loaded.world.elsewhere.iter().zip(&after.elsewhere))
        .filter(|(was, now)| was.records != now.records)
        .collect();
    let bodies: BTreeMap<RecordId, String> =
        effect.puts.iter().map(|record| (record.record_id(), record.body.to_json())).collect();
    let mut sums = loaded.sums.clone();
    for record in &effect.puts {
        let name = record.record_id();
        sums.insert(name, digest::row(name.kind.name(), name.id, record.rev, &bodies[&name]));
    }
    let mut feeds = Table::new();
    let mut steps = Vec::new();
    for (was, now) in &pairs {
        let joined = feeds_of(now);
        steps.extend(steps_of(loaded, (was, now), &sums, &joined));
        feeds.extend(joined);
    }
    let missing = locked.missing(steps.iter().map(|step| step.feed));
    if !missing.is_empty() {
        return Err(Fail::Grown(Needs::feeds(missing)));
    }
    for (was, now) in &pairs {
        store_records(db, (was, now), &bodies, (&sums, stamp.0)).await?;
        index::update(db, now.entry_id, &index::derive(was), &index::derive(now)).await?;
    }
    if let Some(happening) = stamp.1 {
        remember(db, &after, &happening, stamp.0).await?;
    }
    locked.write(db, &steps).await?;
    loaded.feeds.extend(feeds);
    for name in &effect.drops {
        loaded.feeds.remove(name);
        sums.remove(name);
    }
    loaded.sums = sums;
    loaded.world = after;
    Ok(())
}

/// What changes in which feed between two states of an entry.
fn steps_of(
    loaded: &Loaded,
    (was, now): (&World, &World),
    sums: &BTreeMap<RecordId, Checksum>,
    joined: &Table<RecordId, Set<FeedId>>,
) -> Vec<Step> {
    let nowhere = Set::new();
    let names: BTreeSet<RecordId> = was.records.keys().chain(now.records.keys()).copied().collect();
    let mut steps = Vec::new();
    for record in names {
        let before = loaded.feeds.get(&record).unwrap_or(&nowhere);
        let after = joined.get(&record).unwrap_or(&nowhere);
        let old = was.records.get(&record);
        let new = now.records.get(&record);
        let rev = new.map_or_else(|| old.map_or(0, |old| old.rev) + 1, |new| new.rev);
        let changed = old.map(|old| old.rev) != new.map(|new| new.rev);
        let old_sum = loaded.sums.get(&record).copied();
        for feed in before.union(after) {
            let (stood, stands) = (before.contains(feed), after.contains(feed));
            if changed || stood != stands {
                let was = old_sum.filter(|_| stood);
                let now = sums.get(&record).copied().filter(|_| stands);
                steps.push(Step { feed: *feed, record, rev, was, now });
            }
        }
    }
    steps
}

/// Writes records and, from the first submission on, their versions.
async fn store_records(
    db: &mut Conn,
    (was, now): (&World, &World),
    bodies: &BTreeMap<RecordId, String>,
    (sums, stamp): (&BTreeMap<RecordId, Checksum>, Stamp),
) -> db::Result<()> {
    for (name, record) in &now.records {
        let old = was.records.get(name);
        if old.is_some_and(|old| old.rev == record.rev) {
            continue;
        }
        let put = RecordPut { record, body: &bodies[name], sum: sums[name] };
        match old {
            None => store::insert(db, &put).await?,
            Some(old) => store::replace(db, &put, old.rev).await?,
        }
    }
    for (name, record) in &was.records {
        if !now.records.contains_key(name) {
            store::end(db, *name, record.rev, stamp.at).await?;
        }
    }
    if version(now) > 0 {
        keep_versions(db, (was, now), stamp).await?;
    }
    Ok(())
}

/// How often the entry was submitted; 0 where it is no more or never was.
fn version(world: &World) -> u32 {
    world.entry().map_or(0, |entry| entry.rest.version)
}

/// The first submission keeps every record as it is, each later change what it changed.
async fn keep_versions(db: &mut Conn, (was, now): (&World, &World), stamp: Stamp) -> db::Result<()> {
    let first = version(was) == 0;
    let branch = now.entry().expect("an entry with versions exists").content.branch;
    let place = (now.entry_id, branch);
    for (name, record) in &now.records {
        if first || was.records.get(name).map(|old| old.rev) != Some(record.rev) {
            let body = record.body.to_json();
            let digest = content_digest(now, record);
            let (name, rev, body) = (*name, record.rev, Some(body.as_str()));
            store::keep(db, &RevisionPut { name, rev, place, digest, body, by: stamp.by, at: stamp.at })
                .await?;
        }
    }
    for (name, record) in &was.records {
        if !first && !now.records.contains_key(name) {
            let (name, rev) = (*name, record.rev + 1);
            let (digest, body) = (None, None);
            store::keep(db, &RevisionPut { name, rev, place, digest, body, by: stamp.by, at: stamp.at })
                .await?;
        }
    }
    Ok(())
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
async fn remember(db: &mut Conn, world: &World, happening: &Happening, stamp: Stamp) -> db::Result<()> {
    let Some(entry) = world.entry() else { return Ok(()) };
    if entry.rest.state == EntryState::Draft && entry.rest.version == 0 {
        return Ok(());
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
    chains::append(db, entry.content.branch, &event).await
}

/// The branches whose locks cover what was loaded.
pub fn branches(loaded: &Loaded) -> BTreeSet<BranchId> {
    std::iter::once(&loaded.world)
        .chain(&loaded.world.elsewhere)
        .flat_map(|world| world.records.values().filter_map(Record::branch))
        .collect()
}
