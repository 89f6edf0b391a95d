//! A phone: its disk, the engine over it, what is on its way, and a clock of its own. It may be switched off between
//! any two effects, its disk may be full, copied, or taken away.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::Deserialize;
use shared::ids::{MediaId, OpId};
use shared::sync::{Command, Effect, Engine, EngineEvent, Query, StoredRow};
use shared::wire::session::Session;

use crate::server::Answer;
use crate::stage::Seat;

/// A request of the engine.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Its number.
    pub ask: u32,
    /// Whether it is a push; else a pull.
    pub push: bool,
    /// Its body.
    pub body: String,
}

/// How much of a turn happens before the phone dies.
#[derive(Clone, Copy, Debug)]
pub enum Life {
    /// All of it.
    Whole,
    /// So many effects; then the app is killed and started again.
    Killed(usize),
    /// Everything before the first store, which fails: the disk is full. The engine is loaded anew.
    Full,
}

/// An own op as it lies on the phone, as far as the simulation looks.
#[derive(Deserialize)]
struct OwnRow {
    ticket: Option<serde_json::Value>,
    op: String,
}

#[derive(Deserialize)]
struct OpName {
    id: OpId,
}

/// One installation.
pub struct Phone {
    /// Whose, with the tokens in force.
    pub seat: Seat,
    /// A refresh that was not answered yet: asked again with the same successor.
    pub next: Option<String>,
    /// The machine.
    pub engine: Engine,
    /// Its rows.
    pub disk: BTreeMap<(String, String), String>,
    /// The bytes it took.
    pub files: BTreeMap<MediaId, Vec<u8>>,
    /// Requests that have not left yet.
    pub out: VecDeque<Letter>,
    /// Answers that have not arrived yet; `None`: it will hear of none.
    pub back: VecDeque<(Letter, Option<Answer>)>,
    /// How far its clock is ahead, in ms.
    pub skew_ms: i64,
    /// When it wants to be woken, by the servers' clock.
    pub wake_at: i64,
    /// Numbered ops that left the disk in the last turns: the ledger must know each.
    pub let_go: BTreeSet<OpId>,
    /// Cards that left the disk by no act of its person.
    pub cards_gone: BTreeSet<OpId>,
    /// An op whose row's changes are printed.
    pub follow: Option<String>,
    /// Ops that have a number, as they were when they got it.
    sealed: BTreeMap<String, String>,
    /// One of them was written with other bytes.
    pub changed: bool,
    /// Cards that its person did away with.
    pub tidied: BTreeSet<OpId>,
    /// Its person is about to do away with a card.
    tidies: bool,
    /// The last act was refused by the rules.
    pub denied: bool,
    chance: fastrand::Rng,
}

impl Phone {
    /// A phone that was just signed in.
    pub fn new(seat: Seat, seed: u64, now: i64) -> Phone {
        let mut phone = Phone {
            seat,
            next: None,
            engine: Engine::default(),
            disk: BTreeMap::new(),
            files: BTreeMap::new(),
            out: VecDeque::new(),
            back: VecDeque::new(),
            skew_ms: 0,
            wake_at: now,
            let_go: BTreeSet::new(),
            cards_gone: BTreeSet::new(),
            follow: None,
            sealed: BTreeMap::new(),
            changed: false,
            tidied: BTreeSet::new(),
            tidies: false,
            denied: false,
            chance: fastrand::Rng::with_seed(seed),
        };
        phone.introduce(now);
        phone
    }

    /// Tells the engine who this is.
    fn introduce(&mut self, now: i64) {
        let me = self.seat.session.me.clone();
        self.tell(EngineEvent::SignedIn { me }, now, Life::Whole);
    }

    /// Its person has signed in again.
    pub fn sign_in(&mut self, session: Session, secret: String, now: i64) {
        self.seat.session = session;
        self.seat.secret = secret;
        self.next = None;
        self.introduce(now);
    }

    /// Takes a turn, or part of one. `now` is the servers' time.
    pub fn tell(&mut self, event: EngineEvent, now: i64, life: Life) {
        self.denied = false;
        let mut entropy = [0; 32];
        self.chance.fill(&mut entropy);
        let effects = self.engine.handle(event, now + self.skew_ms, entropy);
        let until = match life {
            Life::Whole => effects.len(),
            Life::Killed(count) => count,
            Life::Full => {
                effects.iter().position(|one| matches!(one, Effect::Store { .. })).unwrap_or(usize::MAX)
            }
        };
        let cut = until < effects.len();
        for effect in effects.into_iter().take(until) {
            self.perform(effect, now);
        }
        match life {
            Life::Full if cut => self.load(now),
            Life::Killed(_) => self.restart(now),
            _ => {}
        }
    }

    fn perform(&mut self, effect: Effect, now: i64) {
        match effect {
            Effect::Store { changes } => {
                for change in changes {
                    let key = (change.store, change.key);
                    match change.value {
                        Some(value) => self.write(key, value),
                        None => self.erase(&key),
                    }
                }
            }
            Effect::Push { ask, body } => self.out.push_back(Letter { ask, push: true, body }),
            Effect::Pull { ask, body } => self.out.push_back(Letter { ask, push: false, body }),
            Effect::Wake { after_ms } => self.wake_at = now + i64::from(after_ms),
            Effect::Denied { .. } => self.denied = true,
            Effect::Forget { .. } | Effect::Hide { .. } | Effect::Changed | Effect::Status { .. } => {}
        }
    }

