//! Takes the bytes of one request into an upload and acknowledges what is safe on disk.
//!
//! Runs in a task of its own, so that a connection that breaks does not take with it what it brought.

use std::pin::pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use sha2::{Digest as _, Sha256};
use shared::ids::Digest;
use shared::wire::Code;
use tokio_util::sync::CancellationToken;

use super::locks::Held;
use super::{Upload, expiry, finish, store};
use crate::App;
use crate::blobs::Growing;
use crate::error::{Error, Result};

/// Bytes collected before they are handed to the disk.
const WRITE_BYTES: usize = 1 << 20;
/// How long a silent connection is listened to.
const SILENCE: Duration = Duration::from_secs(60);

/// How the bytes of a request ended.
#[derive(Clone, Copy)]
enum End {
    /// As they should.
    Whole,
    /// The connection broke, fell silent, or somebody else took the upload over.
    Cut,
    /// There were more than the upload has room for.
    Over,
}

/// Appends a body to an upload and answers how many bytes it has now.
///
/// With a checksum only the whole body counts. The last byte also verifies and joins the whole.
///
/// # Errors
/// `ChecksumMismatch` and `BodyTooLarge`, after which the upload stands where it stood; `WrongOffset` where the
/// disk has less than was acknowledged; those of [`finish::finish`].
pub async fn receive<E>(
    app: &App,
    (held, upload): (Held, Upload),
    body: impl Stream<Item = std::result::Result<Bytes, E>> + Send,
    checksum: Option<Digest>,
) -> Result<u64> {
    let file = match app.blobs.incoming(&upload.id).part(upload.received).await {
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return lost(app, &upload).await,
        file => file.map_err(anyhow::Error::from)?,
    };
    let stop = [&held.wanted, &app.stopping];
    let (at, end, found) = write(stop, &upload, &file, body).await.map_err(anyhow::Error::from)?;
    let refusal = match (end, checksum) {
        (End::Over, _) => Some(too_large(upload.length)),
        (End::Whole, Some(named)) if named != found => Some(Code::ChecksumMismatch.into()),
        _ => None,
    };
    let kept = match (&refusal, end, checksum) {
        (Some(_), ..) | (None, End::Cut, Some(_)) => upload.received,
        _ => at,
    };
    file.sync(kept).await.map_err(anyhow::Error::from)?;
    let mut upload = upload;
    if kept > upload.received {
        let mut tx = app.db.write().await?;
        store::advance(&mut tx, &upload, kept, expiry(app.now())).await?;
        tx.commit().await?;
        app.metrics.received(kept - upload.received);
        upload.received = kept;
    }
    if let Some(refusal) = refusal {
        return Err(refusal);
    }
    if upload.received == upload.length {
        finish::finish(app, &upload).await?;
    }
    Ok(upload.received)
}

/// Writes what comes, until told to stop, and answers where it ended, how, and the hash of all of it.
async fn write<E>(
    [wanted, stopping]: [&CancellationToken; 2],
    upload: &Upload,
    file: &Growing,
    body: impl Stream<Item = std::result::Result<Bytes, E>> + Send,
) -> std::io::Result<(u64, End, Digest)> {
    let mut body = pin!(body);
    let mut hasher = Sha256::new();
    let mut pending = BytesMut::new();
    let mut at = upload.received;
    let end = loop {
        let next = tokio::select! {
            () = wanted.cancelled() => break End::Cut,
            () = stopping.cancelled() => break End::Cut,
            next = tokio::time::timeout(SILENCE, body.next()) => next,
        };
        match next {
            Ok(Some(Ok(bytes))) => {
                if at + pending.len() as u64 + bytes.len() as u64 > upload.length {
                    break End::Over;
                }
                hasher.update(&bytes);
                pending.extend_from_slice(&bytes);
            }
            Ok(None) => break End::Whole,
            Ok(Some(Err(_))) | Err(_) => break End::Cut,
        }
        if pending.len() >= WRITE_BYTES {
            let bytes = pending.split().freeze();
            let length = bytes.len() as u64;
            file.write(bytes, at).await?;
            at += length;
        }
    };
    let length = pending.len() as u64;
    file.write(pending.freeze(), at).await?;
    Ok((at + length, end, Digest(hasher.finalize().into())))
}

fn too_large(length: u64) -> Error {
    Error::with(Code::BodyTooLarge, [("limit_kb", (length / 1024).to_string())])
}

/// The disk has less than we acknowledged: it was restored from an older copy. Begin again.
async fn lost(app: &App, upload: &Upload) -> Result<u64> {
    tracing::error!(upload.received, "an upload's file is shorter than acknowledged; it begins again");
    finish::reset(app, upload).await?;
    Err(Code::WrongOffset.into())
}
