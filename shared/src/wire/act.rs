//! Ops: what people do. Names never change; changed arguments are a new version, and the old one
//! is understood for ever.

mod parse;

pub use parse::{Parsed, parse};

use serde::{Deserialize, Serialize};

use crate::{
    ids::{AccountId, BranchId, ConsentId, Digest, EntryId, Epoch, MediaId, OpId, QuoteId},
    json::{Read, Write, read_by_text},
    model::{
        Change, ConsentHow, ConsentScope, ConsentStatus, Leaves, MediaKind, RecordId, RecordKind,
        fields::Classify, media::Provenance,
    },
};

/// One op. Its JSON bytes are its identity: they are written once and never again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Op {
    /// Names the op in whatever queue it is sent.
    pub id: OpId,
    /// Version of the op's arguments, from 1.
    pub v: u32,
    /// The server's epoch as the phone knew it when the op was made; absent before first contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", tsify(type = "string | undefined"))]
    pub epoch: Option<Epoch>,
    /// When the phone says it was made, in ms since 1970 UTC. A claim; it decides nothing.
    pub made_at: i64,
    /// The entry's branch, as the phone knows it; locked even where the entry is unknown.
    pub branch: BranchId,
    /// Ops without which this one makes no sense; refused with them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::NEEDS_MAX)))]
    pub needs: Vec<OpId>,
    /// What is done.
    #[serde(flatten)]
    pub act: Act,
}

read_by_text!(Op);

/// An op's name and version, as a server says that it understands it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KnownOp {
    /// The name on the wire.
    pub name: String,
    /// The version of its arguments.
    pub v: u32,
}

