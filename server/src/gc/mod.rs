//! What lies in storage and no row names: it waits in the table `garbage`, with the moment since when, until nothing
//! can need it any more. `miaopu gc` ([`collect`]) removes it then, one file a transaction.
//!
//! A file is removed under the lock of its name, after a last look whether a row names it; whoever writes such a row
//! takes the same lock and looks whether the file is still there. So nothing that is named is ever removed, and what is
//! needed again while it waits stays. A backup copies what a state of the database names: gc and backup hold one lease.

pub mod collect;
pub mod store;

pub use store::put;

use std::fmt;

use shared::ids::Digest;

use crate::App;
use crate::blobs::Area;
use crate::db::Conn;
use crate::sync::feeds::store::lock_hash;

/// Why a file waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// A smaller file took its place.
    Compressed,
    /// It was made and found to be of no use.
    Discarded,
    /// No row names it, and nobody has said why.
    Unnamed,
}

impl Why {
    /// The word in the table.
    pub fn name(self) -> &'static str {
        match self {
            Why::Compressed => "compressed",
            Why::Discarded => "discarded",
            Why::Unnamed => "unnamed",
        }
    }

    /// The reason of this name.
    pub fn named(name: &str) -> Option<Why> {
        [Why::Compressed, Why::Discarded, Why::Unnamed].into_iter().find(|why| why.name() == name)
    }
}

/// Where a file lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lies {
    /// Under its hash.
    Blob(Area, Digest),
    /// Among uploads, under this name.
    Incoming(String),
}

/// The folder of uploads, as the table names it.
const INCOMING: &str = "incoming";

impl Lies {
    /// The area's name in the table.
    pub fn area(&self) -> &'static str {
        match self {
            Lies::Blob(area, _) => area.name(),
            Lies::Incoming(_) => INCOMING,
        }
    }

    /// The file's name there.
    pub fn name(&self) -> String {
        match self {
            Lies::Blob(_, sha256) => sha256.to_string(),
            Lies::Incoming(name) => name.clone(),
        }
    }

    /// The place of these names.
    pub fn named(area: &str, name: &str) -> Option<Lies> {
        match Area::named(area) {
            Some(area) => Some(Lies::Blob(area, name.parse().ok()?)),
            None => (area == INCOMING).then(|| Lies::Incoming(name.to_owned())),
        }
    }
}

impl fmt::Display for Lies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.area(), self.name())
    }
}

/// Whether the files that a transaction is about to name are there; takes the locks under which gc removes them.
///
/// # Errors
/// Those of storage and database.
pub async fn hold(app: &App, db: &mut Conn, area: Area, names: &[Digest]) -> anyhow::Result<bool> {
    let mut names = names.to_vec();
    names.sort_unstable();
    for name in names {
        lock_hash(db, &name.to_string()).await?;
        if app.blobs.length(area, name).await?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}
