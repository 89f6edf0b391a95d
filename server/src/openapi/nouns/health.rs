//! Describes `crate::health::routes`.

use crate::{health::routes::Health, openapi::Operation};

/// See `health::routes::live`.
pub fn live() -> Operation {
    Operation::new("Whether the process is alive", "Looks at nothing else.")
        .answers::<Health>(200, "It is alive.")
}

/// See `health::routes::ready`.
pub fn ready() -> Operation {
    Operation::new(
        "Whether the server can do its work",
        "Looks at the database, the folders, the disk's free space and the child that makes pictures. Where one of \
         them fails the answer is `unavailable`, and `detail.failed` names it.",
    )
    .answers::<Health>(200, "Everything is there.")
}
