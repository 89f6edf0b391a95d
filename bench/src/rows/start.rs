//! How soon the app shows its first row where there is no signal: a real browser with a slowed processor, whose phone
//! holds what a branch wrote in two years. The browser is driven by `tests/browser/offline-start.figure.ts`.

use std::fs;

use anyhow::{Context, Result, ensure};
use shared::ids::{Digest, EntryId};
use shared::model::MediaKind;
use shared::model::fields::key;
use shared::wire::Act;
use tokio::process::Command;

use super::Bench;
use crate::chance::Chance;
use crate::draft;
use crate::figure::{Figure, median};
use crate::load::Link;
use crate::site::{Crowd, Engine, Site};
use crate::text::text;

/// The browser's tests, with Playwright.
const BROWSER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/browser");
/// Entries of the branch, media of each, and characters of each note.
const ENTRIES: usize = 200;
const MEDIA: usize = 5;
const NOTE: usize = 134;
const SEED: u64 = 0x0FF_11E;

/// `app_offline_start_ms`.
pub async fn offline(bench: &Bench) -> Result<Vec<Figure>> {
    let mut site = Site::open(&bench.program, Engine::Sqlite, Crowd { branches: 1, members: 1 }).await?;
    fill(&mut site).await?;
    let file = site.folder.path().join("starts.json");
    let (number, code) = &site.secretary;
    let status = Command::new("npx")
        .args(["playwright", "test", "--config", "figures.config.ts"])
        .current_dir(BROWSER)
        .env("MIAOPU_FIGURE_URL", format!("http://{}", site.addr()))
        .env("MIAOPU_FIGURE_NUMBER", number)
        .env("MIAOPU_FIGURE_CODE", code)
        .env("MIAOPU_FIGURE_ROWS", ENTRIES.to_string())
        .env("MIAOPU_FIGURE_FILE", &file)
        .status()
        .await
        .context("npx does not start: run `make bench`, which installs Node")?;
    ensure!(status.success(), "the browser measured nothing ({status}); is tests/browser installed?");
    let times: Vec<f64> = serde_json::from_str(&fs::read_to_string(&file)?)?;
    site.close().await?;
    let said: Vec<String> = times.iter().map(|time| format!("{time:.0}")).collect();
    let mut figure = Figure::alone("app_offline_start_ms", "ms", median(times), 1_500.0);
    figure.remark = format!("starts {}", said.join(", "));
    Ok(vec![figure])
}

/// Writes and submits all entries.
async fn fill(site: &mut Site) -> Result<()> {
    let mut chance = Chance::of(SEED);
    let mut link = Link::open(site.addr()).await?;
    let phone = &mut site.phones[0];
    for _ in 0..ENTRIES {
        let entry: EntryId = chance.id();
        let notes =
            [key::BEFORE_NOTE, key::DURING_NOTE, key::AFTER_NOTE].map(|key| (key, text(&mut chance, NOTE)));
        let mut acts = vec![draft::create(&mut chance, entry, phone.person, &notes)];
        for _ in 0..MEDIA {
            let bytes = (Digest(chance.bytes()), 4_000_000);
            acts.push(draft::media(&mut chance, entry, MediaKind::Photo, bytes).1);
        }
        acts.push(Act::EntrySubmit { entry });
        let ops: Vec<_> = acts.into_iter().map(|act| phone.op(&mut chance, act)).collect();
        phone.fill(&mut link, &ops).await?;
    }
    Ok(())
}
