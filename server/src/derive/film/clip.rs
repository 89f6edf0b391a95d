//! The clip that every browser plays: H.264 of at most 720p in an MP4 whose index comes first. It carries nothing of the
//! original's metadata, in whose boxes phones write where it was taken. An original that is such a clip already is
//! not encoded anew but packed anew: its pictures stay as they are, its metadata stays behind.

use std::fs::File;
use std::io;

use shared::limits::{CLIP_LONG_PX as LONG, CLIP_SECONDS_MAX, CLIP_SHORT_PX as SHORT};

use super::super::reason::Unreadable;
use super::super::sniff::Kind;
use super::Films;
use super::probe::{Sound, Video};
use super::run::{INPUT, OUTPUT, reading};

/// Bits a second up to which a clip stays as it is coded.
const KEPT_BIT_RATE_MAX: u64 = 3_000_000;

/// Whether the pictures can stay as they are.
pub(super) fn fits(kind: Kind, video: &Video, sound: Sound) -> bool {
    let (longer, shorter) = (video.width_px.max(video.height_px), video.width_px.min(video.height_px));
    matches!(kind, Kind::Mp4 | Kind::QuickTime)
        && video.plain_h264
        && sound != Sound::Other
        && (longer <= LONG && shorter <= SHORT)
        && video.bit_rate.is_some_and(|rate| rate <= KEPT_BIT_RATE_MAX)
}

impl Films {
    /// The clip, in a file without a name.
    pub(super) async fn encode(
        &self,
        file: &File,
        kind: Kind,
        (video, sound): (&Video, Sound),
    ) -> io::Result<Result<File, Unreadable>> {
        let scale = format!(
            "scale=w='if(gt(iw,ih),min({LONG},iw),min({SHORT},iw))':h='if(gt(iw,ih),min({SHORT},ih),min({LONG},ih))'\
             :force_original_aspect_ratio=decrease:force_divisible_by=2"
        );
        let mut arguments = vec!["-nostdin", "-v", "error", "-threads", "1"];
        arguments.extend(reading(kind));
        arguments.extend(["-i", INPUT, "-map", "0:v:0", "-map", "0:a:0?"]);
        if fits(kind, video, sound) {
            // Without the messages between the pictures (SEI), in which some cameras write time and place.
            arguments.extend(["-c", "copy", "-bsf:v", "filter_units=remove_types=6"]);
        } else {
            arguments.extend(["-filter_threads", "1", "-vf", &scale, "-threads", "1", "-c:v", "libx264"]);
            arguments.extend(["-preset", "veryfast", "-crf", "26", "-maxrate", "3M", "-bufsize", "6M"]);
            arguments.extend(["-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "96k", "-ac", "2"]);
        }
        arguments.extend(["-map_metadata", "-1", "-map_metadata:s", "-1", "-map_chapters", "-1"]);
        arguments.extend(["-fflags", "+bitexact", "-movflags", "+faststart", "-f", "mp4", "-y", OUTPUT]);
        self.made(&arguments, file, CLIP_SECONDS_MAX).await
    }
}
