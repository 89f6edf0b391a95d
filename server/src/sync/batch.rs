//! A batch under its locks: one op after the other, each in a savepoint of its own.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    ids::{Digest, EntryId, Epoch, FeedId},
    model::{Actor, RecordId, RecordKind},
    rules::{self, Decision, Effect},
    wire::{Act, Code, Op, act::Parsed, problem::Detail, push::Stop},
};

use super::{
    commit::{self, Fail, Happening, Needs, Stamp},
    feeds::Locked,
    ledger::{self, Queue, Recorded, Standing, store::Line},
    push::{Incoming, Step},
    records::{self, Loaded},
};
use crate::db::{Conn, Tx};

/// What a push knows while it decides.
pub struct Batch {
    /// Who acts, as their grants are under the locks.
    pub actor: Actor,
    /// Where the queue stands after the ops so far.
    pub standing: Standing,
    /// Feeds as they stand.
    pub locked: Locked,
    queue: Queue,
    epoch: Epoch,
    hashes: BTreeSet<Digest>,
    now: i64,
    /// Entries that this batch has looked at, as they are now.
    worlds: BTreeMap<EntryId, Loaded>,
}

impl Batch {
    /// Begins a batch.
    pub fn new(
        (queue, standing): (Queue, Standing),
        (actor, epoch): (Actor, Epoch),
        (locked, hashes): (Locked, BTreeSet<Digest>),
        now: i64,
    ) -> Batch {
        Batch { actor, standing, locked, queue, epoch, hashes, now, worlds: BTreeMap::new() }
    }

    /// Answers one op: as recorded where its number is known, else decided now.
    pub async fn step(&mut self, tx: &mut Tx, op: &Incoming<'_>) -> Result<Step, Fail> {
        let hash = ledger::store::hash(op.bytes);
        if op.n <= self.standing.last_n {
            return Ok(match ledger::store::find(tx, self.queue, op.n).await? {
                Some(line) if line.hash == hash => Ok(line),
                _ => Err(Stop::IdReuse { n: op.n }),
            });
        }
        if op.n > self.standing.last_n + 1 {
            return Ok(Err(Stop::Gap { last: self.standing.last_n }));
        }
        if let Parsed::Unknown { name, .. } = &op.parsed {
            return Ok(Err(Stop::UnknownOp { n: op.n, name: name.clone() }));
        }
        let mut savepoint = tx.savepoint().await?;
        match self.record(&mut savepoint, op, hash).await {
            Ok(line) => {
                savepoint.release().await?;
                self.standing = self.standing.after(op.bytes);
                Ok(Ok(line))
            }
            Err(Fail::Grown(needs)) => Err(Fail::Grown(needs)),
            Err(Fail::Db(error)) => {
                savepoint.rollback().await?;
                tracing::error!(op.n = op.n, client.id = %self.queue.client, %error, "op {} failed", op.n);
                Ok(Err(Stop::Busy { n: op.n }))
            }
        }
    }

    /// Decides a new op and writes its line.
    async fn record(&mut self, db: &mut Conn, op: &Incoming<'_>, hash: Digest) -> Result<Line, Fail> {
        let line = match &op.parsed {
            Parsed::Known(known) => self.known(db, op, known, hash).await?,
            Parsed::Malformed(why) => malformed(hash, why),
            Parsed::Unknown { name, .. } => unreachable!("{name} ends the batch before it is recorded"),
        };
        if matches!(&line.answer, Recorded::Refused { code: Code::OpMalformed, .. }) {
            ledger::store::set_aside(db, self.queue, op.n, op.bytes, self.now).await?;
        }
        let after = self.standing.after(op.bytes);
        ledger::store::record(db, self.queue, (after, self.now), &line).await?;
        Ok(line)
    }

    async fn known(
        &mut self,
        db: &mut Conn,
        incoming: &Incoming<'_>,
        op: &Op,
        hash: Digest,
    ) -> Result<Line, Fail> {
        let account = self.queue.account;
        if let Some(first) = ledger::store::find_op(db, account, op.id).await? {
            if first.hash != hash {
                return Ok(malformed(hash, "its id was used for another op"));
            }
            let answer = Recorded::Duplicate { answer: Box::new(first.answer) };
            return Ok(Line { answer, ..first });
        }
        let answer = match self.unmet(db, op).await? {
            Some(answer) => answer,
            None => self.decide(db, op).await?,
        };
        let entry = op.act.entry();
        if matches!(answer, Recorded::Held { .. }) {
            let held = (op.id, entry, incoming.bytes);
            ledger::store::hold(db, self.queue, incoming.n, held, self.now).await?;
        }
        Ok(Line { op: Some(op.id), entry: Some(entry), hash, answer })
    }

