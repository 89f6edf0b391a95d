//! May this caller fetch this copy of this item? Loads the item's entry as it is now and asks
//! `shared::rules::access`. What may not be seen is answered like what does not exist.

use shared::ids::MediaId;
use shared::model::{Actor, MediaBody, RecordId, RecordKind};
use shared::rules::access::{CopyKind, Seen, may_fetch_media};
use shared::wire::Code;

use crate::App;
use crate::error::Result;
use crate::sync::records;

/// An item whose copy may be fetched.
pub struct Granted {
    pub body: MediaBody,
    /// Only once a reason was typed.
    pub with_reason: bool,
}

/// The item, if the actor may fetch that copy of it.
///
/// # Errors
/// `NotFound` in every other case.
pub async fn grant(app: &App, actor: &Actor, media: MediaId, copy: CopyKind) -> Result<Granted> {
    let mut db = app.db.snapshot().await?;
    let name = RecordId::new(RecordKind::Media, media.0);
    let found = records::store::find(&mut db, name).await?.ok_or(Code::NotFound)?.record;
    let (Some(entry), Some(branch)) = (found.entry(), found.branch()) else {
        return Err(Code::NotFound.into());
    };
    let loaded = records::load(&mut db, entry, branch).await?;
    let seen = may_fetch_media(actor, &loaded.world, media, copy);
    let body = loaded.world.media(media).cloned().ok_or(Code::NotFound)?;
    match seen {
        Seen::Full => Ok(Granted { body, with_reason: false }),
        Seen::WithReason => Ok(Granted { body, with_reason: true }),
        Seen::Count | Seen::No => Err(Code::NotFound.into()),
    }
}
