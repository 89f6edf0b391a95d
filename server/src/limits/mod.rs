//! What this server allows, for phones to check before they send. The numbers themselves stand in `shared::limits`.

pub mod routes;
