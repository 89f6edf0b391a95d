//! Builds the phone app: `cargo xtask wasm` the rules, `cargo xtask app` everything the server embeds; and
//! `cargo xtask fuzz-child` hands damaged files to the child that decodes.
//! `cargo xtask mutants` plants bugs in a copy and sees whether the simulation finds them.
//! It installs no toolchain: `setup.sh` does. The server's own build never calls it.
mod app;
mod fuzz;
mod mutants;
mod wasm;

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

fn main() -> Result<()> {
    match env::args().nth(1).as_deref() {
        Some("wasm") => wasm::build(),
        Some("app") => {
            wasm::build()?;
            app::build()
        }
        Some("fuzz-child") => fuzz::child(&env::args().skip(2).collect::<Vec<_>>()),
        Some("mutants") => mutants::run(&env::args().skip(2).collect::<Vec<_>>()),
        _ => bail!("usage: cargo xtask wasm|app|fuzz-child|mutants"),
    }
}

/// The folder that holds the workspace's Cargo.toml.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies inside the workspace").to_owned()
}

/// Runs a command with our own output and fails where it fails.
fn run(command: &mut Command) -> Result<()> {
    eprintln!("+ {command:?}");
    let status = command.status().with_context(|| format!("starting {command:?}"))?;
    if !status.success() {
        bail!("{command:?} ended with {status}");
    }
    Ok(())
}
