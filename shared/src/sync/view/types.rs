//! The answers' types. Enumerations are those of the model; sentences come in the language asked
//! for.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::super::command::ConsentFact;
use crate::{
    ids::{AccountId, BranchId, Digest, EntryId, MediaId, OpId, PersonId, QuoteId},
    model::{
        ActivityKind, ConsentHow, ConsentScope, ConsentStatus, Grant, MediaKind,
        activity::{Block, Phase, Strength},
        fields::{
            Beneficiary, Duty, EntryPoint, ExternalSystem, LocalTime, People, Service, Speaker, SpeakerKind,
        },
        verdict::Move,
    },
    rules::{hours::HourState, warnings::Warning},
};

/// The one word that says where an entry stands for the person looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum StateWord {
    /// 草稿.
    Draft,
    /// 待上传: an act of this phone on it is not at the server yet.
    Unsent,
    /// 待审核.
    Submitted,
    /// 已退回.
    Returned,
    /// 已通过.
    Approved,
    /// 已重开.
    Reopened,
    /// 已作废.
    Voided,
    /// 需要处理: something was refused and waits for the person.
    Attention,
}

/// A rule's reason in the language of the screen, with its code for support.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct Reason {
    /// The problem's code.
    pub code: String,
    /// Its sentence.
    pub message: String,
}

/// Who this is and what may be offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct MeView {
    /// The account.
    pub account: AccountId,
    /// The person behind it.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Branches one may record for.
    pub branches: Vec<BranchLabel>,
    /// May record.
    pub records: bool,
    /// May decide entries of some branch.
    pub review: bool,
    /// May browse approved media of some branch.
    pub gallery: bool,
    /// Entries that wait for a decision.
    pub waiting: u32,
    /// Grants in force.
    pub roles: Vec<Grant>,
}

/// A branch by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct BranchLabel {
    /// Which.
    pub id: BranchId,
    /// Its full name.
    pub name: String,
}

/// An entry in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct EntryRow {
    /// Which.
    pub id: EntryId,
    /// Its branch.
    pub branch: BranchId,
    /// Title; empty while there is none.
    pub title: String,
    /// Kind of activity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<ActivityKind>,
    /// Start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started: Option<LocalTime>,
    /// End.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<LocalTime>,
    /// The author's name, as far as known.
    pub author: String,
    /// Written by this person.
    pub own: bool,
    /// Where it stands.
    pub state: StateWord,
    /// One's own minutes in it.
    pub minutes: u32,
    /// How many took part.
    pub participants: u32,
    /// Media items.
    pub media: u32,
    /// Of them: originals that are at the server.
    pub arrived: u32,
    /// When it was submitted, in ms since 1970 UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submitted_at: Option<i64>,
    /// First picture to show beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cover: Option<MediaId>,
}

/// A media item of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct MediaView {
    /// Which.
    pub id: MediaId,
    /// What it is.
    pub kind: MediaKind,
    /// Caption; may be empty.
    pub caption: String,
    /// 事前, 事中, 事后.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// Who can be recognised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<People>,
    /// The consent that holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentFact>,
    /// Recorded by this person.
    pub own: bool,
    /// The recorder's name, as far as known.
    pub recorder: String,
    /// Length of the original.
    pub size_bytes: u64,
    /// Of the original.
    #[cfg_attr(feature = "ts", tsify(type = "string"))]
    pub sha256: Digest,
    /// Of the sketch, if one was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", tsify(type = "string"))]
    pub sketch: Option<Digest>,
    /// The original is at the server.
    pub arrived: bool,
    /// What the server can show of it.
    pub picture: Picture,
    /// Its bytes on this phone, if this phone took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<FileView>,
    /// Refused or withdrawn.
    pub barred: bool,
    /// Came after submission; not part of the content.
    pub offered: bool,
}

/// What the server can show of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Picture {
    /// Nothing yet.
    None,
    /// The sketch.
    Sketch,
    /// Thumb and preview.
    Ready,
    /// The bytes cannot be shown; the original stays downloadable.
    Unreadable,
}

/// Where an item's bytes stand on their way to the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct FileView {
    /// Which item.
    pub media: MediaId,
    /// Its entry.
    pub entry: EntryId,
    /// What it is.
    pub kind: MediaKind,
    /// Where it stands.
    pub state: FileState,
    /// Length of the original.
    pub size_bytes: u64,
    /// Of it: acknowledged by the server.
    pub sent_bytes: u64,
    /// Why it stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Reason>,
}

/// Where a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// 等待: its op is not at the server, or other files go first.
    Waiting,
    /// 上传中.
    Sending,
    /// 已送达: the server has it and its hash is right.
    Sent,
    /// 失败: with the reason; tried again when the person asks.
    Failed,
    /// The bytes are missing or damaged on the phone.
    Lost,
}

