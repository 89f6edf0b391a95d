//! `cargo xtask fuzz-child CPU_SECONDS FOLDER…`: hands damaged copies of a folder's files to the child that decodes what
//! strangers send, and says how it ended. The child may refuse, run out of memory or of time; what it may not do is
//! touch memory that is not its own, ask the kernel for what it was denied, answer too much, or outlive its time. Files
//! that make it do so are kept in `target/fuzz`.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::root;

/// Larger files are passed over: their time goes into decoding what is whole.
const SEED_BYTES_MAX: u64 = 6 << 20;
/// Places at which a copy is damaged, at most.
const WOUNDS_MAX: usize = 12;
/// Above what the child may take by its own rules: `DERIVE_SECONDS_MAX` and its start.
const PATIENCE: Duration = Duration::from_secs(60);
/// Bytes that no answer has: pictures, their frame, a photo made whole again.
const ANSWER_BYTES_MAX: u64 = 80 << 20;
/// Signals that a decoder gets which reads or jumps where it may not, and one that asks for a forbidden call.
const FAULTS: [(i32, &str); 4] = [(4, "SIGILL"), (7, "SIGBUS"), (11, "SIGSEGV"), (31, "SIGSYS")];
/// What the child is asked to do with a file.
const TASKS: [&[&str]; 4] =
    [&["derive-one", "photo"], &["derive-one", "facts"], &["lepton", "encode"], &["lepton", "decode"]];

/// Runs until the children took so many seconds of CPU.
pub fn child(arguments: &[String]) -> Result<()> {
    let usage = "usage: cargo xtask fuzz-child CPU_SECONDS FOLDER…";
    let (seconds, folders) = arguments.split_first().context(usage)?;
    let seconds: u64 = seconds.parse().context(usage)?;
    let program = root().join("target/release/miaopu");
    ensure!(program.is_file(), "there is no {}: cargo build --release -p miaopu-server", program.display());
    let mut seeds = Vec::new();
    for folder in folders {
        collect(Path::new(folder), &mut seeds)?;
    }
    ensure!(!seeds.is_empty(), "no files to damage: {usage}");
    let kept = root().join("target/fuzz");
    fs::create_dir_all(&kept)?;
    let mut chance = fastrand::Rng::with_seed(seconds);
    let (mut ends, mut faults, mut runs) = (BTreeMap::<String, u64>::new(), 0_u64, 0_u64);
    while cpu_of_children()? < Duration::from_secs(seconds) {
        let mut bytes = fs::read(&seeds[chance.usize(..seeds.len())])?;
        damage(&mut bytes, &mut chance);
        let input = kept.join("input");
        fs::write(&input, &bytes)?;
        let task = TASKS[chance.usize(..TASKS.len())];
        let (end, is_fault) = ended(&program, task, &input)?;
        runs += 1;
        *ends.entry(format!("{} {}: {end}", task[0], task[1])).or_default() += 1;
        if is_fault {
            faults += 1;
            fs::rename(&input, kept.join(format!("{runs}-{}-{}", task[1], end.replace(' ', "-"))))?;
        }
    }
    println!("{runs} files from {} seeds, {} s of CPU", seeds.len(), cpu_of_children()?.as_secs());
    for (end, count) in ends {
        println!("{count:>8} {end}");
    }
    ensure!(faults == 0, "{faults} files made the child do what it may not: they lie in {}", kept.display());
    Ok(())
}

fn collect(folder: &Path, seeds: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let about = entry.metadata()?;
        match about.is_dir() {
            true => collect(&entry.path(), seeds)?,
            false if (1..=SEED_BYTES_MAX).contains(&about.len()) => seeds.push(entry.path()),
            false => {}
        }
    }
    Ok(())
}

