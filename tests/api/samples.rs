//! Every op with every argument it can have, and a stage on which somebody may do it. Nothing is left to defaults: an
//! op, an argument or a field that is new does not compile here, or fails, until it has a sample.

use kit::drafts::{clinic, create, photo, quote};
use kit::{App, Branch, Person, id, salt};
use serde_json::{Value, json};
use shared::ids::{BranchId, ConsentId, Digest, EntryId, MediaId, OpId, QuoteId};
use shared::model::activity::Strength;
use shared::model::fields::{Classify, key};
use shared::model::media::Provenance;
use shared::model::{
    Change, ConsentHow, ConsentScope, ConsentStatus, Leaf, Leaves, MediaKind, RecordId, RecordKind,
};
use shared::wire::push::Answer;
use shared::wire::{Act, Op};
use uuid::Uuid;

/// What an op can name.
#[derive(Clone, Debug)]
pub struct Names {
    pub branch: BranchId,
    pub entry: EntryId,
    /// Another entry of the branch, submitted too.
    pub other: EntryId,
    pub media: MediaId,
    pub quote: QuoteId,
    pub verdict: OpId,
    pub digest: Digest,
}

impl Names {
    /// Names that nobody ever gave to anything.
    pub fn never(branch: BranchId) -> Names {
        let digest = Digest([7; 32]);
        Names { branch, entry: id(), other: id(), media: id(), quote: id(), verdict: id(), digest }
    }
}

/// A value for a key, with text wherever text may stand.
fn value(key: &str) -> Value {
    match key {
        key::KIND => json!("free_clinic"),
        key::TITLE | key::MEETING_TOPIC => json!("石槽村义诊"),
        key::SUMMARY => json!("在村委会院里为村民看诊一上午。"),
        key::STARTED_AT => json!({ "minute": 26_150_880, "offset": 480 }),
        key::ENDED_AT => json!({ "minute": 26_151_120, "offset": 480 }),
        key::PLACE => {
            json!({ "name": "石槽村", "county": "110116", "point": { "lat_centi": 4_036, "lon_centi": 11_650 } })
        }
        key::BEFORE_NOTE | key::DURING_NOTE | key::AFTER_NOTE | key::CAPTION => json!("备齐药材。"),
        key::CO_BRANCHES => json!([id::<Uuid>()]),
        key::PARTNERS | key::CLINIC_DEPARTMENTS => json!(["骨伤科"]),
        key::EXTERNAL_REF => json!({ "system": "volunteer_beijing", "number": "B-7" }),
        key::CLINIC_HOST | key::VOLUNTEERING_ORGANISER => json!("附属医院"),
        key::CLINIC_FILING => json!({ "filed": { "authority": "区卫健委", "on": 18_160 } }),
        key::VOLUNTEERING_BENEFICIARIES => json!(["elderly"]),
        key::TEACHING_ENTRY_POINT => json!("design"),
        key::PHASE => json!("during"),
        key::PEOPLE => json!("none"),
        key::TEXT => json!("多谢大夫。"),
        key::SPEAKER => json!({ "kind": "served", "label": "村民" }),
        key::VOICE => json!(id::<Uuid>()),
        key::PARTICIPANTS => {
            let days = json!([{ "day": 18_160, "minutes": 60 }]);
            json!({ "who": { "guest": { "name": "王磊", "unit": "卫生院" } }, "duty": "student", "days": days })
        }
        key::OTHERS_COUNT
        | key::CLINIC_VISITS
        | key::CLINIC_SERVICES
        | key::CLINIC_REFERRALS
        | key::CLINIC_LEAFLETS
        | key::VOLUNTEERING_BENEFICIARY_COUNT
        | key::MEETING_PRESENT
        | key::MEETING_ABSENT => json!(3),
        other => panic!("{other} has no sample: add a value that the rules take"),
    }
}

