//! Photos stored smaller without loss: what they take, whether each comes back bit for bit, what encoding and checking
//! costs, and how long a download takes that decodes. The photos are those of the folders that `--photos` names; without
//! one, those that `miaopu demo` draws, which are smaller and cleaner than a phone's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures_util::future::try_join_all;
use rusqlite::{Connection, OpenFlags};
use sha2::{Digest as _, Sha256};
use shared::ids::{Digest, MediaId};
use shared::model::MediaKind;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;

use super::Bench;
use crate::chance::Chance;
use crate::figure::{Figure, median};
use crate::load::{Call, Link};
use crate::process;
use crate::site::{Crowd, Engine, Site};
use crate::tus::{self, Original};

/// Bytes of the photo that is downloaded, as near as there is one.
const DOWNLOAD_BYTES: u64 = 2_500_000;
/// Downloads at once, and of each of them.
const AT_ONCE: usize = 4;
const ROUNDS: usize = 12;
/// How long all photos may take until they were tried: each waits a minute first.
const PATIENCE: Duration = Duration::from_secs(1_800);
const LOOK: Duration = Duration::from_millis(500);
/// Bytes of the child's answer before the file: a status, and the CPU it took in µs.
const HEAD_BYTES: usize = 9;
const SEED: u64 = 0x1E_B7_07;

/// A photo on its way.
struct Photo {
    file: Original,
    media: MediaId,
}

/// `lepton_stored_ratio`, `lepton_changed_files`, `lepton_cpu_ms_per_mb`, `original_download_ms`.
pub async fn smaller(bench: &Bench) -> Result<Vec<Figure>> {
    let mut site = Site::open(&bench.program, Engine::Sqlite, Crowd { branches: 1, members: 1 }).await?;
    let (files, whose) = match bench.photos.as_slice() {
        [] => (drawn(&bench.program, site.folder.path()).await?, "drawn by the demo"),
        folders => (jpegs(folders)?, "of --photos"),
    };
    ensure!(!files.is_empty(), "there is no JPEG in the folders of --photos");
    let mut chance = Chance::of(SEED);
    let photos = sent(&mut site, &mut chance, &files).await?;
    let (received, stored, smaller) = tried(&site).await?;
    let mut ratio = Figure::alone("lepton_stored_ratio", "", stored as f64 / received as f64, 0.78);
    ratio.remark = format!(
        "{} photos {whose}, {smaller} of them smaller, {:.1} MB",
        photos.len(),
        received as f64 / 1e6
    );
    let changed = changed(&site, &photos).await?;
    let cpu = cpu(&bench.program, &files).await?;
    let times = downloads(&site, &photos).await?;
    site.close().await?;
    Ok(vec![ratio, Figure::alone("lepton_changed_files", "files", changed as f64, 0.0), cpu, times])
}