/// Changes bytes, most of them near the beginning, where headers are; cuts, doubles or moves a stretch.
fn damage(bytes: &mut Vec<u8>, chance: &mut fastrand::Rng) {
    for _ in 0..chance.usize(1..=WOUNDS_MAX) {
        let near = if chance.bool() { bytes.len().min(4_096) } else { bytes.len() };
        if near == 0 {
            return;
        }
        let at = chance.usize(..near);
        let end = (at + chance.usize(1..=64)).min(bytes.len());
        match chance.u8(..8) {
            0..=2 => bytes[at] ^= 1 << chance.u8(..8),
            3 => bytes[at] = [0, 0x7F, 0x80, 0xFF][chance.usize(..4)],
            4 => bytes[at..end].fill(chance.u8(..)),
            5 => bytes.truncate(at.max(1)),
            6 => drop(bytes.drain(at..end)),
            _ => {
                let stretch = bytes[at..end].to_vec();
                let to = chance.usize(..=bytes.len());
                bytes.splice(to..to, stretch);
            }
        }
    }
}

/// How the child ended, and whether it may end so.
fn ended(program: &Path, task: &[&str], input: &Path) -> Result<(String, bool)> {
    let mut command = Command::new(program);
    command.env_clear().env("MIMALLOC_ARENA_RESERVE", "16MiB"); // as the server starts it
    command.args(task).stdin(File::open(input)?).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().context("the child starts")?;
    let output = child.stdout.take().context("its output is a pipe")?;
    let reading =
        thread::spawn(move || std::io::copy(&mut output.take(ANSWER_BYTES_MAX + 1), &mut std::io::sink()));
    let status = waited(child)?;
    let answered = reading.join().expect("reading does not panic")?;
    let Some(status) = status else { return Ok(("outlived its time".into(), true)) };
    if answered > ANSWER_BYTES_MAX {
        return Ok(("answered too much".into(), true));
    }
    Ok(match (status.code(), status.signal()) {
        (Some(0), _) => ("answered".into(), false),
        (Some(code), _) => (format!("refused with {code}"), false),
        (None, Some(signal)) => match FAULTS.iter().find(|(number, _)| *number == signal) {
            Some((_, name)) => ((*name).to_owned(), true),
            None => (format!("ended by signal {signal}"), false),
        },
        (None, None) => ("ended".into(), false),
    })
}

/// Waits for the child; `None` where it had to be killed.
fn waited(mut child: Child) -> Result<Option<ExitStatus>> {
    let (pid, (end, ended)) = (child.id().to_string(), mpsc::channel());
    let waiting = thread::spawn(move || end.send(child.wait()));
    let status = ended.recv_timeout(PATIENCE);
    if status.is_err() {
        Command::new("kill").args(["-KILL", &pid]).status()?;
    }
    waiting.join().expect("waiting does not panic").ok();
    Ok(status.ok().transpose()?)
}

/// User and system time of children that ended, in hundredths of a second on every Linux (`USER_HZ`).
fn cpu_of_children() -> Result<Duration> {
    let text = fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = text.rsplit_once(')').context("a line of /proc/self/stat")?;
    let ticks = fields.split_whitespace().skip(13).take(2).filter_map(|field| field.parse::<u64>().ok());
    Ok(Duration::from_millis(ticks.sum::<u64>() * 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_that_reads_what_is_not_its_own_is_a_fault_and_one_that_refuses_is_none() {
        let (shell, input) = (Path::new("/bin/sh"), Path::new("/dev/null"));
        let end = |script: &str| ended(shell, &["-c", script], input).expect("it ran");
        assert_eq!(end("kill -SEGV $$"), ("SIGSEGV".to_owned(), true));
        assert_eq!(end("kill -SYS $$"), ("SIGSYS".to_owned(), true));
        assert_eq!(end("kill -ABRT $$"), ("ended by signal 6".to_owned(), false));
        assert_eq!(end("exit 3"), ("refused with 3".to_owned(), false));
        assert_eq!(end("cat"), ("answered".to_owned(), false));
        assert!(end("cat /dev/zero").1, "it answers without an end");
    }

    #[test]
    fn damage_differs_and_keeps_no_file_whole_for_long() {
        let whole: Vec<u8> = (0..=255).cycle().take(10_000).collect();
        let mut chance = fastrand::Rng::with_seed(1);
        let mut damaged = |_| {
            let mut bytes = whole.clone();
            damage(&mut bytes, &mut chance);
            bytes
        };
        let (one, two) = (damaged(1), damaged(2));
        assert!(one != whole && two != whole && one != two);
    }
}