/// What is done, to which record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "op", content = "args")]
pub enum Act {
    /// Begins a draft. For an id that its author already has it is a merge of fields.
    #[serde(rename = "entry.create")]
    EntryCreate {
        /// The new entry.
        entry: EntryId,
        /// When it was begun, in ms since 1970 UTC.
        created_at: i64,
        /// First fields.
        leaves: Leaves,
        /// Who may add to it.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::CONTRIBUTORS_MAX)))]
        contributors: Vec<AccountId>,
    },
    /// Changes fields; an edit that met another value becomes a proposal.
    #[serde(rename = "entry.edit")]
    EntryEdit {
        /// Which entry.
        entry: EntryId,
        /// Field by field.
        #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::CHANGES_MAX)))]
        changes: Vec<Change>,
        /// Moves a never submitted entry to another branch.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        move_to: Option<BranchId>,
        /// Replaces the list of contributors.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::CONTRIBUTORS_MAX)))]
        contributors: Option<Vec<AccountId>>,
    },
    /// 提交.
    #[serde(rename = "entry.submit")]
    EntrySubmit {
        /// Which entry.
        entry: EntryId,
    },
    /// 撤回.
    #[serde(rename = "entry.withdraw")]
    EntryWithdraw {
        /// Which entry.
        entry: EntryId,
    },
    /// 通过: names what was seen.
    #[serde(rename = "entry.approve")]
    EntryApprove {
        /// Which entry.
        entry: EntryId,
        /// The content seen.
        #[cfg_attr(feature = "ts", tsify(type = "string"))]
        digest: Digest,
        /// The sketches seen.
        #[serde(default)]
        #[cfg_attr(feature = "ts", tsify(type = "string[]"))]
        sketches: Vec<Digest>,
        /// Set in the same act.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        classify: Option<Classify>,
    },
    /// 退回: names what was seen, and why.
    #[serde(rename = "entry.return")]
    EntryReturn {
        /// Which entry.
        entry: EntryId,
        /// The content seen.
        #[cfg_attr(feature = "ts", tsify(type = "string"))]
        digest: Digest,
        /// What is to change.
        #[cfg_attr(feature = "schema", schemars(length(min = crate::limits::COMMENT_MIN, max = crate::limits::COMMENT_MAX)))]
        comment: String,
    },
    /// 撤销 of one's own verdict.
    #[serde(rename = "entry.undo")]
    EntryUndo {
        /// Which entry.
        entry: EntryId,
        /// The verdict taken back.
        verdict: OpId,
    },
    /// 重开.
    #[serde(rename = "entry.reopen")]
    EntryReopen {
        /// Which entry.
        entry: EntryId,
        /// Why.
        #[cfg_attr(feature = "schema", schemars(length(min = crate::limits::COMMENT_MIN, max = crate::limits::COMMENT_MAX)))]
        reason: String,
    },
    /// 作废.
    #[serde(rename = "entry.void")]
    EntryVoid {
        /// Which entry.
        entry: EntryId,
        /// Why.
        #[cfg_attr(feature = "schema", schemars(length(min = crate::limits::COMMENT_MIN, max = crate::limits::COMMENT_MAX)))]
        reason: String,
    },
    /// 合并: an entry's items and people go into another one of the same activity; it is voided and points there.
    #[serde(rename = "entry.combine")]
    EntryCombine {
        /// Which entry ends.
        entry: EntryId,
        /// Which one stays.
        into: EntryId,
    },
    /// Takes items into the content that were offered after it was submitted.
    #[serde(rename = "entry.take_in")]
    EntryTakeIn {
        /// Which entry.
        entry: EntryId,
        /// Media items and quotes.
        #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::ITEMS_MAX)))]
        items: Vec<RecordId>,
    },
    /// Throws a never submitted draft away.
    #[serde(rename = "entry.discard")]
    EntryDiscard {
        /// Which entry.
        entry: EntryId,
    },
    /// Names a photo, clip or voice whose bytes follow by upload.
    #[serde(rename = "media.add")]
    MediaAdd {
        /// The new item.
        media: MediaId,
        /// Its entry.
        entry: EntryId,
        /// Of the bytes.
        #[cfg_attr(feature = "ts", tsify(type = "string"))]
        sha256: Digest,
        /// Of the bytes.
        size_bytes: u64,
        /// What it is.
        kind: MediaKind,
        /// `caption`, `phase`, `people`.
        leaves: Leaves,
        /// The phone's claims.
        provenance: Provenance,
    },
    /// Changes caption, phase or people.
    #[serde(rename = "media.describe")]
    MediaDescribe {
        /// Which item.
        media: MediaId,
        /// Its entry.
        entry: EntryId,
        /// Field by field.
        #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::CHANGES_MAX)))]
        changes: Vec<Change>,
    },
    /// Takes an item out of the entry.
    #[serde(rename = "media.remove")]
    MediaRemove {
        /// Which item.
        media: MediaId,
        /// Its entry.
        entry: EntryId,
    },
    /// Writes down what somebody said.
    #[serde(rename = "quote.add")]
    QuoteAdd {
        /// The new item.
        quote: QuoteId,
        /// Its entry.
        entry: EntryId,
        /// `text`, `speaker`, `phase`, `voice`.
        leaves: Leaves,
    },
    /// Changes a quote.
    #[serde(rename = "quote.edit")]
    QuoteEdit {
        /// Which item.
        quote: QuoteId,
        /// Its entry.
        entry: EntryId,
        /// Field by field.
        #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::CHANGES_MAX)))]
        changes: Vec<Change>,
    },
    /// Takes a quote out of the entry.
    #[serde(rename = "quote.remove")]
    QuoteRemove {
        /// Which item.
        quote: QuoteId,
        /// Its entry.
        entry: EntryId,
    },
    /// A fact about consent.
    #[serde(rename = "consent.add")]
    ConsentAdd {
        /// The new fact.
        consent: ConsentId,
        /// The item's entry.
        entry: EntryId,
        /// A media item or quote.
        item: RecordId,
        /// What was said.
        status: ConsentStatus,
        /// How far it goes.
        scope: ConsentScope,
        /// How it was given.
        how: ConsentHow,
        /// Why not needed, or the new evidence.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::CAPTION_MAX)))]
        reason: String,
        /// Facts that this one loosens.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::NEEDS_MAX)))]
        loosens: Vec<ConsentId>,
    },
    /// 归类.
    #[serde(rename = "classify")]
    Classify {
        /// Which entry.
        entry: EntryId,
        /// What is set.
        classify: Classify,
    },
}

