//! What a pull costs: the first one of a member whose branch has a year of entries, and the one that finds nothing
//! new, which phones ask for all day. On PostgreSQL the CPU of its processes counts as the server's.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use async_compression::tokio::bufread::{GzipDecoder, ZstdDecoder};
use hyper::header::CONTENT_ENCODING;
use shared::ids::{ClientId, Digest, EntryId};
use shared::model::MediaKind;
use shared::model::fields::key;
use shared::wire::pull::FeedRow;
use shared::wire::{Act, Page};
use tokio::io::AsyncReadExt;

use super::Bench;
use crate::chance::Chance;
use crate::draft;
use crate::figure::{Figure, median};
use crate::load::{Call, Link, Reply};
use crate::process;
use crate::site::{Crowd, Engine, Site};
use crate::text::text;

/// What a browser says it can read.
const CODINGS: &str = "gzip, deflate, br, zstd";
/// Entries, media and quotes of the branch.
const ENTRIES: usize = 1_000;
const MEDIA: usize = 10;
const QUOTE_EVERY: usize = 2;
/// Characters of each of an entry's three notes: 1.2 kB of text together.
const NOTE: usize = 134;
/// First syncs, so that hundredths of a second are fine enough.
const FIRST_SYNCS: u32 = 5;
/// Pages after which a sync that does not end is a fault.
const PAGES_MAX: usize = 200;
/// Pulls with nothing new.
const IDLE_PULLS: u32 = 5_000;
/// How long nobody asks anything before the server counts as idle.
const QUIET: Duration = Duration::from_secs(5);
const SEED: u64 = 0x0001_03E8;

/// `first_sync_bytes`, `first_sync_requests`, `first_sync_cpu_ms`, `idle_sync_bytes`, `idle_sync_cpu_ms`, `idle_rss_mb`.
pub async fn on_postgres(bench: &Bench) -> Result<Vec<Figure>> {
    let mut site = Site::open(&bench.program, Engine::Postgres, Crowd { branches: 1, members: 2 }).await?;
    let mut chance = Chance::of(SEED);
    fill(&mut site, &mut chance).await?;
    let mut figures = first(&site, &mut chance).await?;
    figures.extend(idle(&site, &mut chance).await?);
    tokio::time::sleep(QUIET).await;
    let resident = process::resident(site.server.pid)? as f64 / 1e6;
    figures.push(Figure::alone("idle_rss_mb", "MB", resident, 80.0));
    site.close().await?;
    Ok(figures)
}

/// One member writes, the other pulls.
async fn fill(site: &mut Site, chance: &mut Chance) -> Result<()> {
    let mut link = Link::open(site.addr()).await?;
    let phone = &mut site.phones[0];
    for at in 0..ENTRIES {
        let entry: EntryId = chance.id();
        let notes =
            [key::BEFORE_NOTE, key::DURING_NOTE, key::AFTER_NOTE].map(|key| (key, text(chance, NOTE)));
        let mut acts = vec![draft::create(chance, entry, phone.person, &notes)];
        for _ in 0..MEDIA {
            let bytes = (Digest(chance.bytes()), 4_000_000);
            acts.push(draft::media(chance, entry, MediaKind::Photo, bytes).1);
        }
        if at % QUOTE_EVERY == 0 {
            acts.push(draft::quote(chance, entry));
        }
        acts.push(Act::EntrySubmit { entry });
        let ops: Vec<_> = acts.into_iter().map(|act| phone.op(chance, act)).collect();
        phone.fill(&mut link, &ops).await?;
    }
    Ok(())
}

/// CPU of the server and of whoever works for it.
fn cpu(site: &Site) -> Result<Duration> {
    let database =
        site.cluster.as_ref().map(|cluster| process::cpu_of_family(cluster.postmaster())).transpose()?;
    Ok(process::cpu(site.server.pid)? + database.unwrap_or_default())
}

