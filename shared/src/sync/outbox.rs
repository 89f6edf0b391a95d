//! Own ops from the moment they are made until the server's word on them is final. Unsealed edits
//! of one entry are one op; a sealed op has its number and its bytes for ever.

use super::{
    kinds::{changes_nothing, is_beginning, is_decisive, is_edit, merge, moves, needs_it},
    rows::{Changes, OUTBOX, OutboxRow, Progress, Ticket},
};
use crate::{
    digest,
    ids::{Digest, EntryId, OpId},
    json, limits,
    table::{Set, Table},
    wire::Op,
};

/// An own op.
#[derive(Debug)]
pub struct Own {
    /// The op as it was made.
    pub op: Op,
    /// Its bytes.
    pub bytes: String,
    /// Last change, in ms since 1970 UTC.
    pub touched_at: i64,
    /// Its number, once sealed.
    pub ticket: Option<Ticket>,
    /// How far it has come.
    pub progress: Progress,
}

impl Own {
    /// No final word yet.
    pub fn pending(&self) -> bool {
        !matches!(self.progress, Progress::Done { .. })
    }

    /// It may still be changed or taken back without a trace.
    pub fn open(&self) -> bool {
        self.ticket.is_none() && self.progress == Progress::Waiting
    }

    /// Changed a moment ago. What was changed in the future was not: the clock went back since.
    fn is_fresh(&self, now: i64) -> bool {
        (self.touched_at..self.touched_at.saturating_add(EDIT_PAUSE_MS)).contains(&now)
    }

    /// Numbered, and no answer under that number.
    pub fn unanswered(&self) -> bool {
        self.ticket.is_some_and(|ticket| !ticket.answered)
    }
}

/// All own ops in the order in which they were made.
#[derive(Debug, Default)]
pub struct Outbox {
    ops: Table<u64, Own>,
}

/// Edits are held back as long as somebody types, at most this long after the last change.
pub const EDIT_PAUSE_MS: i64 = 2_000;

impl Outbox {
    /// Takes an op as it was stored.
    pub fn load(&mut self, row: OutboxRow) {
        let Ok(op) = json::parse(&row.op) else { return };
        let bytes = row.op;
        let own = Own { op, bytes, touched_at: row.touched_at, ticket: row.ticket, progress: row.progress };
        self.ops.insert(row.place, own);
    }

