//! The phone's own engine with its disk and its files, over real HTTP: what the app's worker does, done by hand. It
//! lives through answers that get lost, servers that die, sessions that end, and an app that is killed; its clock is
//! its own, and may be wrong.

use std::collections::{BTreeMap, VecDeque};

use reqwest::{Method, RequestBuilder};
use serde_json::value::RawValue;
use shared::ids::{EntryId, MediaId, OpId, PersonId};
use shared::model::Leaf;
use shared::sync::event::FileRole;
use shared::sync::view::EntryView;
use shared::sync::{Command, Effect, Engine, EngineEvent, StoredRow, UploadStep, UploadTask, Values};
use shared::wire::push::{OpAnswer, PushAnswer};
use shared::wire::session::Me;
use shared::wire::{Code, Problem};

use crate::app::App;
use crate::drafts::clinic;
use crate::http::Answer;
use crate::ids::id;
use crate::phone::Phone;
use crate::upload::{Part, sha256};

/// Exchanges after which a queue that does not drain is a fault.
const EXCHANGES_MAX: usize = 100;
/// Bytes of a chunk: several a file, small enough that a server is often killed between two.
const CHUNK_BYTES: usize = 16 * 1024;
/// Problems of an upload after which it begins anew, as the app has them.
const BEGIN_ANEW: [Code; 3] = [Code::NotFound, Code::HashMismatch, Code::WrongOffset];

/// A push or pull that the engine asked for.
struct Letter {
    ask: u32,
    path: &'static str,
    body: String,
}

/// An engine with its disk, over the phone that carries its letters.
pub struct Pocket<'a> {
    kit: &'a App,
    phone: &'a Phone,
    pub engine: Engine,
    /// How far its clock is ahead of the server's, in ms.
    pub ahead_ms: i64,
    /// When it wants to be woken, in ms from the last turn.
    pub wake_ms: u32,
    /// Bodies of all pushes that were answered, in order.
    pub pushed: Vec<String>,
    /// What the server said of each op, for ever.
    pub told: BTreeMap<OpId, OpAnswer>,
    disk: BTreeMap<(String, String), String>,
    files: BTreeMap<MediaId, Vec<u8>>,
    letters: VecDeque<Letter>,
    denied: Option<String>,
}

/// How a request of a pocket ended.
enum Carried {
    Answered(Answer),
    /// No answer, or one that is none. What the server asked to wait, in ms.
    Failed(Option<u32>),
}

