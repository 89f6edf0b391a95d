//! Ops that had to wait for an entry, decided in the transaction that brings it, in the order of their coming. The answer
//! that was given stays; the outcome is a record of the account's feed. No queue is locked for it.

pub mod command;
pub mod store;

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    digest,
    ids::{AccountId, EntryId, FeedId, OpId},
    json,
    model::{OutcomeBody, Record, RecordId, RecordKind},
    wire::{
        Answer, Op,
        act::{Parsed, parse},
        push::Refused,
    },
};

use self::store::HeldRow;
use super::{
    decide::decide,
    feeds::Step,
    ledger::{Queue, Recorded},
    offices,
    writing::{Fail, Needs, Writing},
};

/// Decides what waits for the entries that this transaction has changed, as far as it can be decided now.
///
/// # Errors
/// [`Fail::Grown`] where accounts or bytes of waiting ops have to be locked first.
pub async fn wake(writing: &mut Writing, now: i64) -> Result<(), Fail> {
    loop {
        let entries = writing.changed_entries();
        if entries.is_empty() || !writing.has_lived().await? {
            return Ok(());
        }
        writing.flush().await?;
        let waiting = store::waiting(writing.db(), &entries.into_iter().collect::<Vec<_>>()).await?;
        let waiting: Vec<(HeldRow, Op)> = waiting
            .into_iter()
            .filter_map(|row| match parse(&row.bytes) {
                Parsed::Known(op) => Some((row, *op)),
                // An older server: a newer one takes it.
                Parsed::Unknown { .. } | Parsed::Malformed(_) => None,
            })
            .collect();
        if waiting.is_empty() {
            return Ok(());
        }
        each(writing, waiting, now).await?;
    }
}

async fn each(writing: &mut Writing, waiting: Vec<(HeldRow, Op)>, now: i64) -> Result<(), Fail> {
    let accounts: BTreeSet<AccountId> = waiting.iter().map(|(row, _)| row.queue.account).collect();
    let mut needs = Needs::feeds(accounts.iter().map(|account| FeedId::Account(*account)).collect());
    needs
        .feeds
        .extend(waiting.iter().flat_map(|(_, op)| [FeedId::Branch(op.branch), FeedId::Office(op.branch)]));
    writing.lock(&needs).await?;
    let actors = offices::actors(writing.db(), &accounts.into_iter().collect::<Vec<_>>()).await?;
    let mut waits: BTreeMap<Queue, BTreeMap<OpId, EntryId>> = BTreeMap::new();
    for queue in waiting.iter().map(|(row, _)| row.queue).collect::<BTreeSet<_>>() {
        waits.insert(queue, store::waiting_of(writing.db(), queue).await?.into_iter().collect());
    }
    // Behind an op that waits on, the same queue's later ops on that entry wait too; another phone's may be what it
    // waits for.
    let mut behind: BTreeSet<(Queue, EntryId)> = BTreeSet::new();
    for (row, op) in waiting {
        let account = row.queue.account;
        let own = waits.entry(row.queue).or_default();
        if behind.contains(&(row.queue, op.act.entry())) || op.needs.iter().any(|need| own.contains_key(need))
        {
            behind.insert((row.queue, op.act.entry()));
            continue;
        }
        let nobody = offices::nobody(account);
        let actor = actors.get(&account).unwrap_or(&nobody);
        match decide(writing, actor, (&op, row.rev), now).await? {
            Recorded::Held { .. } => drop(behind.insert((row.queue, op.act.entry()))),
            recorded => {
                tell(writing, &row, op.id, &recorded).await?;
                own.remove(&op.id);
                // What waited for this one may be about another entry.
                writing.look_again(own.values().copied());
            }
        }
    }
    Ok(())
}

/// Writes the outcome into the account's feed, and lets the op go.
async fn tell(writing: &mut Writing, row: &HeldRow, op: OpId, recorded: &Recorded) -> Result<(), Fail> {
    let answer = serde_json::from_str(&json::text(&answer(recorded))).expect("an answer is written as JSON");
    let body = OutcomeBody { op, client: row.queue.client, n: row.n, answer };
    let record = Record { id: op.0, rev: 1, body: body.into() };
    let (name, text) = (RecordId::new(RecordKind::Outcome, op.0), record.body.to_json());
    let sum = digest::row(name.kind.name(), name.id, record.rev, &text);
    writing.pending.put(&record, (text, sum), None);
    let feed = FeedId::Account(row.queue.account);
    writing.pending.step([Step { feed, record: name, rev: record.rev, was: None, now: Some(sum) }]);
    Ok(store::release(writing.db(), row).await?)
}

/// What an outcome says: codes, ids and revisions. What people wrote, the phone has.
fn answer(recorded: &Recorded) -> Answer {
    match recorded.original() {
        Recorded::Applied { rev, digest } => Answer::Applied { rev: *rev, digest: *digest },
        Recorded::Merged { rev, digest } => {
            Answer::Merged { rev: *rev, digest: *digest, proposals: Vec::new() }
        }
        Recorded::Refused { code, detail } => {
            Answer::Refused(Box::new(Refused { code: *code, detail: detail.clone(), current: None }))
        }
        Recorded::Held { missing } => Answer::Held { missing: *missing },
        Recorded::Duplicate { answer: first } => answer(first),
    }
}
