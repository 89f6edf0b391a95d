//! Describes `crate::org::routes`.

use shared::{ids::BranchId, limits::LIST_ROWS_MAX, model::Publicity, wire::session::BranchName};

use crate::openapi::Operation;

/// See `org::routes::list`.
pub fn list() -> Operation {
    Operation::new(
        "Branches that one may look into",
        "The own ones, those below the own committee, or all for the school; a page at a time, in the order of their \
         ids.",
    )
    .after::<BranchId>("The last id of the page before.")
    .answers_list::<BranchName>(LIST_ROWS_MAX, "A page; the last one is shorter than a full one.")
}

/// See `org::routes::choose_publicity`.
pub fn choose_publicity() -> Operation {
    Operation::new(
        "Say what may be published of oneself",
        "Takes the whole choice: what is absent counts as not said, and so as no. Phones of the own branches learn it by \
         their next pull. Nobody chooses for another.",
    )
    .takes::<Publicity>()
    .answers_nothing(204, "Said.")
}
