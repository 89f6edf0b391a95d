//! The sync engine: what a phone keeps, shows and sends, as a pure state machine.
//!
//! It performs nothing. It is told what happened ([`EngineEvent`]) with the time and 32 fresh random
//! bytes, and answers with what to do ([`Effect`]); its state lies in rows that the caller stores.
//! Started again from those rows at any point, it goes on where it was.

pub mod command;
pub mod event;
pub mod view;

pub use command::{Command, ConsentFact, Values};
pub use event::{Effect, EngineEvent, FileRole, RowChange, StoredRow, UploadStep, UploadTask};
pub use view::Query;
