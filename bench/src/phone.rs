//! A phone as far as the server can tell: signed in, with one queue whose ops it numbers. It keeps nothing.

use anyhow::{Context, Result, ensure};
use hyper::header::HeaderValue;
use serde_json::value::to_raw_value;
use shared::ids::{AccountId, BranchId, ClientId, PersonId};
use shared::model::Scope;
use shared::wire::push::{Answer, PushAnswer, PushAsk, SealedOp};
use shared::wire::session::{Activate, Session};
use shared::wire::{Act, Op, PullAsk};

use crate::chance::{Chance, START_MS};
use crate::load::{Call, Link, Reply};

/// Everybody's password.
const PASSWORD: &str = "当归黄芪党参甘草 2019";

/// Ops that one push of the filling carries.
const FILL_OPS: usize = 100;

/// A phone.
pub struct Phone {
    /// Whose.
    pub account: AccountId,
    /// Who that is.
    pub person: PersonId,
    /// Where they are a member.
    pub branch: BranchId,
    /// Its queue.
    pub client: ClientId,
    /// What it sends as `Authorization`.
    pub authorization: HeaderValue,
    last_n: u64,
}

impl Phone {
    /// Sets a password by a one-time code and is signed in by that.
    pub async fn activate(link: &mut Link, chance: &mut Chance, number: &str, code: &str) -> Result<Phone> {
        let ask = Activate {
            number: number.to_owned(),
            code: code.to_owned(),
            password: PASSWORD.to_owned(),
            next: chance.bytes::<32>().iter().map(|byte| format!("{byte:02x}")).collect(),
            device_name: String::new(),
        };
        let session: Session = link.send(&Call::post("/api/v1/activations", &ask)?).await?.json()?;
        let branch = session.me.grants.iter().find_map(|given| match given.grant.scope {
            Scope::Branch(branch) => Some(branch),
            _ => None,
        });
        Ok(Phone {
            account: session.me.account,
            person: session.me.person,
            branch: branch.context("a member belongs to a branch")?,
            client: chance.id(),
            authorization: HeaderValue::from_str(&format!("Bearer {}", session.access))?,
            last_n: 0,
        })
    }

    /// An op of this phone.
    pub fn op(&self, chance: &mut Chance, act: Act) -> Op {
        Op {
            id: chance.id(),
            v: 1,
            epoch: None,
            made_at: START_MS.cast_signed(),
            branch: self.branch,
            needs: Vec::new(),
            act,
        }
    }

    /// The number of the op it numbered last.
    pub fn last_n(&self) -> u64 {
        self.last_n
    }

    /// Gives ops their numbers and writes the push that carries them.
    pub fn push(&mut self, ops: &[Op]) -> Result<Call> {
        let mut sealed = Vec::with_capacity(ops.len());
        for op in ops {
            self.last_n += 1;
            sealed.push(SealedOp { n: self.last_n, op: to_raw_value(op)?, rev: None });
        }
        let ask = PushAsk { client: self.client, receipt: None, ops: sealed };
        Ok(Call::post("/api/v1/sync/push", &ask)?.by(&self.authorization))
    }

    /// Asks for a page of rows.
    pub fn pull(&self, client: ClientId, cursor: Option<String>) -> Result<Call> {
        let ask = PullAsk { client, cursor, refetch: Vec::new() };
        Ok(Call::post("/api/v1/sync/pull", &ask)?.by(&self.authorization))
    }

    /// Sends ops that must all be taken, before any clock runs.
    pub async fn fill(&mut self, link: &mut Link, ops: &[Op]) -> Result<()> {
        for part in ops.chunks(FILL_OPS) {
            let call = self.push(part)?;
            all_applied(&link.send(&call).await?, part.len())?;
        }
        Ok(())
    }
}

/// Checks that a push was taken whole.
pub fn all_applied(reply: &Reply, count: usize) -> Result<()> {
    let answer: PushAnswer = reply.json()?;
    let applied = answer.answers.iter().filter(|one| matches!(one.answer, Answer::Applied { .. })).count();
    ensure!(
        applied == count && answer.stopped.is_none(),
        "{applied} of {count} ops were applied: {answer:?}"
    );
    Ok(())
}
