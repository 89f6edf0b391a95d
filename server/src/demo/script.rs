//! Plays the story: every entry is written, submitted and decided by the ops that phones would have sent, through
//! the same function as theirs; the bytes arrive as uploads do. Nothing is put into a table by hand.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use serde_json::value::to_raw_value;
use shared::{
    digest::sha256,
    ids::{AccountId, BranchId, Digest, EntryId, MediaId, OpId, QuoteId, SignatureActivityId},
    model::{
        Change, ConsentHow, ConsentScope, ConsentStatus, EntryState, MediaKind, RecordId, RecordKind,
        fields::{Classify, Participant, key},
        media::Provenance,
    },
    wire::{
        Act, Op, PushAsk,
        push::{Answer, SealedOp},
    },
};

use super::{
    content::{Entry, Item},
    files::{self, File},
    leaves, moment,
    org::{Cast, Member},
};
use crate::{
    App, chance,
    clock::{DAY_MS, MINUTE_MS},
    sync, uploads,
};

/// Ops of one push: few, so that the queue is seen to work.
const PUSH_OPS: usize = 50;

/// What is told, to whom, as far as it has come.
pub struct Play<'a> {
    app: &'a App,
    cast: &'a Cast,
    /// Longer side of a picture.
    long_px: u32,
    /// Numbers of the queues.
    sent: BTreeMap<AccountId, u64>,
    signatures: BTreeMap<String, SignatureActivityId>,
    /// Media so far: each has a picture of its own.
    drawn: u64,
}

/// An entry being told.
struct Scene<'a> {
    entry: &'a Entry,
    id: EntryId,
    branch: BranchId,
    /// The phone's time of the next op, in ms since 1970 UTC.
    at: i64,
    /// Ops that wait to be pushed, by whose phone.
    waiting: Vec<(Member, Op)>,
    /// Files to be sent once the ops are taken.
    files: Vec<(AccountId, MediaId, Vec<u8>)>,
}

impl Scene<'_> {
    fn add(&mut self, by: &Member, act: Act) -> OpId {
        self.at += MINUTE_MS;
        let id = OpId(moment::id(self.at));
        let op = Op { id, v: 1, epoch: None, made_at: self.at, branch: self.branch, needs: Vec::new(), act };
        self.waiting.push((by.clone(), op));
        id
    }

    fn consent(&mut self, by: &Member, item: RecordId, status: ConsentStatus) {
        let (scope, how, reason) = match status {
            ConsentStatus::Granted => (ConsentScope::Public, ConsentHow::Spoken, ""),
            ConsentStatus::Refused | ConsentStatus::Withdrawn => {
                (ConsentScope::Archive, ConsentHow::Spoken, "")
            }
            ConsentStatus::NotAsked => (ConsentScope::Archive, ConsentHow::None, ""),
            ConsentStatus::NotNeeded => (ConsentScope::Public, ConsentHow::None, "画面中没有可辨认的人"),
        };
        let consent = moment::id(self.at).into();
        let entry = self.id;
        let (reason, loosens) = (reason.to_owned(), Vec::new());
        self.add(by, Act::ConsentAdd { consent, entry, item, status, scope, how, reason, loosens });
    }
}

