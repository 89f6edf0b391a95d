//! Describes `crate::limits::routes`.

use shared::wire::offer::Offer;

use crate::openapi::Operation;

/// See `limits::routes::list`.
pub fn list() -> Operation {
    Operation::new(
        "Every maximum by name, and every op with its version",
        "A program sends no op that is not named here. Lengths of text are in characters.",
    )
    .answers::<Offer>(200, "What this server takes.")
}
