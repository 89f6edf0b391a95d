//! Group commit: pushes that wait for the only writer share its next transaction, and with it one sync of the disk.
//! Where the database lets writers work beside each other, every push has a transaction of its own.
//!
//! A group that fails is tried again caller by caller, and a caller that fails op by op, so that whoever is not to
//! blame goes on. An op that fails alone stops its queue and is sent again; the third time it is set aside with its
//! bytes and an alarm, and the queue goes on without it. Nobody is answered before the commit.

use std::{
    collections::{BTreeSet, VecDeque},
    panic::AssertUnwindSafe,
    sync::{Mutex, PoisonError},
};

use futures_util::FutureExt;
use shared::{
    limits,
    wire::{Code, PushAnswer, push::Stop},
};
use tokio::sync::oneshot;

use super::{
    ahead::{Ahead, Ops},
    held::wake,
    ledger::{self, Queue},
    push::{By, Incoming, Push, attempt},
    writing::{Fail, Needs, ROUNDS_MAX, Writing},
};
use crate::{
    App,
    error::{Error, Result},
};

/// Pushes that wait for the writer.
#[derive(Default)]
pub struct Group(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    calls: VecDeque<Call>,
    /// Somebody takes what waits, until nothing does.
    is_served: bool,
}

/// A push and who waits for its answer.
struct Call {
    push: Push,
    answer: oneshot::Sender<Result<PushAnswer>>,
}

/// Answers a push when it is durable.
pub async fn push(app: &App, push: Push) -> Result<PushAnswer> {
    if !app.db.has_one_writer() {
        return alone(app, &push).await;
    }
    let (answer, answered) = oneshot::channel();
    if app.group.join(Call { push, answer })? {
        // A task of its own: whoever hangs up takes nobody along.
        tokio::spawn(serve(app.clone()));
    }
    answered.await.unwrap_or_else(|_| Err(Code::Unavailable.into()))
}

impl Group {
    /// Lets a call wait. Answers whether nobody serves yet, and the caller must.
    fn join(&self, call: Call) -> Result<bool> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.calls.len() >= limits::PUSHES_WAITING_MAX {
            return Err(Code::Unavailable.into());
        }
        waiting.calls.push_back(call);
        Ok(!std::mem::replace(&mut waiting.is_served, true))
    }

    /// Takes the calls of the next transaction in the order of their coming, one of each account: what an account's
    /// second call asks for, its first may be about to write. None: nobody waits, and the next to come must serve.
    fn next(&self) -> Vec<Call> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut group, mut accounts, mut ops) = (Vec::new(), BTreeSet::new(), 0);
        for call in std::mem::take(&mut waiting.calls) {
            let is_full = ops >= limits::GROUP_OPS_MAX;
            if is_full || !accounts.insert(call.push.queue.account) {
                waiting.calls.push_back(call);
                continue;
            }
            ops += call.push.ops.len();
            group.push(call);
        }
        waiting.is_served = !group.is_empty();
        group
    }
}

/// Serves groups until nobody waits.
async fn serve(app: App) {
    loop {
        let calls = app.group.next();
        if calls.is_empty() {
            return;
        }
        let answers = match &calls[..] {
            [call] => vec![alone(&app, &call.push).await],
            several => of_group(&app, several).await,
        };
        for (call, answer) in calls.into_iter().zip(answers) {
            // Whoever hung up asks again.
            let _ = call.answer.send(answer);
        }
    }
}

/// Answers several callers by one commit, or each by its own where that fails.
async fn of_group(app: &App, calls: &[Call]) -> Vec<Result<PushAnswer>> {
    let fail = match guarded(together(app, calls)).await {
        Ok(answers) => return answers.into_iter().map(Ok).collect(),
        Err(fail) => fail,
    };
    tracing::warn!(%fail, callers = calls.len(), "a group of {} pushes failed", calls.len());
    let mut answers = Vec::with_capacity(calls.len());
    for call in calls {
        answers.push(match fail.is_transient() {
            true => Err(Code::Unavailable.into()),
            false => alone(app, &call.push).await,
        });
    }
    answers
}

async fn together(app: &App, calls: &[Call]) -> std::result::Result<Vec<PushAnswer>, Fail> {
    let mut writing = Writing::begin(&app.db).await?;
    let pushes: Vec<Ops> = calls.iter().map(|call| (call.push.queue, &call.push.ops[..])).collect();
    let mut ahead = Ahead::look(&mut writing, &pushes, &Needs::default()).await?;
    let mut answers = Vec::with_capacity(calls.len());
    for of in pushes {
        answers.push(attempt(app, &mut writing, of, (&mut ahead, By::Rules)).await?);
    }
    wake(&mut writing, app.now()).await?;
    writing.commit().await?;
    Ok(answers)
}

/// Answers one caller by a transaction of its own, or by one an op where that fails.
async fn alone(app: &App, push: &Push) -> Result<PushAnswer> {
    match guarded(rounds(app, (push.queue, &push.ops), By::Rules)).await {
        Err(fail) if !fail.is_transient() => op_by_op(app, push, &fail).await,
        other => Ok(other?),
    }
}

