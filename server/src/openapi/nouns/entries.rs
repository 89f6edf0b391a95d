//! Describes `crate::entries::routes`.

use shared::{
    ids::{BranchId, EntryId},
    wire::entries::{EntryPage, ReviewPage},
};

use crate::{openapi::Operation, place::Place};

/// See `entries::routes::list`.
pub fn list() -> Operation {
    Operation::new(
        "Approved entries of a branch",
        "The copies that approvals made, latest day first, for the branch, its committee and the school.",
    )
    .id::<BranchId>("Which branch. One that the caller may not look into is answered like none.")
    .after::<Place<EntryId>>("`next` of the page before.")
    .answers::<EntryPage>(200, "A page.")
}

/// See `entries::routes::review`.
pub fn review() -> Operation {
    Operation::new(
        "Entries that wait for the caller",
        "Those that nobody in their branch may decide, oldest first, with their items and the people they name. They \
         are decided by the same ops as on a phone of the branch.",
    )
    .after::<Place<EntryId>>("`next` of the page before.")
    .answers::<ReviewPage>(200, "A page.")
}
