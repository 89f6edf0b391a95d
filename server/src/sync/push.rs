//! Push: decides a batch op by op by the shared rules, and gathers an answer to each. What it looks at is read `ahead`,
//! which transaction it all goes into is `group`'s; what fails inside the server is never a verdict.

use serde_json::value::RawValue;
use shared::{
    ids::{AccountId, Epoch},
    limits,
    model::Actor,
    wire::{
        Code, Op, PushAnswer, PushAsk,
        act::{Parsed, parse},
        push::OpAnswer,
    },
};

use super::{
    ahead::{Ahead, Ops},
    answers,
    batch::Batch,
    group,
    ledger::{Queue, Standing, store::Line},
    restores,
    tokens::{self, Receipt, Told},
    writing::{Fail, Writing},
};
use crate::{App, error::Result};

/// An op on its way in.
#[derive(Debug)]
pub struct Incoming {
    /// Its number in the queue.
    pub n: u64,
    /// What its bytes say.
    pub parsed: Parsed,
    /// The entry's revision after it, as an earlier life of the database answered.
    pub rev: Option<u64>,
    bytes: Box<RawValue>,
}

impl Incoming {
    /// Its bytes, as they came.
    pub fn bytes(&self) -> &str {
        self.bytes.get()
    }

    /// The op, where this server knows it.
    pub fn known(&self) -> Option<&Op> {
        match &self.parsed {
            Parsed::Known(op) => Some(op),
            _ => None,
        }
    }
}

/// Ops of one queue, in their order.
#[derive(Debug)]
pub struct Push {
    /// Whose.
    pub queue: Queue,
    /// In the order of their numbers, without a hole.
    pub ops: Vec<Incoming>,
}

/// Answers a push.
pub async fn push(app: &App, account: AccountId, ask: PushAsk) -> Result<PushAnswer> {
    let receipt =
        ask.receipt.as_deref().and_then(|token| tokens::open::<Receipt>(&app.secrets.cursor, token));
    let push = read(account, ask)?;
    if let Some(receipt) = receipt {
        restores::by_receipt(app, account, &receipt).await?;
    }
    group::push(app, push).await
}

/// Checks the shape of a batch.
fn read(account: AccountId, ask: PushAsk) -> Result<Push> {
    if ask.ops.len() > limits::PUSH_OPS_MAX {
        return Err(Code::BadRequest.into());
    }
    let in_order = ask.ops.windows(2).all(|pair| pair[0].n.checked_add(1) == Some(pair[1].n));
    let in_range = ask.ops.iter().all(|op| (1..=i64::MAX.cast_unsigned()).contains(&op.n));
    if !in_order || !in_range {
        return Err(Code::BadRequest.into());
    }
    let read = ask.ops.into_iter().map(|sealed| {
        let parsed = match sealed.op.get().len() {
            0..=limits::OP_BYTES_MAX => parse(sealed.op.get()),
            _ => Parsed::Malformed("too long".to_owned()),
        };
        Incoming { n: sealed.n, parsed, rev: sealed.rev, bytes: sealed.op }
    });
    Ok(Push { queue: Queue { account, client: ask.client }, ops: read.collect() })
}

/// How a batch is to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// By the rules.
    Rules,
    /// Without a look at what it says: it could not be stored.
    SettingAside,
}

/// Decides and gathers, with what was looked up ahead. Nothing of it lasts unless the caller commits.
///
/// # Errors
/// [`Fail::Grown`] when it must begin anew, with what it found it needs besides.
pub async fn attempt(
    app: &App,
    writing: &mut Writing,
    (queue, ops): Ops<'_>,
    (ahead, by): (&mut Ahead, By),
) -> std::result::Result<PushAnswer, Fail> {
    let found = ahead.take(queue);
    let standing = found.standing;
    let mut batch = Batch::begin(writing, (queue, ops), found, app.now()).await?;
    let mut lines = Vec::with_capacity(ops.len());
    let mut stopped = None;
    for op in ops {
        let step = match by {
            By::SettingAside if op.n == batch.standing.last_n + 1 => Ok(batch.refuse_unstored(op)),
            _ => batch.step(op).await?,
        };
        match step {
            Ok(line) => lines.push((op.n, line)),
            Err(stop) => {
                stopped = Some(stop);
                break;
            }
        }
    }
    let Batch { actor, standing: reached, .. } = batch;
    if reached != standing {
        writing.pending.advance(queue, reached);
    }
    let answers = filled(writing, &actor, lines).await?;
    let epoch = writing.epoch().await?;
    Ok(PushAnswer { epoch, receipt: receipt(app, queue, (epoch, reached)), answers, stopped })
}

async fn filled(
    writing: &mut Writing,
    actor: &Actor,
    lines: Vec<(u64, Line)>,
) -> crate::db::Result<Vec<OpAnswer>> {
    let mut answers = Vec::with_capacity(lines.len());
    for (n, line) in &lines {
        if line.entry.is_some_and(|entry| answers::looks_at_entry(line) && writing.pending.holds_entry(entry))
        {
            writing.flush().await?;
        }
        answers.push(answers::answer(writing.db(), actor, *n, line).await?);
    }
    Ok(answers)
}

fn receipt(app: &App, queue: Queue, (epoch, standing): (Epoch, Standing)) -> String {
    let receipt = Receipt { epoch, account: queue.account, told: Told::of(queue, standing) };
    tokens::seal(&app.secrets.cursor, &receipt)
}
