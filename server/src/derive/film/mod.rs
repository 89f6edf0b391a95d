//! Clips, voices and AVIF, by ffmpeg and ffprobe as confined children (`run`). Which of them a file is, its first
//! bytes say, and only the one demuxer for that is let near it; what it holds, [`probe`] says.
//!
//! A film gives a still (`still`), which our own renderer makes into pictures, and a clip for browsers (`clip`);
//! a voice gives its length, a waveform and a copy for browsers. A server without ffmpeg answers `NoDecoder`.

mod clip;
pub mod probe;
mod run;
mod still;
mod turn;
mod wave;

#[cfg(test)]
mod tests;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use tokio::sync::OnceCell;

use super::confine::Risky;
use super::process::Deriver;
use super::reason::Unreadable;
use super::sniff::Kind;
use super::{Derived, Want};
use probe::{Probed, Video};

/// Runs ffmpeg.
pub struct Films {
    /// The `miaopu` binary, which confines itself before it becomes ffmpeg.
    program: PathBuf,
    tools: Option<Tools>,
    /// Where files without a name are made while they grow.
    scratch: PathBuf,
    unconfined: Vec<Risky>,
    version: OnceCell<Option<String>>,
}

/// The two programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tools {
    pub ffmpeg: PathBuf,
    pub ffprobe: PathBuf,
}

/// What was made of a file.
#[derive(Debug)]
pub struct Film {
    /// Pictures of a film or of an AVIF; none of a voice.
    pub pictures: Option<Derived>,
    /// Length in milliseconds, where there is one.
    pub duration_ms: Option<u64>,
    /// Of a voice.
    pub voice: Option<Voice>,
}

/// A voice for browsers.
#[derive(Debug)]
pub struct Voice {
    /// AAC in an MP4 that can be played while it comes; without a name, read from its beginning.
    pub m4a: File,
    /// The loudest of each of [`shared::limits::WAVE_PEAKS`] equal parts, 0 to 255.
    pub peaks: Vec<u8>,
}

impl Tools {
    /// ffmpeg and the ffprobe beside it, if both are there.
    pub fn at(ffmpeg: &Path) -> Option<Tools> {
        let tools = Tools { ffmpeg: ffmpeg.to_owned(), ffprobe: ffmpeg.with_file_name("ffprobe") };
        (tools.ffmpeg.is_file() && tools.ffprobe.is_file()).then_some(tools)
    }
}

/// The only demuxers that may read a file of this kind, as ffmpeg names them; `None` where ffmpeg is not asked.
pub fn demuxers(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Mp4 | Kind::QuickTime | Kind::M4a | Kind::Avif => Some("mov,mp4,m4a,3gp,3g2,mj2"),
        Kind::Matroska => Some("matroska,webm"),
        Kind::Ogg => Some("ogg"),
        Kind::Wav => Some("wav"),
        Kind::Amr => Some("amr"),
        Kind::Mp3 => Some("mp3"),
        _ => None,
    }
}

/// Pictures with the size of their film, of which the still may be a smaller one. They stand upright; of an AVIF
/// ffprobe may not know.
fn sized(pictures: Derived, video: &Video) -> Derived {
    let (mut width_px, mut height_px) = (video.width_px, video.height_px);
    if (pictures.width_px > pictures.height_px) != (width_px > height_px) {
        (width_px, height_px) = (height_px, width_px);
    }
    Derived { width_px, height_px, ..pictures }
}

impl Films {
    /// `program` is the `miaopu` binary, `scratch` a folder with room for the largest clip.
    pub fn new(program: PathBuf, tools: Option<Tools>, scratch: PathBuf, unconfined: Vec<Risky>) -> Films {
        Films { program, tools, scratch, unconfined, version: OnceCell::new() }
    }

    /// Pictures, length and voice of an open file of a kind that has [`demuxers`].
    ///
    /// # Errors
    /// The inner error is a fact about the file, or that this server has no ffmpeg. The outer one is ours: try again.
    pub async fn show(
        &self,
        deriver: &Deriver,
        file: &File,
        kind: Kind,
    ) -> io::Result<Result<Film, Unreadable>> {
        let probed = match self.probe(file, kind).await? {
            Ok(probed) => probed,
            Err(reason) => return Ok(Err(reason)),
        };
        let Some(video) = &probed.video else { return self.voice(file, kind).await };
        let still = match self.still(file, kind, video).await? {
            Ok(still) => still,
            Err(reason) => return Ok(Err(reason)),
        };
        let pictures = deriver.derive(still, Want::Photo).await?;
        Ok(pictures.map(|pictures| Film {
            pictures: Some(sized(pictures, video)),
            duration_ms: probed.duration_ms.filter(|_| kind != Kind::Avif),
            voice: None,
        }))
    }

    /// The film as every browser plays it, in a file without a name.
    ///
    /// # Errors
    /// As [`Films::show`].
    pub async fn clip(&self, file: &File, kind: Kind) -> io::Result<Result<File, Unreadable>> {
        match self.probe(file, kind).await? {
            Ok(Probed { video: Some(video), sound, .. }) => self.encode(file, kind, (&video, sound)).await,
            Ok(Probed { video: None, .. }) => Ok(Err(Unreadable::Broken)),
            Err(reason) => Ok(Err(reason)),
        }
    }
}
