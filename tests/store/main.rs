//! What the two databases must have in common below the API: their schemas, and that migrations apply to what is
//! there. Statements themselves are tested through the API, which runs on both.

mod migrations;
mod schema;
