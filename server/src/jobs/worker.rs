//! The loop that does jobs, in the server's own process or in `miaopu worker`: claims one, works under a lease that it
//! renews, and lets others go on. Also forgets uploads that were abandoned, and frees jobs after the clock went back.

use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::task::JoinSet;

use super::Job;
use super::store::{self, Claimed};
use crate::clock::{MINUTE_MS, SECOND_MS};
use crate::derive::confine::Risky;
use crate::error::is_outage;
use crate::{App, chance, media, uploads};

/// After a crash a job waits this long for its next worker.
const LEASE_MS: i64 = MINUTE_MS;
/// A third of the lease.
const RENEW: Duration = Duration::from_secs(20);
/// Tries before a job is given up.
const TRIES_MAX: i64 = 5;
/// The first pause after a failure; doubled each time.
const PAUSE_MS: i64 = 10 * SECOND_MS;
/// Milliseconds until a worker looks again by itself, at least and at most.
const LOOK_MS: std::ops::Range<u64> = 500..1_500;
/// The longest pause.
const PAUSE_MS_MAX: i64 = PAUSE_MS << TRIES_MAX;
/// How often abandoned uploads are looked for, and jobs that wait for a time which a clock only dreamt of.
const SWEEP_MS: i64 = 10 * MINUTE_MS;

/// Works, so many jobs at a time, until told to stop; a job under way is given back. Without any the sweeps go on.
///
/// # Errors
/// When a worker died, which is a fault of this program.
pub async fn run(app: App, count: u32) -> Result<()> {
    let mut workers = JoinSet::new();
    if count > 0 {
        workers.spawn(tell_confinement(app.clone()));
    }
    for _ in 0..count {
        workers.spawn(work(app.clone()));
    }
    workers.spawn(sweep(app, count > 0));
    while let Some(ended) = workers.join_next().await {
        ended.context("a worker died")?;
    }
    Ok(())
}

/// Says once how decoders are confined here, and what is off because of it.
async fn tell_confinement(app: App) {
    let confined = match app.deriver.confinement().await {
        Ok(confined) => confined,
        Err(error) => {
            return tracing::warn!(%error, "the child that decodes cannot be started; see derive.program");
        }
    };
    let unconfined = &app.config.derive.unconfined;
    for risky in [Risky::Heic, Risky::Video] {
        let name = risky.name();
        match (confined.allows(risky, &[]), unconfined.contains(&risky)) {
            (true, _) => {}
            (false, true) => tracing::warn!(
                "{name} is decoded without confinement ({confined}), as derive.unconfined says"
            ),
            (false, false) => tracing::warn!(
                "this kernel confines too little for {name} ({confined}): it is kept without a preview; \
                 see derive.unconfined"
            ),
        }
    }
    if !confined.calls {
        tracing::warn!("pictures are decoded without seccomp ({confined}): by memory, time and output alone");
    }
    tracing::info!("decoders run confined: {confined}");
}

/// A worker counts as alive until this is dropped, in whatever way it ends.
struct Alive<'a>(&'a App);

impl Alive<'_> {
    fn begin(app: &App) -> Alive<'_> {
        app.jobs.alive.fetch_add(1, Ordering::SeqCst);
        Alive(app)
    }
}

