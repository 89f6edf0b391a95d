//! `miaopu`: the commands an operator types. Parses, starts the library, reports errors in English that say what to do.

mod cli;
mod commands;

use std::{
    env,
    io::{IsTerminal, stderr},
    os::unix::process::CommandExt,
    process::{self, ExitCode},
};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use miaopu_server::{
    App, Clock, Running,
    backup::make::Wish,
    config::{self, Config, Flags, LogFormat},
    demo, derive, gc, lepton, spawn, work_on,
};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::cli::{AccountCommand, BlobsCommand, Cli, Command, RosterCommand};

/// Gives memory of a busy hour back, which the system's own keeps in a heap for each thread.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many ms it keeps what is freed; by itself a second, in which a server that looks at many photos grows by all of
/// them. It reads this before `main`.
const PURGE: (&str, &str) = ("MIMALLOC_PURGE_DELAY", "100");

fn main() -> ExitCode {
    let cli = Cli::parse();
    if matches!(cli.command, Command::Serve | Command::Worker | Command::Demo { .. }) {
        give_memory_back_soon();
    }
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("miaopu: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Becomes this program once more, the same process, with the allocator's setting; goes on as it is where that fails.
fn give_memory_back_soon() {
    if !config::is_set(PURGE.0)
        && let Ok(program) = env::current_exe()
    {
        let mut names = env::args_os();
        let mut again = process::Command::new(program);
        again.arg0(names.next().unwrap_or_default()).args(names).env(PURGE.0, PURGE.1);
        let error = again.exec();
        eprintln!("miaopu: memory is given back late: {error}");
    }
}

fn run(cli: Cli) -> Result<()> {
    match cli.command {
        Command::DefaultConfig => {
            print!("{}", config::EXAMPLE);
            Ok(())
        }
        Command::Inspect { folder, json } => runtime()?.block_on(commands::inspect(&folder, json)),
        Command::DeriveOne { want, unconfined } => {
            derive::child::run(want, &unconfined).context("cannot read, or cannot answer")
        }
        Command::RunConfined { seconds, unconfined, program, arguments } => {
            derive::launch::run(&program, &arguments, seconds, &unconfined)
        }
        Command::Confinement => derive::child::tell().context("cannot be confined, or cannot answer"),
        Command::Lepton { direction } => {
            lepton::child::run(direction).context("cannot read, or cannot answer")
        }
        Command::Account(command @ AccountCommand::CreateAdmin { .. }) => {
            on_data(Config::load(&cli.flags)?, async |app| commands::account(app, command).await)
        }
        Command::Account(command) => {
            on_data(there(&cli.flags)?, async |app| commands::account(app, command).await)
        }
        Command::Roster(RosterCommand::Import { file, dry_run, whole }) => {
            on_data(there(&cli.flags)?, async |app| commands::roster(app, &file, dry_run, whole).await)
        }
        Command::Verify { backup: Some(folder), .. } => runtime()?.block_on(commands::check_backup(&folder)),
        Command::Verify { blobs, rate, .. } => {
            on_data(there(&cli.flags)?, async |app| commands::check(app, blobs, rate).await)
        }
        Command::Backup { folder, off_machine, keep } => {
            let wish = Wish { off_machine, keep: keep.map(usize::from) };
            on_data(there(&cli.flags)?, async |app| commands::backup(app, &folder, wish).await)
        }
        Command::Gc { apply, grace_days } => {
            let wish = gc::collect::Wish { apply, grace_days };
            on_data(there(&cli.flags)?, async |app| commands::gc(app, wish).await)
        }
        Command::Blobs(BlobsCommand::Copy { from, to }) => {
            on_data(there(&cli.flags)?, async |app| commands::copy_blobs(app, &from, &to).await)
        }
        Command::Copy { from, to } => {
            runtime()?.block_on(commands::copy(&there(&cli.flags)?, from.as_deref(), &to))
        }
        Command::Held(command) => on_data(there(&cli.flags)?, async |app| commands::held(app, command).await),
        Command::Jobs(command) => on_data(there(&cli.flags)?, async |app| commands::jobs(app, command).await),
        Command::Restore { folder, state } => {
            let config = Config::load(&cli.flags)?;
            runtime()?.block_on(commands::restore(&config, &folder, state.as_deref()))
        }
        Command::Worker => {
            let config = there(&cli.flags)?;
            demo::refuse(&config.data.dir)?;
            log(&config)?;
            runtime()?.block_on(work(config))
        }
        Command::Serve => {
            let config = Config::load(&cli.flags)?;
            demo::refuse(&config.data.dir)?;
            log(&config)?;
            runtime()?.block_on(serve(config))
        }
        Command::Demo { data } => {
            let config = demo::config(&cli.flags, &data)?;
            log(&config)?;
            runtime()?.block_on(show(config))
        }
    }
}

/// The configuration of an installation that is there. A mistyped folder is refused, not filled with a new one.
fn there(flags: &Flags) -> Result<Config> {
    let config = Config::load(flags)?;
    ensure!(
        config.secrets_dir().exists(),
        "{} holds no installation: name its folder with --data-dir, or its configuration with --config. A new one \
         begins with `miaopu account create-admin` or `miaopu serve`",
        config.data.dir.display()
    );
    Ok(config)
}

/// Runs a command on an installation, beside a server that may be running.
fn on_data(config: Config, work: impl AsyncFnOnce(&App) -> Result<()>) -> Result<()> {
    runtime()?.block_on(async {
        let app = App::open(config, Clock::System).await?;
        let outcome = work(&app).await;
        app.db.close().await;
        outcome
    })
}

/// Serves the demo and says where, and who may sign in.
async fn show(config: Config) -> Result<()> {
    let terminate = terminations()?;
    let logins = demo::prepare(&config, demo::PICTURE_PX).await?;
    let (url, file) = (config.server.public_url.clone(), demo::logins_path(&config.data.dir));
    let running = spawn(config).await?;
    println!("\nMiaopu demo: {url}\n\n{logins}\n\nThese and more stand in {}.", file.display());
    stopped(running, terminate).await
}

async fn serve(config: Config) -> Result<()> {
    let terminate = terminations()?;
    stopped(spawn(config).await?, terminate).await
}

/// Listens for SIGTERM, from before the server says that it serves: whoever reads that may stop it at once.
fn terminations() -> Result<Signal> {
    signal(SignalKind::terminate()).context("cannot listen for SIGTERM")
}

/// Does the jobs of a server that runs elsewhere.
async fn work(config: Config) -> Result<()> {
    ensure!(
        !config.database.url.0.is_empty(),
        "`miaopu worker` needs PostgreSQL: beside SQLite the server works itself; raise derive.workers"
    );
    let terminate = terminations()?;
    let app = App::open(config, Clock::System).await?;
    stop_at(terminate, app.stopping.clone());
    work_on(app).await
}

/// Waits until the server is told to stop, and has stopped.
async fn stopped(running: Running, terminate: Signal) -> Result<()> {
    stop_at(terminate, running.stop.clone());
    running.wait().await
}

/// Begins the stop once this process is told to.
fn stop_at(mut terminate: Signal, stop: CancellationToken) {
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        tracing::info!("stopping: requests under way are finished first");
        stop.cancel();
    });
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the runtime")
}

/// Sends the log to standard error, as the configuration wants it.
fn log(config: &Config) -> Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_new(&config.log.filter)
        .with_context(|| format!("log.filter = {:?} is no filter, like \"info\"", config.log.filter))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(stderr().is_terminal())
        .with_writer(stderr);
    match config.log.format {
        LogFormat::Pretty => lines.init(),
        LogFormat::Json => lines.json().init(),
    }
    Ok(())
}
