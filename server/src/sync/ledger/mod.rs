//! The ledger: what was answered to every op, for ever, under `(account, client, n)`. It holds codes, ids and
//! revisions; values that people wrote are looked up when an answer is given.

pub mod store;

use serde::{Deserialize, Serialize};
use shared::{
    digest,
    ids::{AccountId, ClientId, Digest},
    model::RecordId,
    wire::problem::{Code, Detail},
};

/// What became of an op, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Recorded {
    /// Done.
    Applied {
        /// The entry's revision after it.
        rev: u64,
        /// Its content after it.
        digest: Digest,
    },
    /// Done; some fields wait as proposals.
    Merged {
        /// The entry's revision after it.
        rev: u64,
        /// Its content after it.
        digest: Digest,
    },
    /// The same op had come by another queue.
    Duplicate {
        /// What it was answered then.
        answer: Box<Recorded>,
    },
    /// Not done.
    Refused {
        /// Which rule.
        code: Code,
        /// What its sentence names.
        detail: Detail,
    },
    /// Waits.
    Held {
        /// For which record.
        missing: RecordId,
    },
}

impl Recorded {
    /// A refusal without details.
    pub fn refused(code: Code) -> Recorded {
        Recorded::Refused { code, detail: Detail::new() }
    }

    /// What became of the op itself, by whichever queue it came.
    pub fn original(&self) -> &Recorded {
        match self {
            Recorded::Duplicate { answer } => answer.original(),
            other => other,
        }
    }
}

/// A queue of ops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Queue {
    /// Whose.
    pub account: AccountId,
    /// Made by the installation; means nothing without its account.
    pub client: ClientId,
}

/// Where a queue stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Number of the last op recorded.
    pub last_n: u64,
    /// Chained over the bytes of all its ops.
    pub head: Digest,
}

impl Standing {
    /// Of a queue that nothing came by.
    pub const EMPTY: Standing = Standing { last_n: 0, head: Digest([0; 32]) };

    /// After one more op.
    pub fn after(self, bytes: &str) -> Standing {
        Standing { last_n: self.last_n + 1, head: digest::ledger_head(self.head, bytes) }
    }
}
