//! What a transaction looks up before it decides anything, for all of its pushes at once and by few statements: where
//! their queues stand, who acts, how their ops were answered before, and the worlds of their entries. The locks that
//! keep it true are taken on the way.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    ids::{AccountId, BranchId, EntryId, FeedId, OpId},
    limits,
    model::Actor,
    wire::{Act, Op},
};

use super::{
    feeds,
    ledger::{self, Queue, Standing, store::Line},
    offices,
    push::Incoming,
    records,
    writing::{Fail, Needs, Writing},
};

/// Ops of one queue, in the order of their numbers.
pub type Ops<'a> = (Queue, &'a [Incoming]);

/// What was looked up. Each account has one queue in it.
pub struct Ahead {
    standings: BTreeMap<Queue, Standing>,
    actors: BTreeMap<AccountId, Actor>,
    first: BTreeMap<AccountId, BTreeMap<OpId, Line>>,
}

/// What was looked up for one push.
pub struct Found {
    /// Where its queue stands, locked.
    pub standing: Standing,
    /// Who acts, as their grants are under the locks.
    pub actor: Actor,
    /// First answers to its ops and to those they need.
    pub first: BTreeMap<OpId, Line>,
}

impl Ahead {
    /// Locks and reads. `needs` is what an earlier round found besides.
    pub async fn look(writing: &mut Writing, pushes: &[Ops<'_>], needs: &Needs) -> Result<Ahead, Fail> {
        let queues: Vec<Queue> = pushes.iter().map(|(queue, _)| *queue).collect();
        let standings = ledger::store::lock(writing.db(), &queues).await?;
        let accounts: Vec<AccountId> = queues.iter().map(|queue| queue.account).collect();
        let new: Vec<(AccountId, &Op)> = pushes
            .iter()
            .flat_map(|(queue, ops)| ops.iter().map(move |op| (queue, op)))
            .filter(|(queue, op)| op.n > standings[queue].last_n)
            .filter_map(|(queue, op)| Some((queue.account, op.known()?)))
            .collect();
        lock_and_read(writing, (&accounts, &new), needs).await?;
        let actors = offices::actors(writing.db(), &accounts).await?;
        let mut first: BTreeMap<AccountId, BTreeMap<OpId, Line>> = BTreeMap::new();
        for ((account, op), line) in ledger::store::find_ops(writing.db(), &asked(&new)).await? {
            first.entry(account).or_default().insert(op, line);
        }
        Ok(Ahead { standings, actors, first })
    }

    /// What was found for a push.
    pub fn take(&mut self, queue: Queue) -> Found {
        let account = queue.account;
        Found {
            standing: self.standings[&queue],
            actor: self.actors.remove(&account).unwrap_or_else(|| offices::nobody(account)),
            first: self.first.remove(&account).unwrap_or_default(),
        }
    }
}

/// Ops whose first answers matter.
fn asked(new: &[(AccountId, &Op)]) -> BTreeSet<(AccountId, OpId)> {
    let with_needs = |(account, op): &(AccountId, &Op)| {
        let account = *account;
        let ids = op.needs.iter().take(limits::NEEDS_MAX).copied().chain([op.id]);
        ids.map(move |id| (account, id)).collect::<Vec<_>>()
    };
    new.iter().flat_map(with_needs).collect()
}

/// Locks what the ops will most likely write, and reads the worlds of their entries. What a look without locks missed
/// is found under them; where nobody else writes there is nothing to miss, and one reading does for both.
async fn lock_and_read(
    writing: &mut Writing,
    (accounts, new): (&[AccountId], &[(AccountId, &Op)]),
    needs: &Needs,
) -> Result<(), Fail> {
    let mut wanted = needs.clone();
    wanted.feeds.extend(accounts.iter().map(|account| FeedId::Account(*account)));
    let mut entries: BTreeMap<EntryId, BranchId> = BTreeMap::new();
    for (_, op) in new {
        wanted.feeds.extend([FeedId::Branch(op.branch), FeedId::Office(op.branch)]);
        entries.entry(op.act.entry()).or_insert(op.branch);
    }
    if writing.is_only_writer() {
        wanted.feeds.extend(writing.read(&entries).await?);
        return writing.lock(&wanted).await;
    }
    for (_, op) in new {
        match &op.act {
            Act::MediaAdd { sha256, .. } => {
                wanted.hashes.insert(*sha256);
            }
            Act::ConsentAdd { item, .. } => {
                wanted.hashes.extend(records::bytes_at(writing.db(), *item).await?);
            }
            _ => {}
        }
    }
    let names: Vec<EntryId> = entries.keys().copied().collect();
    let stands = feeds::store::of_entries(writing.db(), &names).await?;
    wanted.feeds.extend(stands.into_values().flatten().map(|(_, feed)| feed));
    writing.lock(&wanted).await?;
    writing.read(&entries).await?;
    Ok(())
}
