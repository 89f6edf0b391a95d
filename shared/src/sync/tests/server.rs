//! A server in a hand's breadth, for the engine's tests alone: one ledger, feeds and pages over the
//! same rules. The real one is tested by `tests/`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{
    digest,
    ids::{AccountId, BranchId, Checksum, ClientId, Digest, EntryId, Epoch, FeedId, OpId},
    model::{Actor, Body, Record},
    rules::{Decision, Office, World, decide, feeds::feeds_of},
    table::Table,
    wire::problem::{Code, Detail},
    wire::{
        Op, Page,
        act::{Parsed, parse},
        pull::{FeedEvent, FeedRow, PullAsk, ResetReason, Row, Tail},
        push::{Answer, OpAnswer, PushAnswer, PushAsk, Refused, Stop},
    },
};

const PAGE_ROWS: usize = 3;

/// Epoch, where the phone stands in each feed, and what a final page told of which queue.
type Cursor = (Epoch, BTreeMap<FeedId, u64>, Option<(ClientId, Tail)>);

#[derive(Debug, Clone)]
struct Slot {
    seq: u64,
    rev: u64,
    /// `None` where it is gone.
    body: Option<String>,
}

#[derive(Debug, Default, Clone)]
struct Feed {
    seq: u64,
    rows: BTreeMap<(String, Uuid), Slot>,
}

#[derive(Debug, Default, Clone)]
struct Queue {
    ops: Vec<String>,
    head: Option<Digest>,
}

#[derive(Debug, Clone)]
pub struct Server {
    pub epoch: Epoch,
    pub now: i64,
    pub actors: Vec<Actor>,
    pub worlds: BTreeMap<EntryId, World>,
    office: Office,
    feeds: BTreeMap<FeedId, Feed>,
    queues: BTreeMap<(AccountId, ClientId), Queue>,
    decided: BTreeMap<OpId, (String, Answer)>,
    /// Effects by op, to find one that came twice.
    pub applied: BTreeMap<OpId, u32>,
    /// Pulls that were told that nothing had moved.
    pub unmoved: u32,
    /// Up to where it says that a backup covers every queue.
    pub durable_through: u64,
    /// Where and why it stops pushes, before it looks at the op of that number.
    pub stops: Option<Stop>,
}

impl Server {
    pub fn new(branch: BranchId, office: Office, actors: Vec<Actor>, org: Vec<Record>) -> Self {
        let mut server = Self {
            epoch: Epoch([1; 16]),
            now: 1_700_000_000_000,
            actors,
            worlds: BTreeMap::new(),
            office,
            feeds: BTreeMap::new(),
            queues: BTreeMap::new(),
            decided: BTreeMap::new(),
            applied: BTreeMap::new(),
            unmoved: 0,
            durable_through: 0,
            stops: None,
        };
        for record in org {
            let feed = match &record.body {
                Body::Grant(grant) => FeedId::Account(grant.account),
                Body::Person(_) => FeedId::Branch(branch),
                _ => FeedId::Org,
            };
            server.put(feed, &record);
        }
        server
    }

    fn put(&mut self, feed: FeedId, record: &Record) {
        let feed = self.feeds.entry(feed).or_default();
        let name = (record.body.kind().name().to_owned(), record.id);
        let body = record.body.to_json();
        let same = feed
            .rows
            .get(&name)
            .is_some_and(|slot| slot.rev == record.rev && slot.body.as_ref() == Some(&body));
        if !same {
            feed.seq += 1;
            feed.rows.insert(name, Slot { seq: feed.seq, rev: record.rev, body: Some(body) });
        }
    }

    fn spread(&mut self, entry: EntryId) {
        let world = self.worlds[&entry].clone();
        let wanted = feeds_of(&world);
        for (name, feeds) in &wanted {
            for feed in feeds {
                self.put(*feed, &world.records[name]);
            }
        }
        let of_entry = |body: &str| body.contains(&entry.to_string());
        for (id, feed) in &mut self.feeds {
            let stale: Vec<_> = feed
                .rows
                .iter()
                .filter(|(name, slot)| {
                    let here = wanted.iter().any(|(record, feeds)| {
                        record.kind.name() == name.0 && record.id == name.1 && feeds.contains(id)
                    });
                    let about = name.1 == entry.0 || slot.body.as_deref().is_some_and(of_entry);
                    slot.body.is_some() && about && !here
                })
                .map(|(name, _)| name.clone())
                .collect();
            for name in stale {
                feed.seq += 1;
                let slot = feed.rows.get_mut(&name).expect("just listed");
                (slot.seq, slot.body) = (feed.seq, None);
            }
        }
    }

