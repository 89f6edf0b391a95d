//! What the commands of `miaopu` do beside serving, and what they print. Called by `main` alone; the work itself is in
//! the library.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use miaopu_server::{
    App, Clock, accounts,
    backup::{self, make::Wish},
    blobs,
    config::Config,
    gc, inspect, jobs,
    roster::{
        command,
        import::{Mode, Wish as RosterWish},
    },
    sync, verify,
};

use crate::cli::{AccountCommand, HeldCommand, JobsCommand};

/// Makes, resets or closes an account.
pub async fn account(app: &App, command: AccountCommand) -> Result<()> {
    match command {
        AccountCommand::CreateAdmin { number, name } => {
            let code = accounts::command::create_admin(app, &number, &name).await?;
            println!("Activation code, shown once: {code}");
        }
        AccountCommand::Reset { number } => {
            let code = accounts::command::reset(app, &number).await?;
            println!("Activation code, shown once: {code}");
        }
        AccountCommand::Close { number } => {
            accounts::command::close(app, &number).await?;
            println!("The account is closed.");
        }
    }
    Ok(())
}

/// Imports a roster and says what it brought.
pub async fn roster(app: &App, file: &Path, dry_run: bool, whole: bool) -> Result<()> {
    let mode = if dry_run { Mode::DryRun } else { Mode::Commit };
    let (report, codes) = command::run(app, file, RosterWish { mode, whole }).await?;
    if dry_run {
        for row in &report.rows {
            println!("{row}");
        }
        println!("\nNothing was changed. This file would bring:");
    }
    let done = report.summary;
    println!("branches new or changed  {}", done.branches);
    println!("people new or changed    {}", done.people);
    println!("accounts new             {}", done.accounts);
    println!("accounts closed          {}", done.closed);
    println!("grants given, ended      {}, {}", done.grants_given, done.grants_ended);
    println!("activation codes         {}", done.codes);
    if let Some(codes) = codes {
        println!("The codes stand only in {}: hand them over, then delete it.", codes.display());
    }
    Ok(())
}

/// Prints what was checked; a fault is a failure of the command.
pub async fn check(app: &App, blobs: bool, mb_per_second: u32) -> Result<()> {
    let mut report = verify::verify(&app.db).await.context("the database could not be read to its end")?;
    if blobs {
        let read = verify::blobs::check(app, &mut report, mb_per_second).await;
        read.context("the media could not be read to their end")?;
    }
    print!("{report}");
    ensure!(report.fault_count == 0, "{} faults were found", report.fault_count);
    Ok(())
}

/// Prints what was checked of a folder of backups; a fault is a failure of the command.
pub async fn check_backup(folder: &Path) -> Result<()> {
    let report = backup::check::check(folder).await?;
    print!("{report}");
    ensure!(report.fault_count == 0, "{} faults were found", report.fault_count);
    Ok(())
}

/// Makes a backup; what could not be saved is a failure of the command, after all else was.
pub async fn backup(app: &App, folder: &Path, wish: Wish) -> Result<()> {
    let made = backup::make::make(app, folder, wish).await?;
    let rows: u64 = made.manifest.rows.values().sum();
    println!("state      {}", made.state);
    println!("rows       {rows}");
    println!("blobs      {}, new {} ({} bytes)", made.manifest.blobs, made.copied, made.copied_bytes);
    tell(&made.faults);
    let missing = made.manifest.blobs_missing;
    ensure!(missing == 0, "{missing} blobs could not be saved; everything else is");
    Ok(())
}

/// Collects garbage, or says what would be; a photo whose smaller file is damaged is a failure, after all else was done.
pub async fn gc(app: &App, wish: gc::collect::Wish) -> Result<()> {
    let report = gc::collect::collect(app, wish).await?;
    print!("{report}");
    ensure!(report.faults.is_empty(), "{} raw photos stay: see `miaopu verify --blobs`", report.faults.len());
    Ok(())
}

/// Copies files of media between storages; what is damaged is a failure of the command, after all else was copied.
pub async fn copy_blobs(app: &App, from: &str, to: &str) -> Result<()> {
    let (from, to) = (blobs::copy::named(from, &app.config)?, blobs::copy::named(to, &app.config)?);
    let report = blobs::copy::copy(&from, &to).await?;
    print!("{report}");
    ensure!(report.fault_count == 0, "{} files could not be copied; all else is", report.fault_count);
    Ok(())
}

/// Copies a database into another one and says what came over.
pub async fn copy(config: &Config, from: Option<&str>, to: &str) -> Result<()> {
    let from = from.map_or_else(|| Ok(config.target()), |from| backup::copy::named(from, config))?;
    let copied = backup::copy::copy(config, &from, &backup::copy::named(to, config)?).await?;
    for (table, rows) in &copied.rows {
        println!("{table:<20} {rows}");
    }
    print!("{}", copied.report);
    ensure!(copied.report.fault_count == 0, "the copy is exact, and so are its faults: see `miaopu verify`");
    println!("Every row is the same in both. Name the new database in database.url and start the server.");
    Ok(())
}

/// Counts what waits since a restore, or ends the waiting.
pub async fn held(app: &App, command: HeldCommand) -> Result<()> {
    match command {
        HeldCommand::List => print!("{}", sync::held::command::count(app).await?),
        HeldCommand::Close => print!("{}", sync::held::command::close(app).await?),
    }
    Ok(())
}

/// Shows the queue, or decides about a job that was given up.
pub async fn jobs(app: &App, command: JobsCommand) -> Result<()> {
    match command {
        JobsCommand::List { all, after } => print!("{}", jobs::command::list(app, all, &after).await?),
        JobsCommand::Retry { id } => {
            jobs::command::retry(app, &id).await?;
            println!("{id} is in the queue again.");
        }
        JobsCommand::Drop { id } => {
            jobs::command::drop(app, &id).await?;
            println!("{id} is forgotten.");
        }
    }
    Ok(())
}

/// Restores a backup; what the backup lacks is a failure of the command, after all else is back.
pub async fn restore(config: &Config, folder: &Path, state: Option<&str>) -> Result<()> {
    let restored = backup::restore::restore(config, &Clock::System, folder, state).await?;
    let rows: u64 = restored.manifest.rows.values().sum();
    println!("state      {}", restored.state);
    println!("rows       {rows}");
    println!("blobs      {}", restored.manifest.blobs);
    println!("A new epoch begins: phones start over from this state and send again what it lacks.");
    print!("{}", restored.report);
    tell(&restored.faults);
    ensure!(restored.report.fault_count == 0, "the restored database has faults: restore an earlier state");
    ensure!(restored.faults.is_empty(), "blobs are missing from the backup; everything else is back");
    Ok(())
}

/// Prints what would be made of the files of a folder.
pub async fn inspect(folder: &Path, json: bool) -> Result<()> {
    let looks = inspect::folder(folder).await?;
    if json {
        for look in &looks {
            println!("{}", serde_json::to_string(look).context("a look has string keys only")?);
        }
    } else {
        print!("{}", inspect::table::write(&looks));
    }
    Ok(())
}

fn tell(faults: &[String]) {
    for fault in faults {
        println!("FAULT {fault}");
    }
}