    fn write(&mut self, key: (String, String), value: String) {
        if self.follow.as_ref() == Some(&key.1) {
            println!("     {} writes {}: {value}", self.seat.name, key.0);
        }
        if key.0 == "outbox"
            && let Ok(OwnRow { ticket: Some(_), op }) = serde_json::from_str(&value)
        {
            let first = self.sealed.entry(key.1.clone()).or_insert_with(|| op.clone());
            self.changed |= *first != op;
        }
        self.disk.insert(key, value);
    }

    fn erase(&mut self, key: &(String, String)) {
        let Some(was) = self.disk.remove(key) else { return };
        if self.follow.as_ref() == Some(&key.1) {
            println!("     {} removes {}", self.seat.name, key.0);
        }
        let numbered =
            key.0 == "outbox" && serde_json::from_str::<OwnRow>(&was).is_ok_and(|row| row.ticket.is_some());
        let Ok(op) = key.1.parse() else { return };
        if numbered {
            self.let_go.insert(op);
        }
        if key.0 == "tray" {
            let gone = if self.tidies { &mut self.tidied } else { &mut self.cards_gone };
            gone.insert(op);
        }
    }

    /// Somebody does something.
    pub fn act(&mut self, command: Command, now: i64, life: Life) {
        self.tidies = matches!(
            command,
            Command::Resend { .. } | Command::CopyRefused { .. } | Command::DropRefused { .. }
        );
        self.tell(EngineEvent::Act { command, english: true }, now, life);
        self.tidies = false;
    }

    /// The app is started again; what was on its way comes to nobody.
    pub fn restart(&mut self, now: i64) {
        self.out.clear();
        self.back.clear();
        self.load(now);
    }

    fn load(&mut self, now: i64) {
        self.engine = Engine::load(&self.rows());
        self.tell(EngineEvent::Started, now, Life::Whole);
    }

    fn rows(&self) -> Vec<StoredRow> {
        let row = |((store, key), value): (&(String, String), &String)| StoredRow {
            store: store.clone(),
            key: key.clone(),
            value: value.clone(),
        };
        self.disk.iter().map(row).collect()
    }

    /// The browser took its storage away; answers the ops that went with it.
    pub fn evict(&mut self, now: i64) -> BTreeSet<OpId> {
        let lost = self.numbered().into_iter().chain(self.carded()).collect();
        self.disk.clear();
        self.files.clear();
        self.out.clear();
        self.back.clear();
        self.engine = Engine::default();
        self.introduce(now);
        lost
    }

    /// Another phone with the same disk and the same sign-in.
    pub fn copied(&mut self, now: i64) -> Phone {
        let mut copy = Phone::new(self.seat.clone(), self.chance.u64(..), now);
        copy.seat.name += "'";
        copy.follow.clone_from(&self.follow);
        copy.disk.clone_from(&self.disk);
        copy.files.clone_from(&self.files);
        copy.skew_ms = self.skew_ms;
        copy.restart(now);
        copy
    }

    /// Ops on the disk that have a number, wherever they stand.
    pub fn numbered(&self) -> BTreeSet<OpId> {
        let own = self.disk.iter().filter(|((store, _), _)| store == "outbox").filter_map(|(_, row)| {
            let row: OwnRow = serde_json::from_str(row).ok()?;
            row.ticket.as_ref()?;
            Some(serde_json::from_str::<OpName>(&row.op).ok()?.id)
        });
        own.collect()
    }

    /// Whether an op waits here for its answer.
    pub fn waits_for(&self, op: OpId) -> bool {
        self.disk.contains_key(&("outbox".to_owned(), op.to_string()))
    }

    /// Ops on the disk that were refused.
    pub fn carded(&self) -> impl Iterator<Item = OpId> {
        self.disk.keys().filter(|(store, _)| store == "tray").filter_map(|(_, key)| key.parse().ok())
    }

    /// Whether nothing waits to be sent or heard. What the server holds rests there.
    pub fn is_drained(&self) -> bool {
        let outbox = self.engine.outbox_view(true);
        self.out.is_empty()
            && self.back.is_empty()
            && outbox.unsent.iter().all(|own| own.held)
            && self.engine.uploads().is_empty()
    }

    /// All that its screens show, as texts.
    pub fn shows(&self) -> Vec<String> {
        shown(&self.engine)
    }

    /// As [`Phone::shows`], by an engine that has nothing but the disk.
    pub fn would_show(&self) -> Vec<String> {
        shown(&Engine::load(&self.rows()))
    }
}

fn shown(engine: &Engine) -> Vec<String> {
    let view = |query: &Query| engine.view(query, 0, true);
    let lists = [Query::Me, Query::Entries { branch: None }, Query::Outbox, Query::Hours, Query::Uploads];
    let entries = engine.entries(None).into_iter().map(|row| Query::Entry { entry: row.id });
    lists.into_iter().chain(entries).map(|query| view(&query)).collect()
}
