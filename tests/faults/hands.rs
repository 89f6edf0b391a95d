//! People with phones at work: each does things of its own by lot, with or without signal, and sends when it can.

use std::collections::BTreeMap;
use std::env;
use std::time::Duration;

use kit::{App, Branch, Person, Pocket, fields, id};
use serde_json::json;
use shared::ids::EntryId;
use shared::sync::{Command, EngineEvent, Values};

/// Bytes of a photo, at least and at most: several chunks, so that uploads are cut in the middle.
const PHOTO_BYTES: std::ops::Range<u64> = 20_000..60_000;
/// Things that one person makes at most; from then on the phone only sends.
const ACTS_MAX: usize = 60;
/// Rounds in which a phone must have sent everything once nothing fails any more.
const ROUNDS_MAX: usize = 200;
/// Between two tries of a phone; by its own clock the whole wait passes.
const BREATH: Duration = Duration::from_millis(10);

/// Lots from a seed (SplitMix64).
pub struct Lots(u64);

impl Lots {
    /// The lots of a test, told apart by who draws.
    pub fn of(test: &str, who: u64) -> Lots {
        let seed = env::var("MIAOPU_FAULT_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
        if who == 0 {
            eprintln!("{test}: MIAOPU_FAULT_SEED={seed}");
        }
        Lots(seed ^ who.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub fn draw(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }

    pub fn within(&mut self, range: std::ops::Range<u64>) -> u64 {
        range.start + self.draw(range.end - range.start)
    }
}

/// A person with a phone, and what they made.
pub struct Hand<'a> {
    pub person: &'a Person,
    pub pocket: Pocket<'a>,
    /// Entries with the title that was last given to each.
    pub titles: BTreeMap<EntryId, String>,
    branch: Branch,
    lots: Lots,
    acts: usize,
}

impl<'a> Hand<'a> {
    pub async fn open(kit: &'a App, branch: Branch, person: &'a Person, lots: Lots) -> Hand<'a> {
        let pocket = Pocket::open(kit, &person.phone).await;
        Hand { person, pocket, titles: BTreeMap::new(), branch, lots, acts: 0 }
    }

    /// Does one thing, which is on the phone at once.
    pub fn act(&mut self) {
        self.acts += 1;
        if self.acts > ACTS_MAX {
            return;
        }
        let drafts: Vec<EntryId> =
            self.titles.keys().copied().filter(|entry| self.pocket.entry(*entry).may.edit).collect();
        let lot = if drafts.is_empty() { 0 } else { self.lots.draw(10) };
        let entry = || drafts[self.acts % drafts.len()];
        match lot {
            0..=2 => self.begin(),
            3..=5 => {
                let (entry, title) = (entry(), format!("巡诊 {}", self.acts));
                let values = Values::from([("title".to_owned(), json!(title))]);
                self.pocket.act(Command::Edit { entry, values });
                self.titles.insert(entry, title);
            }
            6 => {
                let speaker = json!({ "kind": "served", "label": "村民" });
                let values = [
                    ("text", json!(format!("原话 {}", self.acts))),
                    ("speaker", speaker),
                    ("phase", json!("during")),
                ];
                let values = values.map(|(key, value)| (key.to_owned(), value));
                self.pocket.act(Command::AddQuote { entry: entry(), quote: id(), values: values.into() });
            }
            7 | 8 => {
                let entry = entry();
                let bytes = self.noise();
                self.pocket.photograph(entry, bytes);
            }
            _ => self.pocket.act(Command::Submit { entry: entry() }),
        }
    }

    fn begin(&mut self) {
        let (entry, title) = (id(), format!("义诊 {}", self.acts));
        let mut values = fields(self.person.id);
        values.insert("title".to_owned(), json!(title));
        self.pocket.act(Command::Create { entry, branch: self.branch.id, values });
        self.titles.insert(entry, title);
    }

    fn noise(&mut self) -> Vec<u8> {
        let length = self.lots.within(PHOTO_BYTES);
        (0..length).map(|_| u8::try_from(self.lots.draw(256)).expect("below 256")).collect()
    }

    /// Approves what waits for this person, as they see it.
    pub fn decide(&mut self) {
        for row in self.pocket.engine.review() {
            let seen = self.pocket.entry(row.id);
            if let (true, Some(digest)) = (seen.may.approve, seen.digest) {
                let approve =
                    Command::Approve { entry: row.id, digest, sketches: Vec::new(), strengths: Vec::new() };
                self.pocket.act(approve);
            }
        }
    }

    /// Sends and asks once. After a failure the phone waits as long as it wants to, by its own clock. Now and then the
    /// app is killed. Answers whether all went through.
    pub async fn exchange(&mut self) -> bool {
        if self.lots.draw(10) == 0 {
            self.pocket.restart();
        }
        self.pocket.tell(EngineEvent::Flush);
        self.pocket.tell(EngineEvent::Tick { poked: true });
        let through = self.pocket.exchange().await;
        if !through {
            self.pocket.doze();
        }
        tokio::time::sleep(BREATH).await;
        through
    }

    /// Works as long as something breaks.
    pub async fn work(&mut self, goes_on: impl Fn() -> bool) {
        while goes_on() {
            self.act();
            self.decide();
            self.exchange().await;
        }
    }

    /// Sends until nothing waits any more.
    pub async fn drain(&mut self) {
        for _ in 0..ROUNDS_MAX {
            let through = self.exchange().await;
            if through && self.pocket.is_quiet() {
                return;
            }
        }
        panic!("{} does not come to rest: {:?}", self.person.name, self.pocket.engine.outbox_view(true));
    }
}