impl Act {
    /// Names and versions this build understands, as `GET /api/v1/limits` tells phones.
    pub const KNOWN: &[(&str, u32)] = &[
        ("entry.create", 1),
        ("entry.edit", 1),
        ("entry.submit", 1),
        ("entry.withdraw", 1),
        ("entry.approve", 1),
        ("entry.return", 1),
        ("entry.undo", 1),
        ("entry.reopen", 1),
        ("entry.void", 1),
        ("entry.discard", 1),
        ("media.add", 1),
        ("media.describe", 1),
        ("media.remove", 1),
        ("quote.add", 1),
        ("quote.edit", 1),
        ("quote.remove", 1),
        ("consent.add", 1),
        ("classify", 1),
        ("entry.combine", 1),
        ("entry.take_in", 1),
    ];

    /// The op's name on the wire.
    pub fn name(&self) -> &'static str {
        let at = match self {
            Self::EntryCreate { .. } => 0,
            Self::EntryEdit { .. } => 1,
            Self::EntrySubmit { .. } => 2,
            Self::EntryWithdraw { .. } => 3,
            Self::EntryApprove { .. } => 4,
            Self::EntryReturn { .. } => 5,
            Self::EntryUndo { .. } => 6,
            Self::EntryReopen { .. } => 7,
            Self::EntryVoid { .. } => 8,
            Self::EntryDiscard { .. } => 9,
            Self::MediaAdd { .. } => 10,
            Self::MediaDescribe { .. } => 11,
            Self::MediaRemove { .. } => 12,
            Self::QuoteAdd { .. } => 13,
            Self::QuoteEdit { .. } => 14,
            Self::QuoteRemove { .. } => 15,
            Self::ConsentAdd { .. } => 16,
            Self::Classify { .. } => 17,
            Self::EntryCombine { .. } => 18,
            Self::EntryTakeIn { .. } => 19,
        };
        Self::KNOWN[at].0
    }

    /// The entry it is about.
    pub fn entry(&self) -> EntryId {
        match self {
            Self::EntryCreate { entry, .. }
            | Self::EntryEdit { entry, .. }
            | Self::EntrySubmit { entry }
            | Self::EntryWithdraw { entry }
            | Self::EntryApprove { entry, .. }
            | Self::EntryReturn { entry, .. }
            | Self::EntryUndo { entry, .. }
            | Self::EntryReopen { entry, .. }
            | Self::EntryVoid { entry, .. }
            | Self::EntryCombine { entry, .. }
            | Self::EntryTakeIn { entry, .. }
            | Self::EntryDiscard { entry }
            | Self::MediaAdd { entry, .. }
            | Self::MediaDescribe { entry, .. }
            | Self::MediaRemove { entry, .. }
            | Self::QuoteAdd { entry, .. }
            | Self::QuoteEdit { entry, .. }
            | Self::QuoteRemove { entry, .. }
            | Self::ConsentAdd { entry, .. }
            | Self::Classify { entry, .. } => *entry,
        }
    }

    /// The record the op makes or changes.
    pub fn target(&self) -> RecordId {
        match self {
            Self::MediaAdd { media, .. }
            | Self::MediaDescribe { media, .. }
            | Self::MediaRemove { media, .. } => RecordId::new(RecordKind::Media, media.0),
            Self::QuoteAdd { quote, .. }
            | Self::QuoteEdit { quote, .. }
            | Self::QuoteRemove { quote, .. } => RecordId::new(RecordKind::Quote, quote.0),
            Self::ConsentAdd { consent, .. } => RecordId::new(RecordKind::Consent, consent.0),
            Self::Classify { entry, .. } => RecordId::new(RecordKind::Classification, entry.0),
            other => RecordId::new(RecordKind::Entry, other.entry().0),
        }
    }
}

#[cfg(test)]
mod tests;
