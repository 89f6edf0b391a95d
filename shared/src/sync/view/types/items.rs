//! Media, their files on this phone, and quotes.

use super::Reason;
use crate::{
    ids::{Digest, EntryId, MediaId, QuoteId},
    json::Write,
    model::{
        MediaKind,
        activity::Phase,
        fields::{People, Speaker},
    },
    sync::ConsentFact,
};

/// A media item of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Write)]
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
    /// When it was taken, as its file says: `2019-09-21T14:03:07`, with `+08:00` after it where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken: Option<String>,
    /// A placeholder to draw until its picture is here.
    #[serde(rename = "thumbHash", skip_serializing_if = "Option::is_none")]
    pub thumb_hash: Option<String>,
    /// Whether the server has something to play.
    pub playable: bool,
    /// What this person may download of it; absent until the original is at the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub download: Option<Download>,
    /// Its bytes on this phone, if this phone took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<FileView>,
    /// Refused or withdrawn.
    pub barred: bool,
    /// Came after submission; not part of the content.
    pub offered: bool,
    /// This person may write down what was said about consent.
    #[serde(rename = "mayConsent")]
    pub may_consent: bool,
}

/// What the server can show of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Write)]
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

/// What a person may download of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Download {
    /// The exact bytes, position and all.
    Original,
    /// The same without metadata.
    Copy,
}

/// Where an item's bytes stand on their way to the server.
#[derive(Debug, Clone, PartialEq, Eq, Write)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Write)]
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
#[derive(Debug, Clone, PartialEq, Eq, Write)]
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
    /// This person may write down what was said about consent.
    #[serde(rename = "mayConsent")]
    pub may_consent: bool,
}
