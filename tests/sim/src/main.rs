//! `miaopu-sim`: phones that run the real engine, servers that run the real router over a real database, and between
//! them a network, clocks and disks that fail. One number, the seed, decides all that happens: a failure is seen again by
//! its seed alone. After every step, and again once everything is quiet, the checkers of [`check`] look.

mod act;
mod check;
mod faults;
mod network;
mod phone;
mod report;
mod run;
mod server;
mod stage;
mod upload;

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Parser;
use miaopu_server::chance;

use report::Tally;
use stage::Stage;

/// Seeds that once failed; they run before all others, for ever.
const KNOWN: &str = include_str!("../seeds.txt");
/// Threads that live seeds; each has a database of its own.
const THREADS_MAX: usize = 8;

/// Lives many seeds and says what was seen.
#[derive(Parser)]
#[command(name = "miaopu-sim", about)]
struct Arguments {
    /// How many seeds to live, beside those that once failed.
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Live this seed alone, and print what happens.
    #[arg(long)]
    seed: Option<u64>,
    /// Steps of a seed before everything becomes quiet.
    #[arg(long, default_value_t = 300)]
    steps: u32,
    /// With `--seed`: print whatever happens to this op's row on any phone.
    #[arg(long, value_name = "OP")]
    follow: Option<String>,
    /// Live no more seeds once one has failed.
    #[arg(long)]
    until_failure: bool,
    /// A kind of fault that does not happen, to find out which one a failure needs; may be named several times.
    #[arg(long, value_name = "KIND")]
    without: Vec<String>,
}

fn main() -> ExitCode {
    match live(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("miaopu-sim: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Whether every seed held, and every checker saw its case.
fn live(arguments: &Arguments) -> Result<bool> {
    chance::seed(0);
    let stage = Stage::build()?;
    if let Some(seed) = arguments.seed {
        let (tally, end) = one(&stage, seed, arguments);
        println!("{tally}");
        return Ok(end.inspect_err(|error| tell(seed, error)).is_ok());
    }
    let known = KNOWN.lines().filter_map(|line| line.split_whitespace().next()?.parse().ok());
    let seeds: Vec<u64> = known.chain(arguments.from..arguments.from + arguments.seeds).collect();
    let (began, next) = (Instant::now(), AtomicU64::new(0));
    let all = Mutex::new(Tally::default());
    let threads = thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::SeqCst) as usize) {
                    let (mut tally, end) = one(&stage, *seed, arguments);
                    if let Err(error) = end {
                        tell(*seed, &error);
                        tally.failed.push(*seed);
                        if arguments.until_failure {
                            next.store(seeds.len() as u64, Ordering::SeqCst);
                        }
                    }
                    let mut all = all.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    all.add(tally);
                }
            });
        }
    });
    let all = all.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    println!("{all}");
    println!("{}", all.pace(began.elapsed()));
    let blind = all.blind();
    if !blind.is_empty() {
        println!("checkers that never saw their case: {}", blind.join(", "));
    }
    Ok(all.failed.is_empty() && blind.is_empty())
}

/// Says what a seed found, and then what had happened before.
fn tell(seed: u64, error: &anyhow::Error) {
    let found: Vec<String> = error.chain().skip(1).map(ToString::to_string).collect();
    println!("seed {seed} found {}\n{error}", found.join(": "));
}

/// Lives one seed on a database of its own.
fn one(stage: &Stage, seed: u64, arguments: &Arguments) -> (Tally, Result<()>) {
    let mut tally = Tally::default();
    chance::seed(seed);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let end = runtime.context("no runtime").and_then(|runtime| {
        let lived = runtime.block_on(run::live(stage, seed, arguments, &mut tally));
        runtime.shutdown_background();
        lived
    });
    tally.seeds = 1;
    (tally, end)
}