/// Tries until everything that is needed was locked by one call.
async fn rounds(app: &App, of: Ops<'_>, by: By) -> std::result::Result<PushAnswer, Fail> {
    let mut needs = Needs::default();
    for _ in 0..ROUNDS_MAX {
        let mut writing = Writing::begin(&app.db).await?;
        let outcome = round(app, &mut writing, of, (&needs, by)).await;
        if let Some(answer) = writing.end_round(outcome, &mut needs).await? {
            return Ok(answer);
        }
    }
    tracing::warn!(client.id = %of.0.client, "a push found new feeds to lock {ROUNDS_MAX} times");
    Err(Fail::Grown(needs))
}

async fn round(
    app: &App,
    writing: &mut Writing,
    of: Ops<'_>,
    (needs, by): (&Needs, By),
) -> std::result::Result<PushAnswer, Fail> {
    // What is set aside may be what nobody can read.
    let looked_at: Ops = if by == By::Rules { of } else { (of.0, &[]) };
    let mut ahead = Ahead::look(writing, &[looked_at], needs).await?;
    let answer = attempt(app, writing, of, (&mut ahead, by)).await?;
    wake(writing, app.now()).await?;
    Ok(answer)
}

/// Every op by a transaction of its own, until one fails.
async fn op_by_op(app: &App, push: &Push, why: &Fail) -> Result<PushAnswer> {
    tracing::warn!(client.id = %push.queue.client, %why, "a push of {} ops failed", push.ops.len());
    // No op at all: that the database takes it says that the ops are to blame.
    let mut all = rounds(app, (push.queue, &[]), By::Rules).await?;
    for op in &push.ops {
        let of = (push.queue, std::slice::from_ref(op));
        let one = match guarded(rounds(app, of, By::Rules)).await {
            Err(fail) if fail.is_transient() => Err(fail),
            Err(fail) => failed_alone(app, of.0, op, &fail).await,
            done => done,
        };
        let Ok(one) = one else {
            all.stopped = Some(Stop::Busy { n: op.n });
            return Ok(all);
        };
        all.answers.extend(one.answers);
        all.receipt = one.receipt;
        if one.stopped.is_some() {
            all.stopped = one.stopped;
            return Ok(all);
        }
    }
    Ok(all)
}

/// Counts the failure, and sets the op aside when it is one too many.
async fn failed_alone(
    app: &App,
    queue: Queue,
    op: &Incoming,
    fail: &Fail,
) -> std::result::Result<PushAnswer, Fail> {
    let (account, client, n) = (queue.account, queue.client, op.n);
    tracing::error!(account.id = %account, client.id = %client, op.n = n, %fail, "op {n} failed alone");
    if !app.poison.failed(queue, n, ledger::store::hash(op.bytes())) {
        return Err(Fail::Panicked);
    }
    let answer = guarded(rounds(app, (queue, std::slice::from_ref(op)), By::SettingAside)).await?;
    tracing::error!(
        account.id = %account, client.id = %client, op.n = n, problem.code = "op_set_aside",
        "op {n} was set aside: its bytes are in op_aside; find out why it cannot be stored"
    );
    Ok(answer)
}

/// What panics has failed, like what the database refuses.
async fn guarded<T>(
    work: impl Future<Output = std::result::Result<T, Fail>>,
) -> std::result::Result<T, Fail> {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or(Err(Fail::Panicked))
}

impl From<Fail> for Error {
    fn from(fail: Fail) -> Self {
        match fail {
            Fail::Grown(_) => Code::Unavailable.into(),
            Fail::Db(error) => error.into(),
            Fail::Panicked => Code::Internal.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::ids::{AccountId, ClientId};
    use uuid::Uuid;

    use super::*;

    fn call(account: u128) -> Call {
        let queue = Queue { account: AccountId(Uuid::from_u128(account)), client: ClientId(Uuid::nil()) };
        Call { push: Push { queue, ops: Vec::new() }, answer: oneshot::channel().0 }
    }

    #[test]
    fn an_accounts_second_call_waits_for_the_next_group_and_only_the_first_comer_serves() {
        let group = Group::default();
        let serves: Vec<bool> = [1, 2, 1].map(|account| group.join(call(account)).unwrap()).to_vec();
        assert_eq!(serves, [true, false, false]);
        let took: Vec<usize> = (0..3).map(|_| group.next().len()).collect();
        assert_eq!(took, [2, 1, 0]);
        assert!(group.join(call(3)).unwrap(), "nobody serves any more");
    }

    #[test]
    fn who_comes_to_a_full_queue_is_told_to_come_back() {
        let group = Group::default();
        for account in 0..limits::PUSHES_WAITING_MAX as u128 {
            assert!(group.join(call(account)).is_ok());
        }
        assert!(matches!(group.join(call(0)), Err(Error::Refused(Code::Unavailable))));
    }
}
