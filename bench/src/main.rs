//! `make bench`: starts the release server as an operator does, fills it by the doors that people use, measures, and
//! writes `target/bench/results.json`. What each row counts stands in `docs/bench.md`.

mod chance;
mod cluster;
mod draft;
mod figure;
mod garage;
mod load;
mod peer;
mod phone;
mod process;
mod rows;
mod server;
mod site;
mod text;
mod tus;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::Parser;

use rows::{Bench, GROUPS};

/// Measures Miaopu's release server.
#[derive(Parser)]
#[command(name = "miaopu-bench")]
struct Cli {
    /// Rows to measure and print; where none is named all of them, which are written to `results.json` too.
    rows: Vec<String>,
    /// Fail when a row misses its bound.
    #[arg(long)]
    strict: bool,
    /// Folder of photos that the rows of originals measure, with those below it; may be named several times. Without
    /// one, the demo's drawings are measured.
    #[arg(long, value_name = "FOLDER")]
    photos: Vec<PathBuf>,
    /// Folder of files made to harm that the rows of hostile files measure, with those below it; may be named several
    /// times. Without one, a few are made.
    #[arg(long, value_name = "FOLDER")]
    hostile: Vec<PathBuf>,
    /// The release binary.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/release/miaopu"))]
    program: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("miaopu-bench: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Measures; answers whether it may pass.
async fn run(cli: Cli) -> Result<bool> {
    let all: Vec<&str> = GROUPS.iter().flat_map(|group| group.ids).copied().collect();
    for row in &cli.rows {
        ensure!(all.contains(&row.as_str()), "there is no row {row}; rows are {}", all.join(", "));
    }
    let program = cli.program.canonicalize().with_context(|| {
        format!("there is no {}: run `cargo build --release -p miaopu-server`", cli.program.display())
    })?;
    let bench = Bench { program, photos: cli.photos, hostile: cli.hostile };
    let mut figures = Vec::new();
    for group in GROUPS {
        let wanted = |id: &&str| cli.rows.is_empty() || cli.rows.iter().any(|row| row == *id);
        if group.ids.iter().any(wanted) {
            eprintln!("measuring {}", group.ids.join(", "));
            let measured = (group.measure)(&bench).await;
            figures.extend(measured.with_context(|| group.ids.join(", "))?);
        }
    }
    // A file holds one whole run: rows of different runs do not belong beside each other.
    if cli.rows.is_empty() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench");
        figure::write(&figures, &folder.join("results.json"))?;
    }
    figure::print(&figures);
    Ok(!cli.strict || figures.iter().all(figure::Figure::holds))
}
