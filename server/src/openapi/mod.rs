//! What the API says of itself: an OpenAPI 3.1 document of every route, made from the access table, and a page to
//! read it on. Nothing of it is written twice: paths and access come from `router`, shapes and limits from the types,
//! sentences of refusals from the list of problems.
//!
//! [`nouns`] has a function for each handler, of the same name: a route without one does not compile.

mod answers;
mod document;
mod examples;
mod headers;
pub mod nouns;
mod operation;
mod page;
pub mod routes;
mod schemas;

pub use document::document;
pub use operation::Operation;
