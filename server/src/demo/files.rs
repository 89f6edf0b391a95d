//! The bytes of the demo's media: drawn pictures, one drawn clip, a tone for each voice.

use anyhow::{Context, Result};
use shared::model::MediaKind;
use tokio::task::spawn_blocking;

use super::{content::Item, draw, sound};

/// The clip: a move over a drawn scene. How it is made stands in `assets/demo/README.md`.
const CLIP: &[u8] = include_bytes!("../../assets/demo/clip.mp4");

/// A file as a phone would hand it over.
pub struct File {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its name.
    pub name: String,
    /// Its type.
    pub mime: &'static str,
}

/// Makes the file of an item, the `at`th of all; a picture's longer side is `long_px` pixels.
///
/// # Errors
/// When a photo shows no scene.
pub async fn make(item: &Item, at: u64, long_px: u32) -> Result<File> {
    match item.kind {
        MediaKind::Photo => {
            let scene = item.scene.context("a photo of the demo shows a scene")?;
            let bytes = spawn_blocking(move || draw::picture(scene, at, long_px)).await??;
            Ok(File { bytes, name: format!("IMG_{at:04}.jpg"), mime: "image/jpeg" })
        }
        MediaKind::Clip => {
            Ok(File { bytes: CLIP.to_vec(), name: format!("VID_{at:04}.mp4"), mime: "video/mp4" })
        }
        MediaKind::Voice => {
            Ok(File { bytes: sound::tone(at), name: format!("REC_{at:04}.wav"), mime: "audio/wav" })
        }
    }
}
