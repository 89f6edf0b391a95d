//! Pushes of edits, against bare loops that insert the rows these edits left behind. Rounds of ours and of the loop
//! take turns, so that a slow moment of the machine meets both; the first round of each is not counted.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use shared::ids::EntryId;
use shared::model::fields::key;
use shared::wire::{Act, Op};
use tokio::sync::Barrier;

use super::Bench;
use crate::chance::Chance;
use crate::draft;
use crate::figure::{Bound, Figure, median};
use crate::load::{Call, Link, Reply};
use crate::peer::{self, PostgresPeer, SqlitePeer, Written};
use crate::phone::{Phone, all_applied};
use crate::site::{Crowd, Engine, Site};
use crate::text::text;

/// Branches that the phones are spread over.
const BRANCHES: usize = 8;
/// Entries of each phone. A batch of 100 edits each of them ten times, in turn.
const ENTRIES: usize = 10;
/// Characters of a note: an edit from one to another has arguments of about 400 bytes.
const NOTE: usize = 40;
/// Rounds, the first of which warms up.
const ROUNDS: usize = 6;
/// A commit slower than this, in µs, is the disk's own, and group commit must win: the ratio is then to be 2.
const SLOW_COMMIT_US: f64 = 500.0;

/// How much is pushed.
#[derive(Clone, Copy)]
struct Load {
    seed: u64,
    clients: usize,
    /// Ops a request.
    ops: usize,
    /// Requests a client and round.
    requests: usize,
}

const BATCHES: Load = Load { seed: 0x0100_0008, clients: 8, ops: 100, requests: 4 };
const SINGLES: Load = Load { seed: 0x0001_0040, clients: 64, ops: 1, requests: 25 };

/// `push_100x8_sqlite`.
pub async fn batches_on_sqlite(bench: &Bench) -> Result<Vec<Figure>> {
    let rounds = on_sqlite(bench, BATCHES).await?;
    let bound = Bound::Ratio(0.3);
    Ok(vec![rounds.figure("push_100x8_sqlite", "insert loop, 100 ops a commit", bound)])
}

/// `push_1x64_sqlite`.
pub async fn singles_on_sqlite(bench: &Bench) -> Result<Vec<Figure>> {
    let rounds = on_sqlite(bench, SINGLES).await?;
    let commit_us = median(rounds.commit_us.clone());
    let bound = Bound::Ratio(if commit_us > SLOW_COMMIT_US { 2.0 } else { 0.5 });
    let mut figure = rounds.figure("push_1x64_sqlite", "insert loop, a commit an op", bound);
    figure.remark += &format!(", a bare commit {commit_us:.0} us");
    Ok(vec![figure])
}

/// `push_100x8_pg`.
pub async fn batches_on_postgres(bench: &Bench) -> Result<Vec<Figure>> {
    let load = BATCHES;
    let mut field = Field::open(bench, Engine::Postgres, load).await?;
    let cluster = field.site.cluster.as_ref().expect("this site runs on PostgreSQL");
    let mut bare = PostgresPeer::open(&cluster.database("bare").await?, load.clients).await?;
    let mut rounds = Rounds::default();
    for round in 0..ROUNDS {
        let (ours, rows) = field.round().await?;
        let theirs = bare.write(rows, load.ops).await?;
        rounds.add(round, load, (ours, theirs));
    }
    field.site.close().await?;
    let bound = Bound::Ratio(0.3);
    Ok(vec![rounds.figure("push_100x8_pg", "8 insert loops, 100 ops a commit", bound)])
}

async fn on_sqlite(bench: &Bench, load: Load) -> Result<Rounds> {
    let mut field = Field::open(bench, Engine::Sqlite, load).await?;
    let mut bare = SqlitePeer::open(field.site.folder.path()).await?;
    let mut rounds = Rounds::default();
    for round in 0..ROUNDS {
        let (ours, rows) = field.round().await?;
        let rows: Vec<Written> = rows.into_iter().flatten().collect();
        let theirs = bare.write(&rows, load.ops)?;
        rounds.add(round, load, (ours, theirs));
        rounds.commit_us.push(bare.bare_commit()?.as_secs_f64() * 1e6);
    }
    field.site.close().await?;
    Ok(rounds)
}

/// What the rounds gave, in ops a second.
#[derive(Default)]
struct Rounds {
    ours: Vec<f64>,
    theirs: Vec<f64>,
    commit_us: Vec<f64>,
    /// CPU of the server an op, in µs.
    cpu_us: Vec<f64>,
}