/// A leaf for each key that stands on a record whose rules are these.
fn leaves(check: fn(&str, &Value) -> Result<(), shared::rules::Denied>) -> Leaves {
    let mut leaves = Leaves::default();
    for key in key::ALL {
        let element = match *key {
            key::PARTICIPANTS => format!("{key}/{}", id::<Uuid>()),
            key::CLINIC_SERVICES => format!("{key}/tuina"),
            _ => (*key).to_owned(),
        };
        let value = value(key);
        if check(&element, &value).is_ok() {
            leaves.set(&element, Some(value), salt());
        }
    }
    leaves
}

fn entry_leaves() -> Leaves {
    leaves(shared::rules::fields::check_entry_leaf)
}

fn media_leaves() -> Leaves {
    leaves(shared::rules::fields::check_media_leaf)
}

fn quote_leaves() -> Leaves {
    leaves(shared::rules::fields::check_quote_leaf)
}

fn changes(leaves: Leaves) -> Vec<Change> {
    let change = |(key, leaf): (String, Leaf)| Change {
        key,
        from: Some(json!("先前的字")),
        to: leaf.value().cloned(),
        salt: salt(),
        answers: Vec::new(),
    };
    leaves.0.into_iter().map(change).collect()
}

fn classify() -> Classify {
    Classify { strengths: vec![Strength::Serve], signature_activity: Some(id()), task: Some(id()) }
}

fn provenance() -> Provenance {
    let (source, name, mime) = ("picker".to_owned(), "IMG_1.jpg".to_owned(), "image/jpeg".to_owned());
    let sketch = Some(Digest([3; 32]));
    Provenance { source, name, mime, modified_at: Some(1_569_024_000_000), offset: Some(480), sketch }
}

/// The op of this name.
pub fn act(name: &str, names: &Names) -> Act {
    let Names { entry, other, media, quote, verdict, digest, .. } = names.clone();
    let reason = "时长有误".to_owned();
    match name {
        "entry.create" => {
            let (leaves, contributors) = (entry_leaves(), Vec::new());
            Act::EntryCreate { entry, created_at: 1_569_024_000_000, leaves, contributors }
        }
        "entry.edit" => {
            let changes = changes(entry_leaves());
            Act::EntryEdit { entry, changes, move_to: Some(names.branch), contributors: Some(Vec::new()) }
        }
        "entry.submit" => Act::EntrySubmit { entry },
        "entry.withdraw" => Act::EntryWithdraw { entry },
        "entry.approve" => {
            let sketches = vec![Digest([3; 32])];
            Act::EntryApprove { entry, digest, sketches, classify: Some(classify()) }
        }
        "entry.return" => Act::EntryReturn { entry, digest, comment: reason },
        "entry.undo" => Act::EntryUndo { entry, verdict },
        "entry.reopen" => Act::EntryReopen { entry, reason },
        "entry.void" => Act::EntryVoid { entry, reason },
        "entry.combine" => Act::EntryCombine { entry, into: other },
        "entry.take_in" => Act::EntryTakeIn { entry, items: vec![RecordId::new(RecordKind::Media, media.0)] },
        "entry.discard" => Act::EntryDiscard { entry },
        "media.add" => Act::MediaAdd {
            media: id(),
            entry,
            sha256: Digest([4; 32]),
            size_bytes: 9,
            kind: MediaKind::Photo,
            leaves: media_leaves(),
            provenance: provenance(),
        },
        "media.describe" => Act::MediaDescribe { media, entry, changes: changes(media_leaves()) },
        "media.remove" => Act::MediaRemove { media, entry },
        "quote.add" => Act::QuoteAdd { quote: id(), entry, leaves: quote_leaves() },
        "quote.edit" => Act::QuoteEdit { quote, entry, changes: changes(quote_leaves()) },
        "quote.remove" => Act::QuoteRemove { quote, entry },
        "consent.add" => Act::ConsentAdd {
            consent: ConsentId(id()),
            entry,
            item: RecordId::new(RecordKind::Media, media.0),
            status: ConsentStatus::Granted,
            scope: ConsentScope::Archive,
            how: ConsentHow::Spoken,
            reason,
            loosens: Vec::new(),
        },
        "classify" => Act::Classify { entry, classify: classify() },
        other => panic!("{other} has no sample: add one with all its arguments"),
    }
}

