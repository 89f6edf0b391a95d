//! Copies of branches, people and grants for phones: the one place that turns these tables into records.

use std::collections::BTreeSet;

use shared::{
    ids::{BranchId, FeedId, GrantId, PersonId},
    model::{Body, GrantBody, RecordKind},
};

use super::store;
use crate::{
    db::{self, Conn, Poke, Tx},
    grants,
};

/// What changed in the tables, in the transaction that is still open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A branch, or who approves there.
    Branch(BranchId),
    /// A person, their account or where they belong.
    Person(PersonId),
    /// A grant was given, confirmed or ended.
    Grant(GrantId),
}

/// A record as phones are to have it from now on.
#[derive(Clone, Debug)]
pub struct Copy {
    /// Its id; the kind is the body's.
    pub id: uuid::Uuid,
    /// What it says; `None`: it is no more.
    pub body: Option<Body>,
    /// Its kind, also where it is no more.
    pub kind: RecordKind,
    /// Who gets it.
    pub feeds: BTreeSet<FeedId>,
}

/// Brings the records of all changes up to date, in the transaction that changed the tables.
pub async fn changed(tx: &mut Tx, changes: &[Change]) -> db::Result<()> {
    for change in changes {
        for feed in copy_of(tx, *change).await?.feeds {
            tx.poke(Poke::Feed { feed: feed.to_string(), seq: 0 });
        }
    }
    Ok(())
}

async fn copy_of(db: &mut Conn, change: Change) -> db::Result<Copy> {
    Ok(match change {
        Change::Branch(id) => {
            let body = store::branch_body(db, id).await?.map(|body| Body::Branch(Box::new(body)));
            Copy { id: id.0, body, kind: RecordKind::Branch, feeds: BTreeSet::from([FeedId::Org]) }
        }
        Change::Person(id) => {
            let body = store::person_body(db, id).await?;
            let branches = body.iter().flat_map(|body| &body.branches);
            let feeds = branches.map(|branch| FeedId::Branch(*branch)).collect();
            let body = body.map(|body| Body::Person(Box::new(body)));
            Copy { id: id.0, body, kind: RecordKind::Person, feeds }
        }
        Change::Grant(id) => {
            let found = grants::store::find(db, id).await?;
            let lasting = found.filter(|g| g.ended_at.is_none() && g.confirmed_at.is_some());
            let feeds = lasting.iter().map(|granted| FeedId::Account(granted.account)).collect();
            let body = lasting.map(|granted| GrantBody { account: granted.account, grant: granted.grant });
            Copy {
                id: id.0,
                body: body.map(|body| Body::Grant(Box::new(body))),
                kind: RecordKind::Grant,
                feeds,
            }
        }
    })
}