impl<'a> Play<'a> {
    /// Begins.
    pub fn new(app: &'a App, cast: &'a Cast, long_px: u32) -> Play<'a> {
        let (sent, signatures) = (BTreeMap::new(), BTreeMap::new());
        Play { app, cast, long_px, sent, signatures, drawn: 0 }
    }

    /// Tells one entry, from its first word to the state it stands in.
    ///
    /// # Errors
    /// When an op is not applied as it is: the tables are wrong, or the rules have changed.
    pub async fn tell(&mut self, entry: &Entry) -> Result<()> {
        self.tell_all(entry).await.with_context(|| {
            let number = entry.number.map_or_else(|| "of the year".to_owned(), |number| format!("#{number}"));
            format!("the demo's entry {number}, {:?}", entry.title)
        })
    }

    async fn tell_all(&mut self, entry: &Entry) -> Result<()> {
        let author = self.cast.person(&entry.author)?.clone();
        let begun = leaves::instant(leaves::local(&entry.end)?) + entry.clock_days * DAY_MS;
        let (id, branch) = (EntryId(moment::id(begun)), self.cast.branch(&entry.branch)?.id);
        let mut scene = Scene { entry, id, branch, at: begun, waiting: Vec::new(), files: Vec::new() };
        let contributors = entry.contributors.iter().map(|name| Ok(self.cast.person(name)?.account));
        let create = Act::EntryCreate {
            entry: id,
            created_at: begun,
            leaves: leaves::entry(entry, self.cast)?,
            contributors: contributors.collect::<Result<_>>()?,
        };
        scene.add(&author, create);
        let voice = self.media(&mut scene).await?;
        for quote in &entry.quotes {
            let id = QuoteId(moment::id(scene.at));
            scene.add(
                &author,
                Act::QuoteAdd { quote: id, entry: scene.id, leaves: leaves::quote(quote, voice) },
            );
            if let Some(status) = quote.consent {
                scene.consent(&author, RecordId::new(RecordKind::Quote, id.0), status);
            }
        }
        self.push(&mut scene).await?;
        for (account, media, bytes) in std::mem::take(&mut scene.files) {
            uploads::whole(self.app, account, media, bytes).await.context("an upload")?;
        }
        self.decide(&mut scene, &author).await
    }

    /// Adds the entry's media; answers its voice, if it has one.
    async fn media(&mut self, scene: &mut Scene<'_>) -> Result<Option<MediaId>> {
        let mut voice = None;
        for item in &scene.entry.media {
            let recorder = self.cast.person(item.by.as_ref().unwrap_or(&scene.entry.author))?.clone();
            for _ in 0..item.waiting.unwrap_or(1) {
                let media = MediaId(moment::id(scene.at));
                self.drawn += 1;
                let (sha256, size_bytes, provenance) = match item.waiting {
                    Some(_) => self.expected(item, scene.at),
                    None => {
                        let file = files::make(item, self.drawn, self.long_px).await?;
                        let known =
                            (sha256(&file.bytes), file.bytes.len() as u64, claims(item, &file, scene.at));
                        scene.files.push((recorder.account, media, file.bytes));
                        known
                    }
                };
                let (entry, kind, leaves) = (scene.id, item.kind, leaves::media(item));
                scene.add(
                    &recorder,
                    Act::MediaAdd { media, entry, sha256, size_bytes, kind, leaves, provenance },
                );
                if let Some(status) = item.consent {
                    scene.consent(&recorder, RecordId::new(RecordKind::Media, media.0), status);
                }
                if item.kind == MediaKind::Voice {
                    voice = Some(media);
                }
            }
        }
        Ok(voice)
    }

    /// An item whose bytes are still on the phone: nothing has this hash.
    fn expected(&self, item: &Item, at: i64) -> (Digest, u64, Provenance) {
        let (name, mime) = match item.kind {
            MediaKind::Photo => (format!("IMG_{:04}.jpg", self.drawn), "image/jpeg"),
            MediaKind::Clip => (format!("VID_{:04}.mp4", self.drawn), "video/mp4"),
            MediaKind::Voice => (format!("REC_{:04}.wav", self.drawn), "audio/wav"),
        };
        let file = File { bytes: Vec::new(), name, mime };
        let size_bytes = (item.size_mb << 20) + self.drawn * 1_237;
        (sha256(&chance::bytes::<32>()), size_bytes, claims(item, &file, at))
    }

    /// Submits, and lets the branch or its committee decide.
    async fn decide(&mut self, scene: &mut Scene<'_>, author: &Member) -> Result<()> {
        let (entry, told) = (scene.id, scene.entry);
        if told.state == EntryState::Draft {
            return Ok(());
        }
        scene.add(author, Act::EntrySubmit { entry });
        let digest = self.push(scene).await?;
        let people = &self.cast.branch(&told.branch)?.people;
        let approver = people.iter().find(|name| **name != told.author).context("somebody else approves")?;
        let approver = self.cast.person(approver)?.clone();
        let comment = told.comment.clone();
        match told.state {
            EntryState::Draft | EntryState::Submitted => return Ok(()),
            EntryState::Returned => {
                scene.add(&approver, Act::EntryReturn { entry, digest, comment });
            }
            EntryState::Voided => {
                scene.add(&approver, Act::EntryVoid { entry, reason: comment });
            }
            EntryState::Approved | EntryState::Reopened => {
                let classify = Some(self.classify(told));
                scene.add(&approver, Act::EntryApprove { entry, digest, sketches: Vec::new(), classify });
                if told.state == EntryState::Reopened {
                    scene.add(&approver, Act::EntryReopen { entry, reason: comment });
                    self.push(scene).await?;
                    scene.add(author, self.correct(scene)?);
                }
            }
        }
        self.push(scene).await?;
        Ok(())
    }

    fn classify(&mut self, told: &Entry) -> Classify {
        let signature_activity = told
            .signature
            .as_ref()
            .map(|name| *self.signatures.entry(name.clone()).or_insert_with(|| self.app.clock.id()));
        Classify { strengths: told.strengths.clone(), signature_activity, task: None }
    }

    /// The author's correction of one participant's minutes.
    fn correct(&self, scene: &Scene<'_>) -> Result<Act> {
        let corrected = scene.entry.corrected.as_ref().context("a reopened entry is corrected")?;
        let line = format!("{}/{}", key::PARTICIPANTS, self.cast.person(&corrected.name)?.person);
        let written = leaves::entry(scene.entry, self.cast)?;
        let mut participant: Participant = written.get(&line).context("the corrected person took part")?;
        for day in &mut participant.days {
            day.minutes = corrected.minutes;
        }
        let change = Change {
            key: line.clone(),
            from: written.value(&line).cloned(),
            to: Some(serde_json::to_value(participant)?),
            salt: shared::ids::Salt(chance::bytes()),
            answers: Vec::new(),
        };
        Ok(Act::EntryEdit { entry: scene.id, changes: vec![change], move_to: None, contributors: None })
    }

    /// Sends what waits, phone by phone in the order of the ops; answers the entry's content afterwards.
    async fn push(&mut self, scene: &mut Scene<'_>) -> Result<Digest> {
        let mut last = None;
        let waiting = std::mem::take(&mut scene.waiting);
        for run in waiting.chunk_by(|a, b| a.0.account == b.0.account) {
            for batch in run.chunks(PUSH_OPS) {
                last = self.push_batch(batch).await?.or(last);
            }
        }
        last.context("the entry has content")
    }

    async fn push_batch(&mut self, batch: &[(Member, Op)]) -> Result<Option<Digest>> {
        let Some((member, _)) = batch.first() else { return Ok(None) };
        let sent = self.sent.entry(member.account).or_default();
        let ops = batch.iter().map(|(_, op)| {
            *sent += 1;
            Ok(SealedOp { n: *sent, op: to_raw_value(op)?, rev: None })
        });
        let ask = PushAsk { client: member.client, receipt: None, ops: ops.collect::<Result<_>>()? };
        let answer = sync::push::push(self.app, member.account, ask).await?;
        ensure!(answer.stopped.is_none(), "the push stopped: {:?}", answer.stopped);
        let mut last = None;
        for one in answer.answers {
            match one.answer {
                Answer::Applied { digest, .. } => last = Some(digest),
                other => bail!("op {} of {}: {other:?}", one.n, batch.len()),
            }
        }
        Ok(last)
    }
}

fn claims(item: &Item, file: &File, at: i64) -> Provenance {
    let source = if item.kind == MediaKind::Voice { "recorder" } else { "camera" };
    Provenance {
        source: source.to_owned(),
        name: file.name.clone(),
        mime: file.mime.to_owned(),
        modified_at: Some(at),
        offset: Some(8 * 60),
        sketch: None,
    }
}
