//! What stands at the moment somebody asks: checks of readiness, queues, space, backups, and the process itself. What
//! cannot be measured is left out, so that an old figure never looks like a new one.

use anyhow::{Context, Result};
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{
        counter::ConstCounter,
        family::Family,
        gauge::{ConstGauge, Gauge},
        info::Info,
    },
    registry::{Registry, Unit},
};

use super::{PREFIX, store};
use crate::{
    App,
    clock::DAY_MS,
    db::Conn,
    health::{self, Check},
    jobs::{self, Job},
    sync::epochs,
};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Of {
    check: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct In {
    kind: String,
    state: String,
}

/// Measures everything that can be.
pub async fn measured(app: &App) -> [Registry; 2] {
    let mut ours = Registry::with_prefix(PREFIX);
    ours.register("build", "The version that runs", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
    let checks = Family::<Of, Gauge>::default();
    let health = health::look(app).await;
    for check in Check::ALL {
        checks.get_or_create(&Of { check: check.name() }).set(i64::from(health.is_fine(check)));
    }
    ours.register("check", "1 where a check of readiness finds nothing, 0 where it fails", checks);
    if let Ok(Some(free)) = app.blobs.free_bytes().await {
        let help = "Bytes that may still be written where media lie";
        ours.register_with_unit("media_free", help, Unit::Bytes, gauge(free));
    }
    let reserve = gauge(app.config.blobs.reserve_bytes);
    ours.register_with_unit("media_reserve", "Bytes below which uploads wait", Unit::Bytes, reserve);
    if let Err(error) = database(app, &mut ours).await {
        tracing::warn!(%error, "figures of the database cannot be measured");
    }
    let mut process = Registry::with_prefix("process");
    if let Err(error) = by_proc(&mut process) {
        tracing::debug!(%error, "figures of the process cannot be measured");
    }
    [ours, process]
}

/// Registers what the database says, or nothing of it.
async fn database(app: &App, registry: &mut Registry) -> crate::db::Result<()> {
    let now = app.now();
    let mut tx = app.db.snapshot().await?;
    let db: &mut Conn = &mut tx;
    let jobs = jobs::store::counts(db).await?;
    let garbage = store::garbage(db).await?;
    let uploads = store::uploads(db).await?;
    let aside = store::ops_aside(db).await?;
    let devices = store::devices_seen(db, now - DAY_MS).await?;
    let backup_at = epochs::store::backup_at(db).await?;
    let covered_until = epochs::store::covered_until(db).await?;
    tx.rollback().await?;

    let first_run_at = jobs.iter().filter(|(_, state, ..)| state == "ready").map(|(.., at)| *at).min();
    let overdue = first_run_at.map_or(0.0, |at| seconds(now - at).max(0.0));
    registry.register("jobs", "Jobs to be done, and jobs that were given up", by_kind(jobs));
    let help = "How long the first job that waits is overdue";
    registry.register_with_unit("job_overdue", help, Unit::Seconds, ConstGauge::new(overdue));
    registry.register("gc_waiting_files", "Files that no row names", ConstGauge::new(garbage.0));
    let help = "Bytes of files that no row names";
    registry.register_with_unit("gc_waiting", help, Unit::Bytes, ConstGauge::new(garbage.1));
    registry.register("uploads_open", "Uploads under way", ConstGauge::new(uploads));
    registry.register("ops_aside", "Ops set aside because they could not be read", ConstGauge::new(aside));
    let help = "Devices signed in and seen within 24 hours";
    registry.register("devices_seen", help, ConstGauge::new(devices));
    let help = "When the last backup was made; 0 before the first";
    let backup = ConstGauge::new(seconds(backup_at.unwrap_or(0)));
    registry.register_with_unit("backup_timestamp", help, Unit::Seconds, backup);
    let help = "Until when a backup off this machine covers everything; 0 before the first";
    let covered = ConstGauge::new(seconds(covered_until));
    registry.register_with_unit("backup_covered_timestamp", help, Unit::Seconds, covered);
    Ok(())
}

/// How many jobs of each kind are in which state; none is a figure too.
fn by_kind(jobs: Vec<(String, String, i64, i64)>) -> Family<In, Gauge> {
    let states = Family::<In, Gauge>::default();
    for (kind, state) in Job::KINDS.into_iter().flat_map(|kind| [(kind, "ready"), (kind, "dead")]) {
        states.get_or_create(&In { kind: kind.to_owned(), state: state.to_owned() }).set(0);
    }
    for (kind, state, count, _) in jobs {
        states.get_or_create(&In { kind, state }).set(count);
    }
    states
}

/// The names that every client of Prometheus gives these, from `proc_pid_stat(5)` and `proc_pid_fd(5)`.
fn by_proc(registry: &mut Registry) -> Result<()> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The name of the program stands in brackets and may hold anything; numbers follow it from the third on.
    let (_, rest) = stat.rsplit_once(')').context("stat names the program")?;
    let field = |number: usize| -> Result<u64> {
        Ok(rest.split_whitespace().nth(number - 3).context("a field of stat")?.parse()?)
    };
    let (user, system, resident_pages) = (field(14)?, field(15)?, field(24)?);
    let cpu = (user + system) as f64 / rustix::param::clock_ticks_per_second() as f64;
    let help = "Processor time used, by user and system together";
    registry.register_with_unit("cpu", help, Unit::Seconds, ConstCounter::new(cpu));
    let resident = resident_pages * u64::try_from(rustix::param::page_size())?;
    registry.register_with_unit("resident_memory", "Memory held", Unit::Bytes, gauge(resident));
    let open = u64::try_from(std::fs::read_dir("/proc/self/fd")?.count())?;
    registry.register("open_fds", "Files and sockets open", gauge(open));
    Ok(())
}

fn gauge(value: u64) -> ConstGauge<i64> {
    ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX))
}

fn seconds(ms: i64) -> f64 {
    ms as f64 / 1_000.0
}