/// A quote of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct QuoteView {
    /// Which.
    pub id: QuoteId,
    /// Word for word.
    pub text: String,
    /// By label, never by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speaker: Option<Speaker>,
    /// 事前, 事中, 事后.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// The voice it was heard on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<MediaId>,
    /// The consent that holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentFact>,
    /// Written down by this person.
    pub own: bool,
    /// The recorder's name, as far as known.
    pub recorder: String,
    /// Refused or withdrawn.
    pub barred: bool,
    /// Came after submission; not part of the content.
    pub offered: bool,
}

/// What the rules allow this person to do with an entry now: which buttons may be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct May {
    /// Change fields.
    pub edit: bool,
    /// Add media and quotes.
    pub add_items: bool,
    /// Submit; with things missing it is refused in words.
    pub submit: bool,
    /// Withdraw.
    pub withdraw: bool,
    /// Discard.
    pub discard: bool,
    /// Approve what is on the screen.
    pub approve: bool,
    /// Return it.
    pub send_back: bool,
    /// Take this verdict of one's own back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo: Option<OpId>,
    /// Reopen.
    pub reopen: bool,
    /// Void.
    #[serde(rename = "void")]
    pub void_entry: bool,
    /// Set strengths.
    pub classify: bool,
}

/// A field that is missing or not as it must be at submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct Todo {
    /// Which field.
    pub key: String,
}

/// One entry in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct EntryView {
    /// Which.
    pub id: EntryId,
    /// Its branch.
    pub branch: BranchId,
    /// That branch's name.
    pub branch_name: String,
    /// The author's name, as far as known.
    pub author: String,
    /// Written by this person.
    pub own: bool,
    /// In ms since 1970 UTC.
    pub created_at: i64,
    /// Where it stands.
    pub state: StateWord,
    /// Where it stands in its life, pending acts of this phone included.
    pub stage: crate::model::EntryState,
    /// How often it was submitted.
    pub version: u32,
    /// Live values by field.
    #[cfg_attr(feature = "ts", tsify(type = "Record<string, unknown>"))]
    pub values: BTreeMap<String, Value>,
    /// Blocks that its kind asks for or that hold values.
    pub blocks: Vec<Block>,
    /// Media in the order of their ids.
    pub media: Vec<MediaView>,
    /// Quotes in the order of their ids.
    pub quotes: Vec<QuoteView>,
    /// 七个有力 as set.
    pub strengths: Vec<Strength>,
    /// Named contributors.
    pub contributors: Vec<AccountLabel>,
    /// Edits that met another value and wait for an answer.
    pub proposals: Vec<ProposalView>,
    /// What may be done.
    pub may: May,
    /// What is missing for submission.
    pub todo: Vec<Todo>,
    /// What to look at, never a lock.
    pub warnings: Vec<Warning>,
    /// Acts of approvers, oldest first.
    pub verdicts: Vec<VerdictView>,
    /// Content as it stands, to be named by a verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", tsify(type = "string"))]
    pub digest: Option<Digest>,
    /// The submitted content; differs from `digest` while parts have not arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", tsify(type = "string"))]
    pub submitted: Option<Digest>,
    /// The digest seen when last opened for review, where it is no longer the one that stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", tsify(type = "string"))]
    pub seen: Option<Digest>,
    /// One's own minutes in it.
    pub minutes: u32,
    /// Its kind counts hours.
    pub counts: bool,
    /// An approved copy stands, even where the entry is being changed.
    pub stands: bool,
    /// Cards on it.
    pub refused: Vec<RefusedView>,
}

/// An account by its person's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct AccountLabel {
    /// Which.
    pub account: AccountId,
    /// The name, as far as known.
    pub name: String,
}

/// An edit that lost to an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct ProposalView {
    /// The op that carried it.
    pub op: OpId,
    /// Which leaf.
    pub key: String,
    /// The value proposed; `null` to take the leaf away.
    #[cfg_attr(feature = "ts", tsify(type = "unknown"))]
    pub value: Value,
    /// Who proposes.
    pub by: String,
    /// In ms since 1970 UTC.
    pub at: i64,
}

/// An act of an approver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct VerdictView {
    /// Its op.
    pub id: OpId,
    /// What was done.
    pub decision: Move,
    /// What they wrote.
    pub comment: String,
    /// Who.
    pub by: String,
    /// The approver contributed to the entry.
    pub contributed: bool,
    /// The approver decided their own entry.
    pub own: bool,
    /// In ms since 1970 UTC.
    pub at: i64,
    /// Not at the server yet.
    pub pending: bool,
}

