//! `miaopu`: the commands an operator types. Parses, starts the library, reports errors in English that say what to do.

mod commands;

use std::{
    env,
    ffi::OsString,
    io::{IsTerminal, stderr},
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{self, ExitCode},
};

use anyhow::{Context, Result, ensure};
use clap::{Parser, Subcommand};
use miaopu_server::{
    App, Clock, Running,
    backup::make::Wish,
    config::{self, Config, Flags, LogFormat},
    demo,
    derive::{self, confine::Risky},
    gc, lepton, spawn, verify, work_on,
};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Gives memory of a busy hour back, which the system's own keeps in a heap for each thread.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many ms it keeps what is freed; by itself a second, in which a server that looks at many photos grows by all of
/// them. It reads this before `main`.
const PURGE: (&str, &str) = ("MIMALLOC_PURGE_DELAY", "100");

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
    /// Make pictures, clips and voices for a server until told to stop; answers nobody. Needs PostgreSQL.
    Worker,
    /// Make an administrator, give new codes, close accounts.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Bring branches and people from a file of the school.
    #[command(subcommand)]
    Roster(RosterCommand),
    /// Check histories, checksums, versions and queues against each other; changes nothing.
    Verify {
        /// Read every photo, clip and voice back too, and hold it against its SHA-256.
        #[arg(long)]
        blobs: bool,
        /// Megabytes a second that are read at most.
        #[arg(long, value_name = "MB", requires = "blobs", default_value_t = verify::blobs::USUAL_MB_PER_SECOND)]
        #[arg(value_parser = clap::value_parser!(u32).range(1..))]
        rate: u32,
        /// Check a folder of backups instead of the installation.
        #[arg(long, value_name = "FOLDER", conflicts_with = "blobs")]
        backup: Option<PathBuf>,
    },
    /// Save database, media and keys into a folder of backups, beside a running server.
    Backup {
        /// The folder; it grows by what is new.
        folder: PathBuf,
        /// The folder lies on another machine: phones may forget what it covers.
        #[arg(long)]
        off_machine: bool,
        /// States of the database to keep, the newest; all without this. Media are never removed.
        #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..))]
        keep: Option<u16>,
    },
    /// Remove files of media that nothing names any more, once they have waited; without --apply, say which.
    Gc {
        /// Remove them.
        #[arg(long)]
        apply: bool,
        /// Days that a file waits.
        #[arg(long, value_name = "DAYS", default_value_t = gc::collect::USUAL_GRACE_DAYS)]
        grace_days: u32,
    },
    /// Bring files of media to another storage.
    #[command(subcommand)]
    Blobs(BlobsCommand),
    /// Bring all rows into another, empty database, read both back and compare them. Stop the server before; then name
    /// the new one in database.url. Keys and media stay where they are.
    Copy {
        /// sqlite:PATH or postgres://USER@HOST/NAME; the configured database without this.
        #[arg(long, value_name = "DATABASE")]
        from: Option<String>,
        /// The same.
        #[arg(long, value_name = "DATABASE")]
        to: String,
    },
    /// Show what phones sent again after a restore and what waits for work of others, and end the waiting.
    #[command(subcommand)]
    Held(HeldCommand),
    /// Show the queue of work, and decide about what was given up.
    #[command(subcommand)]
    Jobs(JobsCommand),
    /// Fill an empty installation from a folder of backups; phones then send again what it lacks.
    Restore {
        /// The folder of backups.
        folder: PathBuf,
        /// Which state, like 20190921T000000.000Z; the newest without this.
        #[arg(long)]
        state: Option<String>,
    },
    /// Make the data of an invented university once, print how to sign in, and serve it on loopback.
    Demo {
        /// Folder of the demo data.
        #[arg(long, value_name = "FOLDER", default_value = "./data-demo")]
        data: PathBuf,
    },
    /// Say of every file of a folder what would be made of it, and why not; keeps and changes nothing.
    Inspect {
        /// The folder, with the folders in it.
        folder: PathBuf,
        /// A JSON object a line instead of a table, with camera and position.
        #[arg(long)]
        json: bool,
    },
    /// Print the documented default configuration.
    DefaultConfig,
    /// Make a photo smaller or whole again, from standard input to standard output; the server starts this.
    Lepton {
        /// `encode` or `decode`.
        #[arg(value_parser = lepton::Direction::parse_argument)]
        direction: lepton::Direction,
    },
    /// Read one picture from standard input and answer for it on standard output; the server starts this.
    DeriveOne {
        /// `photo` for preview and thumb, `sketch` for the sketch made safe, `facts` for what the file says of itself.
        #[arg(value_parser = derive::Want::parse_argument)]
        want: derive::Want,
        /// Decode this even where the kernel confines too little, as derive.unconfined allows.
        #[arg(long, value_name = "WHAT")]
        unconfined: Vec<Risky>,
    },
    /// Confine this process and become ffmpeg or ffprobe; the server starts this.
    RunConfined {
        /// Seconds of computing it may take.
        #[arg(long)]
        seconds: u64,
        /// Run it even where the kernel confines too little, as derive.unconfined allows.
        #[arg(long, value_name = "WHAT")]
        unconfined: Vec<Risky>,
        /// The program.
        program: PathBuf,
        /// Its arguments.
        #[arg(last = false, trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Say what this machine's kernel gives to confine the decoding of strangers' files.
    Confinement,
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
enum BlobsCommand {
    /// Copy every file, each held against its SHA-256; what is there already is passed over. Change blobs.url or
    /// blobs.dir and start the server anew afterwards, then copy once more what came meanwhile.
    Copy {
        /// A folder, or s3://bucket/prefix at the service that the configuration names.
        #[arg(long, value_name = "STORAGE")]
        from: String,
        /// The same.
        #[arg(long, value_name = "STORAGE")]
        to: String,
    },
}

#[derive(Subcommand)]
enum HeldCommand {
    /// Count what waits.
    List,
    /// Decide what still waits as everything stands now, once no phone is expected back. What lacks its entry is
    /// refused, and lies on its phone with all it holds.
    Close,
}

#[derive(Subcommand)]
enum JobsCommand {
    /// Count the queue by kind and state, and name what was given up, with why.
    List {
        /// Name what is still to be done too.
        #[arg(long)]
        all: bool,
        /// Begin behind this job.
        #[arg(long, value_name = "ID", default_value = "")]
        after: String,
    },
    /// Put a job that was given up back in the queue.
    Retry {
        /// Which, as `miaopu jobs list` names it.
        id: String,
    },
    /// Forget a job that was given up; what it was to do stays undone.
    Drop {
        /// Which, as `miaopu jobs list` names it.
        id: String,
    },
}

#[derive(Subcommand)]
enum RosterCommand {
    /// Import a CSV (UTF-8) or XLSX file; the same file again changes nothing. Codes go into a file of the data folder.
    Import {
        /// Columns: committee, branch, kind, basis, work_line, founded_on, temporary_branch, number, name,
        /// membership, role; Chinese headings and words are taken too.
        file: PathBuf,
        /// Say for each row what would change, and change nothing.
        #[arg(long)]
        dry_run: bool,
        /// The file holds everybody of the branches it names: who is missing has left, and accounts that hold
        /// nothing any more are closed.
        #[arg(long)]
        whole: bool,
    },
}

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
