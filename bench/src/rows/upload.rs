//! A clip of 200 MB by tus over loopback against a program that reads, hashes, writes and syncs the same bytes, in turn;
//! and what a clip of 1 GB takes of the server's memory, with media in a folder and in a bucket.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use sha2::{Digest as _, Sha256};
use shared::ids::Digest;
use shared::model::MediaKind;

use super::Bench;
use crate::chance::Chance;
use crate::figure::{Bound, Figure, median};
use crate::garage::Garage;
use crate::process;
use crate::site::{Crowd, Engine, Site};
use crate::tus::{self, PIECE};

/// Bytes of the clip.
const LENGTH: u64 = 200_000_000;
/// Bytes of the large clip.
const LARGE: u64 = 1_000_000_000;
/// Rounds, the first of which warms up.
const ROUNDS: usize = 4;
const SEED: u64 = 200;
const ONE: Crowd = Crowd { branches: 1, members: 1 };

/// `upload_200mb`, `upload_200mb_rss_mb`.
pub async fn clip(bench: &Bench) -> Result<Vec<Figure>> {
    let mut site = Site::open(&bench.program, Engine::Sqlite, ONE).await?;
    let mut chance = Chance::of(SEED);
    let (mut ours, mut theirs, mut grown) = (Vec::new(), Vec::new(), 0_u64);
    // Against a server that never took an upload: what it keeps for the next one has grown too.
    let fresh = process::resident(site.server.pid)?;
    for round in 0..ROUNDS {
        // Other bytes each time: what a server has already it need not be sent.
        let clip = tus::write(&site.folder.path().join("clip"), LENGTH, &mut chance)?;
        let media =
            tus::announce(&mut site, &mut chance, MediaKind::Clip, std::slice::from_ref(&clip)).await?[0];
        process::forget_peak(site.server.pid)?;
        let spent = tus::upload(&site, &clip, media).await?;
        grown = grown.max(process::peak(site.server.pid)?.saturating_sub(fresh));
        let bare = bare(&clip.path, &site.folder.path().join("copy"), clip.sha256)?;
        if round > 0 {
            ours.push(rate(spent));
            theirs.push(rate(bare));
        }
    }
    site.close().await?;
    let ratios = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect();
    let figure = Figure {
        id: "upload_200mb",
        unit: "MB/s",
        ours: median(ours),
        peer: Some((median(theirs), "read, SHA-256, write, sync")),
        ratio: Some(median(ratios)),
        bound: Bound::Ratio(0.5),
        remark: String::new(),
    };
    let mut memory = Figure::alone("upload_200mb_rss_mb", "MB", grown as f64 / 1e6, 64.0);
    memory.remark = format!("from {:.1} MB", fresh as f64 / 1e6);
    Ok(vec![figure, memory])
}

fn rate(spent: Duration) -> f64 {
    LENGTH as f64 / 1e6 / spent.as_secs_f64()
}

/// `upload_1gb_rss_mb_folder`, `upload_1gb_rss_mb_s3`.
pub async fn large(bench: &Bench) -> Result<Vec<Figure>> {
    let folder = large_in("upload_1gb_rss_mb_folder", bench, &[]).await?;
    let garage = Garage::start().await?;
    let bucket = large_in("upload_1gb_rss_mb_s3", bench, &garage.settings).await?;
    garage.stop().await?;
    Ok(vec![folder, bucket])
}

async fn large_in(id: &'static str, bench: &Bench, settings: &[(String, String)]) -> Result<Figure> {
    let mut site = Site::open_with(&bench.program, (Engine::Sqlite, ONE), settings).await?;
    let mut chance = Chance::of(SEED);
    let fresh = process::resident(site.server.pid)?;
    let clip = tus::write(&site.folder.path().join("clip"), LARGE, &mut chance)?;
    let media = tus::announce(&mut site, &mut chance, MediaKind::Clip, std::slice::from_ref(&clip)).await?[0];
    process::forget_peak(site.server.pid)?;
    let spent = tus::upload(&site, &clip, media).await?;
    let grown = process::peak(site.server.pid)?.saturating_sub(fresh);
    site.close().await?;
    let mut figure = Figure::alone(id, "MB", grown as f64 / 1e6, 64.0);
    figure.remark =
        format!("from {:.1} MB, at {:.0} MB/s", fresh as f64 / 1e6, LARGE as f64 / 1e6 / spent.as_secs_f64());
    Ok(figure)
}

/// Reads, hashes, writes and syncs, in one thread.
fn bare(from: &Path, to: &Path, sha256: Digest) -> Result<Duration> {
    let started = Instant::now();
    let (mut from, mut to, mut hash) = (File::open(from)?, File::create(to)?, Sha256::new());
    let mut piece = vec![0; PIECE];
    loop {
        let count = from.read(&mut piece)?;
        if count == 0 {
            break;
        }
        hash.update(&piece[..count]);
        to.write_all(&piece[..count])?;
    }
    to.sync_all()?;
    ensure!(Digest(hash.finalize().into()) == sha256, "the bare program read other bytes");
    Ok(started.elapsed())
}
