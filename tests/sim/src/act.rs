//! What somebody does next, drawn by chance: mostly what their screen offers, on few entries, so that people meet.

use serde_json::json;
use sha2::{Digest as _, Sha256};
use shared::ids::{BranchId, Digest, EntryId, MediaId, PersonId, QuoteId};
use shared::model::activity::Strength;
use shared::model::media::Provenance;
use shared::model::{ConsentHow, ConsentScope, ConsentStatus, MediaKind, RecordId, RecordKind};
use shared::sync::view::EntryView;
use shared::sync::{Command, ConsentFact, Values};
use uuid::{Builder, Uuid};

use crate::phone::Phone;

/// Entries that a seed has at most; all is about them.
const ENTRIES_MAX: usize = 4;
const TITLES: [&str; 5] = ["药圃认药", "认药二十四种", "夕照养老院", "周六上山", "防摔倒"];
const WORDS: [&str; 4] = ["气微香", "敢迈步了", "松快", "给我画个图吧"];

/// What somebody is about to do, and the bytes of the photo that goes with it.
pub type Wish = (Command, Option<(MediaId, Vec<u8>)>);

/// What everybody draws from.
pub struct Draw<'a> {
    /// The seed's chance.
    pub rng: &'a mut fastrand::Rng,
    /// Servers' time.
    pub now: i64,
    /// Everybody who may take part.
    pub people: &'a [PersonId],
    /// Bytes that were taken before, so that two phones have the same.
    pub known: &'a [Vec<u8>],
    /// Items that people have just said something about, with their entries: others say something else.
    pub spoken_of: &'a [(EntryId, RecordId)],
}

