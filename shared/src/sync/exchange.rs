//! When to push and when to pull: at most one of each under way, a pause after failures that
//! doubles with a random part, and the next wake. Reading answers stands in `push` and `pull`.

use super::{Effect, Engine, outbox::Own, rows::Progress, turn::Turn};
use crate::{
    ids::{ClientId, FeedId},
    json, limits,
    wire::{
        pull::PullAsk,
        push::{PushAsk, SealedOp},
    },
};

/// Shortest pause after a failure.
const RETRY_MS: i64 = 1_000;
/// Longest pause after failures.
const RETRY_MS_MAX: i64 = 5 * 60_000;
/// How long the phone trusts the event stream before it asks by itself.
const POLL_MS: i64 = 60_000;

/// A push or pull under way.
#[derive(Debug)]
pub struct Flight {
    /// Its number: drawn, so that no answer to an app that ran before passes for one to this one.
    pub ask: u32,
    /// The queue it named.
    pub client: ClientId,
    /// The cursor it was asked with.
    pub cursor: Option<String>,
    /// Last number answered when it left.
    pub answered_n: u64,
}

/// The exchange with the server; none of it outlives the app.
#[derive(Debug, Default)]
pub struct Lane {
    started: bool,
    /// The push under way.
    pub push: Option<Flight>,
    /// The pull under way.
    pub pull: Option<Flight>,
    /// Rows may be waiting at the server.
    pub want_pull: bool,
    /// Feeds whose checksum differs.
    pub refetch: Vec<FeedId>,
    /// Refetches in a row that did not help.
    pub refetched: u32,
    /// An answer came from another epoch: pull before the next push.
    pub pull_first: bool,
    failures: u32,
    retry_at: i64,
    push_retry_at: i64,
    offline: bool,
    told: Option<(bool, bool, Option<i64>)>,
}

impl Lane {
    /// The app is open and signed in.
    pub fn start(&mut self) {
        self.started = true;
        self.refetched = 0;
        self.hurry();
    }

    /// Try now.
    pub fn hurry(&mut self) {
        self.want_pull = true;
        self.retry_at = 0;
        self.push_retry_at = 0;
    }

    /// A clock that went back must not make a pause of seconds one of years.
    fn heed_clock(&mut self, now: i64) {
        for at in [&mut self.retry_at, &mut self.push_retry_at] {
            if *at > now.saturating_add(RETRY_MS_MAX) {
                *at = 0;
            }
        }
    }

    /// A wake.
    pub fn tick(&mut self, poked: bool, last_sync_at: Option<i64>, now: i64) {
        if poked || last_sync_at.is_none_or(|at| now >= at.saturating_add(POLL_MS) || now < at) {
            self.want_pull = true;
        }
    }

    /// The server answered something that can be read.
    pub fn answered(&mut self) {
        self.failures = 0;
        self.retry_at = 0;
        self.offline = false;
    }

    /// A push or pull came to nothing.
    pub fn failed(&mut self, ask: u32, retry_after_ms: Option<u32>, turn: &mut Turn) {
        let push = self.push.take_if(|flight| flight.ask == ask).is_some();
        let pull = self.pull.take_if(|flight| flight.ask == ask).is_some();
        if !push && !pull {
            return;
        }
        self.want_pull |= pull;
        self.offline = true;
        self.retry_at = turn.now + self.pause(retry_after_ms, turn);
    }

    /// The server took a push only in part: not before a pause.
    pub fn push_stopped(&mut self, turn: &mut Turn) {
        self.push_retry_at = turn.now + self.pause(None, turn);
    }

    fn pause(&mut self, asked_ms: Option<u32>, turn: &mut Turn) -> i64 {
        let doubled = RETRY_MS.saturating_mul(1 << self.failures.min(16)).min(RETRY_MS_MAX);
        self.failures += 1;
        turn.entropy.jitter(doubled).max(asked_ms.map_or(0, i64::from).min(RETRY_MS_MAX))
    }

    /// Whether files may be sent: the last attempt reached the server.
    pub fn online(&self) -> bool {
        self.started && !self.offline
    }
}

impl Engine {
    /// Sends what may be sent and asks for the next wake.
    pub(super) fn drive(&mut self, turn: &mut Turn) {
        if self.lane.started && self.me.is_some() {
            self.lane.heed_clock(turn.now);
            if turn.now >= self.lane.retry_at {
                self.drive_pull(turn);
                self.drive_push(turn);
            }
            self.wake(turn);
        }
        self.tell_status(turn);
    }

