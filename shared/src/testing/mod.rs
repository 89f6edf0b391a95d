//! Generators for property tests, here and in the simulation. They draw from few values, so that
//! ops meet each other and the allowed side of a rule is reached often: a small cast of people, one
//! entry of one branch, a handful of items.
//!
//! A world is never made up: it is what a history of steps leaves behind, each decided by the
//! rules.

mod cast;
mod plan;

pub use cast::{Cast, HOME, Part, account, branch, committee, entry_id, uuid};
pub use plan::{Plan, complete_leaves};

use std::fmt;

use proptest::prelude::*;

use crate::{
    digest,
    ids::{Digest, OpId},
    model::{Actor, ConsentStatus, EntryBody},
    rules::{Decision, World, decide},
    wire::Op,
};

/// Something that somebody tries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Who.
    pub part: Part,
    /// What.
    pub plan: Plan,
}

/// A cast, a branch office and what was tried so far.
#[derive(Debug, Clone)]
pub struct History {
    /// Who is who.
    pub cast: Cast,
    /// In order.
    pub steps: Vec<Step>,
}

/// A world with who is in it, and what was tried to get there.
#[derive(Clone)]
pub struct Stage {
    /// Who is who.
    pub cast: Cast,
    /// What the steps left.
    pub world: World,
    /// The steps, also those that were refused.
    pub tried: Vec<Step>,
}

/// A failing law prints how the world came about; the world itself is pages long.
impl fmt::Debug for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.world.entry().map(|entry| entry.rest.state);
        let mut print = f.debug_struct("Stage");
        print.field("cast", &self.cast).field("tried", &self.tried).field("state", &state).finish()
    }
}

impl Stage {
    /// Before anything was done.
    pub fn new(cast: Cast) -> Self {
        let world = World::empty(entry_id(), cast.office());
        Self { cast, world, tried: Vec::new() }
    }

    /// The op that a step is in this world; `None` where there is nothing that it could name.
    pub fn op(&self, step: &Step) -> Option<Op> {
        Some(Op {
            id: op_id(self.next()),
            v: 1,
            epoch: None,
            made_at: 0,
            branch: HOME,
            needs: Vec::new(),
            act: step.plan.act(&self.world, step.part, self.next())?,
        })
    }

    /// Tries a step and keeps what it changed. Time goes by a minute.
    pub fn play(&mut self, step: &Step) -> Option<Decision> {
        let op = self.op(step)?;
        let decision = decide(&self.world, &self.cast.actor(step.part), &op, self.now());
        if let Decision::Applied(effect) = &decision {
            effect.apply(&mut self.world);
        }
        self.tried.push(step.clone());
        Some(decision)
    }

    /// The number of the next op, from 1.
    fn next(&self) -> u64 {
        self.tried.len() as u64 + 1
    }

    /// The time of the next op, in ms since 1970 UTC.
    pub fn now(&self) -> i64 {
        1_569_049_200_000 + self.tried.len() as i64 * 60_000
    }
}

impl History {
    /// What the steps leave behind.
    pub fn stage(&self) -> Stage {
        let mut stage = Stage::new(self.cast);
        for step in &self.steps {
            stage.play(step);
        }
        stage
    }
}

/// The id of an op by its number.
pub fn op_id(number: u64) -> OpId {
    OpId(uuid(0x0f, u128::from(number)))
}

/// Anybody of the cast.
pub fn any_part() -> impl Strategy<Value = Part> {
    proptest::sample::select(Part::ALL)
}

/// Anybody of an ordinary branch, with their grants.
pub fn any_actor() -> impl Strategy<Value = Actor> {
    any_part().prop_map(|part| Cast::ordinary().actor(part))
}

/// Branches with two approvers or with one, with self-approval or without, whose secretary writes
/// the entry or not.
pub fn any_cast() -> impl Strategy<Value = Cast> {
    let flag = |yes| proptest::bool::weighted(yes);
    (flag(0.7), flag(0.3), flag(0.3)).prop_map(|(has_deputy, self_approval, secretary_writes)| Cast {
        has_deputy,
        self_approval,
        secretary_writes,
    })
}

