//! `miaopu`: the commands an operator types. Parses, starts the library, reports errors in English that say what to do.

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use miaopu_server::{
    config::{self, Config, Flags, LogFormat},
    derive, spawn,
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
    /// Print the documented default configuration.
    DefaultConfig,
    /// Read one picture from standard input and answer for it on standard output; the server starts this.
    DeriveOne {
        /// `photo` for preview and thumb, `sketch` for the sketch made safe.
        #[arg(value_parser = derive::Want::parse_argument)]
        want: derive::Want,
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
        Command::Serve => {
            let config = Config::load(&cli.flags)?;
            log(&config)?;
            runtime()?.block_on(serve(config))
        }
    }
}

async fn serve(config: Config) -> Result<()> {
    let running = spawn(config).await?;
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
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.log.format {
        LogFormat::Pretty => lines.init(),
        LogFormat::Json => lines.json().init(),
    }
    Ok(())
}
