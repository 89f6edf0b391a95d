//! The phone's engine against a real server, without a browser: what the app's worker does, done by hand, with
//! answers that get lost and an app that is killed.

use std::collections::{BTreeMap, VecDeque};

use kit::drafts::clinic;
use kit::{App, Phone, on_both_databases};
use serde_json::value::RawValue;
use shared::ids::EntryId;
use shared::model::Leaf;
use shared::sync::view::{EntryView, StateWord};
use shared::sync::{Command, Effect, Engine, EngineEvent, StoredRow, Values};
use shared::wire::session::Me;

/// Exchanges after which a queue that does not drain is a fault.
const EXCHANGES_MAX: usize = 100;

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
    disk: BTreeMap<(String, String), String>,
    letters: VecDeque<Letter>,
    denied: Option<String>,
}

impl<'a> Pocket<'a> {
    pub async fn open(kit: &'a App, phone: &'a Phone) -> Pocket<'a> {
        let (engine, disk, letters) = (Engine::default(), BTreeMap::new(), VecDeque::new());
        let mut pocket = Pocket { kit, phone, engine, disk, letters, denied: None };
        let me: Me = phone.get("/api/v1/me").await.json();
        pocket.tell(EngineEvent::SignedIn { me });
        pocket
    }

    fn tell(&mut self, event: EngineEvent) {
        let mut chance = [0; 32];
        chance[..16].copy_from_slice(kit::id::<uuid::Uuid>().as_bytes());
        self.denied = None;
        for effect in self.engine.handle(event, self.kit.clock.now(), chance) {
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
                Effect::Wake { .. }
                | Effect::Changed
                | Effect::Status { .. }
                | Effect::Hide { .. }
                | Effect::Forget { .. } => {}
            }
        }
    }

    pub fn act(&mut self, command: Command) {
        self.tell(EngineEvent::Act { command, english: true });
        assert_eq!(self.denied, None);
    }

    /// Carries one letter and hands its answer back, or loses it.
    async fn carry(&mut self, lose: bool) -> Option<&'static str> {
        let letter = self.letters.pop_front()?;
        let body = RawValue::from_string(letter.body).expect("the engine writes JSON");
        let answer = self.phone.post(letter.path, &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let (ask, text) = (letter.ask, answer.text());
        let event = match letter.path {
            _ if lose => EngineEvent::Failed { ask, retry_after_ms: None },
            "/api/v1/sync/push" => EngineEvent::PushAnswered { ask, text },
            _ => EngineEvent::PageArrived { ask, text },
        };
        self.tell(event);
        Some(letter.path)
    }

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
    fn restart(&mut self) {
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

    pub fn entry(&self, entry: EntryId) -> EntryView {
        self.engine.entry(entry, self.kit.clock.now(), true).expect("the phone has the entry")
    }
}

/// Fields of a complete 义诊, as a form hands them over.
pub fn fields(person: shared::ids::PersonId) -> Values {
    let live = |(key, leaf): (String, Leaf)| leaf.value().cloned().map(|value| (key, value));
    clinic(person).0.into_iter().filter_map(live).collect()
}

