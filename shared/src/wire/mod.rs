//! The protocol between phones and the server (`/api/v1/sync`).
//!
//! **Push** (`POST /api/v1/sync/push`) carries ops in the order of their numbers; every op gets
//! one answer, recorded for ever under `(account, client, n)`. Sending again gives the same
//! answer. A number above `last + 1` is a gap: nothing is recorded and the phone sends from
//! `last + 1`. The answer to a push carries the epoch and a receipt; the next push sends the
//! latest receipt back, so that a server restored from a backup notices.
//!
//! **Pull** (`POST /api/v1/sync/pull`) carries a cursor and gets a page of rows: each row puts or
//! removes a record of one feed. A page is applied only onto the cursor it was asked with, in one
//! transaction with the new cursor. `join`, `leave` and `reset` say which feeds the phone holds.
//! Only a final page (`done`) carries `tail`: the number of the last op decided, the head of its
//! ledger, checksums and chain heads. Where nothing of all this has moved since the cursor was
//! given, the page says the epoch and `done`, and nothing more: cursor and tail hold on.
//!
//! **Events** (`GET /api/v1/events`) are hints: which feed moved. Nothing depends on them.
//!
//! An op is serialised once; its bytes are kept and sent again unchanged. A server that does not
//! know an op's name or version answers `unknown_op`, records nothing, and takes it later.
//!
//! **After a restore** phones send again what no backup off the machine covers, each op with the revision that the
//! entry had after it (`rev`). An op on what is not there yet, or that would come before what it followed, is `held`, and
//! so are the same queue's later ops on that entry. The transaction that brings what was missing decides it; the
//! outcome is a record of the account's feed, and the answer that was recorded stays.

pub mod account;
pub mod act;
pub mod alike;
pub mod entries;
pub mod facts;
pub mod gallery;
pub mod offer;
pub mod problem;
pub mod pull;
pub mod push;
#[cfg(feature = "schema")]
mod schema;
pub mod session;

pub use act::{Act, Op};
pub use problem::{Code, Problem};
pub use pull::{Page, PullAsk, Row};
pub use push::{Answer, PushAnswer, PushAsk};
