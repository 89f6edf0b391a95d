//! Takes the bytes of one request into an upload and acknowledges what is safe on disk.
//!
//! Runs in a task of its own, so that a connection that breaks does not take with it what it brought.

use std::io;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use sha2::{Digest as _, Sha256};
use shared::wire::Code;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::checksum::Checksum;
use super::locks::Held;
use super::{Upload, expiry, finish, store};
use crate::App;
use crate::blobs::{Growing, Parts};
use crate::error::{Error, Result};

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

/// Appends a body to an upload and answers it as it stands then.
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
    checksum: Option<Checksum>,
) -> Result<Upload> {
    let incoming = app.blobs.incoming(&upload.id);
    let last = match incoming.is_in_pieces() {
        true => store::last_piece(&mut *app.db.read().await?, &upload.id).await?,
        false => None,
    };
    let file = match incoming.part(upload.received, last).await {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return lost(app, &upload).await,
        file => file.map_err(anyhow::Error::from)?,
    };
    let stop = [&held.wanted, &app.stopping];
    let before = app.hashes.take(&upload.id, upload.received);
    let only_whole = checksum.is_some();
    let hashes = Hashes { whole: before.clone(), part: checksum };
    let (at, end, hashes) = write(stop, &upload, (&file, hashes), body).await.map_err(anyhow::Error::from)?;
    let refusal = match end {
        End::Over => Some(too_large(upload.length)),
        End::Whole if hashes.part.is_some_and(|part| !part.agrees()) => Some(Code::ChecksumMismatch.into()),
        End::Whole | End::Cut => None,
    };
    let (kept, whole) = match (&refusal, end) {
        (Some(_), _) => (upload.received, before),
        (None, End::Cut) if only_whole => (upload.received, before),
        _ => (at, hashes.whole),
    };
    let pieces = file.sync(kept).await.map_err(anyhow::Error::from)?;
    if let Some(whole) = whole {
        app.hashes.put(&upload.id, kept, whole);
    }
    let mut upload = upload;
    if kept > upload.received {
        let expires_at = expiry(app.now());
        let mut tx = app.db.write().await?;
        if !store::advance(&mut tx, &upload, kept, expires_at).await? {
            return Err(Code::WrongOffset.into()); // another server was told more
        }
        store::put_pieces(&mut tx, &upload.id, &pieces).await?;
        tx.commit().await?;
        file.settle().await;
        app.metrics.received(kept - upload.received);
        upload = Upload { received: kept, expires_at, ..upload };
    }
    if let Some(refusal) = refusal {
        return Err(refusal);
    }
    if upload.received == upload.length {
        finish::finish(app, &upload).await?;
    }
    Ok(upload)
}

/// What is counted over the bytes as they come.
struct Hashes {
    /// Of the upload so far, where its beginning is known.
    whole: Option<Sha256>,
    /// Of this request's body, where its sender named one.
    part: Option<Checksum>,
}

impl Hashes {
    fn update(&mut self, bytes: &[u8]) {
        if let Some(whole) = &mut self.whole {
            whole.update(bytes);
        }
        if let Some(part) = &mut self.part {
            part.update(bytes);
        }
    }
}

/// A file being written from a place on: the next bytes are collected while the disk takes the last.
struct Flow<'a> {
    file: &'a Growing,
    at: u64,
    under_way: Option<JoinHandle<io::Result<()>>>,
}

impl Flow<'_> {
    async fn hand(&mut self, parts: Parts) -> io::Result<()> {
        self.settle().await?;
        let length = parts.length() as u64;
        self.under_way = Some(self.file.begin_write(parts, self.at));
        self.at += length;
        Ok(())
    }

    async fn settle(&mut self) -> io::Result<()> {
        match self.under_way.take() {
            Some(writing) => writing.await.map_err(io::Error::other)?,
            None => Ok(()),
        }
    }
}

/// Writes what comes, until told to stop, and answers where it ended, how, and what was counted.
async fn write<E>(
    [wanted, stopping]: [&CancellationToken; 2],
    upload: &Upload,
    (file, mut hashes): (&Growing, Hashes),
    body: impl Stream<Item = std::result::Result<Bytes, E>> + Send,
) -> io::Result<(u64, End, Hashes)> {
    let mut body = pin!(body);
    let mut pending = Parts::default();
    let mut flow = Flow { file, at: upload.received, under_way: None };
    let end = loop {
        let next = tokio::select! {
            () = wanted.cancelled() => break End::Cut,
            () = stopping.cancelled() => break End::Cut,
            next = tokio::time::timeout(SILENCE, body.next()) => next,
        };
        match next {
            Ok(Some(Ok(bytes))) => {
                if flow.at + pending.length() as u64 + bytes.len() as u64 > upload.length {
                    break End::Over;
                }
                hashes.update(&bytes);
                pending.push(bytes);
            }
            Ok(None) => break End::Whole,
            Ok(Some(Err(_))) | Err(_) => break End::Cut,
        }
        if pending.length() >= file.write_bytes() {
            flow.hand(std::mem::take(&mut pending)).await?;
        }
    };
    if pending.length() > 0 {
        flow.hand(pending).await?;
    }
    flow.settle().await?;
    Ok((flow.at, end, hashes))
}

fn too_large(length: u64) -> Error {
    Error::with(Code::BodyTooLarge, [("limit_kb", (length / 1024).to_string())])
}

/// The disk has less than we acknowledged: it was restored from an older copy. Begin again.
async fn lost(app: &App, upload: &Upload) -> Result<Upload> {
    tracing::error!(upload.received, "an upload's file is shorter than acknowledged; it begins again");
    finish::reset(app, upload).await?;
    Err(Code::WrongOffset.into())
}
