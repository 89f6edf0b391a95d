//! What the two databases must have in common below the API: their schemas, migrations that apply to what is there,
//! an index for every statement, and writes that go over nobody else's. What statements do is tested through the API.

mod belts;
#[path = "../tidy/lexer.rs"]
mod lexer;
mod migrations;
mod plans;
mod schema;
mod statements;
