//! A voice: decoded to samples, which are counted (a stream recorded on the way says no length) and of which the
//! loudest are kept; and encoded anew for browsers, since not every browser plays what every phone records.

use std::fs::File;
use std::io;
use std::process::Stdio;

use shared::limits::{VOICE_SECONDS_MAX, WAVE_PEAKS};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::super::reason::Unreadable;
use super::super::sniff::Kind;
use super::run::{INPUT, OUTPUT, Tool, finish, reading};
use super::{Film, Films, Voice};

/// Samples a second that ffmpeg is asked for: enough to see speech.
const RATE: usize = 8_000;
/// Samples of which the loudest is kept at first: 50 ms.
const WINDOW: usize = 400;
/// Seconds that are drawn: an hour.
const DRAWN_SECONDS: &str = "3600";
/// Bytes read at once.
const BUFFER_BYTES: usize = 64 << 10;

/// Samples as they come by.
#[derive(Debug, Default)]
pub(super) struct Wave {
    samples: usize,
    /// The loudest of each window, 0 to 32768.
    windows: Vec<u16>,
    /// The first byte of a sample whose second has not come.
    half: Option<u8>,
}

impl Wave {
    /// Takes in bytes of 16-bit samples, little-endian, cut anywhere.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match self.half.take() {
                None => self.half = Some(*byte),
                Some(low) => self.sample(i16::from_le_bytes([low, *byte]).unsigned_abs()),
            }
        }
    }

    fn sample(&mut self, loudness: u16) {
        if self.samples.is_multiple_of(WINDOW) {
            self.windows.push(0);
        }
        self.samples += 1;
        let window = self.windows.last_mut().expect("pushed at the first sample");
        *window = loudness.max(*window);
    }

    /// Length in milliseconds.
    pub(super) fn duration_ms(&self) -> u64 {
        (self.samples * 1_000 / RATE) as u64
    }

    /// The loudest of each of [`WAVE_PEAKS`] equal parts, 0 to 255; fewer where there are fewer windows.
    pub(super) fn peaks(&self) -> Vec<u8> {
        let count = self.windows.len();
        let parts = count.min(WAVE_PEAKS);
        let part = |place: usize| &self.windows[place * count / parts..(place + 1) * count / parts];
        let loudest = (0..parts).map(|place| part(place).iter().copied().max().unwrap_or_default());
        loudest.map(|loudness| u8::try_from(loudness / 128).unwrap_or(u8::MAX)).collect()
    }
}

async fn listen(mut samples: impl AsyncRead + Unpin) -> io::Result<Wave> {
    let (mut wave, mut buffer) = (Wave::default(), vec![0; BUFFER_BYTES]);
    loop {
        match samples.read(&mut buffer).await? {
            0 => return Ok(wave),
            read => wave.take(&buffer[..read]),
        }
    }
}

impl Films {
    /// Length, waveform and copy of a file that has sound and no pictures.
    pub(super) async fn voice(&self, file: &File, kind: Kind) -> io::Result<Result<Film, Unreadable>> {
        let wave = match self.wave(file, kind).await? {
            Ok(wave) if wave.samples > 0 => wave,
            Ok(_) => return Ok(Err(Unreadable::Broken)),
            Err(reason) => return Ok(Err(reason)),
        };
        let mut arguments = sound_of(kind);
        arguments.extend(["-c:a", "aac", "-b:a", "64k", "-threads", "1"]);
        arguments.extend(["-map_metadata", "-1", "-map_metadata:s", "-1", "-map_chapters", "-1"]);
        arguments.extend(["-fflags", "+bitexact", "-movflags", "+faststart", "-f", "ipod", "-y", OUTPUT]);
        let m4a = self.made(&arguments, file, VOICE_SECONDS_MAX).await?;
        Ok(m4a.map(|m4a| Film {
            pictures: None,
            duration_ms: Some(wave.duration_ms()),
            voice: Some(Voice { m4a, peaks: wave.peaks() }),
        }))
    }

    async fn wave(&self, file: &File, kind: Kind) -> io::Result<Result<Wave, Unreadable>> {
        let mut arguments = sound_of(kind);
        let rate = RATE.to_string();
        arguments.extend(["-ac", "1", "-ar", &rate, "-t", DRAWN_SECONDS, "-f", "s16le", "pipe:1"]);
        let pipes = (Stdio::from(file.try_clone()?), Stdio::piped());
        let Some(mut child) = self.start(Tool::Ffmpeg, &arguments, pipes, VOICE_SECONDS_MAX)? else {
            return Ok(Err(Unreadable::NoDecoder));
        };
        let samples = child.stdout.take().expect("standard output is piped");
        finish(child, listen(samples), VOICE_SECONDS_MAX).await
    }
}

fn sound_of(kind: Kind) -> Vec<&'static str> {
    let mut arguments = vec!["-nostdin", "-v", "error", "-threads", "1"];
    arguments.extend(reading(kind));
    arguments.extend(["-i", INPUT, "-map", "0:a:0", "-vn"]);
    arguments
}
