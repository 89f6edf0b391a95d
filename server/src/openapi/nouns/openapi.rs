//! Describes `crate::openapi::routes`: the description describes itself.

use crate::openapi::{Operation, operation::Content};

/// See `openapi::routes::document`.
pub fn document() -> Operation {
    let mut operation = Operation::new("This description", "An OpenAPI 3.1 document, made from the code.")
        .answers_bytes(200, "The document.", &["application/json"]);
    let object: Content = Content {
        shape: Some(
            |_| schemars::json_schema!({ "type": "object", "required": ["openapi", "info", "paths"] }),
        ),
        ..operation.answers[0].content[0]
    };
    operation.answers[0].content = vec![object];
    operation
}

/// See `openapi::routes::page`.
pub fn page() -> Operation {
    Operation::new("This description as a page", "For people; needs neither JavaScript nor the internet.")
        .answers_bytes(200, "The page.", &["text/html"])
}
