//! What may happen: pure functions over data. The phone asks them first, the server asks them
//! again under the lock; both get the same answer, and its reason.
//!
//! Nothing here stores, and nothing reads a clock: `now` is an argument.

pub mod access;
pub mod accounts;
pub mod combine;
pub mod complete;
pub mod consents;
pub mod decide;
pub mod denied;
pub mod desk;
pub mod feeds;
pub mod fields;
pub mod held;
pub mod hours;
pub mod items;
pub mod life;
pub mod merge;
pub mod standing;
pub mod verdicts;
pub mod warnings;
pub mod world;

pub use decide::{Decision, Effect, decide};
pub use denied::Denied;
pub use world::{Office, World};

#[cfg(test)]
mod laws;
