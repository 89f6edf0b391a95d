//! Entries as offices read them online: pages of a branch's approved copies, and what waits for an office above a
//! branch. Everything else on its way, and drafts, come to phones by their feeds and are not asked for here.

pub mod routes;
pub mod store;
mod waiting;
