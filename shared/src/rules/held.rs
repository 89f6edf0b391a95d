//! 等候: whether an op has to wait for what is not here yet. After a restore phones send again what they had sent, in
//! any order; an op decided before what it followed would be refused, or mean something else.

use super::{Denied, World};
use crate::{
    ids::Epoch,
    wire::{Code, Op},
};

/// Whether others' work is missing that was there when an earlier life of the database answered this op: `rev` is the
/// revision that the entry had after it then.
pub fn is_before_its_place(world: &World, rev: u64) -> bool {
    world.rev() + 1 < rev
}

/// Whether a refusal may be one only because the op was made on what this life of the database, `epoch`, has not got yet.
pub fn may_come(denied: &Denied, op: &Op, epoch: Epoch) -> bool {
    denied.code == Code::UnknownRecord && op.epoch.is_some_and(|made_in| made_in != epoch)
}
