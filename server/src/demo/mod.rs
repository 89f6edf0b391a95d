//! The demo: an invented university with a year behind it, for people who want to look before they install.
//!
//! [`prepare`] makes a data folder once, aside, and moves it into place when it is whole; [`fill`] tells the story
//! of `assets/demo` to an empty installation by the doors that phones use. The server then serves it like any
//! other data, on loopback only (`data.demo`). Nothing of it reaches an installation started by `serve`.

mod content;
mod draw;
mod files;
mod leaves;
mod logins;
mod moment;
mod org;
mod script;
mod sound;
mod tables;

use std::{fs, path::Path};

use anyhow::{Context, Result, bail, ensure};

pub use logins::{Login, path as logins_path};

use crate::{App, Clock, Config, config::Flags};

/// Longer side of a demo picture in pixels: large enough to look at, and all media with the small pictures made of
/// them stay below 20 MB.
pub const PICTURE_PX: u32 = 1_080;

/// Bytes of the disk that uploads leave free: a demo is small, and so may the disk be.
const RESERVE_BYTES: u64 = 100_000_000;

/// What a demo runs with: the defaults, so that neither a file nor a variable leads it to data that is somebody's.
///
/// # Errors
/// When a configuration file is named, or an address that others reach.
pub fn config(flags: &Flags, dir: &Path) -> Result<Config> {
    ensure!(flags.config.is_none(), "the demo takes no --config; use `miaopu serve` for data of your own");
    let mut config = Config::default();
    config.data.demo = true;
    config.data.dir = flags.data_dir.as_deref().unwrap_or(dir).to_owned();
    config.server.listen = flags.listen.unwrap_or(config.server.listen);
    config.server.public_url = format!("http://localhost:{}", config.server.listen.port());
    config.blobs.reserve_bytes = RESERVE_BYTES;
    config.log.filter = "warn".to_owned();
    config.check()?;
    Ok(config)
}

/// Whether a folder holds demo data.
pub fn holds(dir: &Path) -> bool {
    logins::path(dir).exists()
}

/// Refuses demo data where data of somebody's own is meant: everybody who reads `logins.txt` may sign in to it.
///
/// # Errors
/// When the folder holds demo data.
pub fn refuse(dir: &Path) -> Result<()> {
    ensure!(
        !holds(dir),
        "{0} holds demo data: serve it by `miaopu demo --data {0}`, or name another folder with --data-dir",
        dir.display()
    );
    Ok(())
}

/// Makes the data folder unless it is there, and answers what to print: one login for each role. Pictures get a
/// longer side of `picture_px` pixels.
///
/// # Errors
/// When the folder holds something else, or cannot be made.
pub async fn prepare(config: &Config, picture_px: u32) -> Result<String> {
    let dir = &config.data.dir;
    if !holds(dir) {
        let holds_something = dir.exists() && fs::read_dir(dir)?.next().is_some();
        if holds_something {
            bail!("{} holds something that is no demo data: name another folder with --data", dir.display());
        }
        eprintln!("Making the demo data in {}; this takes less than a minute.", dir.display());
        make(config, picture_px).await?;
    }
    logins::read(dir)
}

/// Fills a folder aside: whoever is interrupted begins anew, and never serves half a story.
async fn make(config: &Config, picture_px: u32) -> Result<()> {
    let dir = &config.data.dir;
    let mut name = dir.file_name().context("--data names a folder")?.to_owned();
    name.push(".unfinished");
    let aside = dir.with_file_name(name);
    remove(&aside)?;
    let mut config = config.clone();
    config.data.dir = aside.clone();
    let app = App::open(config, Clock::System).await?;
    let filled = fill(&app, picture_px).await;
    app.db.close().await;
    logins::write(&aside, &filled?)?;
    if dir.exists() {
        fs::remove_dir(dir).with_context(|| format!("{} is in the way", dir.display()))?;
    }
    fs::rename(&aside, dir).with_context(|| format!("cannot move the demo data to {}", dir.display()))
}

fn remove(dir: &Path) -> Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error)
            .with_context(|| format!("cannot remove {}, left by an interrupted start", dir.display())),
        _ => Ok(()),
    }
}

/// Tells the story to an empty installation; pictures get a longer side of `picture_px` pixels.
///
/// # Errors
/// When the database or the disk fails, or the tables ask for something that the rules refuse.
pub async fn fill(app: &App, picture_px: u32) -> Result<Vec<Login>> {
    let people = tables::org()?;
    let cast = org::bring_in(app, &people).await?;
    let logins = logins::give(app, &people, &cast).await?;
    let mut play = script::Play::new(app, &cast, picture_px);
    for entry in tables::entries()? {
        play.tell(&entry).await?;
    }
    Ok(logins)
}