async fn first(site: &Site, chance: &mut Chance) -> Result<Vec<Figure>> {
    let (mut bytes, mut requests, mut rows) = (Vec::new(), Vec::new(), 0);
    let before = (process::cpu(site.server.pid)?, cpu(site)?);
    for _ in 0..FIRST_SYNCS {
        let mut link = Link::open(site.addr()).await?;
        let client: ClientId = chance.id();
        let (mut cursor, mut pages) = (None, 0);
        rows = 0;
        loop {
            ensure!(pages < PAGES_MAX, "a first sync of more than {PAGES_MAX} pages");
            let call = site.phones[1].pull(client, cursor)?.accepting(CODINGS);
            let page = page(&link.send(&call).await?).await?;
            pages += 1;
            rows += page.rows.iter().filter(|FeedRow { row, .. }| row.body.is_some()).count();
            cursor = page.cursor;
            if page.done {
                break;
            }
        }
        bytes.push(link.traffic().down() as f64 / 1e6);
        requests.push(pages as f64);
    }
    let spent = (process::cpu(site.server.pid)? - before.0, cpu(site)? - before.1);
    let milliseconds = |spent: Duration| spent.as_secs_f64() * 1e3 / f64::from(FIRST_SYNCS);
    let wanted = ENTRIES * (1 + MEDIA) + ENTRIES / QUOTE_EVERY;
    ensure!(rows >= wanted, "the first sync brought {rows} records of {wanted}");
    let mut time = Figure::alone("first_sync_cpu_ms", "ms", milliseconds(spent.0), 1_000.0);
    time.remark = format!("with the database {:.0} ms", milliseconds(spent.1));
    let mut size = Figure::alone("first_sync_bytes", "MB", median(bytes), 3.2);
    size.remark = format!("{rows} records");
    Ok(vec![size, Figure::alone("first_sync_requests", "requests", median(requests), 6.0), time])
}

/// A page of a pull, decompressed.
async fn page(reply: &Reply) -> Result<Page> {
    let coding = reply.headers.get(CONTENT_ENCODING).map_or("", |coding| coding.to_str().unwrap_or("?"));
    let mut text = Vec::new();
    match coding {
        "" => return reply.json(),
        "gzip" => GzipDecoder::new(&reply.body[..]).read_to_end(&mut text).await?,
        "zstd" => ZstdDecoder::new(&reply.body[..]).read_to_end(&mut text).await?,
        other => anyhow::bail!("an answer in {other}, which this client cannot read"),
    };
    serde_json::from_slice(&text).context("a page of another shape")
}

async fn idle(site: &Site, chance: &mut Chance) -> Result<Vec<Figure>> {
    let mut link = Link::open(site.addr()).await?;
    let client: ClientId = chance.id();
    let mut cursor = None;
    let mut done = false;
    while !done {
        let reply = link.send(&site.phones[1].pull(client, cursor)?.accepting(CODINGS)).await?;
        let page = page(&reply).await?;
        (cursor, done) = (page.cursor, page.done);
    }
    let call: Call = site.phones[1].pull(client, cursor)?.accepting(CODINGS);
    let before = (link.traffic().down(), process::cpu(site.server.pid)?, cpu(site)?);
    for _ in 0..IDLE_PULLS {
        let reply = link.send(&call).await?;
        ensure!(reply.status.is_success(), "the server answered {}", reply.status);
    }
    let pulls = f64::from(IDLE_PULLS);
    let bytes = (link.traffic().down() - before.0) as f64 / pulls;
    let server = (process::cpu(site.server.pid)? - before.1).as_secs_f64() * 1e3 / pulls;
    let all = (cpu(site)? - before.2).as_secs_f64() * 1e3 / pulls;
    let mut time = Figure::alone("idle_sync_cpu_ms", "ms", all, 0.6);
    time.remark = format!("the server {server:.3}, PostgreSQL {:.3}", all - server);
    let mut size = Figure::alone("idle_sync_bytes", "bytes", bytes, 500.0);
    let reply = link.send(&call).await?;
    size.remark = format!("{} of them the body", reply.body.len());
    Ok(vec![size, time])
}
