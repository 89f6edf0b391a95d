//! A whole file from this process instead of a phone's parts: the demo's. It is begun, received, hashed and joined
//! like any upload, so that nothing tells it from one.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use shared::{
    digest::sha256,
    ids::{AccountId, MediaId},
    wire::Code,
};

use super::{begin, protocol::Metadata, receive};
use crate::{App, error::Result, media::Part};

/// Brings the original of an item that `account` recorded.
///
/// # Errors
/// As an upload: the item must be the account's own and name these bytes, and there must be room.
pub async fn whole(app: &App, account: AccountId, media: MediaId, bytes: Vec<u8>) -> Result<()> {
    let metadata = Metadata { media, part: Part::Original, sha256: sha256(&bytes) };
    let upload = begin::begin(app, account, (metadata, ""), bytes.len() as u64).await?;
    let held = app.uploads.take(&upload.id).await.ok_or(Code::Unavailable)?;
    // One that goes on wants only what it lacks.
    let at = usize::try_from(upload.received).expect("no more than there are bytes");
    let body = stream::iter([Ok::<_, Infallible>(Bytes::from(bytes).slice(at..))]);
    receive::receive(app, (held, upload), body, None).await?;
    Ok(())
}