/// JPEGs below folders, in the order of their paths.
pub fn jpegs(folders: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for folder in folders {
        for entry in fs::read_dir(folder).with_context(|| format!("--photos {}", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                files.extend(jpegs(&[path])?);
            } else if fs::read(&path)?.starts_with(&[0xFF, 0xD8, 0xFF]) {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The photos of the demo: it is made, and ended as soon as it serves.
async fn drawn(program: &Path, folder: &Path) -> Result<Vec<PathBuf>> {
    let data = folder.join("demo");
    let mut demo = Command::new(program)
        .args(["demo", "--listen", "127.0.0.1:0", "--data"])
        .arg(&data)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let mut lines = BufReader::new(demo.stdout.take().context("its words are a pipe")?).lines();
    while let Some(line) = lines.next_line().await? {
        if line.starts_with("Miaopu demo:") {
            break;
        }
    }
    demo.kill().await?;
    jpegs(&[data.join("blobs/original")])
}

/// Names all photos, each in an entry of its own, and sends them.
async fn sent(site: &mut Site, chance: &mut Chance, files: &[PathBuf]) -> Result<Vec<Photo>> {
    let mut photos = Vec::new();
    for path in files {
        let file = Original::at(path)?;
        let media = tus::announce(site, chance, MediaKind::Photo, std::slice::from_ref(&file)).await?[0];
        tus::upload(site, &file, media).await?;
        photos.push(Photo { file, media });
    }
    Ok(photos)
}

/// Waits until nothing is left to do; answers bytes received, bytes stored, and photos stored smaller.
async fn tried(site: &Site) -> Result<(u64, u64, u64)> {
    let file = site.installation.data().join("miaopu.db");
    let started = Instant::now();
    loop {
        let db = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let left: i64 =
            db.query_row("SELECT COUNT(*) FROM job WHERE state = 'ready'", [], |row| row.get(0))?;
        if left == 0 {
            let dead: i64 = db.query_row("SELECT COUNT(*) FROM job", [], |row| row.get(0))?;
            ensure!(dead == 0, "{dead} jobs were given up: `miaopu jobs list` says why");
            let text = "SELECT SUM(size_bytes), SUM(COALESCE(stored_bytes, size_bytes)), COUNT(stored_bytes) \
                        FROM blob WHERE part = 'original'";
            let row = db.query_row(text, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            let (received, stored, smaller): (i64, i64, i64) = row;
            return Ok((received.unsigned_abs(), stored.unsigned_abs(), smaller.unsigned_abs()));
        }
        ensure!(started.elapsed() < PATIENCE, "{left} jobs are left");
        tokio::time::sleep(LOOK).await;
    }
}

fn original(site: &Site, photo: &Photo) -> Call {
    Call::get(&format!("/api/v1/media/{}/original", photo.media)).by(&site.phones[0].authorization)
}

/// Downloads every photo; answers how many are not what was sent.
async fn changed(site: &Site, photos: &[Photo]) -> Result<usize> {
    let mut link = Link::open(site.addr()).await?;
    let mut changed = 0;
    for photo in photos {
        let reply = link.send(&original(site, photo)).await?;
        ensure!(reply.status.is_success(), "{}: {}", photo.file.path.display(), reply.status);
        changed += usize::from(Digest(Sha256::digest(&reply.body).into()) != photo.file.sha256);
    }
    Ok(changed)
}

/// CPU of the processes that encode a photo and decode it again to check, by the MB that came.
async fn cpu(program: &Path, files: &[PathBuf]) -> Result<Figure> {
    let (mut spent, mut bytes, mut left) = (Duration::ZERO, 0, 0);
    for path in files {
        let photo = fs::read(path)?;
        let (encode, Some(smaller)) = answered(program, "encode", &photo).await? else {
            left += 1;
            continue;
        };
        let (decode, back) = answered(program, "decode", &smaller).await?;
        ensure!(back.as_deref() == Some(&photo), "{} does not come back", path.display());
        spent += encode + decode;
        bytes += photo.len();
    }
    let per_mb = spent.as_secs_f64() * 1e3 / (bytes as f64 / 1e6);
    let mut figure = Figure::alone("lepton_cpu_ms_per_mb", "ms/MB", per_mb, 200.0);
    figure.remark = format!("over {:.1} MB, {left} files not encoded", bytes as f64 / 1e6);
    Ok(figure)
}

/// Runs one child; answers its CPU and what it made, if anything.
async fn answered(program: &Path, direction: &str, file: &[u8]) -> Result<(Duration, Option<Vec<u8>>)> {
    let mut child = Command::new(program)
        .args(["lepton", direction])
        .env_clear()
        .env(process::CHILDS.0, process::CHILDS.1)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let mut stdin = child.stdin.take().context("its input is a pipe")?;
    let mut stdout = child.stdout.take().context("its output is a pipe")?;
    let mut answer = Vec::new();
    let write = async {
        stdin.write_all(file).await?;
        stdin.shutdown().await?;
        drop(stdin);
        std::io::Result::Ok(())
    };
    tokio::try_join!(write, stdout.read_to_end(&mut answer))?;
    ensure!(child.wait().await?.success() && answer.len() >= HEAD_BYTES, "the child gave no answer");
    let made = answer.split_off(HEAD_BYTES);
    let cpu_us = u64::from_le_bytes(answer[1..].try_into()?);
    Ok((Duration::from_micros(cpu_us), (answer[0] == 0).then_some(made)))
}

/// Several downloads of one photo at once, over and over.
async fn downloads(site: &Site, photos: &[Photo]) -> Result<Figure> {
    let photo = photos.iter().min_by_key(|photo| photo.file.length.abs_diff(DOWNLOAD_BYTES));
    let photo = photo.context("there are photos")?;
    let call = original(site, photo);
    let one = || async {
        let mut link = Link::open(site.addr()).await?;
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            let started = Instant::now();
            let reply = link.send(&call).await?;
            times.push(started.elapsed().as_secs_f64() * 1e3);
            ensure!(reply.status.is_success(), "the server answered {}", reply.status);
        }
        anyhow::Ok(times)
    };
    let times: Vec<f64> = try_join_all((0..AT_ONCE).map(|_| one())).await?.concat();
    let most = times.iter().copied().fold(0.0, f64::max);
    let mut figure = Figure::alone("original_download_ms", "ms", median(times), 500.0);
    figure.remark = format!("a photo of {:.2} MB, {most:.0} ms at most", photo.file.length as f64 / 1e6);
    Ok(figure)
}
