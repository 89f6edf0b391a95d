//! Files that are made to harm: how long the child that decodes takes to refuse the worst of them, how much memory, and
//! what all of them leave in the server. They are those of the folders that `--hostile` names; without any, a few that
//! are made here.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rusqlite::{Connection, OpenFlags};
use shared::model::MediaKind;
use tokio::process::Command as Child;
use tokio::time::timeout;

use super::Bench;
use crate::chance::Chance;
use crate::figure::Figure;
use crate::process;
use crate::site::{Crowd, Engine, Site};
use crate::tus::{self, Original};

/// How long the server may take for all of them.
const PATIENCE: Duration = Duration::from_secs(600);
const LOOK: Duration = Duration::from_millis(200);
/// Between two looks at the child's memory.
const GLANCE: Duration = Duration::from_millis(1);
/// Scans of the JPEG that has too many.
const SCANS: usize = 3_000;
/// Bytes that a compressed text of the PNG unfolds to.
const TEXT_BYTES: usize = 200_000_000;
const SEED: u64 = 666;

/// `hostile_worst_s`, `hostile_worst_mb`, `hostile_server_mb`.
pub async fn files(bench: &Bench) -> Result<Vec<Figure>> {
    let mut site = Site::open(&bench.program, Engine::Sqlite, Crowd { branches: 1, members: 1 }).await?;
    let mut chance = Chance::of(SEED);
    let (files, whose) = match bench.hostile.as_slice() {
        [] => (made(&site.folder.path().join("hostile"), &mut chance)?, "made here"),
        folders => (below(folders)?, "of --hostile"),
    };
    ensure!(!files.is_empty(), "there is no file in the folders of --hostile");
    let (mut longest, mut largest) = ((Duration::ZERO, ""), (0, ""));
    for file in &files {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let (took, bytes) = alone(&bench.program, file).await?;
        longest = longest.max((took, name));
        largest = largest.max((bytes, name));
    }
    let mut worst = Figure::alone("hostile_worst_s", "s", longest.0.as_secs_f64(), 5.0);
    worst.remark = format!("{} files {whose}; {}", files.len(), longest.1);
    let mut memory = Figure::alone("hostile_worst_mb", "MB", largest.0 as f64 / 1e6, 256.0);
    memory.remark = largest.1.to_owned();
    // A server keeps memory of its first uploads for the next; what harms is what hostile files take beyond harmless ones.
    let noise = twins(&site.folder.path().join("noise"), &files, &mut chance)?;
    let usual = peak_with(&mut site, &mut chance, &noise).await?;
    let peak = peak_with(&mut site, &mut chance, &files).await?;
    site.close().await?;
    let grown = peak.saturating_sub(usual) as f64 / 1e6;
    let mut server = Figure::alone("hostile_server_mb", "MB", grown, 16.0);
    server.remark = format!("{:.1} MB at most", peak as f64 / 1e6);
    Ok(vec![worst, memory, server])
}

/// Files below folders, in the order of their paths.
fn below(folders: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for folder in folders {
        for entry in fs::read_dir(folder).with_context(|| format!("--hostile {}", folder.display()))? {
            let path = entry?.path();
            match path.is_dir() {
                true => files.extend(below(&[path])?),
                false => files.push(path),
            }
        }
    }
    files.sort();
    Ok(files)
}

/// How long the child takes for a file, and the most memory it had.
async fn alone(program: &Path, file: &Path) -> Result<(Duration, u64)> {
    let mut child = Child::new(program)
        .args(["derive-one", "photo"])
        .env_clear()
        .env(process::CHILDS.0, process::CHILDS.1)
        .stdin(File::open(file)?)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let (began, mut most) = (Instant::now(), 0);
    let pid = child.id().context("a child that was just started has an id")?;
    while timeout(GLANCE, child.wait()).await.is_err() {
        // One that ends in between is no longer there to be asked.
        most = most.max(process::peak(pid).unwrap_or_default());
        ensure!(began.elapsed() < PATIENCE, "the child does not end with {}", file.display());
    }
    Ok((began.elapsed(), most))
}

/// A file of noise for each, of the same length.
fn twins(folder: &Path, files: &[PathBuf], chance: &mut Chance) -> Result<Vec<PathBuf>> {
    fs::create_dir_all(folder)?;
    let mut twins = Vec::new();
    for (at, file) in files.iter().enumerate() {
        let mut bytes = vec![0; usize::try_from(fs::metadata(file)?.len())?];
        chance.fill(&mut bytes);
        let twin = folder.join(at.to_string());
        fs::write(&twin, bytes)?;
        twins.push(twin);
    }
    Ok(twins)
}

