//! What Linux says about a process: CPU time and memory. Counters of the kernel, no sampling.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

/// What the server gives a child of its own in its environment, and nothing else.
pub const CHILDS: (&str, &str) = ("MIMALLOC_ARENA_RESERVE", "16MiB");

/// `/proc` counts CPU in hundredths of a second on every Linux there is (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// Fields of `/proc/PID/stat` after the name in brackets, which may hold anything.
fn stat(pid: u32) -> Result<Vec<String>> {
    let text =
        fs::read_to_string(format!("/proc/{pid}/stat")).with_context(|| format!("no process {pid}"))?;
    let (_, fields) = text.rsplit_once(')').context("a line of /proc/PID/stat")?;
    Ok(fields.split_whitespace().map(str::to_owned).collect())
}

fn ticks(fields: &[String], at: &[usize]) -> u32 {
    at.iter().filter_map(|at| fields.get(*at)?.parse::<u32>().ok()).sum()
}

/// User and system time of a process, all its threads, those that ended too.
pub fn cpu(pid: u32) -> Result<Duration> {
    Ok(TICK * ticks(&stat(pid)?, &[11, 12]))
}

/// User and system time of a process, its children, and those children that ended.
pub fn cpu_of_family(parent: u32) -> Result<Duration> {
    let mut sum = ticks(&stat(parent)?, &[11, 12, 13, 14]);
    for process in fs::read_dir("/proc").context("/proc is readable")? {
        let Some(pid) = process?.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // One that ended in between is counted by its parent the next time.
        let Ok(fields) = stat(pid) else { continue };
        if fields.get(1).and_then(|field| field.parse().ok()) == Some(parent) {
            sum += ticks(&fields, &[11, 12]);
        }
    }
    Ok(TICK * sum)
}

/// User and system time of children of this process that ended and were waited for, and of theirs.
pub fn cpu_of_ended() -> Result<Duration> {
    Ok(TICK * ticks(&stat(std::process::id())?, &[13, 14]))
}

/// Who started a process.
pub fn parent(pid: u32) -> Result<u32> {
    stat(pid)?.get(1).and_then(|field| field.parse().ok()).context("a process has a parent")
}

/// Resident memory now, in bytes.
pub fn resident(pid: u32) -> Result<u64> {
    status(pid, "VmRSS:")
}

/// The most memory that was resident since [`forget_peak`], in bytes.
pub fn peak(pid: u32) -> Result<u64> {
    status(pid, "VmHWM:")
}

/// Lets the peak begin anew at what is resident now.
pub fn forget_peak(pid: u32) -> Result<()> {
    fs::write(format!("/proc/{pid}/clear_refs"), "5").context("the peak of our own child is reset")
}

fn status(pid: u32, line: &str) -> Result<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kibibytes = text.lines().find_map(|text| text.strip_prefix(line)?.trim().strip_suffix(" kB"));
    let kibibytes: u64 = kibibytes.with_context(|| format!("{line} of process {pid}"))?.parse()?;
    Ok(kibibytes << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory_time_and_a_parent() {
        let me = std::process::id();
        assert!(resident(me).expect("memory") > 1 << 20);
        assert!(peak(me).expect("a peak") >= resident(me).expect("memory") / 2);
        assert!(cpu_of_family(me).expect("time") >= cpu(me).expect("time"));
        assert!(parent(me).expect("a parent") > 0);
    }
}
