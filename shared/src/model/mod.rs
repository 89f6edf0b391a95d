//! What Miaopu keeps: records of a kind, each `{content, rest}`. **Content** is what people wrote
//! and recorded and what an approval covers; **rest** is state that the machine changes.
//!
//! Types only. What may happen to them stands in `rules`, how they travel in `wire`.

pub mod activity;
pub mod approved;
pub mod consent;
pub mod entry;
pub mod fields;
pub mod leaf;
pub mod media;
pub mod org;
pub mod outcome;
pub mod quote;
pub mod record;
pub mod verdict;

pub use activity::ActivityKind;
pub use approved::{ApprovedBody, ApprovedItem};
pub use consent::{ConsentBody, ConsentHow, ConsentScope, ConsentStatus};
pub use entry::{EntryBody, EntryContent, EntryRest, EntryState, Hand, Proposal, Submitted};
pub use leaf::{Change, Leaf, Leaves};
pub use media::{MediaBody, MediaContent, MediaKind, MediaRest};
pub use org::{Actor, BranchBody, Grant, GrantBody, PersonBody, Publicity, Role, Scope};
pub use outcome::OutcomeBody;
pub use quote::{QuoteBody, QuoteContent, QuoteRest};
pub use record::{Body, Record, RecordId, RecordKind};
pub use verdict::{ClassificationBody, Move, VerdictBody};