    /// All ops with their places.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, &Own)> {
        self.ops.iter().map(|(place, own)| (*place, own))
    }

    /// The ops on an entry, in order.
    pub fn of_entry(&self, entry: EntryId) -> impl DoubleEndedIterator<Item = (u64, &Own)> {
        self.iter().filter(move |(_, own)| own.op.act.entry() == entry)
    }

    /// One op.
    pub fn get(&self, place: u64) -> Option<&Own> {
        self.ops.get(&place)
    }

    /// One op by its id.
    pub fn find(&self, id: OpId) -> Option<u64> {
        self.iter().find(|(_, own)| own.op.id == id).map(|(place, _)| place)
    }

    /// Puts a new op behind all others, or into the last unsealed edit of its entry.
    pub fn push(&mut self, op: Op, now: i64, rows: &mut Changes) {
        if let Some(place) = self.place_to_merge(&op) {
            let own = self.ops.get_mut(&place).expect("the place was just found");
            own.touched_at = now;
            merge(&mut own.op, op.act);
            own.bytes = json::text(&own.op);
            if changes_nothing(&own.op.act) {
                self.remove(place, rows);
            } else {
                self.store(place, rows);
            }
            return;
        }
        let place = self.ops.keys().next_back().map_or(1, |last| last + 1);
        self.insert(place, op, now, rows);
    }

    fn insert(&mut self, place: u64, op: Op, now: i64, rows: &mut Changes) {
        let bytes = json::text(&op);
        self.ops.insert(place, Own { op, bytes, touched_at: now, ticket: None, progress: Progress::Waiting });
        self.store(place, rows);
    }

    /// Changes an op in place and stores it.
    pub fn update(&mut self, place: u64, rows: &mut Changes, change: impl FnOnce(&mut Own)) {
        if let Some(own) = self.ops.get_mut(&place) {
            change(own);
            self.store(place, rows);
        }
    }

    /// Takes an op out.
    pub fn remove(&mut self, place: u64, rows: &mut Changes) -> Option<Own> {
        let own = self.ops.remove(&place)?;
        rows.drop(OUTBOX, own.op.id);
        Some(own)
    }

    /// Lets edits go without waiting for a pause.
    pub fn flush(&mut self) {
        for own in self.ops.values_mut().filter(|own| own.open()) {
            own.touched_at = i64::MIN / 2;
        }
    }

    fn store(&self, place: u64, rows: &mut Changes) {
        let own = &self.ops[&place];
        let row = OutboxRow {
            place,
            touched_at: own.touched_at,
            ticket: own.ticket,
            progress: own.progress,
            op: own.bytes.clone(),
        };
        rows.put(OUTBOX, own.op.id, &row);
    }

    /// The last op on the same record, if both are edits and nothing decisive came between.
    fn place_to_merge(&self, op: &Op) -> Option<u64> {
        let (target, entry) = (op.act.target(), op.act.entry());
        if !is_edit(&op.act) || moves(&op.act) {
            return None;
        }
        for (place, own) in self.of_entry(entry).rev() {
            if !own.open() || is_decisive(&own.op.act) || moves(&own.op.act) {
                return None;
            }
            if own.op.act.target() == target {
                let fits = is_edit(&own.op.act) || is_beginning(&own.op.act);
                return (fits && own.op.branch == op.branch).then_some(place);
            }
        }
        None
    }

    /// Open ops that may be numbered now, in order. One that the server does not know yet would stop
    /// all that is numbered after it: it waits, and its entry's later ops with it.
    pub fn ready(&self, now: i64, known: impl Fn(&Op) -> bool) -> Vec<u64> {
        let hurried: Set<EntryId> = self
            .iter()
            .filter(|(_, own)| own.open() && is_decisive(&own.op.act))
            .map(|(_, own)| own.op.act.entry())
            .collect();
        let mut waits = Set::new();
        let mut ready = Vec::new();
        for (place, own) in self.iter().filter(|(_, own)| own.open()) {
            let entry = own.op.act.entry();
            let typed = is_edit(&own.op.act) || is_beginning(&own.op.act);
            let paused = !own.is_fresh(now);
            let held_back = typed && !paused && !hurried.contains(&entry);
            if waits.contains(&entry) || held_back || !known(&own.op) {
                waits.insert(entry);
            } else {
                ready.push(place);
            }
        }
        ready
    }

    /// When the next held-back edit may go, in ms since 1970 UTC.
    pub fn next_pause(&self) -> Option<i64> {
        self.iter()
            .filter(|(_, own)| own.open())
            .map(|(_, own)| own.touched_at.saturating_add(EDIT_PAUSE_MS))
            .min()
    }

    /// Numbers an op: from here on its bytes never change. Answers the queue's new head.
    pub fn seal(&mut self, place: u64, n: u64, head: Digest, rows: &mut Changes) -> Digest {
        let needs = self.needs(place);
        let Some(own) = self.ops.get_mut(&place) else { return head };
        if own.open() {
            own.op.needs = needs;
            own.bytes = json::text(&own.op);
        }
        let head = digest::ledger_head(head, &own.bytes);
        own.ticket = Some(Ticket { n, head, answered: false });
        self.store(place, rows);
        head
    }

    /// The unanswered ops without which this one makes no sense, oldest first: its entry's
    /// beginning, its item's; for a submission all that it is to cover.
    pub fn needs(&self, place: u64) -> Vec<OpId> {
        let Some(own) = self.ops.get(&place) else { return Vec::new() };
        let act = &own.op.act;
        let before = self.of_entry(act.entry()).filter(|(at, other)| *at < place && other.pending());
        let mut needs: Vec<OpId> =
            before.filter(|(_, other)| needs_it(act, &other.op)).map(|(_, other)| other.op.id).collect();
        // Too many to name: the latest say enough, and the beginning stays among them.
        while needs.len() > limits::NEEDS_MAX {
            needs.remove(1);
        }
        needs
    }

    /// Open ops that cannot be without this one, in order.
    pub fn dependents(&self, place: u64) -> Vec<u64> {
        let Some(root) = self.ops.get(&place) else { return Vec::new() };
        let mut gone = Set::from([root.op.id]);
        let mut found = Vec::new();
        for (at, own) in self.of_entry(root.op.act.entry()).filter(|(at, own)| *at > place && own.open()) {
            if self.needs(at).iter().any(|id| gone.contains(id)) {
                gone.insert(own.op.id);
                found.push(at);
            }
        }
        found
    }
}