    pub fn push(&mut self, account: AccountId, body: &str) -> String {
        let ask: PushAsk = serde_json::from_str(body).expect("a push");
        let (mut answers, mut stopped) = (Vec::new(), None);
        for sealed in &ask.ops {
            let key = (account, ask.client);
            let queue = self.queues.entry(key).or_default();
            let last = queue.ops.len() as u64;
            if sealed.n > last + 1 {
                stopped = Some(Stop::Gap { last });
                break;
            }
            stopped = self.stops.clone().filter(|stop| stops_at(stop, sealed.n));
            if stopped.is_some() {
                break;
            }
            let bytes = sealed.op.get().to_owned();
            let Parsed::Known(op) = parse(&bytes) else { panic!("a phone sends only what it can read") };
            if sealed.n <= last {
                if queue.ops[sealed.n as usize - 1] != bytes {
                    stopped = Some(Stop::IdReuse { n: sealed.n });
                    break;
                }
            } else {
                let head = queue.head.unwrap_or(Digest([0; 32]));
                queue.head = Some(digest::ledger_head(head, &bytes));
                queue.ops.push(bytes.clone());
            }
            let answer = match self.decided.get(&op.id) {
                Some((known, answer)) if *known == bytes => answer.clone(),
                Some(_) => refused(Code::IdTaken, Detail::new()),
                None => self.decide(account, &op, bytes),
            };
            answers.push(OpAnswer { n: sealed.n, op: Some(op.id), answer });
        }
        let answer =
            PushAnswer { epoch: self.epoch, receipt: format!("receipt {}", answers.len()), answers, stopped };
        serde_json::to_string(&answer).expect("an answer")
    }

    fn decide(&mut self, account: AccountId, op: &Op, bytes: String) -> Answer {
        self.now += 1;
        let entry = op.act.entry();
        let actor =
            self.actors.iter().find(|actor| actor.account == account).expect("a known account").clone();
        let world = self.worlds.entry(entry).or_insert_with(|| World::empty(entry, self.office.clone()));
        let refused_need = op
            .needs
            .iter()
            .any(|id| self.decided.get(id).is_some_and(|(_, answer)| matches!(answer, Answer::Refused(_))));
        let answer = if refused_need {
            refused(Code::NeedsRefused, Detail::new())
        } else {
            match decide(world, &actor, op, self.now) {
                Decision::Refused(denied) => refused(denied.code, denied.detail),
                Decision::Applied(effect) => {
                    effect.apply(world);
                    *self.applied.entry(op.id).or_default() += 1;
                    self.spread(entry);
                    let digest = effect.digest.unwrap_or(Digest([0; 32]));
                    Answer::Applied { rev: effect.rev, digest }
                }
            }
        };
        self.decided.insert(op.id, (bytes, answer.clone()));
        answer
    }

    fn feeds_held(&self, account: AccountId) -> BTreeSet<FeedId> {
        let actor = self.actors.iter().find(|actor| actor.account == account).expect("a known account");
        let mut feeds = BTreeSet::from([FeedId::Org, FeedId::Account(account)]);
        for (_, grant) in &actor.grants {
            if let crate::model::Scope::Branch(branch) = grant.scope {
                feeds.insert(FeedId::Branch(branch));
                if actor.in_office(branch) {
                    feeds.insert(FeedId::Office(branch));
                }
            }
        }
        feeds
    }

