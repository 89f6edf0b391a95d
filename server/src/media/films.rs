//! Clips and voices. The first job of such a blob makes what is seen, and what is heard of a voice; a second one encodes
//! the clip, which takes longer and is waited for by nobody who only looks. Both may be done again.

use std::io::{Read, Seek};

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest as _, Sha256};
use shared::ids::Digest;
use shared::model::media::Derived;
use tokio::task::spawn_blocking;

use super::original::{self, Original};
use super::store::{self, Blob, Made};
use super::{
    Part,
    derived::{self, Outcome},
};
use crate::App;
use crate::blobs::Area;
use crate::derive::Played;
use crate::derive::film::{Film, demuxers};
use crate::derive::reason::Unreadable;
use crate::derive::sniff::{Kind, SNIFF_BYTES, sniff};
use crate::gc;
use crate::sync::feeds::store::lock_hash;

/// Bytes of a made file that are hashed at once.
const BUFFER_BYTES: usize = 128 << 10;

/// Names every decoder that may run here. What they could not show is tried again by others.
///
/// # Errors
/// When a child does not start.
pub async fn decoders(app: &App) -> Result<String> {
    let own = app.deriver.decoders().await.context("the child did not run")?;
    let ffmpeg = app.films.version().await.context("the child did not run")?;
    Ok([Some(own), ffmpeg].into_iter().flatten().collect::<Vec<_>>().join(" "))
}

/// The kind of an original, if ffmpeg is asked about it.
///
/// # Errors
/// Those of the disk.
pub async fn kind_of(original: &Original) -> Result<Option<Kind>> {
    let kind = sniff(&original.head(SNIFF_BYTES).await?);
    Ok(demuxers(kind).map(|_| kind))
}

/// What is seen and heard of a file, kept; and whether there is a clip to be encoded.
///
/// # Errors
/// The inner error is a fact about the file; the outer ones are of the disk and of the child's start.
pub(super) async fn show(app: &App, file: &std::fs::File, kind: Kind) -> Result<Result<Outcome, Unreadable>> {
    let shown = app.films.show(&app.deriver, file, kind).await.context("ffmpeg did not run")?;
    let Film { pictures, duration_ms, voice } = match shown {
        Ok(film) => film,
        Err(reason) => return Ok(Err(reason)),
    };
    let mut made = Vec::new();
    let mut blob = Blob { derived: Derived::Ready, duration_ms, ..Blob::default() };
    let is_clip = pictures.is_some() && kind != Kind::Avif;
    if let Some(pictures) = pictures {
        blob.size_px = Some((pictures.width_px, pictures.height_px));
        for rendition in pictures.renditions {
            made.push(derived::keep(app, rendition).await?);
        }
    }
    if let Some(voice) = voice {
        blob.waveform = Some(voice.peaks.iter().map(|peak| format!("{peak:02x}")).collect());
        blob.played = true;
        made.push(keep(app, voice.m4a, Played::Voice).await?);
    }
    Ok(Ok(Outcome { blob, made, is_clip, likeness: None }))
}

/// The job that encodes a clip if nobody has, then tells every item that shows it.
///
/// # Errors
/// When the disk, the database or the child fails; a film that cannot be encoded is a result.
pub async fn play(app: &App, sha256: Digest) -> Result<()> {
    let (part, name) = (Part::Original, (Part::Original, sha256));
    let blob = store::find_blob(&mut *app.db.read().await?, part, sha256).await?;
    let mut blob = blob.context("a job names a blob that is not there")?;
    if !blob.played {
        let original = original::open(app, part, sha256).await?;
        let Some(kind) = kind_of(&original).await? else { return Ok(()) };
        let clip =
            match app.films.clip(&original.handle().await?, kind).await.context("ffmpeg did not run")? {
                Ok(clip) => keep(app, clip, Played::Clip).await?,
                // A busy machine, or an ffmpeg that was killed, says nothing about the film.
                Err(reason @ (Unreadable::Timeout | Unreadable::Crashed)) => {
                    bail!("the clip of {sha256} was not encoded: {reason}")
                }
                Err(reason) => {
                    tracing::info!(media.sha256 = %sha256, %reason, "no clip of {sha256}: {reason}");
                    return Ok(());
                }
            };
        let mut tx = app.db.write().await?;
        lock_hash(&mut tx, &sha256.to_string()).await?;
        let is_there = gc::hold(app, &mut tx, Area::Derived, &[clip.content]).await?;
        ensure!(is_there, "gc removed the clip of {sha256} before it was named");
        store::put_made(&mut tx, name, &clip, app.now()).await?;
        tx.commit().await?;
        blob.played = true;
    }
    derived::tell_all(app, name, &blob).await
}

/// Keeps a file without a name under its hash.
async fn keep(app: &App, mut file: std::fs::File, played: Played) -> Result<Made> {
    let hashed = spawn_blocking(move || {
        file.rewind()?;
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; BUFFER_BYTES];
        let mut size_bytes = 0;
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                return std::io::Result::Ok((file, Digest(hasher.finalize().into()), size_bytes));
            }
            hasher.update(&buffer[..read]);
            size_bytes += read as u64;
        }
    });
    let (file, content, size_bytes) = hashed.await?.context("what ffmpeg made cannot be read")?;
    app.blobs.keep(Area::Derived, file, content).await?;
    Ok(Made { size: played.name(), content, size_bytes })
}