    /// An op whose needs were refused is refused with them; one whose needs are held waits with them.
    async fn unmet(&self, db: &mut Conn, op: &Op) -> Result<Option<Recorded>, Fail> {
        for need in op.needs.iter().take(shared::limits::NEEDS_MAX) {
            let Some(line) = ledger::store::find_op(db, self.queue.account, *need).await? else { continue };
            match line.answer.original() {
                Recorded::Refused { .. } => return Ok(Some(Recorded::refused(Code::NeedsRefused))),
                Recorded::Held { missing } => return Ok(Some(Recorded::Held { missing: *missing })),
                _ => {}
            }
        }
        Ok(None)
    }

    async fn decide(&mut self, db: &mut Conn, op: &Op) -> Result<Recorded, Fail> {
        let mut loaded = self.world(db, op).await?;
        match rules::decide(&loaded.world, &self.actor, op, self.now) {
            Decision::Refused(denied) => {
                let elsewhere = op.epoch.is_some_and(|epoch| epoch != self.epoch);
                self.keep(loaded, false);
                Ok(if denied.code == Code::UnknownRecord && elsewhere {
                    Recorded::Held { missing: RecordId::new(RecordKind::Entry, op.act.entry().0) }
                } else {
                    Recorded::Refused { code: denied.code, detail: denied.detail }
                })
            }
            Decision::Applied(effect) => {
                let stamp = Stamp { by: Some((op.id, self.actor.account)), at: self.now };
                let before = loaded.world.entry().map(|entry| entry.content.branch);
                commit::write(db, &mut self.locked, &mut loaded, &effect, (stamp, happening(op))).await?;
                let moved = loaded.world.entry().map(|entry| entry.content.branch) != before;
                self.keep(loaded, moved);
                Ok(recorded(&effect))
            }
        }
    }

    /// The entry's world under the locks, with what this op looks at besides.
    async fn world(&mut self, db: &mut Conn, op: &Op) -> Result<Loaded, Fail> {
        let entry = op.act.entry();
        let mut loaded = match self.worlds.remove(&entry) {
            Some(loaded) => loaded,
            None => records::load(db, entry, op.branch).await?,
        };
        loaded.world.taken.clear();
        if records::is_taken(db, op).await? {
            loaded.world.taken.insert(op.act.target());
        }
        if let Some(sha256) = records::bytes_of(op, &loaded.world) {
            if !self.hashes.contains(&sha256) {
                return Err(Fail::Grown(Needs { feeds: BTreeSet::new(), hashes: BTreeSet::from([sha256]) }));
            }
            for other in records::holders(db, sha256, entry).await? {
                loaded.sums.extend(other.sums);
                loaded.feeds.extend(other.feeds);
                loaded.world.elsewhere.push(other.world);
            }
        }
        let branches = commit::branches(&loaded).into_iter().map(FeedId::Branch);
        let missing = self.locked.missing(branches);
        if !missing.is_empty() {
            return Err(Fail::Grown(Needs::feeds(missing)));
        }
        Ok(loaded)
    }

    /// Keeps a world for the batch's next op on it. One that moved has another office: it is read anew.
    fn keep(&mut self, mut loaded: Loaded, moved: bool) {
        for other in std::mem::take(&mut loaded.world.elsewhere) {
            self.worlds.remove(&other.entry_id);
        }
        if !moved {
            self.worlds.insert(loaded.world.entry_id, loaded);
        }
    }
}

fn recorded(effect: &Effect) -> Recorded {
    let (rev, digest) = (effect.rev, effect.digest.unwrap_or(Digest([0; 32])));
    if effect.proposals.is_empty() {
        Recorded::Applied { rev, digest }
    } else {
        Recorded::Merged { rev, digest }
    }
}

/// The ops that a branch's history remembers.
fn happening(op: &Op) -> Option<Happening> {
    let what = match &op.act {
        Act::EntrySubmit { .. } => "entry.submit",
        Act::EntryWithdraw { .. } => "entry.withdraw",
        Act::EntryApprove { .. } => "entry.approve",
        Act::EntryReturn { .. } => "entry.return",
        Act::EntryUndo { .. } => "entry.undo",
        Act::EntryReopen { .. } => "entry.reopen",
        Act::EntryVoid { .. } => "entry.void",
        Act::ConsentAdd { .. } => "consent.add",
        _ => return None,
    };
    Some(Happening { what, record: op.act.target() })
}

/// The refusal of bytes that are no op. Only the place of the fault is kept, never what was written there.
fn malformed(hash: Digest, why: &str) -> Line {
    let place = why.rfind(" at line ").map_or(why, |at| why[at..].trim_start());
    let place = if place.contains(['"', '`']) { "" } else { place };
    let detail = Detail::from([("why".to_owned(), place.to_owned())]);
    Line { op: None, entry: None, hash, answer: Recorded::Refused { code: Code::OpMalformed, detail } }
}
