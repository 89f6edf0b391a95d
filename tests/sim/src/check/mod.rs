//! The checkers, by the names of what they hold: `answers` looks at every request, `rest` at everything once it is quiet,
//! `phones` at what they have on their disks.

mod answers;
mod hours;
mod phones;
mod rest;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use shared::ids::{AccountId, BranchId, Digest, EntryId, OpId};
use shared::model::{Actor, Body, Leaves, Record, RecordId, RecordKind};
use shared::rules::World;

use crate::run::Run;
use crate::server::Core;

pub use answers::{arrived, cards, let_go, pulled, pushed, refused_in};
pub use rest::{kept, quiet};

/// Records as they stand, by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State(pub BTreeMap<RecordId, Record>);

impl State {
    /// The live values of everything that people write into an entry, its media and its quotes.
    fn values(&self, name: &RecordId) -> Option<&Leaves> {
        match &self.0.get(name)?.body {
            Body::Entry(body) => Some(&body.content.leaves),
            Body::Media(body) => Some(&body.content.leaves),
            Body::Quote(body) => Some(&body.content.leaves),
            _ => None,
        }
    }

    /// The digest of an entry's content.
    fn digest(&self, entry: EntryId) -> Option<Digest> {
        let mut world = World::empty(entry, Default::default());
        let own = self.0.iter().filter(|(_, record)| record.entry() == Some(entry));
        world.records.extend(own.map(|(name, record)| (*name, record.clone())));
        world.digest()
    }

    fn entries(&self) -> impl Iterator<Item = (EntryId, BranchId)> {
        self.0.values().filter_map(|record| match &record.body {
            Body::Entry(body) => Some((EntryId(record.id), body.content.branch)),
            _ => None,
        })
    }
}

/// Reads what stands.
pub async fn state(core: &Core) -> Result<State> {
    let mut state = State::default();
    state.refresh(core).await?;
    Ok(state)
}

impl State {
    /// Reads what has changed since: a record never changes without its revision.
    pub async fn refresh(&mut self, core: &Core) -> Result<()> {
        let mut db = core.app.db.read().await?;
        let rows: Vec<(String, String, i64)> =
            sqlx::query_as("SELECT kind, id, rev FROM record").fetch_all(&mut *db).await?;
        let mut stand = BTreeSet::new();
        for (word, id, rev) in rows {
            let kind: RecordKind = word.parse().ok().context("a kind")?;
            let (name, rev) = (RecordId::new(kind, id.parse::<uuid::Uuid>()?), u64::try_from(rev)?);
            stand.insert(name);
            if self.0.get(&name).is_some_and(|record| record.rev == rev) {
                continue;
            }
            let body: String = sqlx::query_scalar("SELECT body FROM record WHERE kind = $1 AND id = $2")
                .bind(word)
                .bind(id)
                .fetch_one(&mut *db)
                .await?;
            let body = Body::from_json(kind, &body).ok().context("a body")?;
            self.0.insert(name, Record { id: name.id, rev, body });
        }
        self.0.retain(|name, _| stand.contains(name));
        Ok(())
    }
}

/// Everybody as the server knows them now.
async fn actors(run: &Run<'_>) -> Result<BTreeMap<AccountId, Actor>> {
    let accounts: BTreeSet<AccountId> = run.stage.seats.iter().map(|seat| seat.account).collect();
    let accounts: Vec<AccountId> = accounts.into_iter().collect();
    let mut db = run.inside().app.db.read().await?;
    Ok(miaopu_server::sync::offices::actors(&mut db, &accounts).await?)
}

/// Ops that some queue's ledger has an answer for, by account.
async fn recorded(run: &Run<'_>) -> Result<BTreeSet<(AccountId, OpId)>> {
    let mut db = run.inside().app.db.read().await?;
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT account_id, op_id FROM ledger WHERE op_id IS NOT NULL")
            .fetch_all(&mut *db)
            .await?;
    rows.into_iter()
        .map(|(account, op)| {
            Ok((account.parse().ok().context("an account")?, op.parse().ok().context("an op")?))
        })
        .collect()
}

/// S8: an engine that is started from the disk alone shows what the running one shows.
pub fn reload(run: &mut Run<'_>, phone: usize) -> Result<()> {
    let phone = &run.phones[phone];
    if phone.engine.me_view().is_some_and(|me| me.above) {
        // What waits above a branch is asked for each time, and kept nowhere.
        return Ok(());
    }
    let (shows, would) = (phone.shows(), phone.would_show());
    for (shown, loaded) in shows.iter().zip(&would) {
        ensure!(shown == loaded, "S8: {} shows {shown}\nand from its disk {loaded}", phone.seat.name);
    }
    ensure!(shows.len() == would.len(), "S8: {} shows other entries than its disk has", phone.seat.name);
    run.tally.saw("S8");
    Ok(())
}

/// Notes what is owed to phones after a database went back: ops that were acknowledged and still lie on one.
pub async fn went_back(run: &mut Run<'_>) -> Result<()> {
    let recorded = recorded(run).await?;
    for phone in &run.phones {
        let account = phone.seat.account;
        run.owed.extend(phone.numbered().into_iter().filter(|op| !recorded.contains(&(account, *op))));
    }
    // What was answered before may be answered otherwise in a new life of the database.
    run.told.clear();
    run.decided.clear();
    run.offsets.clear();
    // Revisions begin again: another body may stand under one that was known.
    run.state = state(run.inside()).await?;
    Ok(())
}

/// A record's name as phones write it.
fn describe(name: RecordId) -> String {
    format!("{}/{}", name.kind.name(), name.id)
}
