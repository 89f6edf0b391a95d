//! Pages. A page is applied only onto the cursor it was asked with, in one store with its rows;
//! joins, leaves and resets drop rows, never ops.

use super::{Engine, base::Name, exchange::Flight, rows::Progress, turn::Turn};
use crate::{
    ids::FeedId,
    json,
    model::RecordKind,
    wire::{
        Page,
        pull::{FeedEvent, FeedRow, Tail},
        push::Answer,
    },
};

/// Confirmed ops kept for a restored server where no backup has covered them yet.
const DONE_KEPT_MAX: usize = 500;
/// Refetches in a row after which the phone leaves it until the app is opened again: a feed that
/// differs each time is the server's to mend.
const REFETCHES_MAX: u32 = 2;

impl Engine {
    pub(super) fn page_arrived(&mut self, ask: u32, text: &str, turn: &mut Turn) {
        let Some(flight) = self.lane.pull.take_if(|flight| flight.ask == ask) else { return };
        if flight.cursor != self.place.cursor {
            self.lane.want_pull = true;
            return;
        }
        let page = json::parse::<Page>(text).ok().filter(|page| self.knows_tail_of(page));
        let Some(page) = page else {
            self.lane.pull = Some(flight);
            return self.lane.failed(ask, None, turn);
        };
        self.lane.answered();
        if self.place.epoch.is_some_and(|epoch| epoch != page.epoch) {
            self.unsee(turn);
        }
        self.place.epoch = Some(page.epoch);
        page.feeds.iter().for_each(|event| self.feed_event(event, turn));
        page.rows.iter().for_each(|row| self.row(row, turn));
        self.place.cursor = page.cursor.or(self.place.cursor.take());
        self.place.tail = page.tail.or(self.place.tail.take());
        match self.place.tail.clone() {
            Some(tail) if page.done => self.tail(&tail, &flight, turn),
            _ => self.lane.want_pull = true,
        }
        self.outcomes(turn);
        self.settle_files(turn);
        self.store_place(turn);
    }

    /// Whether a final page brings its tail, or one that holds on is here.
    fn knows_tail_of(&self, page: &Page) -> bool {
        !page.done || page.tail.is_some() || self.place.tail.is_some()
    }

    fn feed_event(&mut self, event: &FeedEvent, turn: &mut Turn) {
        match event {
            FeedEvent::Join { feed } => {
                self.place.feeds.insert(*feed);
            }
            FeedEvent::Leave { feed } => {
                self.place.feeds.remove(feed);
                self.drop_feed(*feed, turn);
            }
            FeedEvent::Reset { feed, .. } => {
                self.place.feeds.insert(*feed);
                self.drop_feed(*feed, turn);
            }
        }
    }

    fn drop_feed(&mut self, feed: FeedId, turn: &mut Turn) {
        let entries: Vec<_> = self.base.worlds.keys().copied().collect();
        for name in self.base.drop_feed(feed, &mut turn.rows) {
            self.touched(&name, turn);
            self.hide_gone(&name, turn);
        }
        for entry in entries.into_iter().filter(|entry| !self.base.worlds.contains_key(entry)) {
            turn.entry_changed(entry);
        }
    }

    fn row(&mut self, row: &FeedRow, turn: &mut Turn) {
        let name: Name = (row.row.kind.clone(), row.row.id);
        self.touched(&name, turn);
        if row.row.gone {
            self.base.leave(&name, row.feed, &mut turn.rows);
            self.hide_gone(&name, turn);
        } else {
            self.base.put(row, &mut turn.rows);
        }
        self.touched(&name, turn);
    }

    /// An item that no feed holds any more: withdrawn, taken out, or of a branch that was left.
    fn hide_gone(&self, name: &Name, turn: &mut Turn) {
        if name.0 == RecordKind::Media.name() && !self.base.has(name) {
            turn.hide(name.1.into());
        }
    }

    /// Notes what has to be worked out anew: an entry, or everything where org data changed.
    fn touched(&self, name: &Name, turn: &mut Turn) {
        match name.0.parse() {
            Ok(RecordKind::Branch | RecordKind::Person | RecordKind::Grant) => turn.all_changed(),
            _ => {
                if let Some(entry) = self.base.entry_of(name) {
                    turn.entry_changed(entry);
                }
            }
        }
    }

