//! `miaopu`: the commands an operator types. Parses, starts the library, reports errors in English that say what to do.

use std::{
    io::{IsTerminal, stderr},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, ensure};
use clap::{Parser, Subcommand};
use miaopu_server::{
    App, Clock, Running, accounts,
    config::{self, Config, Flags, LogFormat},
    demo, derive,
    roster::{command, import::Mode},
    spawn, verify,
};
use tokio::signal::unix::{SignalKind, signal};

/// Miaopu 苗圃: the field journal and archive of Party branches.
#[derive(Parser)]
#[command(name = "miaopu", version, about)]
struct Cli {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the app and its API until told to stop (SIGINT or SIGTERM).
    Serve,
    /// Make an administrator, give new codes, close accounts.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Bring branches and people from a file of the school.
    #[command(subcommand)]
    Roster(RosterCommand),
    /// Check histories, checksums, versions and queues against each other; changes nothing.
    Verify,
    /// Make the data of an invented university once, print how to sign in, and serve it on loopback.
    Demo {
        /// Folder of the demo data.
        #[arg(long, value_name = "FOLDER", default_value = "./data-demo")]
        data: PathBuf,
    },
    /// Print the documented default configuration.
    DefaultConfig,
    /// Read one picture from standard input and answer for it on standard output; the server starts this.
    DeriveOne {
        /// `photo` for preview and thumb, `sketch` for the sketch made safe.
        #[arg(value_parser = derive::Want::parse_argument)]
        want: derive::Want,
    },
}

/// A code is printed once and stored only as a hash: hand it over in person.
#[derive(Subcommand)]
enum AccountCommand {
    /// Make an administrator; the first one comes into being only here.
    CreateAdmin {
        /// Staff number to sign in with.
        #[arg(long)]
        number: String,
        /// Name, as others see it.
        #[arg(long)]
        name: String,
    },
    /// Take password and devices away and print a new activation code.
    Reset {
        /// Staff or student number.
        number: String,
    },
    /// End an account for good; its name stays in records.
    Close {
        /// Staff or student number.
        number: String,
    },
}

#[derive(Subcommand)]
enum RosterCommand {
    /// Import a CSV file (UTF-8); the same file again changes nothing. Codes go into a file of the data folder.
    Import {
        /// Columns: committee, branch, kind, basis, work_line, founded_on, temporary_branch, number, name,
        /// membership, role; Chinese headings and words are taken too.
        file: PathBuf,
        /// Say what would change, and change nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("miaopu: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<()> {
    match cli.command {
        Command::DefaultConfig => {
            print!("{}", config::EXAMPLE);
            Ok(())
        }
        Command::DeriveOne { want } => derive::child::run(want).context("cannot read, or cannot answer"),
        Command::Account(command) => on_data(&cli.flags, async |app| account(app, command).await),
        Command::Roster(RosterCommand::Import { file, dry_run }) => {
            on_data(&cli.flags, async |app| roster(app, &file, dry_run).await)
        }
        Command::Verify => {
            there(&cli.flags)?;
            on_data(&cli.flags, async |app| check(app).await)
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

/// Refuses a folder without an installation: a new and empty one would agree with itself in everything.
fn there(flags: &Flags) -> Result<()> {
    let config = Config::load(flags)?;
    ensure!(
        config.secrets_dir().exists(),
        "{} holds no installation: name its folder with --data-dir, or its configuration with --config",
        config.data.dir.display()
    );
    Ok(())
}

/// Runs a command on the installation that the configuration names, beside a server that may be running.
fn on_data(flags: &Flags, work: impl AsyncFnOnce(&App) -> Result<()>) -> Result<()> {
    let config = Config::load(flags)?;
    runtime()?.block_on(async {
        let app = App::open(config, Clock::System).await?;
        let outcome = work(&app).await;
        app.db.close().await;
        outcome
    })
}

async fn account(app: &App, command: AccountCommand) -> Result<()> {
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

async fn roster(app: &App, file: &Path, dry_run: bool) -> Result<()> {
    let mode = if dry_run { Mode::DryRun } else { Mode::Commit };
    let (done, codes) = command::run(app, file, mode).await?;
    if dry_run {
        println!("Nothing was changed. This file would bring:");
    }
    println!("branches new or changed  {}", done.branches);
    println!("people new or changed    {}", done.people);
    println!("accounts new             {}", done.accounts);
    println!("grants given, ended      {}, {}", done.grants_given, done.grants_ended);
    println!("activation codes         {}", done.codes);
    if let Some(codes) = codes {
        println!("The codes stand only in {}: hand them over, then delete it.", codes.display());
    }
    Ok(())
}

/// Prints what was checked; a fault is a failure of the command.
async fn check(app: &App) -> Result<()> {
    let report = verify::verify(&app.db).await.context("the database could not be read to its end")?;
    print!("{report}");
    ensure!(report.fault_count == 0, "{} faults were found", report.fault_count);
    Ok(())
}

/// Serves the demo and says where, and who may sign in.
async fn show(config: Config) -> Result<()> {
    let logins = demo::prepare(&config, demo::PICTURE_PX).await?;
    let (url, file) = (config.server.public_url.clone(), demo::logins_path(&config.data.dir));
    let running = spawn(config).await?;
    println!("\nMiaopu demo: {url}\n\n{logins}\n\nThese and more stand in {}.", file.display());
    stopped(running).await
}

async fn serve(config: Config) -> Result<()> {
    stopped(spawn(config).await?).await
}

/// Waits until the server is told to stop, and has stopped.
async fn stopped(running: Running) -> Result<()> {
    let stop = running.stop.clone();
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        tracing::info!("stopping: requests under way are finished first");
        stop.cancel();
    });
    running.wait().await
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
