//! Health: whether the process answers, and whether it can do its work.

pub mod routes;
mod store;