    /// Ops whose outcome has come end with it.
    fn outcomes(&mut self, turn: &mut Turn) {
        let told: Vec<(u64, serde_json::Value)> = self
            .outbox
            .iter()
            .filter(|(_, own)| own.progress == Progress::Held)
            .filter_map(|(place, own)| Some((place, self.base.outcomes.get(&own.op.id)?.answer.clone())))
            .collect();
        for (place, answer) in told {
            if let Some(answer) = json::read::<Answer>(&answer)
                && !matches!(answer, Answer::Held { .. })
            {
                self.end(place, &answer, turn);
            }
        }
    }

    /// Another life of the database: what was confirmed in the last one may be missing from it.
    fn unsee(&mut self, turn: &mut Turn) {
        let done: Vec<u64> =
            self.outbox.iter().filter(|(_, own)| !own.pending()).map(|(place, _)| place).collect();
        for place in done {
            self.outbox.update(place, &mut turn.rows, |own| {
                if let Progress::Done { seen, .. } = &mut own.progress {
                    *seen = false;
                }
            });
        }
    }

    /// The phone has everything now: compares what it holds and what of its ops arrived.
    fn tail(&mut self, tail: &Tail, flight: &Flight, turn: &mut Turn) {
        self.place.last_sync_at = Some(turn.now);
        self.lane.pull_first = false;
        turn.all_changed();
        let gone: Vec<FeedId> =
            self.base.feeds().into_iter().filter(|feed| !tail.sums.contains_key(feed)).collect();
        for feed in gone {
            self.place.feeds.remove(&feed);
            self.drop_feed(feed, turn);
        }
        self.compare_sums(tail);
        if Some(flight.client) == self.place.client {
            self.compare_queue(tail, flight, turn);
        }
    }

    fn compare_sums(&mut self, tail: &Tail) {
        let mine = self.base.sums();
        let nothing = crate::ids::Checksum([0; 8]);
        let differs = tail.sums.iter().filter(|(feed, sum)| mine.get(feed).unwrap_or(&nothing) != *sum);
        let differing: Vec<FeedId> = differs.map(|(feed, _)| *feed).collect();
        if differing.is_empty() {
            self.lane.refetched = 0;
            return;
        }
        self.lane.refetched += 1;
        if self.lane.refetched <= REFETCHES_MAX {
            self.lane.refetch = differing;
            self.lane.want_pull = true;
        }
    }

    fn compare_queue(&mut self, tail: &Tail, flight: &Flight, turn: &mut Turn) {
        let own = self.head_at(tail.last_n);
        if tail.last_n > self.place.last_n || own.is_some_and(|head| head != tail.head) {
            return self.new_client(turn);
        }
        if tail.last_n < flight.answered_n {
            self.send_again_from(tail.last_n, turn);
        }
        // A head that this phone has forgotten may be anybody's: the next page will tell.
        if own.is_some() {
            self.confirm(tail, turn);
        }
    }

    /// The page's snapshot holds the effects of every op up to `last_n`: they need no longer lie
    /// on top. What a backup covers is dropped.
    fn confirm(&mut self, tail: &Tail, turn: &mut Turn) {
        let mut seen_now = Vec::new();
        let mut kept = Vec::new();
        for (place, own) in self.outbox.iter() {
            let (Progress::Done { seen, .. }, Some(ticket)) = (own.progress, own.ticket) else { continue };
            let within = ticket.answered && ticket.n <= tail.last_n;
            if within && ticket.n <= tail.durable_through {
                kept.push((place, true));
            } else if within || seen {
                if !seen {
                    seen_now.push(place);
                }
                kept.push((place, false));
            }
        }
        for place in seen_now {
            self.outbox.update(place, &mut turn.rows, |own| {
                if let Progress::Done { seen, .. } = &mut own.progress {
                    *seen = true;
                }
            });
        }
        let too_many = kept.iter().filter(|(_, covered)| !covered).count().saturating_sub(DONE_KEPT_MAX);
        let oldest = kept.iter().filter(|(_, covered)| !covered).take(too_many);
        let covered = kept.iter().filter(|(_, covered)| *covered);
        for (place, _) in oldest.chain(covered) {
            self.outbox.remove(*place, &mut turn.rows);
        }
    }
}
