//! What a first visit downloads: every file of the app that the server sends, compressed as it really sends them.
//! The largest icon is left out: phones fetch it only when the app is put on the home screen.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::Bench;
use crate::figure::Figure;
use crate::load::{Call, Link};
use crate::site::{Crowd, Engine, Site};

/// Where `make app` puts the files that the release binary holds.
const DIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../app/dist");
const LATER: &str = "icon-512.png";

/// `app_first_visit_kb`, `app_wasm_kb`.
pub async fn first_visit(bench: &Bench) -> Result<Vec<Figure>> {
    let mut paths = Vec::new();
    list(Path::new(DIST), "", &mut paths).context("app/dist is not there: run `make app`")?;
    let site = Site::open(&bench.program, Engine::Sqlite, Crowd { branches: 1, members: 1 }).await?;
    let mut link = Link::open(site.addr()).await?;
    let (mut all, mut wasm) = (0, 0);
    for path in &paths {
        let reply = link.send(&Call::get(path).accepting("br")).await?;
        ensure!(reply.status.is_success(), "{path}: {}; is the app in the release binary?", reply.status);
        all += reply.body.len();
        if path.ends_with(".wasm") {
            wasm += reply.body.len();
        }
    }
    site.close().await?;
    let mut visit = Figure::alone("app_first_visit_kb", "kB", all as f64 / 1e3, 220.0);
    visit.remark = format!("{} files", paths.len());
    Ok(vec![visit, Figure::alone("app_wasm_kb", "kB", wasm as f64 / 1e3, 120.0)])
}

fn list(folder: &Path, prefix: &str, paths: &mut Vec<String>) -> Result<()> {
    for item in fs::read_dir(folder)? {
        let item = item?;
        let path = format!("{prefix}/{}", item.file_name().to_string_lossy());
        if item.file_type()?.is_dir() {
            list(&item.path(), &path, paths)?;
        } else if !path.ends_with(".br") && !path.ends_with(LATER) {
            // The page itself has the address that people type.
            paths.push(if path == "/index.html" { "/".to_owned() } else { path });
        }
    }
    Ok(())
}
