//! The organisation: committees, branches, people and who belongs where. These tables are the truth; phones get
//! copies as records (`publish`), and the roster import fills them.

pub mod publish;
pub mod routes;
pub mod store;
