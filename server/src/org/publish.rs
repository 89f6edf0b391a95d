//! Copies of branches, people and grants for phones: the one place that turns these tables into records.

use std::collections::BTreeSet;

use shared::{
    ids::{BranchId, FeedId, GrantId, PersonId},
    model::GrantBody,
};

use super::store;
use crate::{
    db::{self, Conn, Tx},
    grants,
    sync::{
        feeds,
        publish::{OrgChange, publish},
    },
};

/// What changed in the tables, in the transaction that is still open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// A branch, or who approves there.
    Branch(BranchId),
    /// A person, their account or where they belong.
    Person(PersonId),
    /// A grant was given, confirmed or ended.
    Grant(GrantId),
}

/// Brings the records of all changes up to date, in the transaction that changed the tables. Called once in a
/// transaction: it locks all the feeds it writes.
///
/// The lock on `org` comes before the copies are made: two who change one branch would else overwrite each other.
pub async fn changed(tx: &mut Tx, changes: &[Change]) -> db::Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    feeds::store::lock(tx, &BTreeSet::from([FeedId::Org])).await?;
    let mut copies = Vec::with_capacity(changes.len());
    for change in changes {
        copies.extend(copy_of(tx, *change).await?);
    }
    publish(tx, &copies).await
}

async fn copy_of(db: &mut Conn, change: Change) -> db::Result<Option<OrgChange>> {
    Ok(match change {
        Change::Branch(id) => {
            let body = store::branch_body(db, id).await?;
            body.map(|body| OrgChange::Put { id: id.0, body: body.into() })
        }
        Change::Person(id) => {
            let body = store::person_body(db, id).await?;
            body.map(|body| OrgChange::Put { id: id.0, body: body.into() })
        }
        Change::Grant(id) => grants::store::find(db, id).await?.map(|granted| {
            let lasts = granted.ended_at.is_none() && granted.confirmed_at.is_some();
            let at = granted.ended_at.or(granted.confirmed_at).unwrap_or(granted.made_at);
            let body = lasts.then_some(GrantBody { account: granted.account, grant: granted.grant });
            OrgChange::Grant { id, at, body }
        }),
    })
}
