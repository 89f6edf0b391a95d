//! A record: `(kind, id)` with a revision number and a body. Everything that syncs is one.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{
    ApprovedBody, BranchBody, ClassificationBody, ConsentBody, EntryBody, GrantBody, MediaBody, OutcomeBody,
    PersonBody, QuoteBody, VerdictBody,
};
use crate::{
    ids::{BranchId, EntryId, write_uuid},
    json::{self, Read, Write},
};

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $name:literal $body:ty),* $(,)?) => {
        /// What a record is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Read, Write)]
        #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum RecordKind { $($(#[$doc])* $kind),* }

        impl RecordKind {
            /// Every kind there is.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// The name on the wire and in the database.
            pub fn name(self) -> &'static str {
                match self { $(Self::$kind => $name),* }
            }
        }

        /// A record's state, by kind.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Body { $($(#[$doc])* $kind(Box<$body>)),* }

        impl Body {
            /// The schema of each kind's body, by the kind's name.
            #[cfg(feature = "schema")]
            pub fn schemas(
                generator: &mut schemars::SchemaGenerator,
            ) -> Vec<(&'static str, schemars::Schema)> {
                vec![$(($name, generator.subschema_for::<$body>())),*]
            }

            /// Which kind of record it is the body of.
            pub fn kind(&self) -> RecordKind {
                match self { $(Self::$kind(_) => RecordKind::$kind),* }
            }

            /// Reads a body of a known kind. Fields this build does not know are passed over.
            pub fn from_json(kind: RecordKind, text: &str) -> Result<Self, json::Unreadable> {
                Ok(match kind { $(RecordKind::$kind => Self::$kind(json::parse(text)?)),* })
            }

            /// The body as JSON text: the same text for the same body, in the order of the
            /// declaration. This is what is stored, sent and hashed for checksums.
            pub fn to_json(&self) -> String {
                match self { $(Self::$kind(body) => json::text(body)),* }
            }

            /// The body as a JSON value.
            pub fn to_value(&self) -> Value {
                match self { $(Self::$kind(body) => json::value_of(body)),* }
            }
        }

        $(impl From<$body> for Body {
            fn from(body: $body) -> Self { Self::$kind(Box::new(body)) }
        })*
    };
}

kinds! {
    /// 活动记录.
    Entry "entry" EntryBody,
    /// 素材.
    Media "media" MediaBody,
    /// 原话.
    Quote "quote" QuoteBody,
    /// 同意.
    Consent "consent" ConsentBody,
    /// 归类; id of its entry.
    Classification "classification" ClassificationBody,
    /// 审核; id of its op.
    Verdict "verdict" VerdictBody,
    /// 已通过的版本; id of its entry.
    Approved "approved" ApprovedBody,
    /// 党支部.
    Branch "branch" BranchBody,
    /// 人员.
    Person "person" PersonBody,
    /// 授权.
    Grant "grant" GrantBody,
    /// A held op's late answer; id of its op.
    Outcome "outcome" OutcomeBody,
}

impl FromStr for RecordKind {
    type Err = UnknownKind;
    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.iter().copied().find(|kind| kind.name() == text).ok_or(UnknownKind)
    }
}

/// No kind of that name in this build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind of record")]
pub struct UnknownKind;

/// Which record. Ordered by kind, then id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RecordId {
    /// What it is.
    pub kind: RecordKind,
    /// Its id.
    #[cfg_attr(feature = "ts", tsify(type = "string"))]
    pub id: Uuid,
}

impl RecordId {
    /// Names a record.
    pub fn new(kind: RecordKind, id: impl Into<Uuid>) -> Self {
        Self { kind, id: id.into() }
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind.name(), write_uuid(self.id))
    }
}

/// A record as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its id; the kind is the body's.
    pub id: Uuid,
    /// Counts its changes, from 1; an approved copy's is its entry's at the time.
    pub rev: u64,
    /// Its state.
    pub body: Body,
}

impl Record {
    /// Its name.
    pub fn record_id(&self) -> RecordId {
        RecordId { kind: self.body.kind(), id: self.id }
    }

    /// The entry it belongs to; `None` for org data and outcomes.
    pub fn entry(&self) -> Option<EntryId> {
        Some(match &self.body {
            Body::Entry(_) => EntryId(self.id),
            Body::Media(body) => body.content.entry,
            Body::Quote(body) => body.content.entry,
            Body::Consent(body) => body.entry,
            Body::Classification(body) => body.entry,
            Body::Verdict(body) => body.entry,
            Body::Approved(body) => body.entry,
            Body::Branch(_) | Body::Person(_) | Body::Grant(_) | Body::Outcome(_) => return None,
        })
    }

    /// Puts an item, or a fact about one, into another entry. What is the entry's own stays there.
    pub fn set_entry(&mut self, entry: EntryId) {
        match &mut self.body {
            Body::Media(body) => body.content.entry = entry,
            Body::Quote(body) => body.content.entry = entry,
            Body::Consent(body) => body.entry = entry,
            _ => {}
        }
    }

    /// The branch whose history it is part of; `None` for org data and outcomes.
    pub fn branch(&self) -> Option<BranchId> {
        Some(match &self.body {
            Body::Entry(body) => body.content.branch,
            Body::Media(body) => body.content.branch,
            Body::Quote(body) => body.content.branch,
            Body::Consent(body) => body.branch,
            Body::Classification(body) => body.branch,
            Body::Verdict(body) => body.branch,
            Body::Approved(body) => body.content.branch,
            Body::Branch(_) | Body::Person(_) | Body::Grant(_) | Body::Outcome(_) => return None,
        })
    }
}
