//! Makes pictures from what people upload, and copies without positions.
//!
//! A file is judged by its first bytes ([`sniff`]) and its header ([`header`]) and only then
//! decoded, never in the server's own process: [`process`] starts `miaopu derive-one` ([`child`], in what
//! [`confine`] leaves it), hands it the original as standard input and takes a bounded, untrusted [`answer`] back. A file
//! that cannot be read is a finished result with a [`reason::Unreadable`], not a failure. What it says of its time,
//! camera and place ([`facts`]) is read by a child of its own.
//! Position-free copies ([`strip`]) need no decoder and are made in the server.
//!
//! Nothing here knows the database, accounts or who may see what.

pub mod alike;
pub mod answer;
pub mod child;
pub mod confine;
pub mod facts;
pub mod film;
pub mod header;
pub mod heif;
pub mod jpeg;
pub mod launch;
pub mod likeness;
pub mod pixels;
pub mod process;
pub mod reason;
pub mod render;
pub mod sniff;
pub mod strip;

#[cfg(test)]
mod blocks;
#[cfg(test)]
mod forms;
#[cfg(test)]
pub mod samples;
#[cfg(test)]
mod tests;

use confine::{Confined, Risky};
use shared::limits::{PREVIEW_PX, SKETCH_PX, THUMB_PX};

/// Which served picture; the longest side says how they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Size {
    /// The phone's sketch, encoded anew.
    Sketch,
    /// For lists.
    Thumb,
    /// For one picture on a screen.
    Preview,
}

impl Size {
    /// The longest side, in pixels.
    pub fn side_px(self) -> u32 {
        match self {
            Size::Sketch => SKETCH_PX,
            Size::Thumb => THUMB_PX,
            Size::Preview => PREVIEW_PX,
        }
    }

    /// The name in addresses, tables and folders.
    pub fn name(self) -> &'static str {
        match self {
            Size::Sketch => "sketch",
            Size::Thumb => "thumb",
            Size::Preview => "preview",
        }
    }

    /// The size of that name.
    pub fn parse(name: &str) -> Option<Size> {
        [Size::Sketch, Size::Thumb, Size::Preview].into_iter().find(|size| size.name() == name)
    }
}

/// What is played of a clip or voice, beside the pictures of a clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Played {
    /// H.264 of at most 720p in an MP4.
    Clip,
    /// AAC in an MP4.
    Voice,
}

impl Played {
    /// The name in tables; in addresses both are `play`.
    pub fn name(self) -> &'static str {
        match self {
            Played::Clip => "clip",
            Played::Voice => "voice",
        }
    }

    /// The media type it is sent with.
    pub fn mime(self) -> &'static str {
        match self {
            Played::Clip => "video/mp4",
            Played::Voice => "audio/mp4",
        }
    }
}

/// What a file is to become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// An original: preview and thumb, in one decode.
    Photo,
    /// A sketch: itself, made safe.
    Sketch,
    /// No picture, but what an original says of itself.
    Facts,
}

impl Want {
    /// The pictures to make, largest first.
    pub fn sizes(self) -> &'static [Size] {
        match self {
            Want::Photo => &[Size::Preview, Size::Thumb],
            Want::Sketch => &[Size::Sketch],
            Want::Facts => &[],
        }
    }

    /// The child's argument.
    pub fn name(self) -> &'static str {
        match self {
            Want::Photo => "photo",
            Want::Sketch => "sketch",
            Want::Facts => "facts",
        }
    }

    /// The inverse of [`Want::name`], for the command line.
    ///
    /// # Errors
    /// With a sentence that says what is possible.
    pub fn parse_argument(name: &str) -> Result<Want, String> {
        let found = [Want::Photo, Want::Sketch, Want::Facts].into_iter().find(|want| want.name() == name);
        found.ok_or_else(|| "say photo, sketch or facts".to_owned())
    }
}

/// Raised by whoever teaches a decoder of ours a form of file that it could not show.
const DECODERS: &str = "1";

/// Names the decoders of this build that may run where the kernel confines so much.
pub fn decoders(confined: Confined, unconfined: &[Risky]) -> String {
    let heic = cfg!(feature = "heic") && confined.allows(Risky::Heic, unconfined);
    [Some(DECODERS), heic.then_some("heic")].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// One picture made from a file: WebP, upright, sRGB, without metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendition {
    pub size: Size,
    pub width_px: u32,
    pub height_px: u32,
    pub webp: Vec<u8>,
}

/// Everything one decode gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derived {
    /// Size of the original, upright.
    pub width_px: u32,
    pub height_px: u32,
    pub renditions: Vec<Rendition>,
    /// Of the thumb, where there is one.
    pub likeness: Option<likeness::Likeness>,
}

/// Decodes and renders a file in this process. Only the child and tests call this.
///
/// # Errors
/// The reason why nothing can be made from the file.
pub fn derive(file: &[u8], want: Want) -> Result<Derived, reason::Unreadable> {
    let picture = pixels::decode(sniff::sniff(file), file)?;
    let (width_px, height_px) = picture.upright();
    let (renditions, likeness) = render::render(picture, want)?;
    Ok(Derived { width_px, height_px, renditions, likeness })
}