/// The most memory that the server has while files are sent and looked at, in bytes.
async fn peak_with(site: &mut Site, chance: &mut Chance, files: &[PathBuf]) -> Result<u64> {
    let mut sent = files.iter().map(|path| Original::at(path)).collect::<Result<Vec<_>>>()?;
    sent.retain(|file| file.length > 0);
    let items = tus::announce(site, chance, MediaKind::Photo, &sent).await?;
    process::forget_peak(site.server.pid)?;
    for (file, media) in sent.iter().zip(items) {
        tus::upload(site, file, media).await?;
    }
    let (began, database) = (Instant::now(), site.installation.data().join("miaopu.db"));
    loop {
        let db = Connection::open_with_flags(&database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let text = "SELECT COUNT(*) FROM job WHERE kind = 'derive'";
        let left: i64 = db.query_row(text, [], |row| row.get(0))?;
        if left == 0 {
            return process::peak(site.server.pid);
        }
        ensure!(began.elapsed() < PATIENCE, "{left} files are not looked at");
        tokio::time::sleep(LOOK).await;
    }
}

/// A few files of the kinds that harm: too many pixels, too many scans, too much text, no end, nothing.
fn made(folder: &Path, chance: &mut Chance) -> Result<Vec<PathBuf>> {
    fs::create_dir_all(folder)?;
    let photo = folder.join("whole.jpg");
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args([
        "-nostdin",
        "-v",
        "error",
        "-f",
        "lavfi",
        "-i",
        "mandelbrot=size=1600x1200",
        "-frames:v",
        "1",
    ]);
    ensure!(ffmpeg.arg(&photo).status()?.success(), "ffmpeg draws no photo");
    let whole = fs::read(&photo)?;
    let scan = whole.windows(2).position(|pair| pair == [0xFF, 0xDA]).context("a photo has a scan")?;
    let (head, scan) = whole[..whole.len() - 2].split_at(scan);
    let mut noise = vec![0; 1 << 20];
    chance.fill(&mut noise);
    let huge = png(&[(b"IHDR", &header(65_000, 65_000)), (b"IDAT", &noise[..200_000]), (b"IEND", b"")]);
    let mut zlib = flate2::write::ZlibEncoder::new(b"Comment\0\0".to_vec(), flate2::Compression::best());
    zlib.write_all(&vec![b' '; TEXT_BYTES])?;
    let text = zlib.finish()?;
    let wordy = png(&[(b"IHDR", &header(8, 8)), (b"zTXt", &text), (b"IDAT", &noise[..64]), (b"IEND", b"")]);
    let wide = [&b"RIFF\x1A\0\0\0WEBPVP8L\x0D\0\0\0\x2F"[..], &[0xFF; 12]].concat();
    let playlist = b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n";
    let files: [(&str, Vec<u8>); 8] = [
        ("65000x65000.png", huge),
        ("200-mb-of-text.png", wordy),
        ("16384x16384.webp", wide),
        ("3000-scans.jpg", [head, &scan.repeat(SCANS), &[0xFF, 0xD9]].concat()),
        ("half.jpg", whole[..whole.len() / 2].to_vec()),
        ("noise.jpg", [&[0xFF, 0xD8, 0xFF, 0xE0][..], &noise].concat()),
        ("playlist.mp4", playlist.to_vec()),
        ("empty.jpg", Vec::new()),
    ];
    let mut paths = Vec::new();
    for (name, bytes) in files {
        paths.push(folder.join(name));
        fs::write(folder.join(name), bytes)?;
    }
    Ok(paths)
}

/// Width, height, 8 bits of grey.
fn header(width: u32, height: u32) -> [u8; 13] {
    let mut header = [0; 13];
    header[..4].copy_from_slice(&width.to_be_bytes());
    header[4..8].copy_from_slice(&height.to_be_bytes());
    header[8] = 8;
    header
}

/// A PNG of chunks whose sums are right (PNG specification, third edition, §5.3).
fn png(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1A\n".to_vec();
    for (name, bytes) in chunks {
        let mut sum = flate2::Crc::new();
        sum.update(*name);
        sum.update(bytes);
        png.extend((bytes.len() as u32).to_be_bytes());
        png.extend(*name);
        png.extend(*bytes);
        png.extend(sum.sum().to_be_bytes());
    }
    png
}
