//! Clips and voices as phones write them, made by ffmpeg itself: `./setup.sh --test` installs it.

use std::path::Path;
use std::process::Command;

/// Stands in the metadata of every film made here, beside a position.
pub const CANARY: &str = "CANARY-OF-STONE-TROUGH";
/// The position, as phones write it (ISO 6709).
pub const POSITION: &str = "+31.2304+121.4737/";

/// A file that ffmpeg writes with these arguments, between its inputs and its output's name.
///
/// # Panics
/// When ffmpeg is not there, or writes none.
#[must_use]
pub fn made(arguments: &str, name: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder is made");
    let file = folder.path().join(name);
    let (title, place) = (format!("title={CANARY}"), format!("location={POSITION}"));
    let made = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error"])
        .args(arguments.split_whitespace())
        .args(["-metadata", &title, "-metadata", &place, "-y"])
        .arg(&file)
        .output()
        .expect("ffmpeg runs: ./setup.sh --test installs it");
    assert!(made.status.success(), "{arguments}: {}", String::from_utf8_lossy(&made.stderr));
    std::fs::read(file).expect("a file")
}

/// Whether this ffmpeg has an encoder: HEVC is missing in some.
///
/// # Panics
/// When ffmpeg is not there.
#[must_use]
pub fn encodes(codec: &str) -> bool {
    let output = Command::new("ffmpeg").args(["-v", "error", "-encoders"]).output().expect("ffmpeg runs");
    String::from_utf8_lossy(&output.stdout).split_whitespace().any(|word| word == codec)
}

/// What ffprobe says of a file, `key=value` a line.
///
/// # Panics
/// When ffprobe is not there.
#[must_use]
pub fn probed(file: &[u8], entries: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder is made");
    let path: &Path = &folder.path().join("file");
    std::fs::write(path, file).expect("a file is written");
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-of", "default=nw=1", "-show_entries", entries])
        .arg(path)
        .output()
        .expect("ffprobe runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
