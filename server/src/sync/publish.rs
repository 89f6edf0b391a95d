//! The office's data for phones: branches, people and grants as records, and media whose machine state changed.
//! Called inside the transaction that changes what they are copies of.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    digest,
    ids::{BranchId, FeedId, GrantId, MediaId},
    model::{Body, GrantBody, MediaRest, Record, RecordId, RecordKind, Scope},
    rules::{Effect, feeds::of_org},
    table::Set,
};
use uuid::Uuid;

use super::{
    chains,
    commit::{self, Stamp},
    feeds::{self, Locked, Step},
    pending::Pending,
    records::{
        self,
        store::{self, Stored},
    },
};
use crate::db::{Conn, Result, Tx};

/// A record outside any entry that changed.
#[derive(Clone, Debug)]
pub enum OrgChange {
    /// A branch or a person is so now.
    Put {
        /// Its id.
        id: Uuid,
        /// What phones are to know of it.
        body: Body,
    },
    /// A grant came in force or is over.
    Grant {
        /// Which.
        id: GrantId,
        /// Since when, in ms since 1970 UTC.
        at: i64,
        /// `None`: it is not in force.
        body: Option<GrantBody>,
    },
}

impl OrgChange {
    fn name(&self) -> RecordId {
        match self {
            OrgChange::Put { id, body } => RecordId::new(body.kind(), *id),
            OrgChange::Grant { id, .. } => RecordId::new(RecordKind::Grant, id.0),
        }
    }

    fn body(&self) -> Option<Body> {
        match self {
            OrgChange::Put { body, .. } => Some(body.clone()),
            OrgChange::Grant { body, .. } => body.clone().map(Body::from),
        }
    }

    /// When it happened; what is no event of a history has no time.
    fn at(&self) -> i64 {
        match self {
            OrgChange::Put { .. } => 0,
            OrgChange::Grant { at, .. } => *at,
        }
    }
}

/// Publishes org data. All changes of a transaction go into one call, of which the last counts for each record; it
/// locks the feed `org` first, then every feed that holds or will hold them, and the branch of every grant.
pub async fn publish(tx: &mut Tx, changes: &[OrgChange]) -> Result<()> {
    let last: BTreeMap<RecordId, &OrgChange> = changes.iter().map(|change| (change.name(), change)).collect();
    let mut locked = Locked::take(tx, &BTreeSet::from([FeedId::Org])).await?;
    let mut moves = Vec::with_capacity(last.len());
    for change in last.values() {
        moves.push(OrgMove::load(tx, change).await?);
    }
    let wanted = moves.iter().flat_map(OrgMove::locks).filter(|feed| *feed != FeedId::Org).collect();
    locked.add(tx, &wanted).await?;
    let mut pending = Pending::default();
    for one in moves {
        one.gather(&mut pending);
    }
    pending.write(tx, &mut locked).await?;
    for poke in locked.pokes() {
        tx.poke(poke);
    }
    Ok(())
}

/// A record before and after.
struct OrgMove {
    old: Option<Stored>,
    new: Option<Record>,
    stood: Set<FeedId>,
    stands: Set<FeedId>,
    at: i64,
}

impl OrgMove {
    async fn load(db: &mut Conn, change: &OrgChange) -> Result<OrgMove> {
        let name = change.name();
        let old = store::find(db, name).await?;
        let rev = match &old {
            Some(old) => old.record.rev,
            None => store::ended(db, name).await?.unwrap_or(0),
        };
        let new = change.body().map(|body| Record { id: name.id, rev: rev + 1, body });
        let stood = feeds::store::of_record(db, name).await?.into_iter().collect();
        let stands = new.as_ref().map(of_org).unwrap_or_default();
        Ok(OrgMove { old, new, stood, stands, at: change.at() })
    }

    /// The branch a grant is about, whose drafts and verdicts depend on it.
    fn branch(&self) -> Option<BranchId> {
        match &self.new.as_ref().or(self.old.as_ref().map(|old| &old.record))?.body {
            Body::Grant(grant) => match grant.grant.scope {
                Scope::Branch(branch) => Some(branch),
                Scope::Committee(_) | Scope::School => None,
            },
            _ => None,
        }
    }

