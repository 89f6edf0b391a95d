//! How long until a colleague's phone has what somebody sent: the push begins, a hint comes over the colleague's
//! stream of events, their pull brings the row. Two hundred more streams are open and wait.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::HeaderValue;
use shared::ids::{ClientId, EntryId};
use shared::wire::push::PushAnswer;
use shared::wire::{Act, Page, PullAsk};

use super::Bench;
use crate::chance::Chance;
use crate::draft;
use crate::figure::Figure;
use crate::load::{Call, Link};
use crate::site::{Crowd, Engine, Site};

/// Branches, each with a writer and a colleague who reads.
const WRITERS: usize = 10;
/// Streams that wait, over everybody.
const IDLE_STREAMS: usize = 200;
/// Submissions of each writer.
const SUBMISSIONS: usize = 60;
/// Longest pause of a writer between two submissions, in ms; drawn evenly from 0.
const PAUSE_MS: usize = 100;
/// A row that is not there by then is lost.
const PATIENCE: Duration = Duration::from_secs(20);
const SEED: u64 = 10_200;

/// `visible_p99_ms`.
pub async fn on_postgres(bench: &Bench) -> Result<Vec<Figure>> {
    let crowd = Crowd { branches: WRITERS, members: 2 };
    let mut site = Site::open(&bench.program, Engine::Postgres, crowd).await?;
    let mut chance = Chance::of(SEED);
    let mut idle = Vec::new();
    for at in 0..IDLE_STREAMS {
        let mut stream = listen(site.addr(), &site.phones[at % (2 * WRITERS)].authorization).await?;
        idle.push(tokio::spawn(async move { while let Some(Ok(_)) = stream.1.frame().await {} }));
    }
    let mut pairs = Vec::new();
    for writer in 0..WRITERS {
        let work = prepare(&mut site, &mut chance, writer).await?;
        let reader = Reader::open(&site, &mut chance, WRITERS + writer).await?;
        let pauses: Vec<u64> = work.iter().map(|_| chance.below(PAUSE_MS) as u64).collect();
        pairs.push(tokio::spawn(pair(site.addr(), work, reader, pauses)));
    }
    let mut times = Vec::new();
    for pair in pairs {
        times.extend(pair.await??);
    }
    idle.iter().for_each(tokio::task::JoinHandle::abort);
    site.close().await?;
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    let mut figure = Figure::alone("visible_p99_ms", "ms", at(0.99), 150.0);
    figure.remark = format!("p50 {:.1}, {} submissions", at(0.5), times.len());
    Ok(vec![figure])
}

/// Drafts of a writer, each with the push that submits it.
async fn prepare(site: &mut Site, chance: &mut Chance, writer: usize) -> Result<Vec<(EntryId, Call)>> {
    let mut link = Link::open(site.addr()).await?;
    let phone = &mut site.phones[writer];
    let entries: Vec<EntryId> = (0..SUBMISSIONS).map(|_| chance.id()).collect();
    let mut ops = Vec::new();
    for entry in &entries {
        let create = draft::create(chance, *entry, phone.person, &[]);
        ops.push(phone.op(chance, create));
    }
    phone.fill(&mut link, &ops).await?;
    let mut work = Vec::new();
    for entry in entries {
        let op = phone.op(chance, Act::EntrySubmit { entry });
        work.push((entry, phone.push(&[op])?));
    }
    Ok(work)
}

/// Opens a stream of events. The link is kept: its end would be the stream's.
async fn listen(server: SocketAddr, authorization: &HeaderValue) -> Result<(Link, Incoming)> {
    let mut link = Link::open(server).await?;
    let answer = link.stream(&Call::get("/api/v1/events").by(authorization)).await?;
    ensure!(answer.status().is_success(), "no stream of events: {}", answer.status());
    Ok((link, answer.into_body()))
}

/// A phone that follows its stream and pulls when told.
struct Reader {
    stream: (Link, Incoming),
    link: Link,
    authorization: HeaderValue,
    client: ClientId,
    cursor: Option<String>,
}

impl Reader {
    async fn open(site: &Site, chance: &mut Chance, at: usize) -> Result<Reader> {
        let authorization = site.phones[at].authorization.clone();
        let stream = listen(site.addr(), &authorization).await?;
        let link = Link::open(site.addr()).await?;
        let mut reader = Reader { stream, link, authorization, client: chance.id(), cursor: None };
        while !reader.pull().await?.done {}
        Ok(reader)
    }

    async fn pull(&mut self) -> Result<Page> {
        let ask = PullAsk { client: self.client, cursor: self.cursor.clone(), refetch: Vec::new() };
        let call = Call::post("/api/v1/sync/pull", &ask)?.by(&self.authorization);
        let page: Page = self.link.send(&call).await?.json()?;
        self.cursor = page.cursor.clone().or(self.cursor.take());
        Ok(page)
    }

    /// Waits for hints and pulls until an entry is there.
    async fn until(&mut self, entry: EntryId) -> Result<()> {
        loop {
            self.stream.1.frame().await.context("the stream of events ended")??;
            if self.pull().await?.rows.iter().any(|row| row.row.kind == "entry" && row.row.id == entry.0) {
                return Ok(());
            }
        }
    }
}

async fn pair(
    server: SocketAddr,
    work: Vec<(EntryId, Call)>,
    mut reader: Reader,
    pauses: Vec<u64>,
) -> Result<Vec<f64>> {
    let mut link = Link::open(server).await?;
    let mut times = Vec::new();
    for ((entry, call), pause) in work.iter().zip(pauses) {
        tokio::time::sleep(Duration::from_millis(pause)).await;
        let started = Instant::now();
        let seen = tokio::time::timeout(PATIENCE, reader.until(*entry));
        let (reply, seen) =
            tokio::join!(link.send(call), async { seen.await.map(|seen| (seen, started.elapsed())) });
        let answer: PushAnswer = reply?.json()?;
        ensure!(answer.stopped.is_none(), "a submission stopped: {answer:?}");
        let (seen, time) = seen.context("a row was not there after 20 s")?;
        seen?;
        times.push(time.as_secs_f64() * 1e3);
    }
    Ok(times)
}