/// Who may do an op, and how far the entry must have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The author, before there is an entry.
    Nothing,
    /// The author, on a draft with a photo and a quote.
    Draft,
    /// The author, on what they submitted.
    Submitted,
    /// The secretary, on what a member submitted.
    Deciding,
    /// The secretary, on what they approved.
    Approved,
}

impl Stage {
    /// Where an op belongs. Without a last arm: a new op does not compile before it has a stage.
    pub fn of(act: &Act) -> Stage {
        match act {
            Act::EntryCreate { .. } => Stage::Nothing,
            Act::EntryEdit { .. }
            | Act::EntryTakeIn { .. }
            | Act::EntrySubmit { .. }
            | Act::EntryDiscard { .. }
            | Act::MediaAdd { .. }
            | Act::MediaDescribe { .. }
            | Act::MediaRemove { .. }
            | Act::QuoteAdd { .. }
            | Act::QuoteEdit { .. }
            | Act::QuoteRemove { .. }
            | Act::ConsentAdd { .. } => Stage::Draft,
            Act::EntryWithdraw { .. } => Stage::Submitted,
            Act::EntryApprove { .. }
            | Act::EntryReturn { .. }
            | Act::EntryCombine { .. }
            | Act::Classify { .. } => Stage::Deciding,
            Act::EntryUndo { .. } | Act::EntryReopen { .. } | Act::EntryVoid { .. } => Stage::Approved,
        }
    }
}

/// A branch with a member who writes and a secretary who decides.
pub struct Troupe {
    pub branch: Branch,
    pub author: Person,
    pub secretary: Person,
}

impl Troupe {
    pub async fn gather(kit: &App) -> Troupe {
        let branch = kit.branch().await;
        Troupe { branch, author: kit.member(branch).await, secretary: kit.secretary(branch).await }
    }

    /// Who acts on a stage.
    pub fn actor(&self, stage: Stage) -> &Person {
        match stage {
            Stage::Nothing | Stage::Draft | Stage::Submitted => &self.author,
            Stage::Deciding | Stage::Approved => &self.secretary,
        }
    }

    /// Brings a new entry to a stage; answers what is there to be named.
    pub async fn set(&self, stage: Stage) -> Names {
        let (phone, branch) = (&self.author.phone, self.branch.id);
        let mut names = Names::never(branch);
        if stage == Stage::Nothing {
            return names;
        }
        let mut ops = vec![
            phone.op(branch, create(names.entry, clinic(self.author.id))),
            phone.op(branch, photo(names.entry, names.media, names.media.to_string().as_bytes())),
            phone.op(branch, quote(names.entry, names.quote, "多谢大夫。")),
        ];
        if stage == Stage::Deciding {
            ops.push(phone.op(branch, create(names.other, clinic(self.author.id))));
            ops.push(phone.op(branch, Act::EntrySubmit { entry: names.other }));
        }
        if stage != Stage::Draft {
            ops.push(phone.op(branch, Act::EntrySubmit { entry: names.entry }));
        }
        names.digest = last_digest(phone, &ops).await;
        if stage == Stage::Approved {
            let (entry, digest) = (names.entry, names.digest);
            let approve = Act::EntryApprove { entry, digest, sketches: Vec::new(), classify: None };
            let op = self.secretary.phone.op(branch, approve);
            names.verdict = op.id;
            last_digest(&self.secretary.phone, &[op]).await;
        }
        names
    }
}

async fn last_digest(phone: &kit::Phone, ops: &[Op]) -> Digest {
    let answer = phone.push(ops).await;
    match answer.answers.last().map(|one| &one.answer) {
        Some(Answer::Applied { digest, .. }) if answer.answers.len() == ops.len() => *digest,
        _ => panic!("the stage is not set: {answer:?}"),
    }
}