on_both_databases! {
    async fn two_engines_meet_through_a_lost_answer(kit) {
        let branch = kit.branch().await;
        let (member, secretary) = (kit.member(branch).await, kit.secretary(branch).await);
        let mut theirs = Pocket::open(kit, &member.phone).await;
        theirs.settle().await;

        let entry: EntryId = kit::id();
        theirs.act(Command::Create { entry, branch: branch.id, values: fields(member.id) });
        theirs.act(Command::Submit { entry });
        assert_eq!(theirs.entry(entry).state, StateWord::Unsent);
        // The push arrives, its answer does not; then the app is killed.
        while theirs.carry(true).await != Some("/api/v1/sync/push") {}
        assert_eq!(theirs.entry(entry).state, StateWord::Unsent);
        theirs.restart();
        theirs.settle().await;
        assert_eq!(theirs.entry(entry).state, StateWord::Submitted);
        assert_eq!(theirs.entry(entry).version, 1);
        assert!(theirs.engine.outbox_view(true).unsent.is_empty());

        let mut desk = Pocket::open(kit, &secretary.phone).await;
        desk.settle().await;
        let seen = desk.entry(entry);
        assert!(seen.may.approve);
        assert_eq!(seen.digest, theirs.entry(entry).digest);
        let digest = seen.digest.expect("an entry has a digest");
        desk.act(Command::Approve { entry, digest, sketches: Vec::new(), strengths: Vec::new() });
        while desk.carry(true).await != Some("/api/v1/sync/push") {}
        desk.settle().await;
        assert_eq!(desk.entry(entry).state, StateWord::Approved);
        assert_eq!(desk.entry(entry).verdicts.len(), 1);

        theirs.settle().await;
        assert_eq!(theirs.entry(entry).state, StateWord::Approved);
        assert_eq!(theirs.engine.hours().approved, 240);
    }

    async fn a_change_after_opening_makes_an_approval_stale_and_is_shown(kit) {
        let branch = kit.branch().await;
        let (member, secretary) = (kit.member(branch).await, kit.secretary(branch).await);
        let mut theirs = Pocket::open(kit, &member.phone).await;
        let mut desk = Pocket::open(kit, &secretary.phone).await;
        theirs.settle().await;
        let entry: EntryId = kit::id();
        theirs.act(Command::Create { entry, branch: branch.id, values: fields(member.id) });
        theirs.act(Command::Submit { entry });
        theirs.settle().await;
        desk.settle().await;
        desk.tell(EngineEvent::Opened { entry });
        let digest = desk.entry(entry).digest.expect("an entry has a digest");

        theirs.act(Command::Withdraw { entry });
        theirs.act(Command::Edit { entry, values: Values::from([("title".to_owned(), "良峪社区义诊".into())]) });
        theirs.act(Command::Submit { entry });
        theirs.settle().await;

        desk.act(Command::Approve { entry, digest, sketches: Vec::new(), strengths: Vec::new() });
        desk.settle().await;
        assert_eq!(desk.entry(entry).state, StateWord::Attention);
        let changes = desk.engine.changes(entry, digest).expect("what was seen is kept");
        assert_eq!(changes.iter().map(|change| change.key.as_str()).collect::<Vec<_>>(), ["title"]);
        let card = desk.engine.outbox_view(true).refused.remove(0);
        desk.act(Command::DropRefused { op: card.op });
        assert_eq!(desk.entry(entry).state, StateWord::Submitted);

        theirs.settle().await;
        assert_eq!(theirs.entry(entry).state, StateWord::Submitted);
    }

    async fn drafts_stay_with_their_author_and_edits_of_two_phones_meet(kit) {
        let branch = kit.branch().await;
        let (member, other) = (kit.member(branch).await, kit.member(branch).await);
        let mut first = Pocket::open(kit, &member.phone).await;
        let mut second = Pocket::open(kit, &member.phone).await;
        let mut stranger = Pocket::open(kit, &other.phone).await;
        first.settle().await;
        let entry: EntryId = kit::id();
        first.act(Command::Create { entry, branch: branch.id, values: fields(member.id) });
        first.settle().await;
        second.settle().await;
        stranger.settle().await;
        assert!(stranger.engine.entries(None).is_empty());

        let title = |text: &str| Values::from([("title".to_owned(), text.into())]);
        first.act(Command::Edit { entry, values: title("石槽村巡诊") });
        second.act(Command::Edit { entry, values: title("石槽村秋季义诊") });
        first.settle().await;
        second.settle().await;
        first.settle().await;
        assert_eq!(first.entry(entry).digest, second.entry(entry).digest);
        assert_eq!(first.entry(entry).values["title"], "石槽村巡诊");
        let proposals = first.entry(entry).proposals;
        assert_eq!(proposals.iter().map(|one| &one.value).collect::<Vec<_>>(), ["石槽村秋季义诊"]);

        second.act(Command::Answer { entry, key: "title".to_owned(), value: "石槽村秋季义诊".into() });
        second.settle().await;
        first.settle().await;
        assert_eq!(first.entry(entry).values["title"], "石槽村秋季义诊");
        assert!(first.entry(entry).proposals.is_empty());
    }
}