/// An edit of a field, by a writer who saw what stands more often than not.
pub fn any_edit() -> impl Strategy<Value = Plan> {
    let value = proptest::option::weighted(0.9, 0..3_u8);
    (0..plan::KEYS.len(), value, proptest::bool::weighted(0.7)).prop_map(|(key, value, knows)| Plan::Edit {
        key,
        value,
        knows,
    })
}

/// Plans, the moves of a life more often than its ends.
pub fn any_plan() -> impl Strategy<Value = Plan> {
    let small = || 0..3_u8;
    let status = proptest::sample::select(vec![
        ConsentStatus::Granted,
        ConsentStatus::Refused,
        ConsentStatus::Withdrawn,
    ]);
    prop_oneof![
        2 => any_edit(),
        1 => any::<bool>().prop_map(Plan::Joint),
        1 => small().prop_map(Plan::OwnMinutes),
        5 => Just(Plan::Submit),
        1 => Just(Plan::Withdraw),
        5 => proptest::bool::weighted(0.9).prop_map(|seen| Plan::Approve { seen }),
        2 => proptest::bool::weighted(0.9).prop_map(|seen| Plan::Return { seen }),
        2 => Just(Plan::Undo),
        2 => Just(Plan::Reopen),
        1 => prop_oneof![2 => Just(Plan::Void), 1 => Just(Plan::Discard), 1 => Just(Plan::Create)],
        3 => (small(), small()).prop_map(|(item, bytes)| Plan::AddMedia(item, bytes)),
        1 => (small(), small()).prop_map(|(item, value)| Plan::Describe(item, value)),
        1 => small().prop_map(Plan::RemoveMedia),
        1 => (small(), small()).prop_map(|(item, value)| Plan::AddQuote(item, value)),
        1 => (small(), small()).prop_map(|(item, value)| Plan::EditQuote(item, value)),
        1 => small().prop_map(Plan::RemoveQuote),
        2 => (small(), any::<bool>(), status, any::<bool>())
            .prop_map(|(item, photo, status, loosens)| Plan::Consent { item, photo, status, loosens }),
        1 => Just(Plan::Classify),
    ]
}

/// A step, by whom it belongs to more often than by anybody else.
pub fn any_step() -> impl Strategy<Value = Step> {
    (any_plan(), any_part(), proptest::bool::weighted(0.75)).prop_map(|(plan, anybody, fitting)| {
        let part = if fitting { plan.usual() } else { anybody };
        Step { part, plan }
    })
}

/// A history that begins with a whole draft and goes on as it likes.
pub fn any_history() -> impl Strategy<Value = History> {
    (any_cast(), proptest::collection::vec(any_step(), 0..14)).prop_map(|(cast, mut steps)| {
        steps.insert(0, Step { part: Part::Author, plan: Plan::Create });
        History { cast, steps }
    })
}

/// What some history leaves behind.
pub fn any_stage() -> impl Strategy<Value = Stage> {
    any_history().prop_map(|history| history.stage())
}

/// Some world.
pub fn any_world() -> impl Strategy<Value = World> {
    any_stage().prop_map(|stage| stage.world)
}

/// Some entry, in any state.
pub fn any_entry() -> impl Strategy<Value = EntryBody> {
    any_world().prop_filter_map("discarded", |world| world.entry().cloned())
}

/// An op that makes some sense in some world.
pub fn any_op() -> impl Strategy<Value = Op> {
    (any_stage(), any_step()).prop_filter_map("nothing to name", |(stage, step)| stage.op(&step))
}

/// One of three digests.
pub fn any_digest() -> impl Strategy<Value = Digest> {
    (0..3_u8).prop_map(|byte| digest::sha256(&[byte]))
}
