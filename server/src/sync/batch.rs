//! A batch under its locks: one op after the other, decided on what the ops before it left. Nothing is written
//! here; what follows is gathered in the transaction.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    ids::{Digest, EntryId, OpId},
    model::{Actor, RecordId, RecordKind},
    wire::{Code, Op, act::Parsed, problem::Detail, push::Stop},
};

use super::{
    ahead::{Found, Ops},
    decide::decide,
    held::store::{self as held, HeldPut},
    ledger::{
        self, Queue, Recorded, Standing,
        store::{AsidePut, Line, LinePut},
    },
    push::Incoming,
    writing::{Fail, Writing},
};
use crate::db::Result;

/// What a push knows while it decides.
pub struct Batch<'a> {
    /// Who acts, as their grants are under the locks.
    pub actor: Actor,
    /// Where the queue stands after the ops so far.
    pub standing: Standing,
    writing: &'a mut Writing,
    queue: Queue,
    now: i64,
    /// Lines of the queue that the ledger held before, by number.
    known: BTreeMap<u64, Line>,
    /// First answers to the batch's ops and to those they need, by op.
    first: BTreeMap<OpId, Line>,
    /// Ops of this queue that wait.
    waiting: BTreeSet<OpId>,
    /// The entries they wait for.
    behind: BTreeSet<EntryId>,
}

impl<'a> Batch<'a> {
    /// Begins a batch of ops of a queue that is locked.
    pub async fn begin(
        writing: &'a mut Writing,
        (queue, ops): Ops<'_>,
        found: Found,
        now: i64,
    ) -> Result<Batch<'a>> {
        let Found { standing, actor, first } = found;
        let sent_before = ops.first().filter(|op| op.n <= standing.last_n);
        let known = match sent_before {
            Some(op) => ledger::store::find_from(writing.db(), queue, op.n, ops.len()).await?,
            None => BTreeMap::new(),
        };
        let waits = match writing.has_lived().await? {
            true => held::waiting_of(writing.db(), queue).await?,
            false => Vec::new(),
        };
        let (waiting, behind) = waits.into_iter().unzip();
        Ok(Batch { actor, standing, writing, queue, now, known, first, waiting, behind })
    }

    /// Answers one op: as recorded where its number is known, else decided now; or says why the batch ends here.
    pub async fn step(&mut self, op: &Incoming) -> Result<Result<Line, Stop>, Fail> {
        let hash = ledger::store::hash(op.bytes());
        if op.n <= self.standing.last_n {
            return Ok(match self.known.remove(&op.n) {
                Some(line) if line.hash == hash => Ok(line),
                _ => Err(Stop::IdReuse { n: op.n }),
            });
        }
        if op.n > self.standing.last_n + 1 {
            return Ok(Err(Stop::Gap { last: self.standing.last_n }));
        }
        let line = match &op.parsed {
            Parsed::Unknown { name, .. } => return Ok(Err(Stop::UnknownOp { n: op.n, name: name.clone() })),
            Parsed::Known(known) => self.known(op, known, hash).await?,
            Parsed::Malformed(why) => malformed(hash, why),
        };
        if matches!(&line.answer, Recorded::Refused { code: Code::OpMalformed, .. }) {
            self.set_aside(op);
        }
        self.record(op, line.clone());
        Ok(Ok(line))
    }

    /// Answers an op without looking at it: it could not be stored, and is kept as it came.
    pub fn refuse_unstored(&mut self, op: &Incoming) -> Line {
        let known = op.known();
        let answer = Recorded::refused(Code::OpSetAside);
        let hash = ledger::store::hash(op.bytes());
        let entry = known.map(|known| known.act.entry());
        let line = Line { op: known.map(|known| known.id), entry, hash, answer };
        self.set_aside(op);
        self.record(op, line.clone());
        line
    }

    fn set_aside(&mut self, op: &Incoming) {
        let bytes = op.bytes().to_owned();
        self.writing.pending.set_aside(AsidePut { queue: self.queue, n: op.n, bytes, at: self.now });
    }

    fn record(&mut self, op: &Incoming, line: Line) {
        self.standing = self.standing.after(op.bytes());
        if let Some(id) = line.op {
            self.first.entry(id).or_insert_with(|| line.clone());
        }
        self.writing.pending.answer(LinePut { queue: self.queue, after: self.standing, line, at: self.now });
    }

    async fn known(&mut self, incoming: &Incoming, op: &Op, hash: Digest) -> Result<Line, Fail> {
        if let Some(first) = self.first.get(&op.id) {
            if first.hash != hash {
                return Ok(malformed(hash, "its id was used for another op"));
            }
            let answer = Recorded::Duplicate { answer: Box::new(first.answer.clone()) };
            return Ok(Line { answer, ..first.clone() });
        }
        let answer = match self.unmet(op) {
            Some(answer) => answer,
            None => self.decide(incoming, op).await?,
        };
        let entry = op.act.entry();
        if matches!(answer, Recorded::Held { .. }) {
            let (queue, n, bytes) = (self.queue, incoming.n, incoming.bytes().to_owned());
            let rev = incoming.rev;
            self.writing.pending.hold(HeldPut { queue, n, op: op.id, entry, bytes, rev, at: self.now });
            self.behind.insert(entry);
            self.waiting.insert(op.id);
        }
        Ok(Line { op: Some(op.id), entry: Some(entry), hash, answer })
    }

    /// An op whose needs were refused is refused with them; one whose needs are held waits with them.
    fn unmet(&self, op: &Op) -> Option<Recorded> {
        let needs = op.needs.iter().take(shared::limits::NEEDS_MAX);
        needs.filter_map(|need| self.first.get(need)).find_map(|line| match line.answer.original() {
            Recorded::Refused { .. } => Some(Recorded::refused(Code::NeedsRefused)),
            // One that was held and is decided now stands in no one's way: the rules see what came of it.
            Recorded::Held { missing } if line.op.is_some_and(|op| self.waiting.contains(&op)) => {
                Some(Recorded::Held { missing: *missing })
            }
            _ => None,
        })
    }

    /// Decides it, unless something of this queue waits for the same entry: then it waits behind that.
    async fn decide(&mut self, incoming: &Incoming, op: &Op) -> Result<Recorded, Fail> {
        let entry = op.act.entry();
        if self.behind.contains(&entry) {
            return Ok(Recorded::Held { missing: RecordId::new(RecordKind::Entry, entry.0) });
        }
        decide(self.writing, &self.actor, (op, incoming.rev), self.now).await
    }
}

/// The refusal of bytes that are no op. Only the place of the fault is kept, never what was written there.
fn malformed(hash: Digest, why: &str) -> Line {
    let place = why.rfind(" at line ").map_or(why, |at| why[at..].trim_start());
    let place = if place.contains(['"', '`']) { "" } else { place };
    let detail = Detail::from([("why".to_owned(), place.to_owned())]);
    Line { op: None, entry: None, hash, answer: Recorded::Refused { code: Code::OpMalformed, detail } }
}
