//! Entries as offices read them: pages of a branch's approved copies. What is on its way, and what is a draft,
//! comes to phones by their feeds and is not asked for here.

pub mod routes;
pub mod store;