impl Drop for Alive<'_> {
    fn drop(&mut self) {
        self.0.jobs.alive.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn work(app: App) {
    let _alive = Alive::begin(&app);
    let worker: String = chance::bytes::<8>().iter().map(|byte| format!("{byte:02x}")).collect();
    while !app.stopping.is_cancelled() {
        match claim(&app, &worker).await {
            Ok(Some(claimed)) => settle(&app, claimed).await,
            Ok(None) => idle(&app).await,
            Err(error) => {
                tracing::warn!(%error, "the queue of jobs cannot be read");
                idle(&app).await;
            }
        }
    }
}

async fn claim(app: &App, worker: &str) -> crate::db::Result<Option<Claimed>> {
    let now = app.now();
    // A look costs readers nothing; only what is worth it takes the place of a writer.
    if !store::is_any(&mut *app.db.read().await?, now).await? {
        return Ok(None);
    }
    let mut tx = app.db.write().await?;
    let claimed = store::claim(&app.db, &mut tx, worker, (now, now + LEASE_MS)).await?;
    tx.commit().await?;
    Ok(claimed)
}

/// How a job under way ended.
enum End {
    Done,
    Failed(anyhow::Error),
    /// The server stops; the job is given back.
    Stopped,
}

async fn settle(app: &App, claimed: Claimed) {
    let end = tokio::select! {
        done = perform(app, &claimed.job) => done.map_or_else(End::Failed, |()| End::Done),
        lost = hold(app, &claimed) => End::Failed(lost),
        () = app.stopping.cancelled() => End::Stopped,
    };
    let id = &claimed.id;
    match &end {
        End::Failed(error) if claimed.attempts >= TRIES_MAX && !is_outage(error) => {
            tracing::error!(job.id = id, "job {id} is given up: {error:#}");
        }
        End::Failed(error) => tracing::warn!(job.id = id, "job {id} failed: {error:#}"),
        End::Done | End::Stopped => tracing::debug!(job.id = id, "job {id} ended"),
    }
    if let Err(error) = write(app, &claimed, end).await {
        tracing::warn!(job.id = id, %error, "the end of job {id} is not written; it will be done again");
    }
}

async fn write(app: &App, claimed: &Claimed, end: End) -> crate::db::Result<()> {
    let mut tx = app.db.write().await?;
    match end {
        End::Done => store::finish(&mut tx, claimed).await?,
        End::Stopped => store::release(&mut tx, claimed).await?,
        End::Failed(error) => {
            let pause = PAUSE_MS << claimed.attempts.clamp(1, TRIES_MAX);
            // An outage of the storage is no fault of the job's: it waits for its end.
            let again = (claimed.attempts < TRIES_MAX || is_outage(&error)).then(|| app.now() + pause);
            store::fail(&mut tx, claimed, &format!("{error:#}"), again).await?;
        }
    }
    tx.commit().await
}

async fn perform(app: &App, job: &Job) -> Result<()> {
    match job {
        Job::Derive { part, sha256 } => media::derived::derive(app, part.parse()?, *sha256).await,
        Job::Compress { sha256 } => media::compress::compress(app, *sha256).await,
        Job::Play { sha256 } => media::films::play(app, *sha256).await,
    }
}

/// Renews the lease for ever; answers only when it is lost.
async fn hold(app: &App, claimed: &Claimed) -> anyhow::Error {
    loop {
        tokio::time::sleep(RENEW).await;
        match renew(app, claimed).await {
            Ok(true) => {}
            Ok(false) => return anyhow::anyhow!("the lease was lost"),
            Err(error) => tracing::warn!(%error, "a lease could not be renewed"),
        }
    }
}

async fn renew(app: &App, claimed: &Claimed) -> crate::db::Result<bool> {
    let mut tx = app.db.write().await?;
    let held = store::renew(&mut tx, claimed, app.now() + LEASE_MS).await?;
    tx.commit().await?;
    Ok(held)
}

/// Waits for a hint, a short random while, or the stop.
async fn idle(app: &App) {
    let spread = u64::from(u32::from_le_bytes(chance::bytes())) % (LOOK_MS.end - LOOK_MS.start);
    tokio::select! {
        () = app.jobs.woken() => {}
        () = app.stopping.cancelled() => {}
        () = tokio::time::sleep(Duration::from_millis(LOOK_MS.start + spread)) => {}
    }
}

/// Sweeps now and then, and as soon as the app's clock went back. Only who decodes knows what can be tried again.
async fn sweep(app: App, decodes: bool) {
    let mut swept_at = None;
    while !app.stopping.is_cancelled() {
        let now = app.now();
        if !swept_at.is_some_and(|at| (at..at + SWEEP_MS).contains(&now)) {
            match swept(&app, now).await {
                Ok(()) => swept_at = Some(now),
                Err(error) => tracing::warn!(%error, "abandoned uploads could not be forgotten"),
            }
            if decodes && let Err(error) = media::derived::try_again(&app).await {
                tracing::warn!("files without a decoder could not be tried again: {error:#}");
            }
        }
        tokio::select! {
            () = app.stopping.cancelled() => {}
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
    }
}

async fn swept(app: &App, now: i64) -> crate::error::Result<()> {
    uploads::sweep(app).await?;
    let mut tx = app.db.write().await?;
    store::free_from_the_future(&mut tx, now, (now + PAUSE_MS_MAX, now + LEASE_MS)).await?;
    Ok(tx.commit().await?)
}
