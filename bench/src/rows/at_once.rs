//! Sixteen uploads at once by tus-js-client, as a branch comes home, against the reference server of tus with the same
//! client. Ours hashes and syncs what it takes, theirs does neither; pictures are left to workers.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use shared::model::MediaKind;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::Bench;
use crate::chance::Chance;
use crate::figure::{Bound, Figure, median};
use crate::process;
use crate::site::{Crowd, Engine, Site};
use crate::tus::{self, Original};

/// Uploads at once.
const UPLOADS: usize = 16;
/// Bytes of each.
const LENGTH: u64 = 20_000_000;
/// Bytes of a request.
const CHUNK: u64 = 4 << 20;
/// Rounds, the first of which warms up.
const ROUNDS: usize = 4;
const SEED: u64 = 16;
const PICTURES_ELSEWHERE: (&str, &str) = ("MIAOPU__DERIVE__IN_SERVER", "false");

/// `upload_16x_tus`.
pub async fn uploads(bench: &Bench) -> Result<Vec<Figure>> {
    let crowd = Crowd { branches: 1, members: 1 };
    let settings = [(PICTURES_ELSEWHERE.0.to_owned(), PICTURES_ELSEWHERE.1.to_owned())];
    let mut site = Site::open_with(&bench.program, (Engine::Sqlite, crowd), &settings).await?;
    let mut chance = Chance::of(SEED);
    let mut clips = Vec::new();
    for at in 0..UPLOADS {
        clips.push(tus::write(&site.folder.path().join(format!("clip-{at}")), LENGTH, &mut chance)?);
    }
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let our = send_to_us(&mut site, &mut chance, &clips).await?;
        let kept = site.folder.path().join(format!("peer-{round}"));
        let their = send_to_them(&kept, &clips).await?;
        std::fs::remove_dir_all(&kept)?;
        if round > 0 {
            ours.push(rate(our));
            theirs.push(rate(their));
        }
    }
    site.close().await?;
    let ratios = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect();
    Ok(vec![Figure {
        id: "upload_16x_tus",
        unit: "MB/CPU s",
        ours: median(ours),
        peer: Some((median(theirs), "@tus/server, @tus/file-store")),
        ratio: Some(median(ratios)),
        bound: Bound::Ratio(2.0),
        remark: String::new(),
    }])
}

fn rate(spent: Duration) -> f64 {
    LENGTH as f64 * UPLOADS as f64 / 1e6 / spent.as_secs_f64()
}

fn file(clip: &Original, metadata: &Value) -> Value {
    json!({ "path": clip.path, "length": clip.length, "metadata": metadata })
}

/// CPU that our server took for all of them.
async fn send_to_us(site: &mut Site, chance: &mut Chance, clips: &[Original]) -> Result<Duration> {
    let items = tus::announce(site, chance, MediaKind::Clip, clips).await?;
    let named = clips.iter().zip(items).map(|(clip, media)| {
        file(clip, &json!({ "media": media, "role": "original", "sha256": clip.sha256 }))
    });
    let told = json!({
        "endpoint": format!("http://{}/api/v1/uploads", site.addr()),
        "headers": { "Authorization": site.phones[0].authorization.to_str()? },
        "chunk": CHUNK,
        "files": named.collect::<Vec<_>>(),
    });
    spent_for(site.server.pid, &told).await
}

/// CPU that a new process of the peer took.
async fn send_to_them(folder: &Path, clips: &[Original]) -> Result<Duration> {
    std::fs::create_dir_all(folder)?;
    let mut command = node("serve.mjs")?;
    let mut server: Child = command.arg(folder).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
    let output = server.stdout.take().context("its output is a pipe")?;
    let port = BufReader::new(output).lines().next_line().await?.context("the peer names its port")?;
    let told = json!({
        "endpoint": format!("http://127.0.0.1:{port}/files"),
        "headers": {},
        "chunk": CHUNK,
        "files": clips.iter().map(|clip| file(clip, &json!({}))).collect::<Vec<_>>(),
    });
    let spent = spent_for(server.id().context("the peer runs")?, &told).await?;
    server.kill().await?;
    Ok(spent)
}

/// CPU of a server's process while the client sends.
async fn spent_for(pid: u32, told: &Value) -> Result<Duration> {
    let before = process::cpu(pid)?;
    let output = node("send.mjs")?.arg(told.to_string()).output().await?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "tus-js-client: {said}");
    Ok(process::cpu(pid)?.saturating_sub(before))
}

fn node(script: &str) -> Result<Command> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tus"));
    let installed = folder.join("node_modules");
    ensure!(installed.is_dir(), "there is no {}: run `npm --prefix bench/tus ci`", installed.display());
    let mut command = Command::new("node");
    command.arg(folder.join(script)).stdin(Stdio::null());
    Ok(command)
}
