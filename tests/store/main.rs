//! What the two databases must have in common below the API: their schemas, migrations that apply to what is there,
//! and an index for every statement. What statements do is tested through the API.

#[path = "../tidy/lexer.rs"]
mod lexer;
mod migrations;
mod plans;
mod schema;
mod statements;
