//! The answers' types. Enumerations are those of the model; sentences come in the language asked
//! for.

mod entry;
mod forms;
mod items;
mod people;
mod queue;

pub use entry::{
    AccountLabel, Difference, EntryRow, EntryView, May, ProposalView, StateWord, Todo, VerdictView,
};
pub use forms::{KindRow, Lists, Range};
pub use items::{Download, FileState, FileView, MediaView, Picture, QuoteView};
pub use people::{BranchLabel, HoursRow, HoursView, MeView, PersonRow};
pub use queue::{OutboxView, Reason, RefusedView, UnsentView};