impl Draw<'_> {
    fn uuid(&mut self) -> Uuid {
        let mut bytes = [0; 10];
        self.rng.fill(&mut bytes);
        Builder::from_unix_timestamp_millis(self.now.unsigned_abs(), &bytes).into_uuid()
    }

    fn one<'b, T>(&mut self, from: &'b [T]) -> Option<&'b T> {
        (!from.is_empty()).then(|| &from[self.rng.usize(..from.len())])
    }

    /// Something for this phone to do, and the bytes that go with it; `None` where nothing came to mind.
    pub fn command(&mut self, phone: &Phone, branches: &[BranchId]) -> Option<Wish> {
        let rows = phone.engine.entries(None);
        let me = phone.engine.me_view()?;
        if me.records && rows.len() < ENTRIES_MAX && self.rng.u8(..4) == 0 {
            let branch = self.one(&me.branches)?.id;
            let entry = EntryId(self.uuid());
            let values = self.values(phone.seat.person);
            return Some((Command::Create { entry, branch, values }, None));
        }
        if self.rng.u8(..12) == 0
            && let Some((entry, item)) = self.one(self.spoken_of).copied()
            && phone.engine.entry(entry, self.now, true).is_some_and(|view| holds(&view, item))
        {
            return Some((self.consent(entry, item), None));
        }
        if self.rng.u8(..12) == 0 {
            return self.tray(phone).map(|command| (command, None));
        }
        let review = phone.engine.review();
        let chosen = match self.one(&review).filter(|_| self.rng.bool()) {
            Some(row) => row.id,
            None => self.one(&rows)?.id,
        };
        let view = phone.engine.entry(chosen, self.now, true)?;
        if self.rng.u8(..3) == 0 {
            return self.item(&view);
        }
        self.moved(&view, phone.seat.person, branches).map(|command| (command, None))
    }

    /// Fields of an entry; mostly all that a submission needs.
    fn values(&mut self, person: PersonId) -> Values {
        let from = 26_000_000 + i64::from(self.rng.u16(..4)) * 60;
        let mut values = Values::from([
            ("kind".to_owned(), json!("urgent_task")),
            ("title".to_owned(), json!(self.one(&TITLES))),
            ("summary".to_owned(), json!("老教授带五位青年教师认药二十四种")),
            ("started_at".to_owned(), json!({"minute": from, "offset": 480})),
            ("ended_at".to_owned(), json!({"minute": from + 120, "offset": 480})),
        ]);
        if self.rng.u8(..5) > 0 {
            let (key, value) = self.participant(person);
            values.insert(key, value);
        }
        values
    }

    fn participant(&mut self, person: PersonId) -> (String, serde_json::Value) {
        let minutes = 30 * self.rng.u16(1..5);
        let value = json!({"who": {"person": person}, "days": [{"day": 18_055, "minutes": minutes}]});
        (format!("participants/{person}"), value)
    }

    /// An act on the entry itself. What is offered is tried more often than what is not.
    fn moved(&mut self, view: &EntryView, person: PersonId, branches: &[BranchId]) -> Option<Command> {
        let (entry, may) = (view.id, &view.may);
        let digest = view.digest?;
        let mut offered: Vec<Command> = Vec::new();
        if may.edit || self.rng.u8(..8) == 0 {
            for _ in 0..2 {
                offered.push(Command::Edit { entry, values: self.edit(person) });
            }
            if let Some(proposal) = view.proposals.first() {
                let (key, value) = (proposal.key.clone(), proposal.value.clone());
                offered.push(Command::Answer { entry, key, value });
            }
        }
        let mut may_or = |may: bool, command: Command| {
            if may || self.rng.u8(..24) == 0 {
                offered.push(command);
            }
        };
        may_or(may.submit, Command::Submit { entry });
        may_or(may.submit, Command::Submit { entry });
        may_or(may.withdraw, Command::Withdraw { entry });
        let approve = |strengths| Command::Approve { entry, digest, sketches: Vec::new(), strengths };
        may_or(may.approve, approve(vec![Strength::ALL[0]]));
        may_or(may.approve, approve(Vec::new()));
        may_or(may.send_back, Command::Return { entry, digest, comment: "请补带教医师".to_owned() });
        may_or(may.reopen, Command::Reopen { entry, reason: "时长记错了".to_owned() });
        may_or(may.classify, Command::Classify { entry, strengths: vec![Strength::ALL[1]] });
        if let Some(verdict) = may.undo {
            offered.push(Command::Undo { entry, verdict });
        }
        offered.extend(may.combine.iter().map(|into| Command::Combine { entry, into: *into }));
        if may.take_in {
            offered.push(Command::TakeIn { entry, items: offers(view) });
        }
        // What ends an entry is rarer, so that more happens to it before.
        let rare = self.rng.u8(..6) == 0;
        if rare && may.discard {
            offered.push(Command::Discard { entry });
        }
        if rare && may.void_entry {
            offered.push(Command::Void { entry, reason: "重复登记".to_owned() });
        }
        if rare && let Some(branch) = self.one(branches) {
            offered.push(Command::Move { entry, branch: *branch });
        }
        self.one(&offered).cloned()
    }

    fn edit(&mut self, person: PersonId) -> Values {
        let (key, value) = match self.rng.u8(..4) {
            0 => ("title".to_owned(), json!(self.one(&TITLES))),
            1 => ("during_note".to_owned(), json!(self.one(&WORDS))),
            2 => self.participant(person),
            _ => {
                let person = *self.one(self.people).unwrap_or(&person);
                self.participant(person)
            }
        };
        Values::from([(key, value)])
    }

    /// An act on a photo or a quote.
    fn item(&mut self, view: &EntryView) -> Option<Wish> {
        let entry = view.id;
        let (media, quote) = (self.one(&view.media).cloned(), self.one(&view.quotes).cloned());
        let command = match self.rng.u8(..9) {
            0 | 1 => return Some(self.photo(entry)),
            2 | 3 => {
                let values = Values::from([("text".to_owned(), json!(self.one(&WORDS)))]);
                Command::AddQuote { entry, quote: QuoteId(self.uuid()), values }
            }
            4 => {
                let values = Values::from([("caption".to_owned(), json!(self.one(&WORDS)))]);
                Command::DescribeMedia { entry, media: media?.id, values }
            }
            5 => {
                let values = Values::from([("text".to_owned(), json!(self.one(&WORDS)))]);
                Command::EditQuote { entry, quote: quote?.id, values }
            }
            6 if self.rng.bool() => Command::RemoveMedia { entry, media: media?.id },
            6 => Command::RemoveQuote { entry, quote: quote?.id },
            7 => self.consent(entry, RecordId::new(RecordKind::Media, media?.id.0)),
            _ => self.consent(entry, RecordId::new(RecordKind::Quote, quote?.id.0)),
        };
        Some((command, None))
    }

    fn consent(&mut self, entry: EntryId, item: RecordId) -> Command {
        let all = [
            ConsentStatus::Granted,
            ConsentStatus::Refused,
            ConsentStatus::Withdrawn,
            ConsentStatus::NotNeeded,
        ];
        let status = *self.one(&all).unwrap_or(&ConsentStatus::Refused);
        let (scope, how) = (ConsentScope::Internal, ConsentHow::Spoken);
        Command::Consent {
            entry,
            item,
            consent: ConsentFact { status, scope, how, reason: "当面再问过".to_owned() },
        }
    }

    /// A photo, now and then with bytes that somebody has already.
    fn photo(&mut self, entry: EntryId) -> Wish {
        let media = MediaId(self.uuid());
        let bytes = match self.one(self.known).filter(|_| self.rng.u8(..4) == 0) {
            Some(bytes) => bytes.clone(),
            None => {
                let mut bytes = vec![0; self.rng.usize(1..3_000)];
                self.rng.fill(&mut bytes);
                bytes
            }
        };
        let size_bytes = bytes.len() as u64;
        let command = Command::AddMedia {
            entry,
            media,
            kind: MediaKind::Photo,
            sha256: Digest(Sha256::digest(&bytes).into()),
            size_bytes,
            values: Values::from([("people".to_owned(), json!("none"))]),
            provenance: Provenance {
                source: "picker".to_owned(),
                mime: "image/jpeg".to_owned(),
                ..Default::default()
            },
        };
        (command, Some((media, bytes)))
    }

    /// Something with a refused op.
    fn tray(&mut self, phone: &Phone) -> Option<Command> {
        let cards = phone.engine.outbox_view(true).refused;
        let op = self.one(&cards)?.op;
        Some(match self.rng.u8(..3) {
            0 => Command::Resend { op, values: Values::new() },
            1 => Command::CopyRefused { op, entry: EntryId(self.uuid()) },
            _ => Command::DropRefused { op },
        })
    }
}

/// What came after the entry was submitted.
fn offers(view: &EntryView) -> Vec<RecordId> {
    let media = view.media.iter().filter(|one| one.offered);
    let quotes = view.quotes.iter().filter(|one| one.offered);
    let media = media.map(|one| RecordId::new(RecordKind::Media, one.id.0));
    media.chain(quotes.map(|one| RecordId::new(RecordKind::Quote, one.id.0))).collect()
}

fn holds(view: &EntryView, item: RecordId) -> bool {
    let media = view.media.iter().any(|one| one.id.0 == item.id);
    media || view.quotes.iter().any(|one| one.id.0 == item.id)
}
