//! What a transaction is going to write, gathered op by op and then written set-wise: a record that ten ops
//! changed is written once, and its ten versions by one statement. Nothing here reads records; whoever reads what
//! may wait here has it written first.

use std::collections::BTreeMap;

use shared::{
    ids::{BranchId, Checksum, Digest, EntryId},
    model::{Record, RecordId},
};

use super::{
    chains,
    feeds::{Locked, Step},
    held::store::{self as held, HeldPut},
    index::{self, Derived},
    ledger::{
        Queue, Standing,
        store::{self as ledger, AsidePut, LinePut},
    },
    records::store::{self as records, RecordPut, RevisionPut, Tombstone},
};
use crate::db::{Conn, Result};

/// Everything that waits to be written.
#[derive(Debug, Default)]
pub struct Pending {
    changes: BTreeMap<RecordId, Change>,
    tombstones: BTreeMap<RecordId, Tombstone>,
    versions: Vec<RevisionPut>,
    derived: BTreeMap<EntryId, (Derived, Derived)>,
    events: BTreeMap<BranchId, Vec<chains::Event>>,
    steps: Vec<Step>,
    queues: BTreeMap<Queue, Standing>,
    lines: Vec<LinePut>,
    held: Vec<HeldPut>,
    aside: Vec<AsidePut>,
}

/// How a record differs from what the database holds.
#[derive(Debug)]
struct Change {
    /// The revision that stands in the database, if the record does.
    stands: Option<u64>,
    /// The record as it is now; `None`: it ended.
    now: Option<RecordPut>,
}

impl Pending {
    /// A record is so now. `was` is the revision it had before, if it existed.
    pub fn put(&mut self, record: &Record, (body, sum): (String, Checksum), was: Option<u64>) {
        let put = RecordPut { record: record.clone(), body, sum };
        let change = self.changes.entry(record.record_id());
        change.or_insert(Change { stands: was, now: None }).now = Some(put);
    }

    /// A record ended at `at` (ms since 1970 UTC), as it stood until then.
    pub fn end(&mut self, record: &Record, at: i64) {
        let name = record.record_id();
        let change = self.changes.entry(name);
        change.or_insert(Change { stands: Some(record.rev), now: None }).now = None;
        self.tombstones.insert(name, Tombstone { name, entry: record.entry(), rev: record.rev + 1, at });
    }

    /// A version to be kept.
    pub fn keep(&mut self, version: RevisionPut) {
        self.versions.push(version);
    }

    /// Derived rows of an entry before and after a change.
    pub fn derive(&mut self, entry: EntryId, was: Derived, now: Derived) {
        self.derived.entry(entry).or_insert((was, Derived::default())).1 = now;
    }

    /// An event of a branch's history.
    pub fn remember(&mut self, branch: BranchId, event: chains::Event) {
        self.events.entry(branch).or_default().push(event);
    }

    /// Changes in feeds, which are locked when they are written.
    pub fn step(&mut self, steps: impl IntoIterator<Item = Step>) {
        self.steps.extend(steps);
    }

    /// A locked queue stands there now.
    pub fn advance(&mut self, queue: Queue, to: Standing) {
        self.queues.insert(queue, to);
    }

    /// The answer to an op.
    pub fn answer(&mut self, line: LinePut) {
        self.lines.push(line);
    }

    /// An op that waits for its entry.
    pub fn hold(&mut self, held: HeldPut) {
        self.held.push(held);
    }

    /// Bytes for whoever looks into them.
    pub fn set_aside(&mut self, aside: AsidePut) {
        self.aside.push(aside);
    }

    /// Whether something of an entry waits here.
    pub fn holds_entry(&self, entry: EntryId) -> bool {
        self.derived.contains_key(&entry)
    }

    /// Whether a record or its end waits here.
    pub fn holds_record(&self, name: RecordId) -> bool {
        self.changes.contains_key(&name)
    }

    /// Whether a record about these bytes waits here.
    pub fn holds_bytes(&self, sha256: Digest) -> bool {
        let mut waiting = self.changes.values().filter_map(|change| change.now.as_ref());
        waiting.any(|put| records::sha256_of(&put.record.body) == Some(sha256))
    }

    /// Writes everything, under the locks of all feeds that change, and is empty then.
    pub async fn write(&mut self, db: &mut Conn, locked: &mut Locked) -> Result<()> {
        let Pending {
            changes,
            tombstones,
            versions,
            derived,
            events,
            steps,
            queues,
            lines,
            held: waiting,
            aside,
        } = std::mem::take(self);
        records::bury(db, &tombstones.into_values().collect::<Vec<_>>()).await?;
        write_records(db, changes).await?;
        records::keep(db, &versions).await?;
        for (entry, (was, now)) in &derived {
            index::update(db, *entry, was, now).await?;
        }
        for (branch, events) in &events {
            chains::append(db, *branch, events).await?;
        }
        locked.write(db, &steps).await?;
        ledger::advance(db, &queues.into_iter().collect::<Vec<_>>()).await?;
        ledger::record(db, &lines).await?;
        held::hold(db, &waiting).await?;
        ledger::set_aside(db, &aside).await
    }
}

async fn write_records(db: &mut Conn, changes: BTreeMap<RecordId, Change>) -> Result<()> {
    let (mut new, mut changed, mut ended) = (Vec::new(), Vec::new(), Vec::new());
    for (name, change) in changes {
        match (change.stands, change.now) {
            (None, Some(put)) => new.push(put),
            (Some(rev), Some(put)) => changed.push((put, rev)),
            (Some(rev), None) => ended.push((name, rev)),
            (None, None) => {}
        }
    }
    records::insert(db, &new).await?;
    records::replace(db, &changed).await?;
    records::remove(db, &ended).await
}
