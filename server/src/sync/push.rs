//! Push: one transaction that takes the locks, decides op by op by the shared rules, and records an answer to
//! each. What fails inside the server ends the batch there: it is never a verdict.

use std::collections::BTreeSet;

use shared::{
    ids::{AccountId, Epoch, FeedId},
    limits,
    model::Actor,
    wire::{
        Act, Code, PushAnswer, PushAsk,
        act::{Parsed, parse},
        push::Stop,
    },
};

use super::{
    answers,
    batch::Batch,
    commit::{Fail, Needs},
    epochs,
    feeds::{self, Locked},
    ledger::{self, Queue, Standing},
    offices, records, restores,
    tokens::{self, Receipt, Told},
};
use crate::{
    App,
    db::{Conn, Tx},
    error::{Error, Result},
};

/// Rounds until a push is told to come back: each one locks what the one before found.
const ROUNDS_MAX: usize = 6;

/// An op on its way in.
#[derive(Debug)]
pub struct Incoming<'a> {
    /// Its number in the queue.
    pub n: u64,
    /// Its bytes.
    pub bytes: &'a str,
    /// What they say.
    pub parsed: Parsed,
}

/// Answers a push.
pub async fn push(app: &App, account: AccountId, ask: &PushAsk) -> Result<PushAnswer> {
    let ops = read(ask)?;
    let queue = Queue { account, client: ask.client };
    if let Some(receipt) =
        ask.receipt.as_deref().and_then(|token| tokens::open::<Receipt>(&app.secrets.cursor, token))
    {
        restores::by_receipt(app, account, &receipt).await?;
    }
    let mut needs = Needs::default();
    for _ in 0..ROUNDS_MAX {
        let mut tx = app.db.write().await?;
        match attempt(app, &mut tx, (queue, &ops), &needs).await {
            Ok(answer) => {
                tx.commit().await?;
                return Ok(answer);
            }
            Err(Fail::Grown(more)) => {
                tx.rollback().await?;
                needs.extend(more);
            }
            Err(Fail::Db(error)) => return Err(error.into()),
        }
    }
    tracing::warn!(client.id = %ask.client, "a push found new feeds to lock {ROUNDS_MAX} times");
    Err(Code::Unavailable.into())
}

/// Checks the shape of a batch.
fn read(ask: &PushAsk) -> Result<Vec<Incoming<'_>>> {
    if ask.ops.len() > limits::PUSH_OPS_MAX {
        return Err(Code::BadRequest.into());
    }
    let in_order = ask.ops.windows(2).all(|pair| pair[0].n.checked_add(1) == Some(pair[1].n));
    let in_range = ask.ops.iter().all(|op| (1..=i64::MAX.cast_unsigned()).contains(&op.n));
    if !in_order || !in_range {
        return Err(Code::BadRequest.into());
    }
    let read = ask.ops.iter().map(|op| {
        let bytes = op.op.get();
        let parsed = match bytes.len() {
            0..=limits::OP_BYTES_MAX => parse(bytes),
            _ => Parsed::Malformed("too long".to_owned()),
        };
        Incoming { n: op.n, bytes, parsed }
    });
    Ok(read.collect())
}

/// One round: locks, decides, records. Nothing of it lasts unless the caller commits.
async fn attempt(
    app: &App,
    tx: &mut Tx,
    (queue, ops): (Queue, &[Incoming<'_>]),
    needs: &Needs,
) -> std::result::Result<PushAnswer, Fail> {
    let standing = ledger::store::lock(tx, queue).await?;
    let mut wanted = guess(tx, queue, (standing, ops)).await?;
    wanted.extend(needs.clone());
    let locked = Locked::take(tx, &wanted.feeds).await?;
    for sha256 in &wanted.hashes {
        feeds::store::lock_hash(tx, &sha256.to_string()).await?;
    }
    let before = locked.seqs();
    let actor = offices::actor(tx, queue.account).await?;
    let epoch = epochs::current(tx).await?;
    let mut batch = Batch::new((queue, standing), (actor, epoch), (locked, wanted.hashes), app.now());
    let mut answers = Vec::with_capacity(ops.len());
    let mut stopped = None;
    for op in ops {
        match batch.step(tx, op).await? {
            Ok(line) => answers.push((op.n, line)),
            Err(stop) => {
                stopped = Some(stop);
                break;
            }
        }
    }
    let Batch { actor, standing: reached, locked, .. } = batch;
    if reached != standing {
        ledger::store::advance(tx, queue, reached).await?;
    }
    let answers = filled(tx, &actor, answers).await?;
    for poke in locked.pokes(&before) {
        tx.poke(poke);
    }
    Ok(PushAnswer { epoch, receipt: receipt(app, queue, (epoch, reached)), answers, stopped })
}

async fn filled(
    db: &mut Conn,
    actor: &Actor,
    lines: Vec<(u64, ledger::store::Line)>,
) -> crate::db::Result<Vec<shared::wire::push::OpAnswer>> {
    let mut answers = Vec::with_capacity(lines.len());
    for (n, line) in &lines {
        answers.push(answers::answer(db, actor, *n, line).await?);
    }
    Ok(answers)
}

fn receipt(app: &App, queue: Queue, (epoch, standing): (Epoch, Standing)) -> String {
    let receipt = Receipt { epoch, account: queue.account, told: Told::of(queue, standing) };
    tokens::seal(&app.secrets.cursor, &receipt)
}

/// What a batch will most likely write, by a look without locks. What it misses is found under the locks.
async fn guess(
    db: &mut Conn,
    queue: Queue,
    (standing, ops): (Standing, &[Incoming<'_>]),
) -> crate::db::Result<Needs> {
    let mut needs = Needs::feeds(BTreeSet::from([FeedId::Account(queue.account)]));
    let mut entries = BTreeSet::new();
    let new = ops.iter().filter(|op| op.n > standing.last_n);
    for op in new {
        let Parsed::Known(op) = &op.parsed else { continue };
        needs.feeds.extend([FeedId::Branch(op.branch), FeedId::Office(op.branch)]);
        entries.insert(op.act.entry());
        match &op.act {
            Act::MediaAdd { sha256, .. } => {
                needs.hashes.insert(*sha256);
            }
            Act::ConsentAdd { item, .. } => needs.hashes.extend(records::bytes_at(db, *item).await?),
            _ => {}
        }
    }
    for entry in entries {
        needs.feeds.extend(feeds::store::of_entry(db, entry.0).await?.into_iter().map(|(_, feed)| feed));
    }
    Ok(needs)
}

impl From<Fail> for Error {
    fn from(fail: Fail) -> Self {
        match fail {
            Fail::Grown(_) => Code::Unavailable.into(),
            Fail::Db(error) => error.into(),
        }
    }
}

/// Why a batch ends before its end, or the line recorded for an op.
pub type Step = std::result::Result<ledger::store::Line, Stop>;
