//! What people do, in the words of a screen: values by field, no ids of ops, no salts, no `from`.
//! `acts.rs` turns a command into acts of the wire, by what the phone shows at that moment.

use serde_json::Value;

use crate::{
    ids::{AccountId, BranchId, Digest, EntryId, MediaId, OpId, QuoteId},
    json::{Read, Write},
    model::{
        ConsentHow, ConsentScope, ConsentStatus, MediaKind, RecordId, activity::Strength, media::Provenance,
    },
    table::Table,
};

/// New values by field; `null` takes a field away. Fields not named stay as they are.
pub type Values = Table<String, Value>;

/// What a person does. Ids of new things are made by the caller.
#[derive(Debug, Clone, PartialEq, Eq, Read)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(tag = "do", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Command {
    /// Begins a draft.
    Create {
        /// The new entry.
        entry: EntryId,
        /// For which branch.
        branch: BranchId,
        /// First fields.
        #[serde(default)]
        #[cfg_attr(feature = "ts", tsify(type = "Record<string, unknown>"))]
        values: Values,
    },
    /// Changes fields. A value equal to the present one is no edit.
    Edit {
        /// Which entry.
        entry: EntryId,
        /// What changes.
        #[cfg_attr(feature = "ts", tsify(type = "Record<string, unknown>"))]
        values: Values,
    },
    /// Moves a never submitted entry to another branch.
    Move {
        /// Which entry.
        entry: EntryId,
        /// Where to.
        branch: BranchId,
    },
    /// Replaces the list of contributors.
    Contributors {
        /// Which entry.
        entry: EntryId,
        /// Their accounts.
        accounts: Vec<AccountId>,
    },
    /// Answers the proposals on one leaf: `value` is what stands from then on.
    Answer {
        /// Which entry.
        entry: EntryId,
        /// A field, or `media/<id>/caption` and the like.
        key: String,
        /// The value taken; `null` for none.
        #[cfg_attr(feature = "ts", tsify(type = "unknown"))]
        value: Value,
    },
    /// 提交.
    Submit {
        /// Which entry.
        entry: EntryId,
    },
    /// 撤回.
    Withdraw {
        /// Which entry.
        entry: EntryId,
    },
    /// Throws a never submitted draft away.
    Discard {
        /// Which entry.
        entry: EntryId,
    },
    /// 通过.
    Approve {
        /// Which entry.
        entry: EntryId,
        /// The content on the screen.
        #[cfg_attr(feature = "ts", tsify(type = "string"))]
        digest: Digest,
        /// The sketches on the screen.
        #[serde(default)]
        #[cfg_attr(feature = "ts", tsify(type = "string[]"))]
        sketches: Vec<Digest>,
        /// 七个有力; may be empty.
        #[serde(default)]
        strengths: Vec<Strength>,
    },
    /// 退回.
    Return {
        /// Which entry.
        entry: EntryId,
        /// The content on the screen.
        #[cfg_attr(feature = "ts", tsify(type = "string"))]
        digest: Digest,
        /// Why.
        comment: String,
    },
    /// 撤销 of one's own verdict.
    Undo {
        /// Which entry.
        entry: EntryId,
        /// The verdict taken back.
        verdict: OpId,
    },
    /// 重开.
    Reopen {
        /// Which entry.
        entry: EntryId,
        /// Why.
        reason: String,
    },
    /// 作废.
    Void {
        /// Which entry.
        entry: EntryId,
        /// Why.
        reason: String,
    },
    /// 合并 into another entry of the same activity.
    Combine {
        /// Which entry ends.
        entry: EntryId,
        /// Which one stays.
        #[cfg_attr(feature = "ts", tsify(type = "string"))]
        into: EntryId,
    },
    /// Takes items into the content that were offered after it was submitted.
    TakeIn {
        /// Which entry.
        entry: EntryId,
        /// Media items and quotes.
        items: Vec<RecordId>,
    },
    /// 归类.
    Classify {
        /// Which entry.
        entry: EntryId,
        /// 七个有力; may be empty.
        strengths: Vec<Strength>,
    },
    /// Adds a photo, clip or voice. Its bytes are on the phone, flushed and hashed.
    AddMedia {
        /// Its entry.
        entry: EntryId,
        /// The new item.
        media: MediaId,
        /// What it is.
        kind: MediaKind,
        /// Of the bytes.
        #[cfg_attr(feature = "ts", tsify(type = "string"))]
        sha256: Digest,
        /// Of the bytes.
        size_bytes: u64,
        /// `caption`, `phase`, `people`.
        #[serde(default)]
        #[cfg_attr(feature = "ts", tsify(type = "Record<string, unknown>"))]
        values: Values,
        /// What the phone claims; `sketch` names the small picture.
        #[serde(default)]
        provenance: Provenance,
    },
    /// Changes an item's caption, phase or people.
    DescribeMedia {
        /// Its entry.
        entry: EntryId,
        /// Which item.
        media: MediaId,
        /// What changes.
        #[cfg_attr(feature = "ts", tsify(type = "Record<string, unknown>"))]
        values: Values,
    },
    /// Takes an item out of the entry.
    RemoveMedia {
        /// Its entry.
        entry: EntryId,
        /// Which item.
        media: MediaId,
    },
    /// Writes down what somebody said.
    AddQuote {
        /// Its entry.
        entry: EntryId,
        /// The new item.
        quote: QuoteId,
        /// `text`, `speaker`, `phase`, `voice`.
        #[cfg_attr(feature = "ts", tsify(type = "Record<string, unknown>"))]
        values: Values,
    },
    /// Changes a quote.
    EditQuote {
        /// Its entry.
        entry: EntryId,
        /// Which item.
        quote: QuoteId,
        /// What changes.
        #[cfg_attr(feature = "ts", tsify(type = "Record<string, unknown>"))]
        values: Values,
    },
    /// Takes a quote out of the entry.
    RemoveQuote {
        /// Its entry.
        entry: EntryId,
        /// Which item.
        quote: QuoteId,
    },
    /// Writes down a fact about consent. It loosens the facts that hold where it is less strict.
    Consent {
        /// The item's entry.
        entry: EntryId,
        /// A media item or quote.
        item: RecordId,
        /// What was said.
        consent: ConsentFact,
    },
    /// Sends a refused op and those that needed it again, made anew on what the phone now shows.
    Resend {
        /// The card's op.
        op: OpId,
        /// Values to be sent instead of those the card holds, by field.
        #[serde(default)]
        #[cfg_attr(feature = "ts", tsify(type = "Record<string, unknown>"))]
        values: Values,
    },
    /// Makes a new draft of what a refused card holds.
    CopyRefused {
        /// The card's op.
        op: OpId,
        /// The new entry.
        entry: EntryId,
    },
    /// Puts a refused card into the bin, for 30 days.
    DropRefused {
        /// The card's op.
        op: OpId,
    },
    /// Gives back what lies in the bin.
    PutBack {
        /// The card's op.
        op: OpId,
        /// The new entry, where it was a draft.
        entry: EntryId,
        /// New ids for that draft's media whose bytes are on the phone.
        #[serde(default)]
        #[cfg_attr(feature = "ts", tsify(type = "Record<string, string>"))]
        media: Table<MediaId, MediaId>,
    },
}

/// A fact about consent as a screen writes and shows it.
#[derive(Debug, Clone, PartialEq, Eq, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct ConsentFact {
    /// What was said.
    pub status: ConsentStatus,
    /// How far it goes.
    pub scope: ConsentScope,
    /// How it was given.
    pub how: ConsentHow,
    /// Why not needed, or the new evidence; 0–140 characters.
    #[serde(default)]
    pub reason: String,
}
