//! What a film or voice holds, as ffprobe tells it. The answer comes from a stranger's file: every number of it is
//! looked at before it is believed.

use std::fs::File;
use std::io;
use std::process::Stdio;

use serde::Deserialize;
use shared::limits::{PICTURE_PIXELS_MAX, PICTURE_SIDE_PX_MAX, PROBE_SECONDS_MAX};

use super::super::reason::Unreadable;
use super::super::sniff::Kind;
use super::Films;
use super::run::{INPUT, Tool, reading};

/// What is asked; anything else, tags of the file among it, stays unread.
const ENTRIES: &str = "stream=codec_type,codec_name,width,height,pix_fmt,duration,bit_rate,color_transfer\
     :stream_disposition=attached_pic:stream_side_data=rotation:stream_tags=rotate:format=duration,bit_rate";
/// Longest length that is believed, in milliseconds: a day.
const DURATION_MS_MAX: u64 = 86_400_000;

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probed {
    /// Moving or still pictures, a cover not among them.
    pub video: Option<Video>,
    /// The sound's codec.
    pub sound: Sound,
    /// As the file says; a stream that was recorded on the way has none.
    pub duration_ms: Option<u64>,
}

/// Which sound there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sound {
    None,
    Aac,
    Other,
}

/// The pictures of a film.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Video {
    /// Upright.
    pub width_px: u32,
    /// Upright.
    pub height_px: u32,
    /// H.264 in 8 bits, which every browser plays.
    pub plain_h264: bool,
    /// Bits a second, of the stream or else of the whole file.
    pub bit_rate: Option<u64>,
    /// Brighter than a screen can be: to be mapped.
    pub high_range: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Answer {
    streams: Vec<Stream>,
    format: Format,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Format {
    duration: String,
    bit_rate: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Stream {
    codec_type: String,
    codec_name: String,
    width: u32,
    height: u32,
    pix_fmt: String,
    duration: String,
    bit_rate: String,
    color_transfer: String,
    disposition: Disposition,
    side_data_list: Vec<SideData>,
    tags: Tags,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Disposition {
    attached_pic: u8,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SideData {
    rotation: f64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Tags {
    rotate: String,
}

impl Films {
    /// Asks ffprobe.
    pub(super) async fn probe(&self, file: &File, kind: Kind) -> io::Result<Result<Probed, Unreadable>> {
        let mut arguments = vec!["-v", "error"];
        arguments.extend(reading(kind));
        arguments.extend(["-print_format", "json", "-show_entries", ENTRIES, INPUT]);
        let input = Stdio::from(file.try_clone()?);
        let answer = self.answer(Tool::Ffprobe, &arguments, input, PROBE_SECONDS_MAX).await?;
        Ok(answer.and_then(|answer| parse(&answer)))
    }
}

/// Reads ffprobe's answer.
///
/// # Errors
/// `BadHeader` where it is none, or names neither pictures nor sound; `TooLarge` beyond the limits of pictures.
pub(super) fn parse(answer: &[u8]) -> Result<Probed, Unreadable> {
    let answer: Answer = serde_json::from_slice(answer).map_err(|_| Unreadable::BadHeader)?;
    let is = |stream: &&Stream, kind: &str| stream.codec_type == kind && stream.disposition.attached_pic == 0;
    let picture = answer.streams.iter().find(|stream| is(stream, "video"));
    let sound = answer.streams.iter().find(|stream| is(stream, "audio"));
    if picture.is_none() && sound.is_none() {
        return Err(Unreadable::BadHeader);
    }
    let lengths = [&answer.format.duration].into_iter().chain(answer.streams.iter().map(|one| &one.duration));
    Ok(Probed {
        video: picture.map(|stream| video(stream, &answer.format)).transpose()?,
        sound: match sound {
            None => Sound::None,
            Some(stream) if stream.codec_name == "aac" => Sound::Aac,
            Some(_) => Sound::Other,
        },
        duration_ms: lengths.filter_map(|text| milliseconds(text)).next(),
    })
}

fn video(stream: &Stream, format: &Format) -> Result<Video, Unreadable> {
    let (width, height) = (stream.width, stream.height);
    if width == 0 || height == 0 {
        return Err(Unreadable::BadHeader);
    }
    if u64::from(width) * u64::from(height) > PICTURE_PIXELS_MAX || width.max(height) > PICTURE_SIDE_PX_MAX {
        return Err(Unreadable::TooLarge);
    }
    let rotation = stream.side_data_list.iter().map(|data| data.rotation).find(|rotation| *rotation != 0.0);
    let rotation = rotation.or_else(|| stream.tags.rotate.parse().ok()).unwrap_or_default();
    let lies = (rotation.abs() - 90.0).abs() < 45.0 || (rotation.abs() - 270.0).abs() < 45.0;
    let (width_px, height_px) = if lies { (height, width) } else { (width, height) };
    Ok(Video {
        width_px,
        height_px,
        plain_h264: stream.codec_name == "h264" && matches!(stream.pix_fmt.as_str(), "yuv420p" | "yuvj420p"),
        bit_rate: [&stream.bit_rate, &format.bit_rate].into_iter().find_map(|text| text.parse().ok()),
        high_range: matches!(stream.color_transfer.as_str(), "smpte2084" | "arib-std-b67"),
    })
}

fn milliseconds(text: &str) -> Option<u64> {
    let seconds: f64 = text.parse().ok().filter(|seconds: &f64| seconds.is_finite() && *seconds > 0.0)?;
    let milliseconds = (seconds * 1_000.0).round();
    (milliseconds <= DURATION_MS_MAX as f64).then_some(milliseconds as u64)
}