impl Rounds {
    fn add(&mut self, round: usize, load: Load, (ours, theirs): (Spent, Duration)) {
        if round > 0 {
            let ops = (load.clients * load.requests * load.ops) as f64;
            self.ours.push(ops / ours.time.as_secs_f64());
            self.theirs.push(ops / theirs.as_secs_f64());
            self.cpu_us.push(ours.cpu.as_secs_f64() * 1e6 / ops);
        }
    }

    fn figure(&self, id: &'static str, peer: &'static str, bound: Bound) -> Figure {
        let ratios = self.ours.iter().zip(&self.theirs).map(|(ours, theirs)| ours / theirs).collect();
        Figure {
            id,
            unit: "ops/s",
            ours: median(self.ours.clone()),
            peer: Some((median(self.theirs.clone()), peer)),
            ratio: Some(median(ratios)),
            bound,
            remark: format!("server {:.0} us of CPU an op", median(self.cpu_us.clone())),
        }
    }
}

/// What a round of ours took.
struct Spent {
    time: Duration,
    cpu: Duration,
}

/// People with entries that were submitted once and taken back: every edit of them is kept as a version.
struct Field {
    site: Site,
    load: Load,
    chance: Chance,
    /// Entries of each phone, with the note that stands in them.
    entries: Vec<Vec<(EntryId, String)>>,
}

impl Field {
    async fn open(bench: &Bench, engine: Engine, load: Load) -> Result<Field> {
        let crowd = Crowd { branches: BRANCHES, members: load.clients / BRANCHES };
        let mut site = Site::open(&bench.program, engine, crowd).await?;
        let mut chance = Chance::of(load.seed);
        let mut link = Link::open(site.addr()).await?;
        let mut entries = Vec::new();
        for phone in &mut site.phones {
            let mut ops = Vec::new();
            let mut own = Vec::new();
            for _ in 0..ENTRIES {
                let (entry, note): (EntryId, String) = (chance.id(), text(&mut chance, NOTE));
                let notes = [(key::DURING_NOTE, note.clone())];
                let create = draft::create(&mut chance, entry, phone.person, &notes);
                for act in [create, Act::EntrySubmit { entry }, Act::EntryWithdraw { entry }] {
                    ops.push(phone.op(&mut chance, act));
                }
                own.push((entry, note));
            }
            phone.fill(&mut link, &ops).await?;
            entries.push(own);
        }
        Ok(Field { site, load, chance, entries })
    }

    /// Pushes one round; answers what it took and the rows it left, client by client.
    async fn round(&mut self) -> Result<(Spent, Vec<Vec<Written>>)> {
        let before: Vec<u64> = self.site.phones.iter().map(Phone::last_n).collect();
        let mut calls = Vec::new();
        for client in 0..self.load.clients {
            calls.push(self.calls(client)?);
        }
        let cpu = crate::process::cpu(self.site.server.pid)?;
        let (time, replies) = storm(self.site.addr(), calls).await?;
        let cpu = crate::process::cpu(self.site.server.pid)? - cpu;
        for reply in &replies {
            all_applied(reply, self.load.ops)?;
        }
        let url = self.site.installation.database_url();
        let mut rows = Vec::new();
        for (phone, after) in self.site.phones.iter().zip(before) {
            rows.push(peer::written(&url, phone, after).await?);
        }
        Ok((Spent { time, cpu }, rows))
    }

    /// A client's requests of one round.
    fn calls(&mut self, client: usize) -> Result<Vec<Call>> {
        let mut calls = Vec::new();
        for request in 0..self.load.requests {
            let mut ops: Vec<Op> = Vec::new();
            for op in 0..self.load.ops {
                let (entry, note) = &mut self.entries[client][(request + op) % ENTRIES];
                let to = text(&mut self.chance, NOTE);
                let act = draft::edit(&mut self.chance, *entry, note, &to);
                *note = to;
                ops.push(self.site.phones[client].op(&mut self.chance, act));
            }
            calls.push(self.site.phones[client].push(&ops)?);
        }
        Ok(calls)
    }
}

/// Sends every client's calls one after the other, all clients at the same time. The clock starts when all are
/// connected and stops with the last answer.
async fn storm(server: SocketAddr, calls: Vec<Vec<Call>>) -> Result<(Duration, Vec<Reply>)> {
    let ready = Arc::new(Barrier::new(calls.len() + 1));
    let mut clients = Vec::new();
    for calls in calls {
        let ready = ready.clone();
        let mut link = Link::open(server).await?;
        clients.push(tokio::spawn(async move {
            ready.wait().await;
            let mut replies = Vec::with_capacity(calls.len());
            for call in &calls {
                replies.push(link.send(call).await?);
            }
            anyhow::Ok(replies)
        }));
    }
    ready.wait().await;
    let started = Instant::now();
    let mut replies = Vec::new();
    for client in clients {
        replies.extend(client.await??);
    }
    Ok((started.elapsed(), replies))
}
