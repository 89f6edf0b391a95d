//! What goes wrong, and how it is put right again.

use std::fs;

use anyhow::{Context, Result, ensure};
use miaopu_server::gc;
use shared::ids::GrantId;
use shared::model::{Grant, Role, Scope};
use shared::sync::EngineEvent;

use crate::check;
use crate::phone::Life;
use crate::report::Tally;
use crate::run::Run;
use crate::server::{Core, json};
use crate::stage::{ADMIN, copy_all};

const HOUR_MS: i64 = 3_600_000;
const YEAR_MS: i64 = 365 * 24 * HOUR_MS;
/// A token lives 15 minutes.
const TOKEN_MS: i64 = HOUR_MS / 3;
/// Copies of an installation that a seed keeps.
const COPIES_MAX: usize = 3;

/// How far a phone's clock is off: mostly not at all, sometimes years.
pub fn skew(rng: &mut fastrand::Rng) -> i64 {
    match rng.u8(..8) {
        0 => 5 * YEAR_MS,
        1 => -5 * YEAR_MS,
        2 => rng.i64(-HOUR_MS..HOUR_MS),
        _ => 0,
    }
}

/// How much of a phone's next turn happens.
pub fn life(rng: &mut fastrand::Rng, tally: &mut Tally) -> Life {
    match rng.u8(..40) {
        0 | 1 => {
            tally.fault("phone killed");
            Life::Killed(rng.usize(..4))
        }
        2 => {
            tally.fault("phone's disk full");
            Life::Full
        }
        _ => Life::Whole,
    }
}

/// Something goes wrong.
pub async fn one(run: &mut Run<'_>, phone: usize) -> Result<()> {
    match run.rng.u8(..24) {
        0..4 => restart(run).await,
        4..9 => grant(run).await,
        9 => {
            copied(run, phone);
            Ok(())
        }
        10 => {
            evicted(run, phone);
            Ok(())
        }
        11 | 12 => {
            let skew = skew(&mut run.rng);
            if run.begins("phone's clock moved") {
                run.phones[phone].skew_ms = skew;
            }
            Ok(())
        }
        13..16 => {
            run.tally.fault("time passed");
            run.clock.advance(TOKEN_MS);
            Ok(())
        }
        16 => unreachable_database(run).await,
        17 => full_database(run).await,
        18 => collect(run).await,
        19 | 20 => copy_installation(run).await,
        21 => restore(run).await,
        _ => {
            run.tally.fault("phone restarted");
            let now = run.now();
            check::reload(run, phone)?;
            run.phones[phone].restart(now);
            Ok(())
        }
    }
}

/// Every server runs, every clock of a phone stays as wrong as it is.
pub async fn heal(run: &mut Run<'_>) -> Result<()> {
    for core in 0..run.cores.len() {
        start(run, core).await?;
    }
    Ok(())
}

async fn stop(run: &mut Run<'_>, core: usize) {
    if let Some(core) = run.cores[core].take() {
        core.app.db.close().await;
    }
}

async fn start(run: &mut Run<'_>, core: usize) -> Result<()> {
    stop(run, core).await;
    run.cores[core] = Some(Core::start(&run.config, &run.clock).await?);
    Ok(())
}

/// A server is killed, and maybe started again at once. The first always runs: checkers look into it.
async fn restart(run: &mut Run<'_>) -> Result<()> {
    let core = run.rng.usize(..run.cores.len());
    if !run.begins("server killed") {
        return Ok(());
    }
    run.note(|| format!("server {core} is killed"));
    if core > 0 && run.rng.bool() {
        stop(run, core).await;
        return Ok(());
    }
    start(run, core).await
}

/// A server loses its database; it answers, and can do nothing.
async fn unreachable_database(run: &mut Run<'_>) -> Result<()> {
    let healthy: Vec<usize> = (0..run.cores.len()).filter(|at| run.cores[*at].is_some()).collect();
    if healthy.len() < run.cores.len() {
        return heal(run).await;
    }
    if !run.begins("database unreachable") {
        return Ok(());
    }
    // The first is looked into by the checkers.
    let core = run.cores.len() - 1;
    run.note(|| format!("server {core} loses its database"));
    if let Some(server) = &run.cores[core] {
        server.app.db.close().await;
    }
    Ok(())
}

/// A server may not let the database grow any more.
async fn full_database(run: &mut Run<'_>) -> Result<()> {
    if !run.begins("database full") {
        return Ok(());
    }
    let core = run.cores.len() - 1;
    stop(run, core).await;
    let mut config = run.config.clone();
    config.database.max_bytes = fs::metadata(run.config.data.dir.join("miaopu.db"))?.len().max(1 << 20);
    run.note(|| format!("server {core} has no room in its database"));
    match Core::start(&config, &run.clock).await {
        Ok(server) => run.cores[core] = Some(server),
        Err(_) => start(run, core).await?,
    }
    Ok(())
}

