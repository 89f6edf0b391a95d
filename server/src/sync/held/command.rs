//! `miaopu held`: what waits since a restore, and an end to the waiting. Called by `main` alone.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Result, bail};
use shared::{
    ids::FeedId,
    wire::{
        Code, Op,
        act::{Parsed, parse},
    },
};

use super::{
    store::{self, HeldRow},
    tell, wake,
};
use crate::App;
use crate::sync::{
    decide::decide,
    ledger::Recorded,
    offices,
    writing::{Fail, Needs, ROUNDS_MAX, Writing},
};

/// What waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Ops.
    pub ops: i64,
    /// Of so many accounts.
    pub accounts: i64,
    /// For so many entries.
    pub entries: i64,
    /// When the first of them came, in ms since 1970 UTC; `None` where nothing waits.
    pub since: Option<i64>,
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(since) = self.since.and_then(|at| jiff::Timestamp::from_millisecond(at).ok()) else {
            return writeln!(f, "nothing waits");
        };
        let Waiting { ops, accounts, entries, .. } = self;
        writeln!(f, "{ops} ops of {accounts} accounts wait for {entries} entries, the first since {since}")
    }
}

/// Counts what waits.
///
/// # Errors
/// When the database fails.
pub async fn count(app: &App) -> Result<Waiting> {
    Ok(store::count(&mut *app.db.read().await?).await?)
}

/// What became of ops, by the word for it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Closed(pub BTreeMap<&'static str, u64>);

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return writeln!(f, "nothing waits");
        }
        self.0.iter().try_for_each(|(word, count)| writeln!(f, "{word:<8} {count}"))
    }
}

/// Closes the replay after a restore: what still waits is decided as everything stands, in the order of its coming. What
/// lacks its entry is refused, and lies on its phone as a card with all it holds.
///
/// # Errors
/// When the database fails, or an op is of a newer server.
pub async fn close(app: &App) -> Result<Closed> {
    let mut closed = Closed::default();
    loop {
        let Some(row) = store::oldest(&mut *app.db.read().await?).await? else { return Ok(closed) };
        let Parsed::Known(op) = parse(&row.bytes) else {
            bail!(
                "an op of {} was made by a newer app: close the replay with a newer miaopu",
                row.queue.account
            )
        };
        let recorded = rounds(app, (&row, &op)).await?;
        *closed.0.entry(word(&recorded)).or_default() += 1;
    }
}

fn word(recorded: &Recorded) -> &'static str {
    match recorded {
        Recorded::Applied { .. } | Recorded::Duplicate { .. } => "applied",
        Recorded::Merged { .. } => "merged",
        Recorded::Refused { .. } => "refused",
        Recorded::Held { .. } => "held",
    }
}

/// Decides one op, with a transaction for each round until everything was locked at once.
async fn rounds(app: &App, (row, op): (&HeldRow, &Op)) -> Result<Recorded> {
    let account = FeedId::Account(row.queue.account);
    let mut needs = Needs::feeds([account, FeedId::Branch(op.branch), FeedId::Office(op.branch)].into());
    for _ in 0..ROUNDS_MAX {
        let mut writing = Writing::begin(&app.db).await?;
        let outcome = one(app, &mut writing, (row, op), &needs).await;
        if let Some(recorded) = writing.end_round(outcome, &mut needs).await? {
            return Ok(recorded);
        }
    }
    bail!("others write without pause: try again")
}

async fn one(
    app: &App,
    writing: &mut Writing,
    (row, op): (&HeldRow, &Op),
    needs: &Needs,
) -> Result<Recorded, Fail> {
    writing.lock(needs).await?;
    let account = row.queue.account;
    let actor = offices::actors(writing.db(), &[account]).await?.remove(&account);
    let actor = actor.unwrap_or_else(|| offices::nobody(account));
    let recorded = match decide(writing, &actor, (op, None), app.now()).await? {
        Recorded::Held { .. } => Recorded::refused(Code::UnknownRecord),
        recorded => recorded,
    };
    tell(writing, row, op.id, &recorded).await?;
    wake(writing, app.now()).await?;
    Ok(recorded)
}
