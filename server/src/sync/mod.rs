//! Sync: ops come up, rows go down. The protocol's text is the doc of `shared::wire`.
//!
//! A push (`push`, `ahead`, `batch`) locks its queue, then the feeds it may write in the order of their names, then
//! hashes of bytes, and decides op by op by `shared::rules`. `commit` says what follows, `pending` gathers it, `writing` is
//! the transaction, and `group` decides who shares one. A pull (`pull`) is one snapshot.
//! `publish` brings the office's data and the state of media the same way. Every folder here is one noun with its
//! SQL: `feeds`, `records`, `ledger`, `chains`, `epochs`, `heads`, `index`, `offices`.
//!
//! Nothing here decides what anybody may do, nothing outside writes records, and no answer of the ledger changes.

pub mod ahead;
pub mod answers;
pub mod batch;
pub mod chains;
pub mod commit;
pub mod decide;
pub mod epochs;
pub mod events;
pub mod feeds;
pub mod group;
pub mod heads;
pub mod held;
pub mod index;
pub mod ledger;
pub mod offices;
pub mod pending;
pub mod poison;
pub mod publish;
pub mod pull;
pub mod push;
pub mod records;
pub mod restores;
pub mod routes;
pub mod tokens;
pub mod writing;
