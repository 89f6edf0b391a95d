//! A branch's history: submissions, verdicts, facts about consent and changes of grants, each hashing the one
//! before. Events hold ids, codes and digests, so that erasing words leaves the chain whole.

pub mod store;

use serde::{Deserialize, Serialize};
use shared::{
    digest,
    ids::{AccountId, BranchId, Digest, OpId},
    model::RecordId,
};

use crate::db::{Conn, Result};

/// One event, as it is hashed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Event {
    /// What happened: the op's name, `grant` or `grant_end`.
    pub what: String,
    /// Which record it made or changed.
    pub record: RecordId,
    /// The entry it is part of; absent for grants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<RecordId>,
    /// That record's revision after it.
    pub rev: u64,
    /// The op; absent where the office or the command line acted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub op: Option<OpId>,
    /// Who acted, or whose grant it is.
    pub account: Option<AccountId>,
    /// Server time in ms since 1970 UTC.
    pub at: i64,
    /// The entry's content after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

/// Length and head of a branch's history.
pub async fn head(db: &mut Conn, branch: BranchId) -> Result<(i64, Digest)> {
    Ok(store::head(db, branch).await?.unwrap_or((0, digest::first_link(branch))))
}

/// Adds events to a branch's history. The branch's feed is locked.
pub async fn append(db: &mut Conn, branch: BranchId, events: &[Event]) -> Result<()> {
    let (length, mut head) = head(db, branch).await?;
    let mut links = Vec::with_capacity(events.len());
    for (event, n) in events.iter().zip(length + 1..) {
        let value = serde_json::to_value(event).expect("events have string keys only");
        let text = digest::canonical(&value).expect("events hold texts and integers");
        let link = store::Link { n, previous: head, event: text, hash: digest::link(head, event) };
        head = link.hash;
        links.push(link);
    }
    store::append(db, branch, &links).await
}
