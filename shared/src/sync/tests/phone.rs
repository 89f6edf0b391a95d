//! A phone for tests: rows on its disk, the engine over them, a network that loses, repeats and
//! delays, and a person who may switch it off between any two effects.

use std::collections::{BTreeMap, VecDeque};

use super::super::{
    Command, Effect, Engine, EngineEvent, StoredRow,
    rows::{OutboxRow, Place},
};
use super::server::Server;
use crate::{
    ids::{AccountId, MediaId, OpId},
    wire::{Op, Problem, PushAsk, session::Me},
};

/// Something on its way.
#[derive(Debug, Clone)]
pub enum Mail {
    Push { ask: u32, body: String },
    Pull { ask: u32, body: String },
    Pushed { ask: u32, text: String },
    Page { ask: u32, text: String },
}

#[derive(Debug)]
pub struct Phone {
    pub account: AccountId,
    pub engine: Engine,
    pub disk: BTreeMap<(String, String), String>,
    pub mail: VecDeque<Mail>,
    pub now: i64,
    pub denied: Option<Problem>,
    /// Items whose pictures this phone was told to take away.
    pub hidden: Vec<MediaId>,
    /// Every body pushed, to compare bytes.
    pub pushed: Vec<String>,
    drawn: u64,
}

impl Phone {
    pub fn new(me: Me, seed: u64) -> Self {
        let mut phone = Self {
            account: me.account,
            engine: Engine::default(),
            disk: BTreeMap::new(),
            mail: VecDeque::new(),
            now: 1_700_000_000_000,
            denied: None,
            hidden: Vec::new(),
            pushed: Vec::new(),
            drawn: seed << 32,
        };
        phone.tell(EngineEvent::SignedIn { me });
        phone
    }

    fn chance(&mut self) -> [u8; 32] {
        self.drawn += 1;
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.drawn.to_be_bytes());
        seed
    }

    pub fn tell(&mut self, event: EngineEvent) {
        self.tell_until(event, usize::MAX);
    }

    /// The app is killed after so many effects.
    pub fn tell_until(&mut self, event: EngineEvent, effects: usize) {
        self.denied = None;
        let chance = self.chance();
        for effect in self.engine.handle(event, self.now, chance).into_iter().take(effects) {
            match effect {
                Effect::Store { changes } => {
                    for change in changes {
                        let key = (change.store, change.key);
                        match change.value {
                            Some(value) => drop(self.disk.insert(key, value)),
                            None => drop(self.disk.remove(&key)),
                        }
                    }
                }
                Effect::Push { ask, body } => {
                    self.is_written_down(&body);
                    self.pushed.push(body.clone());
                    self.mail.push_back(Mail::Push { ask, body });
                }
                Effect::Pull { ask, body } => self.mail.push_back(Mail::Pull { ask, body }),
                Effect::Denied { problem } => self.denied = Some(problem),
                Effect::Hide { media } => self.hidden.extend(media),
                Effect::Wake { .. } | Effect::Changed | Effect::Status { .. } | Effect::Forget { .. } => {}
            }
        }
    }

    /// Whatever is sent lies on disk as it is sent, with its number and its queue's name.
    fn is_written_down(&self, body: &str) {
        let ask: PushAsk = serde_json::from_str(body).expect("a push");
        let place = &self.disk[&("meta".to_owned(), "place".to_owned())];
        let place: Place = crate::json::parse(place).expect("where the phone stands");
        assert_eq!(place.client, Some(ask.client));
        for sealed in ask.ops {
            let op: Op = serde_json::from_str(sealed.op.get()).expect("an op");
            let row = self.row(op.id).expect("it is on disk before it is sent");
            assert_eq!(row.ticket.map(|ticket| ticket.n), Some(sealed.n));
            assert_eq!(row.op, sealed.op.get());
            assert!(sealed.n <= place.last_n);
        }
    }

    /// An own op as it lies on disk.
    pub fn row(&self, op: OpId) -> Option<OutboxRow> {
        let text = self.disk.get(&("outbox".to_owned(), op.to_string()))?;
        Some(crate::json::parse(text).expect("an outbox row"))
    }

    pub fn act(&mut self, command: Command) {
        self.now += 10;
        self.tell(EngineEvent::Act { command, english: true });
    }

    /// Killed and started again from disk; what was on its way comes to nobody.
    pub fn restart(&mut self) {
        let rows: Vec<StoredRow> = self
            .disk
            .iter()
            .map(|((store, key), value)| StoredRow {
                store: store.clone(),
                key: key.clone(),
                value: value.clone(),
            })
            .collect();
        self.engine = Engine::load(&rows);
        self.mail.clear();
        self.tell(EngineEvent::Started);
    }

    /// Carries one letter to its end; `lose` what comes back.
    pub fn carry(&mut self, server: &mut Server, lose: bool) -> bool {
        let Some(mail) = self.mail.pop_front() else { return false };
        match mail {
            Mail::Push { ask, body } => {
                let text = server.push(self.account, &body);
                if lose {
                    self.tell(EngineEvent::Failed { ask, retry_after_ms: None });
                } else {
                    self.mail.push_back(Mail::Pushed { ask, text });
                }
            }
            Mail::Pull { ask, body } => {
                let text = server.pull(self.account, &body);
                if lose {
                    self.tell(EngineEvent::Failed { ask, retry_after_ms: None });
                } else {
                    self.mail.push_back(Mail::Page { ask, text });
                }
            }
            Mail::Pushed { ask, text } => self.tell(EngineEvent::PushAnswered { ask, text }),
            Mail::Page { ask, text } => self.tell(EngineEvent::PageArrived { ask, text }),
        }
        true
    }

    /// Everything goes through until nothing is left to say.
    pub fn settle(&mut self, server: &mut Server) {
        for _ in 0..3 {
            self.now += 400_000;
            self.tell(EngineEvent::Online);
            let mut steps = 0;
            while self.carry(server, false) {
                steps += 1;
                assert!(steps < 2_000, "the exchange does not end: {:?}", self.mail);
            }
        }
    }
}
