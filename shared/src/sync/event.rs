//! What the engine is told and what it asks for: the whole of its surface besides the views.
//! Whoever performs the effects does so in their order, and goes on after a [`Effect::Store`] only
//! once it is on disk. Where storing fails, the engine in memory is thrown away and loaded anew.

use super::command::Command;
use crate::{
    ids::{Digest, EntryId, MediaId},
    json::{Read, Write},
    wire::{Problem, act::KnownOp, session::Me},
};

/// A row as it lies on the phone. The engine alone knows what the value means.
#[derive(Debug, Clone, PartialEq, Eq, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct StoredRow {
    /// `record`, `outbox`, `tray`, `meta`, `media` or `seen`.
    pub store: String,
    /// Unique within the store.
    pub key: String,
    /// JSON text.
    pub value: String,
}

/// A change of one row.
#[derive(Debug, Clone, PartialEq, Eq, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct RowChange {
    /// As in [`StoredRow`].
    pub store: String,
    /// As in [`StoredRow`].
    pub key: String,
    /// The new text; absent where the row goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// Which bytes of a media item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum FileRole {
    /// The untouched bytes.
    Original,
    /// The small picture made on the phone, sent first.
    Sketch,
}

/// How an upload goes on.
#[derive(Debug, Clone, PartialEq, Eq, Read)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum UploadStep {
    /// The server gave it an address, or acknowledged bytes.
    Progress {
        /// Where it goes on after a restart.
        url: String,
        /// Acknowledged so far.
        sent_bytes: u64,
    },
    /// The server has all bytes and their hash is right.
    Sent,
    /// The address is gone or expired, or the bytes must be read anew: begin anew, as often as a failure is tried.
    Lost {
        /// The problem's code.
        problem: String,
    },
    /// It stopped; tried again later, after three tries only when the person asks.
    Failed {
        /// The problem's code, or `network`.
        problem: String,
        /// A failing network is nobody's fault: the try does not count.
        transient: bool,
    },
}

/// What happened outside.
#[derive(Debug, Clone, PartialEq, Eq, Read)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum EngineEvent {
    /// The app has opened the account; sends what waits.
    Started,
    /// Signed in, or `GET /api/v1/me` answered: who this is. Needed before anything can be done.
    SignedIn {
        /// The answer.
        me: Me,
    },
    /// The session ended. Others' records leave the phone, own unsent work stays.
    SignedOut,
    /// Somebody does something. Answered by [`Effect::Denied`] where the rules refuse it: then
    /// nothing was queued. Else it is safe once the effects' stores are on disk.
    Act {
        /// What.
        command: Command,
        /// Language of a refusal's sentence.
        english: bool,
    },
    /// The person left a field or the app: edits are no longer held back for coalescing.
    Flush,
    /// The network seems to be back, or the person asked to sync: try now.
    Online,
    /// A wake that was asked for, or a hint from the server's event stream that a feed moved.
    Tick {
        /// Some feed moved: pull now.
        poked: bool,
    },
    /// The answer to a push.
    PushAnswered {
        /// Number of the push.
        ask: u32,
        /// The body as text.
        text: String,
    },
    /// The answer to a pull.
    PageArrived {
        /// Number of the pull.
        ask: u32,
        /// The body as text.
        text: String,
    },
    /// A push or pull got no answer, or one that is none: a status of 4xx or 5xx, a deadline.
    Failed {
        /// Number of the push or pull.
        ask: u32,
        /// `Retry-After` in ms, where the server said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u32>,
    },
    /// An upload goes on or ends.
    Upload {
        /// Which item.
        media: MediaId,
        /// Which of its bytes.
        role: FileRole,
        /// How.
        step: UploadStep,
    },
    /// The bytes of an item are missing or damaged on the phone.
    FileLost {
        /// Which item.
        media: MediaId,
    },
    /// The person asks to try a stopped upload again.
    UploadRetry {
        /// Which item.
        media: MediaId,
    },
    /// An approver has opened an entry: what they see now is what later changes are shown against.
    Opened {
        /// Which entry.
        entry: EntryId,
    },
    /// `GET /api/v1/limits` answered: the ops that the server knows. Others wait on the phone.
    ServerKnows {
        /// By name and version.
        ops: Vec<KnownOp>,
    },
    /// `GET /api/v1/review` answered, all pages: what waits for this person's verdict in branches whose
    /// feeds they do not hold. It replaces what was told before.
    Visited {
        /// The bodies as texts, in order.
        texts: Vec<String>,
    },
}

/// What is to be done outside, in order.
#[derive(Debug, Clone, PartialEq, Eq, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(tag = "do", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Effect {
    /// Write all of these rows or none, durable before the next effect.
    Store {
        /// In no order.
        changes: Vec<RowChange>,
    },
    /// `POST /api/v1/sync/push`; answer with `PushAnswered` or `Failed` of the same number.
    Push {
        /// Its number.
        ask: u32,
        /// The request's body.
        body: String,
    },
    /// `POST /api/v1/sync/pull`; answer with `PageArrived` or `Failed` of the same number.
    Pull {
        /// Its number.
        ask: u32,
        /// The request's body.
        body: String,
    },
    /// Send `Tick` after this time; replaces an earlier wake.
    Wake {
        /// In ms.
        after_ms: u32,
    },
    /// The rules refused the act; nothing was queued.
    Denied {
        /// Why, in the language asked for.
        problem: Problem,
    },
    /// What views answer has changed.
    Changed,
    /// The exchange with the server has changed.
    Status {
        /// A push or pull is under way.
        syncing: bool,
        /// The last attempt reached the server.
        online: bool,
        /// When the phone last heard everything, in ms since 1970 UTC.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last_sync_at: Option<i64>,
    },
    /// Records of these items have left the phone: what was kept to show them goes too.
    Hide {
        /// Which items.
        media: Vec<MediaId>,
    },
    /// The bytes of these items are no longer needed: the person threw the item away, and the
    /// server knows or never heard of it.
    Forget {
        /// Which items.
        media: Vec<MediaId>,
    },
}

/// Bytes that may be sent now, as the view `uploads` lists them: most useful first.
#[derive(Debug, Clone, PartialEq, Eq, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct UploadTask {
    /// Which item.
    pub media: MediaId,
    /// Which of its bytes.
    pub role: FileRole,
    /// Of the bytes; named in the upload's metadata.
    #[cfg_attr(feature = "ts", tsify(type = "string"))]
    pub sha256: Digest,
    /// Length; 0 for a sketch, whose length the phone's store knows.
    pub size_bytes: u64,
    /// Where an earlier attempt stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}
