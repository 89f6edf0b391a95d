//! One still of a film, upright, for our own renderer: from its first second, or its beginning where it is shorter.

use std::fs::File;
use std::io;

use shared::limits::{PREVIEW_PX, STILL_SECONDS_MAX};
use tokio::task::spawn_blocking;

use super::super::process::head_of;
use super::super::reason::Unreadable;
use super::super::sniff::Kind;
use super::Films;
use super::probe::Video;
use super::run::{INPUT, OUTPUT, reading};
use super::turn;

/// Seconds of a film that are read for its still.
const READ_SECONDS: &str = "10";
/// High range to what screens show: in linear light, by Hable's curve.
const MAP_RANGE: &str = "zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0,\
     zscale=t=bt709:m=bt709:r=tv,format=yuv420p,";

impl Films {
    /// A PNG, no larger than a preview, in a file without a name.
    pub(super) async fn still(
        &self,
        file: &File,
        kind: Kind,
        video: &Video,
    ) -> io::Result<Result<File, Unreadable>> {
        let fit = format!(
            "scale=w='min({PREVIEW_PX},iw)':h='min({PREVIEW_PX},ih)':force_original_aspect_ratio=decrease"
        );
        let fit = format!("{}{fit}", self.turn(file, kind).await?);
        let mapped = format!("{fit},{MAP_RANGE}null");
        // A build of ffmpeg may lack the filters that map; a pale still is better than none.
        let filters = if video.high_range { vec![mapped.as_str(), &fit] } else { vec![fit.as_str()] };
        let starts: &[&str] = if kind == Kind::Avif { &["0"] } else { &["1", "0"] };
        let mut outcome = Err(Unreadable::Broken);
        for filter in filters {
            for start in starts {
                outcome = self.frame(file, kind, (start, filter)).await?;
                if !matches!(outcome, Err(Unreadable::Broken)) {
                    return Ok(outcome);
                }
            }
        }
        Ok(outcome)
    }

    /// What turns an AVIF upright; ffmpeg turns films itself.
    async fn turn(&self, file: &File, kind: Kind) -> io::Result<String> {
        if kind != Kind::Avif {
            return Ok(String::new());
        }
        let file = file.try_clone()?;
        let read =
            spawn_blocking(move || head_of(&file, turn::HEAD_BYTES)).await.map_err(io::Error::other)??;
        Ok(turn::filters(&read))
    }

    async fn frame(
        &self,
        file: &File,
        kind: Kind,
        (start, filter): (&str, &str),
    ) -> io::Result<Result<File, Unreadable>> {
        let mut arguments = vec!["-nostdin", "-v", "error", "-threads", "1"];
        arguments.extend(reading(kind));
        if kind == Kind::Avif {
            // A version that knows how it is turned would turn it a second time.
            arguments.push("-noautorotate");
        }
        arguments.extend(["-ss", start, "-t", READ_SECONDS, "-i", INPUT, "-map", "0:v:0", "-frames:v", "1"]);
        arguments.extend(["-filter_threads", "1", "-vf", filter, "-threads", "1", "-map_metadata", "-1"]);
        arguments.extend(["-c:v", "png", "-f", "image2pipe", "-y", OUTPUT]);
        self.made(&arguments, file, STILL_SECONDS_MAX).await
    }
}
