//! Media (素材): the bytes of an item once they are here, the pictures made from them, and who gets which.
//!
//! The item itself is a record and belongs to `sync`; this room adds what the server knows of its bytes. An
//! item is joined to bytes only by a complete upload of its recorder ([`arrive`]); pictures are made by jobs
//! ([`derived`]). Who may fetch what is asked of `shared::rules::access` at each request, before anything else
//! is looked at. Bytes are addressed by item, never by hash.

mod access;
mod alike;
pub mod arrive;
mod compare;
pub mod compress;
mod copy;
pub mod derived;
pub mod facts;
pub mod films;
pub mod gallery;
pub mod original;
mod range;
pub mod routes;
mod store;

pub use copy::Plans;

use shared::ids::{Digest, MediaId};
use shared::model::{Body, MediaBody, RecordId, RecordKind};

use crate::App;
use crate::blobs::Area;
use crate::db::{self, Conn};
use crate::derive::Want;
use crate::error::Result;
use crate::sync::records;

/// An item as it stands; `None` where there is none.
pub async fn find(db: &mut Conn, media: MediaId) -> db::Result<Option<MediaBody>> {
    let found = records::store::find(db, RecordId::new(RecordKind::Media, media.0)).await?;
    Ok(found.and_then(|found| match found.record.body {
        Body::Media(body) => Some(*body),
        _ => None,
    }))
}

/// Whether a whole file lies in storage, as it came or smaller. Its bytes are not looked at.
///
/// # Errors
/// Those of storage and database.
pub async fn is_kept(app: &App, part: Part, sha256: Digest) -> Result<bool> {
    let kept = compress::store::find(&mut *app.db.read().await?, part, sha256).await?;
    let (area, name) = kept.map_or((part.area(), sha256), |kept| kept.lies(part, sha256));
    Ok(app.blobs.length(area, name).await.map_err(anyhow::Error::from)?.is_some())
}

/// Which of an item's two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The bytes the browser gave us.
    Original,
    /// Made on the phone and sent first.
    Sketch,
}

impl Part {
    /// The name in tables and upload metadata.
    pub fn name(self) -> &'static str {
        match self {
            Part::Original => "original",
            Part::Sketch => "sketch",
        }
    }

    /// Where its bytes lie.
    pub fn area(self) -> Area {
        match self {
            Part::Original => Area::Original,
            Part::Sketch => Area::Sketch,
        }
    }

    /// What is made from it.
    pub fn want(self) -> Want {
        match self {
            Part::Original => Want::Photo,
            Part::Sketch => Want::Sketch,
        }
    }
}

/// The text names no part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected original or sketch")]
pub struct NotAPart;

impl std::str::FromStr for Part {
    type Err = NotAPart;
    fn from_str(text: &str) -> Result<Self, NotAPart> {
        [Part::Original, Part::Sketch].into_iter().find(|part| part.name() == text).ok_or(NotAPart)
    }
}