/// A leaf that differs between two states of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct Difference {
    /// A field, or `media/<id>`, `media/<id>/caption`, `quote/<id>/text` and the like.
    pub key: String,
    /// What was seen; `null` for nothing.
    #[cfg_attr(feature = "ts", tsify(type = "unknown"))]
    pub from: Value,
    /// What stands; `null` for nothing.
    #[cfg_attr(feature = "ts", tsify(type = "unknown"))]
    pub to: Value,
}

/// A refused op with those that needed it: one card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct RefusedView {
    /// The op that was refused.
    pub op: OpId,
    /// Its entry.
    pub entry: EntryId,
    /// That entry's title, as far as known.
    pub title: String,
    /// The op's name on the wire, such as `entry.approve`.
    pub what: String,
    /// Ops refused with it.
    pub others: u32,
    /// Why.
    pub reason: Reason,
    /// The values it carried, by field.
    #[cfg_attr(feature = "ts", tsify(type = "Record<string, unknown>"))]
    pub values: BTreeMap<String, Value>,
    /// When it was refused, in ms since 1970 UTC.
    pub at: i64,
    /// In the bin until then, in ms since 1970 UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub binned_until: Option<i64>,
}

/// An op that has no answer yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct UnsentView {
    /// Which.
    pub op: OpId,
    /// Its entry.
    pub entry: EntryId,
    /// That entry's title, as far as known.
    pub title: String,
    /// The op's name on the wire.
    pub what: String,
    /// It is at the server, which waits for something else.
    pub held: bool,
    /// When it was made, in ms since 1970 UTC.
    pub at: i64,
}

/// What is not at the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct OutboxView {
    /// Ops not yet answered, oldest first.
    pub unsent: Vec<UnsentView>,
    /// Refused cards that wait for the person.
    pub refused: Vec<RefusedView>,
    /// Cards thrown away less than 30 days ago.
    pub bin: Vec<RefusedView>,
    /// Files this phone took, in the order they were added; those sent too.
    pub files: Vec<FileView>,
    /// Files not at the server.
    #[serde(rename = "unsentFiles")]
    pub unsent_files: u32,
    /// Their bytes still to be sent.
    #[serde(rename = "unsentBytes")]
    pub unsent_bytes: u64,
}

/// Own hours; approved, waiting and refused are never added together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct HoursView {
    /// Minutes of approved entries, overlaps counted once.
    pub approved: u32,
    /// Minutes of entries that wait.
    pub waiting: u32,
    /// Minutes of entries that were returned or voided.
    pub refused: u32,
    /// One row per entry and local day, newest first.
    pub rows: Vec<HoursRow>,
}

/// Own minutes in one entry on one local day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct HoursRow {
    /// Which entry.
    pub entry: EntryId,
    /// Its title.
    pub title: String,
    /// Days since 1970-01-01, local.
    pub day: i64,
    /// As written.
    pub minutes: u32,
    /// How they count.
    pub state: HourState,
}

/// A person of a branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct PersonRow {
    /// Which.
    pub id: PersonId,
    /// As the roster writes it.
    pub name: String,
    /// Their account, if any: needed to name a contributor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
}

/// A kind of activity with the blocks it asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct KindRow {
    /// Which.
    pub kind: ActivityKind,
    /// Complete at submission.
    pub blocks: Vec<Block>,
    /// Minutes of service count.
    pub counts: bool,
}

/// What a field may hold: characters of text, or a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct Range {
    /// At least.
    pub min: u64,
    /// At most.
    pub max: u64,
}

/// Fixed lists in the order in which people are offered them, and what each field may hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Lists {
    /// 活动类型.
    pub kinds: Vec<KindRow>,
    /// Phases of an activity.
    pub phases: Vec<Phase>,
    /// What a 义诊 offers.
    pub services: Vec<Service>,
    /// What somebody did there.
    pub duties: Vec<Duty>,
    /// Whom volunteering served.
    pub beneficiaries: Vec<Beneficiary>,
    /// Where 课程思政 enters a course.
    pub entry_points: Vec<EntryPoint>,
    /// Who can be recognised on an item.
    pub people: Vec<People>,
    /// Who spoke.
    pub speakers: Vec<SpeakerKind>,
    /// What was said about consent.
    pub consents: Vec<ConsentStatus>,
    /// How far it goes.
    pub scopes: Vec<ConsentScope>,
    /// How it was given.
    pub hows: Vec<ConsentHow>,
    /// 七个有力.
    pub strengths: Vec<Strength>,
    /// Other systems.
    pub systems: Vec<ExternalSystem>,
    /// By field.
    pub limits: BTreeMap<&'static str, Range>,
    /// Longest sketch.
    pub sketch_bytes_max: u64,
    /// Largest file by kind.
    #[cfg_attr(feature = "ts", tsify(type = "Record<MediaKind, number>"))]
    pub media_bytes_max: BTreeMap<MediaKind, u64>,
}