    fn locks(&self) -> impl Iterator<Item = FeedId> + '_ {
        self.stood.iter().chain(&self.stands).copied().chain(self.branch().map(FeedId::Branch))
    }

    /// Has the record and, for a grant, the branch's history written.
    fn gather(self, pending: &mut Pending) {
        let (name, rev, now) = match (&self.old, &self.new) {
            (Some(old), Some(new)) if old.record.body == new.body && self.stood == self.stands => return,
            (old, Some(new)) => {
                let (name, body) = (new.record_id(), new.body.to_json());
                let sum = digest::row(name.kind.name(), name.id, new.rev, &body);
                pending.put(new, (body, sum), old.as_ref().map(|old| old.record.rev));
                (name, new.rev, Some(sum))
            }
            (Some(old), None) => {
                pending.end(&old.record, self.at);
                (old.record.record_id(), old.record.rev + 1, None)
            }
            (None, None) => return,
        };
        if let Some((branch, event)) = self.event(name, rev) {
            pending.remember(branch, event);
        }
        let was = self.old.as_ref().map(|old| old.sum);
        let step = |feed: &FeedId| Step {
            feed: *feed,
            record: name,
            rev,
            was: was.filter(|_| self.stood.contains(feed)),
            now: now.filter(|_| self.stands.contains(feed)),
        };
        pending.step(self.stood.union(&self.stands).into_iter().map(step));
    }

    fn event(&self, record: RecordId, rev: u64) -> Option<(BranchId, chains::Event)> {
        let branch = self.branch()?;
        let grant = self.new.as_ref().or(self.old.as_ref().map(|old| &old.record)).map(|one| &one.body);
        let account = match grant {
            Some(Body::Grant(grant)) => Some(grant.account),
            _ => None,
        };
        let what = if self.new.is_some() { "grant" } else { "grant_end" }.to_owned();
        let event =
            chains::Event { what, record, entry: None, rev, op: None, account, at: self.at, digest: None };
        Some((branch, event))
    }
}

/// What became of a change of a media item's machine state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// It is written, or was so already.
    Done,
    /// There is no such item any more.
    Unknown,
    /// Somebody changed the entry meanwhile: roll back and start over.
    Again,
}

/// Changes what the server knows of a media item's bytes, at time `at` (ms since 1970 UTC). Locks the feeds that
/// hold the item and its entry's branch, so it comes before anything else that the transaction locks by hash.
pub async fn media_state(
    tx: &mut Tx,
    media: MediaId,
    at: i64,
    change: impl FnOnce(&mut MediaRest) + Send,
) -> Result<Changed> {
    let name = RecordId::new(RecordKind::Media, media.0);
    let Some(found) = store::find(tx, name).await? else { return Ok(Changed::Unknown) };
    let (Some(entry), Some(branch)) = (found.record.entry(), found.record.branch()) else {
        return Ok(Changed::Unknown);
    };
    let mut wanted: BTreeSet<FeedId> = feeds::store::of_record(tx, name).await?.into_iter().collect();
    wanted.insert(FeedId::Branch(branch));
    let mut locked = Locked::take(tx, &wanted).await?;
    let mut loaded = records::load(tx, entry, branch).await?;
    if commit::branches(&loaded) != BTreeSet::from([branch]) {
        return Ok(Changed::Again);
    }
    let Some(record) = loaded.world.records.get(&name) else { return Ok(Changed::Unknown) };
    let mut record = record.clone();
    let Body::Media(body) = &mut record.body else { return Ok(Changed::Unknown) };
    let was = body.rest.clone();
    change(&mut body.rest);
    if body.rest == was {
        return Ok(Changed::Done);
    }
    record.rev += 1;
    let effect = Effect { puts: vec![record], ..Effect::default() };
    let applied = commit::apply(&mut loaded, &effect);
    if !locked.missing(applied.feeds()).is_empty() {
        return Ok(Changed::Again);
    }
    let mut pending = Pending::default();
    applied.gather(&mut pending, &loaded, (Stamp { by: None, at }, Vec::new()));
    pending.write(tx, &mut locked).await?;
    for poke in locked.pokes() {
        tx.poke(poke);
    }
    Ok(Changed::Done)
}