/// Somebody is taken out of their branch, or comes back.
async fn grant(run: &mut Run<'_>) -> Result<()> {
    let admin = run.phones.iter().position(|phone| phone.seat.name == ADMIN).context("an administrator")?;
    // Who is out mostly comes back before somebody else goes.
    let account = match run.out.keys().next().filter(|_| run.rng.u8(..4) > 0) {
        Some(account) => *account,
        None => run.stage.seats[run.rng.usize(..run.stage.seats.len())].account,
    };
    let Some(core) = run.cores.iter().position(Option::is_some) else { return Ok(()) };
    if let Some(grant) = run.out.remove(&account) {
        run.begins("role given");
        let body = serde_json::to_vec(&serde_json::json!({ "grant": grant }))?;
        let path = format!("/api/v1/accounts/{account}/grants");
        let answer = run.ask(admin, core, json("POST", &path, None, body)).await;
        run.note(|| format!("{account} gets a role: {}", answer.status));
        if answer.status != 200 {
            run.out.insert(account, grant);
        }
    } else {
        let path = format!("/api/v1/accounts/{account}/grants");
        let mut ask = json("GET", &path, None, Vec::new());
        ask.headers.clear();
        let answer = run.ask(admin, core, ask).await;
        let Ok(grants) = answer.json::<Vec<Row>>() else { return Ok(()) };
        // The last role of somebody in a branch: a member leaves it, a secretary is none any more.
        let Some(row) = grants.into_iter().rfind(|row| matches!(row.grant.scope, Scope::Branch(_))) else {
            return Ok(());
        };
        if !run.begins(if row.grant.role == Role::Member { "member leaves" } else { "office ends" }) {
            return Ok(());
        }
        let answer = run
            .ask(admin, core, json("POST", &format!("/api/v1/grants/{}/end", row.id), None, b"{}".to_vec()))
            .await;
        run.note(|| format!("{account} loses {:?}: {}", row.grant.role, answer.status));
        if answer.status == 200 {
            run.out.insert(account, row.grant);
        }
    }
    run.refresh().await?;
    Ok(())
}

#[derive(serde::Deserialize)]
struct Row {
    id: GrantId,
    grant: Grant,
}

/// A phone's disk is copied onto another phone.
fn copied(run: &mut Run<'_>, phone: usize) {
    if run.phones.len() > run.stage.seats.len() {
        return;
    }
    if !run.begins("phone cloned") {
        return;
    }
    let now = run.now();
    let copy = run.phones[phone].copied(now);
    let name = copy.seat.name.clone();
    run.note(|| format!("{name} is a clone"));
    run.phones.push(copy);
}

/// A browser takes a phone's storage away.
fn evicted(run: &mut Run<'_>, phone: usize) {
    if run.rng.u8(..3) > 0 {
        return;
    }
    if !run.begins("phone evicted") {
        return;
    }
    let now = run.now();
    let lost = run.phones[phone].evict(now);
    run.evicted.extend(lost);
    let name = run.phones[phone].seat.name.clone();
    run.note(|| format!("{name} is evicted"));
}

/// Files that nothing names go at once.
async fn collect(run: &mut Run<'_>) -> Result<()> {
    if !run.begins("files collected") {
        return Ok(());
    }
    let wish = gc::collect::Wish { apply: true, grace_days: 0 };
    // The first run finds what the second removes.
    gc::collect::collect(&run.inside().app, wish).await?;
    let text = gc::collect::collect(&run.inside().app, wish).await?.to_string();
    run.note(|| format!("gc: {text:.100}"));
    run.offsets.clear();
    check::kept(run).await
}

/// A copy of the installation, as a snapshot of its disk makes one.
async fn copy_installation(run: &mut Run<'_>) -> Result<()> {
    if run.copies.len() == COPIES_MAX {
        return Ok(());
    }
    if !run.begins("disk copied") {
        return Ok(());
    }
    for core in 0..run.cores.len() {
        stop(run, core).await;
    }
    let to = run.folder.path().join(format!("copy{}", run.copies.len()));
    copy_all(&run.config.data.dir, &to)?;
    run.copies.push(to);
    run.note(|| "the disk is copied".to_owned());
    heal(run).await
}

/// An older copy of the disk comes back, and nobody says so.
async fn restore(run: &mut Run<'_>) -> Result<()> {
    if run.copies.is_empty() {
        return Ok(());
    }
    if !run.begins("disk put back") {
        return Ok(());
    }
    for core in 0..run.cores.len() {
        stop(run, core).await;
    }
    let copy = run.rng.usize(..run.copies.len());
    fs::remove_dir_all(&run.config.data.dir)?;
    copy_all(&run.copies[copy], &run.config.data.dir)?;
    run.note(|| format!("copy {copy} of the disk is put back"));
    heal(run).await?;
    check::went_back(run).await?;
    ensure!(run.cores.iter().all(Option::is_some), "all servers run again");
    for phone in 0..run.phones.len() {
        let now = run.now();
        run.phones[phone].tell(EngineEvent::Tick { poked: true }, now, Life::Whole);
    }
    Ok(())
}
