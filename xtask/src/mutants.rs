//! `cargo xtask mutants [NAME…]`: plants the bugs of `tests/sim/mutants`, one after the other, into a copy of this
//! checkout, and lives seeds until one fails. A bug that no seed finds is a hole in the checkers.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::root;

/// Seeds after which a bug has survived.
const SEEDS: &str = "600";
/// Seeds that the copy must hold without any bug.
const SEEDS_BEFORE: &str = "40";

/// Plants all, or those named.
pub fn run(names: &[String]) -> Result<()> {
    let copy = root().join("target/mutants/tree");
    copy_tracked(&copy)?;
    let patches = patches(names)?;
    let (found, _) = live(&copy, SEEDS_BEFORE)?;
    ensure!(found.is_none(), "without any bug planted, a seed found {}", found.unwrap_or_default());
    let (mut caught, mut survived) = (0, Vec::new());
    for patch in &patches {
        let name = patch.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        let text = fs::read_to_string(patch)?;
        apply(&copy, patch, false).with_context(|| name.to_owned())?;
        let lived = live(&copy, SEEDS);
        apply(&copy, patch, true)?;
        let (found, seeds) = lived.with_context(|| name.to_owned())?;
        let what = text.lines().next().unwrap_or_default();
        match found {
            Some(found) => {
                caught += 1;
                println!("{name:<26} {found:<5} after {seeds:>4} seeds   {what}");
            }
            None => {
                println!("{name:<26} SURVIVED {seeds} seeds   {what}");
                survived.push(name.to_owned());
            }
        }
    }
    println!(
        "mutants_caught_ratio {:.2} ({caught} of {})",
        f64::from(caught) / patches.len() as f64,
        patches.len()
    );
    ensure!(survived.is_empty(), "nothing found {}", survived.join(", "));
    Ok(())
}

fn patches(names: &[String]) -> Result<Vec<PathBuf>> {
    let folder = root().join("tests/sim/mutants");
    let mut patches: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        if names.is_empty() || names.iter().any(|wanted| wanted == name) {
            patches.push(path);
        }
    }
    patches.sort();
    ensure!(!patches.is_empty(), "no such bug in {}", folder.display());
    Ok(patches)
}

/// Copies what git knows, without touching what is there already: most of it need not be built again.
fn copy_tracked(copy: &Path) -> Result<()> {
    let mut list = Command::new("git");
    list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root());
    let listed = output(list)?;
    for name in listed.split('\0').filter(|name| !name.is_empty()) {
        let (from, to) = (root().join(name), copy.join(name));
        let Ok(bytes) = fs::read(&from) else { continue };
        if fs::read(&to).is_ok_and(|there| there == bytes) {
            continue;
        }
        fs::create_dir_all(to.parent().context("a file lies in a folder")?)?;
        fs::write(&to, bytes)?;
    }
    Ok(())
}

fn output(mut command: Command) -> Result<String> {
    let output = command.output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn apply(copy: &Path, patch: &Path, back: bool) -> Result<()> {
    let mut git = Command::new("git");
    // The copy lies below a checkout, and is none.
    git.env("GIT_CEILING_DIRECTORIES", copy.parent().context("the copy lies in a folder")?);
    git.arg("apply").args(back.then_some("--reverse")).arg(patch).current_dir(copy);
    output(git).map(drop)
}

/// Builds the copy and lives seeds; answers the checker that found something, and how many seeds were lived.
fn live(copy: &Path, seeds: &str) -> Result<(Option<String>, u64)> {
    let target = root().join("target/mutants/target");
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--locked", "--quiet", "--package", "miaopu-sim"]);
    build.env("CARGO_TARGET_DIR", &target).current_dir(copy);
    output(build)?;
    let lived =
        Command::new(target.join("debug/miaopu-sim")).args(["--seeds", seeds, "--until-failure"]).output()?;
    let said = String::from_utf8_lossy(&lived.stdout).into_owned();
    let found = said.lines().find_map(|line| {
        let (_, found) = line.strip_prefix("seed ")?.split_once(" found ")?;
        let checker = found.split([':', ',', ' ']).next()?;
        Some(if checker.starts_with('S') { checker.to_owned() } else { "fault".to_owned() })
    });
    let count = said.lines().find_map(|line| line.split_once(" seeds, ")?.0.trim().parse().ok());
    Ok((found, count.with_context(|| format!("the simulation said {said}"))?))
}
