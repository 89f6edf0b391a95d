//! What the phone and the server share: types, rules, wire and the sync engine.
//!
//! This crate touches nothing: no clock, no chance, no file, no network, no async. Time, ids and
//! salts are arguments, so the same op gives the same answer on the phone and on the server.
//! `model` knows nothing of `wire`, `wire` nothing of `rules`, `rules` nothing of `sync`.
#![warn(missing_docs)]

pub mod digest;
pub mod ids;
pub mod json;
pub mod limits;
pub mod model;
mod nfc;
pub mod rules;
pub mod sync;
pub mod table;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod wire;
