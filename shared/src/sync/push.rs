//! Answers to pushes. Only an answer or an outcome ends an op; what an answer says of an op that
//! has ended already is passed over.

use super::{
    Engine,
    kinds::ends_media,
    rows::{Progress, Ticket},
    turn::Turn,
};
use crate::{
    ids::{ClientId, Digest, MediaId},
    json,
    wire::{
        Act,
        push::{Answer, OpAnswer, PushAnswer, Stop},
    },
};

impl Engine {
    pub(super) fn push_answered(&mut self, ask: u32, text: &str, turn: &mut Turn) {
        // A late or repeated answer says nothing new: the same bytes get the same answer again.
        let Some(flight) = self.lane.push.take_if(|flight| flight.ask == ask) else { return };
        let Ok(answer) = json::parse::<PushAnswer>(text) else {
            self.lane.push = Some(flight);
            return self.lane.failed(ask, None, turn);
        };
        self.lane.answered();
        self.lane.want_pull = true;
        if Some(answer.epoch) != self.place.epoch {
            // The server was restored: what it says counts once the phone stands in that life too.
            self.lane.pull_first = true;
            return;
        }
        if Some(flight.client) != self.place.client {
            return;
        }
        for one in &answer.answers {
            self.answered(one, turn);
        }
        self.place.receipt = Some(answer.receipt);
        self.store_place(turn);
        match answer.stopped {
            None => {}
            Some(Stop::Gap { last }) => self.gap(last, turn),
            Some(Stop::IdReuse { .. }) => self.new_client(turn),
            Some(Stop::UnknownOp { .. } | Stop::Busy { .. }) => self.lane.push_stopped(turn),
        }
    }

    fn answered(&mut self, one: &OpAnswer, turn: &mut Turn) {
        let found = self
            .outbox
            .iter()
            .find(|(_, own)| own.unanswered() && own.ticket.is_some_and(|at| at.n == one.n));
        let Some((place, own)) = found else { return };
        let Some(ticket) = own.ticket else { return };
        if one.op.is_some_and(|id| id != own.op.id) {
            return;
        }
        if one.n > self.place.answered_n {
            self.place.answered_n = one.n;
            self.place.answered_head = ticket.head;
        }
        let answered = Some(Ticket { answered: true, ..ticket });
        self.outbox.update(place, &mut turn.rows, |own| own.ticket = answered);
        self.end(place, &one.answer, turn);
    }

    /// Takes the server's word on an op. An outcome that is already here wins over `held`, which
    /// may have been overtaken.
    pub(super) fn end(&mut self, place: u64, answer: &Answer, turn: &mut Turn) {
        let Some(own) = self.outbox.get(place) else { return };
        let entry = own.op.act.entry();
        turn.entry_changed(entry);
        match answer {
            Answer::Duplicate { answer } => self.end(place, answer, turn),
            Answer::Applied { rev, .. } | Answer::Merged { rev, .. } => {
                self.free_files(place, turn);
                self.end_visit(entry, turn);
                let rev = *rev;
                self.outbox
                    .update(place, &mut turn.rows, |own| own.progress = Progress::Done { rev, seen: false });
            }
            Answer::Refused(refused) => self.refuse(place, refused, turn),
            Answer::Held { .. } => {
                let outcome = self.base.outcomes.get(&own.op.id).map(|outcome| outcome.answer.clone());
                match outcome.and_then(|answer| json::read::<Answer>(&answer)) {
                    Some(Answer::Held { .. }) | None => {
                        self.outbox.update(place, &mut turn.rows, |own| own.progress = Progress::Held);
                    }
                    Some(outcome) => self.end(place, &outcome, turn),
                }
            }
        }
    }

    /// The server knows that an item was thrown away: its bytes need not be kept.
    fn free_files(&mut self, place: u64, turn: &mut Turn) {
        let Some(own) = self.outbox.get(place) else { return };
        if !ends_media(&own.op.act) {
            return;
        }
        let gone: Vec<MediaId> = match &own.op.act {
            Act::MediaRemove { media, .. } => vec![*media],
            _ => {
                let entry = own.op.act.entry();
                self.media.iter().filter(|(_, row)| row.entry == entry).map(|(id, _)| *id).collect()
            }
        };
        gone.into_iter().for_each(|media| self.forget_file(media, turn));
    }

    /// Numbers are missing at the server: sends from there, or goes on under a new name where the
    /// phone no longer has them.
    fn gap(&mut self, last: u64, turn: &mut Turn) {
        if self.outbox.iter().any(|(_, own)| own.ticket.is_some_and(|ticket| ticket.n == last + 1)) {
            self.send_again_from(last, turn);
        } else {
            self.new_client(turn);
        }
        self.lane.push_stopped(turn);
    }

    /// What was numbered above `last` counts as unanswered.
    pub(super) fn send_again_from(&mut self, last: u64, turn: &mut Turn) {
        for place in self.places(|ticket| ticket.n > last) {
            self.outbox.update(place, &mut turn.rows, |own| {
                own.ticket = own.ticket.map(|ticket| Ticket { answered: false, ..ticket });
            });
        }
        if last < self.place.answered_n {
            self.place.answered_n = last;
            self.place.answered_head = self.head_at(last).unwrap_or(Digest([0; 32]));
            self.store_place(turn);
        }
    }

    fn places(&self, which: impl Fn(&Ticket) -> bool) -> Vec<u64> {
        self.outbox
            .iter()
            .filter(|(_, own)| own.ticket.as_ref().is_some_and(&which))
            .map(|(place, _)| place)
            .collect()
    }

    /// The queue's head at a number, as far as this phone still knows it.
    pub(super) fn head_at(&self, n: u64) -> Option<Digest> {
        if n == 0 {
            return Some(Digest([0; 32]));
        }
        if n == self.place.answered_n {
            return Some(self.place.answered_head);
        }
        self.outbox
            .iter()
            .find_map(|(_, own)| own.ticket.filter(|ticket| ticket.n == n))
            .map(|ticket| ticket.head)
    }

    /// Goes on under a new name: another phone uses this one, or the server's ledger is not ours.
    /// All that is kept is sent once more; the server knows it by the ops' own ids.
    pub(super) fn new_client(&mut self, turn: &mut Turn) {
        let mut places = self.places(|_| true);
        places.sort_unstable_by_key(|place| {
            self.outbox.get(*place).and_then(|own| own.ticket).map(|ticket| ticket.n)
        });
        self.place.client = Some(ClientId(turn.entropy.uuid(turn.now)));
        self.place.last_n = 0;
        self.place.head = Digest([0; 32]);
        self.place.answered_n = 0;
        self.place.answered_head = Digest([0; 32]);
        self.place.receipt = None;
        for place in places {
            self.place.last_n += 1;
            self.place.head = self.outbox.seal(place, self.place.last_n, self.place.head, &mut turn.rows);
        }
        self.store_place(turn);
    }

    /// Whether the server has the op that named an item, so that its bytes may follow.
    pub(super) fn is_begun(&self, media: MediaId) -> bool {
        let adds = |act: &Act| matches!(act, Act::MediaAdd { media: added, .. } if *added == media);
        match self.outbox.iter().find(|(_, own)| adds(&own.op.act)) {
            Some((_, own)) => matches!(own.progress, Progress::Done { .. }),
            None => self.base.entry_of(&("media".to_owned(), media.0)).is_some(),
        }
    }
}
