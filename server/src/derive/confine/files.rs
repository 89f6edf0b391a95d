//! Landlock: which paths can be opened. Nothing at all for a decoder of ours; for another program itself, its
//! libraries, and the files that are its standard input and output.

use std::io;
use std::os::fd::AsFd;
use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreated,
    RulesetCreatedAttr, RulesetStatus, Scope,
};
use rustix::fs::FileType;

/// The newest version of the interface that is asked for (Linux 6.12); an older kernel gives what it has.
const NEWEST: ABI = ABI::V6;
/// Where programs of the system have their libraries and read how to find them: read, never run.
const LIBRARIES: [&str; 6] =
    ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache"];
/// What starts a program that has libraries: run by the kernel for it.
const LOADERS: [&str; 4] = [
    "/lib64/ld-linux-x86-64.so.2",
    "/lib/ld-linux-aarch64.so.1",
    "/lib/ld-musl-x86_64.so.1",
    "/lib/ld-musl-aarch64.so.1",
];
/// What libraries may ask for while they start.
const DEVICES: [&str; 3] = ["/dev/null", "/dev/zero", "/dev/urandom"];

/// What a program that is not ours may open.
#[derive(Debug)]
pub struct Reach<'a> {
    /// The program, the only one that can be run.
    pub program: &'a Path,
}

/// Closes the file system to this thread. False where the kernel has no landlock.
///
/// # Errors
/// Where the program of `reach` cannot be opened, or the kernel refuses what it offers.
pub fn close(reach: Option<&Reach>) -> io::Result<bool> {
    let rules = Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(NEWEST)))
        .and_then(|rules| rules.scope(Scope::from_all(NEWEST)))
        .and_then(Ruleset::create)
        .map_err(io::Error::other)?;
    let rules = match reach {
        Some(reach) => open_for(rules, reach)?,
        None => rules,
    };
    let status = rules.restrict_self().map_err(io::Error::other)?;
    Ok(status.ruleset != RulesetStatus::NotEnforced)
}

fn open_for(mut rules: RulesetCreated, reach: &Reach) -> io::Result<RulesetCreated> {
    let run = AccessFs::Execute | AccessFs::ReadFile;
    rules = add(rules, PathFd::new(reach.program).map_err(io::Error::other)?, run)?;
    for loader in there(&LOADERS) {
        rules = add(rules, loader, run)?;
    }
    for place in there(&LIBRARIES) {
        rules = add(rules, place, AccessFs::ReadFile.into())?;
    }
    for device in there(&DEVICES) {
        rules = add(rules, device, AccessFs::ReadFile.into())?;
    }
    // Programs open their input and output by name, `/proc/self/fd/0`; a pipe has no path to allow.
    if is_file(io::stdin())? {
        rules = add(rules, io::stdin(), AccessFs::ReadFile.into())?;
    }
    if is_file(io::stdout())? {
        let both = AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::Truncate;
        rules = add(rules, io::stdout(), both)?;
    }
    Ok(rules)
}

fn add(rules: RulesetCreated, place: impl AsFd, access: BitFlags<AccessFs>) -> io::Result<RulesetCreated> {
    rules.add_rule(PathBeneath::new(place, access)).map_err(io::Error::other)
}

/// Those of these paths that exist here.
fn there(paths: &'static [&'static str]) -> impl Iterator<Item = PathFd> {
    paths.iter().filter_map(|path| PathFd::new(path).ok())
}

fn is_file(descriptor: impl AsFd) -> io::Result<bool> {
    Ok(FileType::from_raw_mode(rustix::fs::fstat(descriptor)?.st_mode) == FileType::RegularFile)
}