impl<'a> Pocket<'a> {
    /// An installation that was just signed in.
    ///
    /// # Panics
    /// When the server does not know who that is.
    pub async fn open(kit: &'a App, phone: &'a Phone) -> Pocket<'a> {
        let mut pocket = Pocket {
            kit,
            phone,
            engine: Engine::default(),
            ahead_ms: 0,
            wake_ms: 0,
            pushed: Vec::new(),
            told: BTreeMap::new(),
            disk: BTreeMap::new(),
            files: BTreeMap::new(),
            letters: VecDeque::new(),
            denied: None,
        };
        let me: Me = phone.get("/api/v1/me").await.json();
        pocket.tell(EngineEvent::SignedIn { me });
        pocket
    }

    /// What this phone takes for the time.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.kit.clock.now() + self.ahead_ms
    }

    /// Takes one turn of the engine and does what it wants, short of carrying letters.
    pub fn tell(&mut self, event: EngineEvent) {
        let mut chance = [0; 32];
        chance[..16].copy_from_slice(id::<uuid::Uuid>().as_bytes());
        self.denied = None;
        for effect in self.engine.handle(event, self.now(), chance) {
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
                    self.letters.push_back(Letter { ask, path: "/api/v1/sync/push", body })
                }
                Effect::Pull { ask, body } => {
                    self.letters.push_back(Letter { ask, path: "/api/v1/sync/pull", body })
                }
                Effect::Denied { problem } => self.denied = Some(problem.message),
                Effect::Wake { after_ms } => self.wake_ms = after_ms,
                Effect::Changed | Effect::Status { .. } | Effect::Hide { .. } | Effect::Forget { .. } => {}
            }
        }
    }

    /// Somebody does something.
    ///
    /// # Panics
    /// When the rules refuse it.
    pub fn act(&mut self, command: Command) {
        self.tell(EngineEvent::Act { command, english: true });
        assert_eq!(self.denied, None);
    }

    /// Somebody takes a photo of these bytes.
    ///
    /// # Panics
    /// As [`Pocket::act`].
    pub fn photograph(&mut self, entry: EntryId, bytes: Vec<u8>) -> MediaId {
        let media = id();
        let size_bytes = u64::try_from(bytes.len()).expect("a length");
        self.act(Command::AddMedia {
            entry,
            media,
            kind: shared::model::MediaKind::Photo,
            sha256: sha256(&bytes),
            size_bytes,
            values: Values::from([
                ("phase".to_owned(), "during".into()),
                ("people".to_owned(), "none".into()),
            ]),
            provenance: shared::model::media::Provenance {
                source: "picker".to_owned(),
                mime: "image/jpeg".to_owned(),
                ..Default::default()
            },
        });
        self.files.insert(media, bytes);
        media
    }

    /// The files this phone took.
    #[must_use]
    pub fn files(&self) -> &BTreeMap<MediaId, Vec<u8>> {
        &self.files
    }

    /// Carries one letter and hands its answer back, or loses it.
    ///
    /// # Panics
    /// When the server does not answer it.
    pub async fn carry(&mut self, lose: bool) -> Option<&'static str> {
        let letter = self.letters.pop_front()?;
        let body = RawValue::from_string(letter.body.clone()).expect("the engine writes JSON");
        let answer = self.phone.post(letter.path, &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let path = letter.path;
        self.deliver(letter, if lose { Carried::Failed(None) } else { Carried::Answered(answer) });
        Some(path)
    }

    /// Carries letters until there are none.
    ///
    /// # Panics
    /// When the server does not answer one, or they never end.
    pub async fn settle(&mut self) {
        self.tell(EngineEvent::Flush);
        self.tell(EngineEvent::Online);
        for _ in 0..EXCHANGES_MAX {
            if self.carry(false).await.is_none() {
                return;
            }
        }
        panic!("the engine and the server do not come to an end");
    }

    /// The app is killed and opened again.
    pub fn restart(&mut self) {
        let row = |((store, key), value): (&(String, String), &String)| StoredRow {
            store: store.clone(),
            key: key.clone(),
            value: value.clone(),
        };
        let rows: Vec<StoredRow> = self.disk.iter().map(row).collect();
        self.engine = Engine::load(&rows);
        self.letters.clear();
        self.tell(EngineEvent::Started);
    }

    /// An entry as its screen shows it.
    ///
    /// # Panics
    /// When the phone does not have it.
    #[must_use]
    pub fn entry(&self, entry: EntryId) -> EntryView {
        self.engine.entry(entry, self.now(), true).expect("the phone has the entry")
    }

    /// The records on its disk, by kind and id.
    #[must_use]
    pub fn records(&self) -> BTreeMap<&str, &str> {
        let rows = self.disk.iter().filter(|((store, _), _)| store == "record");
        rows.map(|((_, key), value)| (key.as_str(), value.as_str())).collect()
    }

    /// Whether nothing waits: no letter, no op, no file.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        let outbox = self.engine.outbox_view(true);
        self.letters.is_empty() && outbox.unsent.is_empty() && self.engine.uploads().is_empty()
    }

    /// What the app does with signal, once: carries what is there to be carried, then files. Whatever the server does,
    /// the phone lives through it. Answers whether everything got through.
    ///
    /// # Panics
    /// When the server takes back an answer.
    pub async fn exchange(&mut self) -> bool {
        for _ in 0..EXCHANGES_MAX {
            let Some(letter) = self.letters.pop_front() else { return self.send_files().await };
            let body = RawValue::from_string(letter.body.clone()).expect("the engine writes JSON");
            let sent =
                self.send(async |phone| phone.request(Method::POST, letter.path).await.json(&body)).await;
            let carried = match sent {
                Ok(answer) if answer.status == 200 => Carried::Answered(answer),
                Ok(answer) => {
                    Carried::Failed(answer.header("retry-after").parse().ok().map(|s: u32| s * 1_000))
                }
                Err(_) => Carried::Failed(None),
            };
            let failed = matches!(carried, Carried::Failed(_));
            self.deliver(letter, carried);
            if failed {
                return false;
            }
        }
        false
    }

    /// Lets the time until the next wake pass on this phone's clock, and wakes it.
    pub fn doze(&mut self) {
        self.ahead_ms += i64::from(self.wake_ms);
        self.tell(EngineEvent::Tick { poked: false });
    }

    fn deliver(&mut self, letter: Letter, carried: Carried) {
        let ask = letter.ask;
        let event = match carried {
            Carried::Failed(retry_after_ms) => EngineEvent::Failed { ask, retry_after_ms },
            Carried::Answered(answer) if letter.path.ends_with("push") => {
                self.remember(letter.body, &answer);
                EngineEvent::PushAnswered { ask, text: answer.text() }
            }
            Carried::Answered(answer) => EngineEvent::PageArrived { ask, text: answer.text() },
        };
        self.tell(event);
    }

    /// Holds an answer against what was answered before.
    fn remember(&mut self, body: String, answer: &Answer) {
        let pushed: PushAnswer = answer.json();
        for one in pushed.answers {
            let Some(op) = one.op else { continue };
            let known = self.told.entry(op).or_insert_with(|| one.clone());
            assert_eq!(*known, one, "the server took an answer back");
        }
        self.pushed.push(body);
    }

    /// Sends a request; a refused token is renewed once.
    async fn send(&self, build: impl AsyncFn(&Phone) -> RequestBuilder) -> reqwest::Result<Answer> {
        let sent = Answer::try_of(build(self.phone).await).await?;
        if sent.status != 401 {
            return Ok(sent);
        }
        self.phone.renew().await?;
        Answer::try_of(build(self.phone).await).await
    }

    async fn send_files(&mut self) -> bool {
        while let Some(task) = self.engine.uploads().into_iter().next() {
            let (media, role) = (task.media, task.role);
            let step = self.send_file(task).await;
            let goes_on = step == UploadStep::Sent;
            self.tell(EngineEvent::Upload { media, role, step });
            if !goes_on {
                return false;
            }
        }
        true
    }

    /// Sends one file from wherever the server stands; answers how it ended.
    async fn send_file(&mut self, task: UploadTask) -> UploadStep {
        assert_eq!(task.role, FileRole::Original, "this phone makes no sketches");
        let bytes = self.files[&task.media].clone();
        match self.try_file(&task, &bytes).await {
            Ok(()) => UploadStep::Sent,
            Err(Some(code)) if BEGIN_ANEW.contains(&code) => UploadStep::Lost { problem: word(code) },
            Err(_) => UploadStep::Failed { problem: "network".to_owned(), transient: true },
        }
    }

    async fn try_file(&mut self, task: &UploadTask, bytes: &[u8]) -> Result<(), Option<Code>> {
        let url = match &task.url {
            Some(url) => url.clone(),
            None => {
                let (media, sha256, length) = (task.media, task.sha256, bytes.len() as u64);
                let create =
                    async |phone: &Phone| phone.upload_request(media, Part::Original, sha256, length).await;
                let url = passed(self.send(create).await)?.header("Location").to_owned();
                self.progress(task, &url, 0);
                url
            }
        };
        let asked = self.send(async |phone| phone.head_request(&url).await).await;
        if asked.as_ref().is_ok_and(|answer| answer.status == 404) {
            return Err(Some(Code::NotFound));
        }
        let mut offset = offset_in(&passed(asked)?)?;
        while offset < bytes.len() {
            let piece = bytes[offset..].chunks(CHUNK_BYTES).next().expect("something is left");
            let patch =
                async |phone: &Phone| phone.patch_request(&url, offset as u64).await.body(piece.to_vec());
            offset = offset_in(&passed(self.send(patch).await)?)?;
            self.progress(task, &url, offset as u64);
        }
        Ok(())
    }

    fn progress(&mut self, task: &UploadTask, url: &str, sent_bytes: u64) {
        let step = UploadStep::Progress { url: url.to_owned(), sent_bytes };
        self.tell(EngineEvent::Upload { media: task.media, role: task.role, step });
    }
}

/// A code as problems write it.
fn word(code: Code) -> String {
    serde_json::to_value(code)
        .ok()
        .and_then(|word| word.as_str().map(str::to_owned))
        .expect("a code is a word")
}

/// An answer that is one; else the problem's code, where it named one.
fn passed(answer: reqwest::Result<Answer>) -> Result<Answer, Option<Code>> {
    let answer = answer.map_err(|_| None)?;
    if answer.status < 300 {
        return Ok(answer);
    }
    Err(serde_json::from_slice::<Problem>(&answer.body).ok().map(|problem| problem.code))
}

fn offset_in(answer: &Answer) -> Result<usize, Option<Code>> {
    answer.header("Upload-Offset").parse().map_err(|_| None)
}

/// Fields of a complete 义诊, as a form hands them over.
#[must_use]
pub fn fields(person: PersonId) -> Values {
    let live = |(key, leaf): (String, Leaf)| leaf.value().cloned().map(|value| (key, value));
    clinic(person).0.into_iter().filter_map(live).collect()
}
