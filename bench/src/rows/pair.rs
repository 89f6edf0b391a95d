//! Thumb and preview of 12-megapixel photos by the child that the server starts for each, against vipsthumbnail making
//! the same two; and how near the preview comes to one that was made the long way. The photos are those of 10 to 14
//! megapixels in the folders that `--photos` names; without any, pictures that ffmpeg draws.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::Bench;
use super::originals::jpegs;
use crate::figure::{Bound, Figure, median};
use crate::process;

/// Pixels of a photo of these rows.
const PIXELS: std::ops::RangeInclusive<u64> = 10_000_000..=14_000_000;
/// Pictures that are drawn where no photo is named.
const DRAWN: usize = 9;
/// Rounds, the first of which warms up.
const ROUNDS: usize = 6;
/// The longer sides of preview and thumb, as the server makes them.
const SIDES: [u32; 2] = [1_600, 320];
/// Bytes before the first picture of the child's answer: a mark, a status, width and height.
const HEAD_BYTES: usize = 13;

/// `derive_pair_12mp`, `derive_pair_ssim`.
pub async fn derive(bench: &Bench) -> Result<Vec<Figure>> {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench");
    fs::create_dir_all(&target)?;
    let folder = tempfile::Builder::new().prefix("pair-").tempdir_in(target.canonicalize()?)?;
    let (photos, whose) = photos(bench, &folder)?;
    let (mut ours, mut theirs, mut bytes) = (Vec::new(), Vec::new(), 0);
    for round in 0..ROUNDS {
        let our = spent(|| {
            bytes = 0;
            photos.iter().try_for_each(|photo| {
                bytes += derived(&bench.program, photo)?.iter().map(Vec::len).sum::<usize>();
                Ok(())
            })
        })?;
        let their = spent(|| photos.iter().try_for_each(|photo| by_vips(photo, folder.path())))?;
        if round > 0 {
            let each = |all: Duration| all.as_secs_f64() * 1e3 / photos.len() as f64;
            ours.push(each(our));
            theirs.push(each(their));
        }
    }
    let (mut our_likeness, mut their_likeness) = (0.0, 0.0);
    for photo in &photos {
        let [reference, vips, preview] =
            ["reference.png", "vips.webp", "preview.webp"].map(|name| folder.path().join(name));
        // Without a profile there is nothing to convert, and vips would change the colours all the same.
        let profile: &[&str] = if has_profile(photo)? { &SRGB } else { &[] };
        vips_thumbnail(photo, &[&["--linear"], profile].concat(), SIDES[0], &reference, "")?;
        vips_thumbnail(photo, profile, SIDES[0], &vips, WEBP)?;
        fs::write(
            &preview,
            derived(&bench.program, photo)?
                .iter()
                .max_by_key(|picture| picture.len())
                .context("a preview")?,
        )?;
        our_likeness += ssim(&preview, &reference)? / photos.len() as f64;
        their_likeness += ssim(&vips, &reference)? / photos.len() as f64;
    }
    folder.close()?;
    let ratios = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect();
    let each = median(ours);
    let pair = Figure {
        id: "derive_pair_12mp",
        unit: "ms",
        ours: each,
        peer: Some((median(theirs), "vipsthumbnail")),
        ratio: Some(median(ratios)),
        bound: Bound::RatioAtMost(0.6),
        remark: format!(
            "{} {whose}; {:.0} kB a photo; {:.0} photos an hour on two processors",
            photos.len(),
            bytes as f64 / 1e3 / photos.len() as f64,
            2.0 * 3_600_000.0 / each
        ),
    };
    let mut likeness = Figure::alone("derive_pair_ssim", "", our_likeness - their_likeness, 0.0);
    likeness.bound = Bound::AtLeast(-0.002);
    likeness.remark = format!("{our_likeness:.4}, vipsthumbnail {their_likeness:.4}");
    Ok(vec![pair, likeness])
}

/// How vips writes what we are held against: our quality, our effort, nothing of what the photo says of itself.
const WEBP: &str = "[Q=80,reduction-effort=2,strip]";

/// How vips is told to convert colours.
const SRGB: [&str; 2] = ["--export-profile", "srgb"];

