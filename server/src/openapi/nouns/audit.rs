//! Describes `crate::audit::routes`.

use shared::{ids::BranchId, limits::LIST_ROWS_MAX, wire::account::AuditRow};

use crate::openapi::Operation;

/// See `audit::routes::list`.
pub fn list() -> Operation {
    Operation::new(
        "What was done to the accounts and originals of a branch",
        "The newest lines first, for its secretary and deputies.",
    )
    .id::<BranchId>("Which branch. One whose office the caller is not in is answered like none.")
    .answers_list::<AuditRow>(LIST_ROWS_MAX, "The lines.")
}