    fn drive_pull(&mut self, turn: &mut Turn) {
        let wanted = self.lane.want_pull || self.place.cursor.is_none();
        if self.lane.pull.is_some() || !wanted {
            return;
        }
        let client = self.client(turn);
        self.lane.want_pull = false;
        let refetch = std::mem::take(&mut self.lane.refetch);
        let body = json::text(&PullAsk { client, cursor: self.place.cursor.clone(), refetch });
        let flight = self.flight(client, turn);
        turn.effect(Effect::Pull { ask: flight.ask, body });
        self.lane.pull = Some(flight);
    }

    /// Nothing is pushed before the phone knows which life of the database it speaks to.
    fn drive_push(&mut self, turn: &mut Turn) {
        let lane = &self.lane;
        if lane.push.is_some()
            || self.place.epoch.is_none()
            || self.place.cursor.is_none()
            || lane.pull_first
            || turn.now < lane.push_retry_at
        {
            return;
        }
        let client = self.client(turn);
        self.seal_ready(turn);
        let ops = self.batch();
        if ops.is_empty() {
            return;
        }
        let body = json::text(&PushAsk { client, receipt: self.place.receipt.clone(), ops });
        let flight = self.flight(client, turn);
        turn.effect(Effect::Push { ask: flight.ask, body });
        self.lane.push = Some(flight);
    }

    fn flight(&self, client: ClientId, turn: &mut Turn) -> Flight {
        let (cursor, answered_n) = (self.place.cursor.clone(), self.place.answered_n);
        Flight { ask: turn.entropy.number(), client, cursor, answered_n }
    }

    /// The queue's name; made at first need.
    fn client(&mut self, turn: &mut Turn) -> ClientId {
        if let Some(client) = self.place.client {
            return client;
        }
        let client = ClientId(turn.entropy.uuid(turn.now));
        self.place.client = Some(client);
        self.store_place(turn);
        client
    }

    /// Numbers what may go; with this turn's rows on disk the numbers hold for ever.
    fn seal_ready(&mut self, turn: &mut Turn) {
        let ready = self.outbox.ready(turn.now, |op| self.server_knows(op));
        for place in &ready {
            self.place.last_n += 1;
            self.place.head = self.outbox.seal(*place, self.place.last_n, self.place.head, &mut turn.rows);
        }
        if !ready.is_empty() {
            self.store_place(turn);
        }
    }

    /// The unanswered ops from the lowest number on, without a hole, as many as a push may hold.
    fn batch(&self) -> Vec<SealedOp> {
        let mut waiting: Vec<(u64, &Own)> = self
            .outbox
            .iter()
            .filter(|(_, own)| own.unanswered())
            .filter_map(|(_, own)| Some((own.ticket?.n, own)))
            .collect();
        waiting.sort_unstable_by_key(|(n, _)| *n);
        let mut ops: Vec<SealedOp> = Vec::new();
        let mut bytes = 0;
        for (n, own) in waiting {
            bytes += own.bytes.len() + 64;
            let hole = ops.last().is_some_and(|last| last.n + 1 != n);
            if hole
                || ops.len() == limits::PUSH_OPS_MAX
                || (bytes > limits::PUSH_BYTES_MAX - 4_096 && !ops.is_empty())
            {
                break;
            }
            let rev = match own.progress {
                Progress::Done { rev, .. } => Some(rev).filter(|rev| *rev > 0),
                Progress::Waiting | Progress::Held => None,
            };
            ops.push(SealedOp { n, op: json::raw(own.bytes.clone()), rev });
        }
        ops
    }

    fn wake(&self, turn: &mut Turn) {
        let lane = &self.lane;
        let mut at = turn.now + POLL_MS;
        if let Some(synced) = self.place.last_sync_at {
            at = at.min(synced.saturating_add(POLL_MS)).max(turn.now + RETRY_MS);
        }
        if turn.now < lane.retry_at {
            at = lane.retry_at;
        } else if turn.now < lane.push_retry_at {
            at = at.min(lane.push_retry_at);
        } else if lane.push.is_none() && !lane.pull_first && self.place.cursor.is_some() {
            at = at.min(self.outbox.next_pause().unwrap_or(at).max(turn.now + 50));
        }
        let after_ms =
            u32::try_from((at - turn.now).clamp(50, POLL_MS.max(RETRY_MS_MAX))).unwrap_or(u32::MAX);
        turn.effect(Effect::Wake { after_ms });
    }

    fn tell_status(&mut self, turn: &mut Turn) {
        let syncing = self.lane.push.is_some() || self.lane.pull.is_some();
        let now = (syncing, self.lane.online(), self.place.last_sync_at);
        if self.lane.told != Some(now) {
            self.lane.told = Some(now);
            turn.effect(Effect::Status { syncing, online: now.1, last_sync_at: now.2 });
        }
    }
}