fn has_profile(photo: &Path) -> Result<bool> {
    Ok(output(Command::new("vipsheader").arg("-a").arg(photo))?.contains("icc-profile-data"))
}

fn photos(bench: &Bench, folder: &TempDir) -> Result<(Vec<PathBuf>, &'static str)> {
    let mut found = Vec::new();
    for photo in jpegs(&bench.photos)? {
        let side = |field| output(Command::new("vipsheader").args(["-f", field]).arg(&photo));
        let (Ok(width), Ok(height)) = (side("width"), side("height")) else { continue };
        let pixels = width.trim().parse::<u64>()? * height.trim().parse::<u64>()?;
        if PIXELS.contains(&pixels) {
            found.push(photo);
        }
    }
    if !found.is_empty() {
        return Ok((found, "of --photos"));
    }
    for at in 1..=DRAWN {
        let path = folder.path().join(format!("drawn-{at}.jpg"));
        let scene = format!(
            "mandelbrot=size=4032x3024:start_scale={}:maxiter=400,noise=alls=9:all_seed={at}",
            2.0 / at as f64
        );
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", &scene]);
        output(ffmpeg.args(["-frames:v", "1", "-pix_fmt", "yuvj420p", "-q:v", "4"]).arg(&path))?;
        found.push(path);
    }
    Ok((found, "drawn"))
}

/// CPU of the processes that some work starts and waits for.
fn spent(work: impl FnOnce() -> Result<()>) -> Result<Duration> {
    let before = process::cpu_of_ended()?;
    work()?;
    Ok(process::cpu_of_ended()?.saturating_sub(before))
}

/// The pictures that the child makes of a photo.
fn derived(program: &Path, photo: &Path) -> Result<Vec<Vec<u8>>> {
    let mut child = Command::new(program);
    child
        .args(["derive-one", "photo"])
        .env_clear()
        .env(process::CHILDS.0, process::CHILDS.1)
        .stdin(File::open(photo)?)
        .stderr(Stdio::null());
    let answer = child.output()?.stdout;
    ensure!(answer.get(..5) == Some(b"MPD1\0"), "the child makes nothing of {}", photo.display());
    let (mut rest, mut pictures) = (&answer[HEAD_BYTES..], Vec::new());
    for _ in SIDES {
        let (length, after) = rest.split_first_chunk::<4>().context("a picture has a length")?;
        let length = usize::try_from(u32::from_le_bytes(*length))?;
        let (picture, after) = after.split_at_checked(length).context("a picture is whole")?;
        pictures.push(picture.to_vec());
        rest = after;
    }
    Ok(pictures)
}

fn by_vips(photo: &Path, folder: &Path) -> Result<()> {
    SIDES.iter().try_for_each(|side| {
        vips_thumbnail(photo, &SRGB, *side, &folder.join(format!("vips-{side}.webp")), WEBP)
    })
}

fn vips_thumbnail(photo: &Path, how: &[&str], side: u32, to: &Path, saved: &str) -> Result<()> {
    let mut vips = Command::new("vipsthumbnail");
    vips.env("VIPS_CONCURRENCY", "1").arg(photo).args(how).arg("--size");
    vips.arg(format!("{side}x{side}")).arg("-o").arg(format!("{}{saved}", to.display()));
    output(&mut vips).map(drop)
}

/// How alike two pictures of one size are: 1 is the same (structural similarity, mean of the colours).
fn ssim(one: &Path, other: &Path) -> Result<f64> {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-hide_banner", "-i"]).arg(one).arg("-i").arg(other);
    ffmpeg.args(["-lavfi", "[0:v]format=gbrp[a];[1:v]format=gbrp[b];[a][b]ssim", "-f", "null", "-"]);
    let done = ffmpeg.output()?;
    let said = String::from_utf8_lossy(&done.stderr);
    let all = said.split_once("All:").and_then(|(_, rest)| rest.split_whitespace().next());
    all.with_context(|| format!("ffmpeg compares nothing: {said}"))?.parse().context("a number")
}

/// What a program says that ends well.
fn output(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let done = command.output().with_context(|| format!("{name}: `./setup.sh --bench` installs it"))?;
    ensure!(done.status.success(), "{name}: {}", String::from_utf8_lossy(&done.stderr));
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}