    pub fn pull(&mut self, account: AccountId, body: &str) -> String {
        let ask: PullAsk = serde_json::from_str(body).expect("a pull");
        let known: Option<Cursor> = ask.cursor.as_ref().and_then(|cursor| serde_json::from_str(cursor).ok());
        let told = known.clone().and_then(|(.., told)| told);
        let held = self.feeds_held(account);
        let mut at: BTreeMap<FeedId, u64> = BTreeMap::new();
        let mut events = Vec::new();
        match known {
            Some((epoch, seqs, _)) if epoch == self.epoch => {
                at = seqs;
                events.extend(
                    at.keys()
                        .filter(|feed| !held.contains(feed))
                        .map(|feed| FeedEvent::Leave { feed: *feed }),
                );
                at.retain(|feed, _| held.contains(feed));
            }
            other => {
                let reason = if other.is_some() { ResetReason::Epoch } else { ResetReason::Cursor };
                events.extend(held.iter().map(|feed| FeedEvent::Reset { feed: *feed, reason }));
                at.extend(held.iter().map(|feed| (*feed, 0)));
            }
        }
        for feed in &held {
            if ask.refetch.contains(feed) {
                events.push(FeedEvent::Reset { feed: *feed, reason: ResetReason::Checksum });
                at.insert(*feed, 0);
            } else if !at.contains_key(feed) {
                events.push(FeedEvent::Join { feed: *feed });
                at.insert(*feed, 0);
            }
        }
        let (rows, done) = self.rows_after(&mut at);
        let queue = self.queues.get(&(account, ask.client)).cloned().unwrap_or_default();
        let tail = done.then(|| Tail {
            last_n: queue.ops.len() as u64,
            head: queue.head.unwrap_or(Digest([0; 32])),
            durable_through: self.durable_through.min(queue.ops.len() as u64),
            sums: held.iter().map(|feed| (*feed, self.sum(*feed))).collect(),
            chains: Table::new(),
        });
        let now_told = tail.clone().map(|tail| (ask.client, tail));
        let page = if events.is_empty() && rows.is_empty() && now_told == told && done {
            self.unmoved += 1;
            Page::unmoved(self.epoch)
        } else {
            let cursor: Cursor = (self.epoch, at, now_told);
            let cursor = Some(serde_json::to_string(&cursor).expect("a cursor"));
            Page { epoch: self.epoch, feeds: events, rows, cursor, done, tail }
        };
        serde_json::to_string(&page).expect("a page")
    }

    fn rows_after(&self, at: &mut BTreeMap<FeedId, u64>) -> (Vec<FeedRow>, bool) {
        let mut rows = Vec::new();
        let mut carried = BTreeSet::new();
        for (feed_id, seen) in at {
            let Some(feed) = self.feeds.get(feed_id) else { continue };
            let mut next: Vec<_> = feed.rows.iter().filter(|(_, slot)| slot.seq > *seen).collect();
            next.sort_by_key(|(_, slot)| slot.seq);
            for ((kind, id), slot) in next {
                if rows.len() == PAGE_ROWS {
                    return (rows, false);
                }
                let first = carried.insert((kind.clone(), *id, slot.rev));
                let body = slot.body.clone().filter(|_| first);
                let body = body.map(|body| RawValue::from_string(body).expect("JSON"));
                let row = Row { kind: kind.clone(), id: *id, rev: slot.rev, gone: slot.body.is_none(), body };
                rows.push(FeedRow { feed: *feed_id, seq: slot.seq, row });
                *seen = slot.seq;
            }
        }
        (rows, true)
    }

    pub fn sum(&self, feed: FeedId) -> Checksum {
        let nothing = Checksum([0; 8]);
        let Some(feed) = self.feeds.get(&feed) else { return nothing };
        feed.rows.iter().fold(nothing, |sum, ((kind, id), slot)| match &slot.body {
            Some(body) => digest::toggle(sum, digest::row(kind, *id, slot.rev, body)),
            None => sum,
        })
    }

    /// How an op was answered, if it came.
    pub fn answer_to(&self, id: OpId) -> Option<&Answer> {
        self.decided.get(&id).map(|(_, answer)| answer)
    }
}

fn stops_at(stop: &Stop, number: u64) -> bool {
    match stop {
        Stop::UnknownOp { n, .. } | Stop::Busy { n } | Stop::IdReuse { n } => *n <= number,
        Stop::Gap { .. } => false,
    }
}

fn refused(code: Code, detail: Detail) -> Answer {
    Answer::Refused(Box::new(Refused { code, detail, current: None }))
}
