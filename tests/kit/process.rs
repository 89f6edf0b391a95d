//! `miaopu serve` as a process of its own: started as an operator does, ended without warning, and looked at from
//! outside by what it logs and how much memory it takes.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use miaopu_server::Config;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStderr, Command};

use crate::binary;

/// How often the log is looked at for the line that says where it listens, and how long in all.
const LOOK: Duration = Duration::from_millis(10);
const LOOKS_MAX: usize = 3_000;
/// Log kept of one process; a test that fills it has gone wild.
const LOG_BYTES_MAX: usize = 64 << 20;
/// What the server logs once it answers.
const SERVING: &str = "serving on ";

/// Kilobytes of memory, as Linux counts them for a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Resident now.
    pub now_kb: u64,
    /// Resident at most since the process began, or since `Process::forget_peak`.
    pub peak_kb: u64,
}

/// A server in its own process.
pub struct Process {
    child: Child,
    pub addr: SocketAddr,
    log: Arc<Mutex<String>>,
}

/// What `miaopu worker` logs once it works.
const WORKING: &str = "working on jobs";

/// A `miaopu worker`.
pub struct Worker(Child);

impl Worker {
    /// Starts one with this configuration and waits until it works.
    ///
    /// # Errors
    /// When it ends before that, with what it logged.
    pub async fn start(config: &Config, folder: &Path) -> Result<Worker> {
        let mut command = Command::new(binary::miaopu());
        command.arg("worker").env_clear().current_dir(folder).kill_on_drop(true);
        command.envs(variables(config)?);
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().context("it starts")?;
        let log = Arc::<Mutex<String>>::default();
        tokio::spawn(keep(child.stderr.take().context("its log is a pipe")?, Arc::clone(&log)));
        for _ in 0..LOOKS_MAX {
            let said = log.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if said.contains(WORKING) {
                return Ok(Worker(child));
            }
            ensure!(child.try_wait()?.is_none(), "the worker ended:\n{said}");
            tokio::time::sleep(LOOK).await;
        }
        bail!("the worker does not begin");
    }

    /// SIGKILL: it does nothing any more.
    ///
    /// # Errors
    /// When it had ended before.
    pub async fn kill(mut self) -> Result<()> {
        ensure!(self.0.try_wait()?.is_none(), "the worker had ended by itself");
        self.0.kill().await.context("a process of ours can be killed")
    }

    /// SIGTERM, and waits until it has stopped.
    ///
    /// # Errors
    /// When it had ended before, or ends with a failure.
    pub async fn stop(mut self) -> Result<()> {
        terminate(&mut self.0).await
    }
}

/// SIGTERM, and waits for the end.
async fn terminate(child: &mut Child) -> Result<()> {
    let id = child.id().context("it had ended before")?;
    let told = Command::new("kill").args(["-TERM", &id.to_string()]).status().await;
    ensure!(told.context("kill(1) runs")?.success(), "SIGTERM was not sent");
    let ended = child.wait().await.context("it ends")?;
    ensure!(ended.success(), "it failed: {ended}");
    Ok(())
}

impl Process {
    /// Starts the binary with this configuration and waits until it listens. One that will be rationed is told by an
    /// error when a file may not grow, and not by SIGXFSZ.
    ///
    /// # Errors
    /// When it ends before that, with what it logged.
    pub async fn start(config: &Config, folder: &Path, rationed: bool) -> Result<Process> {
        let mut command = match rationed {
            false => Command::new(binary::miaopu()),
            true => Command::new("env"),
        };
        if rationed {
            command.arg("--ignore-signal=XFSZ").arg(binary::miaopu());
        }
        command.arg("serve").env_clear().current_dir(folder).kill_on_drop(true);
        command.envs(variables(config)?);
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().context("it starts")?;
        let log = Arc::<Mutex<String>>::default();
        tokio::spawn(keep(child.stderr.take().context("its log is a pipe")?, Arc::clone(&log)));
        let addr = listening(&mut child, &log).await?;
        Ok(Process { child, addr, log })
    }

    /// SIGKILL: the process does nothing any more.
    ///
    /// # Errors
    /// When it had ended before.
    pub async fn kill(mut self) -> Result<()> {
        ensure!(self.child.try_wait()?.is_none(), "the server had ended by itself:\n{}", self.log());
        self.child.kill().await.context("a process of ours can be killed")
    }

    /// SIGTERM, and waits until the server has stopped.
    ///
    /// # Errors
    /// When it had ended before, or ends with a failure.
    pub async fn stop(mut self) -> Result<()> {
        ensure!(self.child.try_wait()?.is_none(), "the server had ended by itself:\n{}", self.log());
        terminate(&mut self.child).await.with_context(|| self.log())
    }

    /// Lets its files grow to so many bytes at most (`RLIMIT_FSIZE`), or as they like.
    ///
    /// # Errors
    /// When the system has no such limit.
    pub async fn ration(&self, bytes: Option<u64>) -> Result<()> {
        let most = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
        let (pid, limit) = (format!("--pid={}", self.id()), format!("--fsize={most}:"));
        let told = Command::new("prlimit").args([pid, limit]).status().await;
        ensure!(told.context("prlimit(1) runs")?.success(), "the limit was not set");
        Ok(())
    }

    /// What it logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Its memory.
    ///
    /// # Errors
    /// When the process is gone, or the system is no Linux.
    pub fn memory(&self) -> Result<Memory> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id()))?;
        let line = |name: &str| {
            let found =
                status.lines().find_map(|line| line.strip_prefix(name)).context("a line of status")?;
            found.trim().trim_end_matches("kB").trim().parse().context("kilobytes")
        };
        Ok(Memory { now_kb: line("VmRSS:")?, peak_kb: line("VmHWM:")? })
    }

    /// Lets the peak of its memory begin anew (`proc_pid_clear_refs(5)`, 5).
    ///
    /// # Errors
    /// As [`Process::memory`].
    pub fn forget_peak(&self) -> Result<()> {
        Ok(std::fs::write(format!("/proc/{}/clear_refs", self.id()), "5")?)
    }

    fn id(&self) -> u32 {
        self.child.id().expect("it was not waited for")
    }
}

/// Runs another command of the binary with this configuration; answers what it said.
///
/// # Errors
/// When it fails, with what it said on standard error.
pub async fn command(config: &Config, folder: &Path, arguments: &[&str]) -> Result<String> {
    let mut command = Command::new(binary::miaopu());
    command.args(arguments).env_clear().current_dir(folder).kill_on_drop(true);
    command.envs(variables(config)?);
    let output = command.output().await.context("it starts")?;
    let (said, failed) = (String::from_utf8(output.stdout)?, String::from_utf8_lossy(&output.stderr));
    ensure!(output.status.success(), "{arguments:?}: {}\n{said}\n{failed}", output.status);
    Ok(said)
}

/// A configuration as variables of the environment.
fn variables(config: &Config) -> Result<Vec<(String, String)>> {
    let Value::Object(sections) = serde_json::to_value(config)? else {
        bail!("a configuration has sections")
    };
    let mut variables = Vec::new();
    for (section, values) in sections {
        let Value::Object(values) = values else { bail!("a section has keys") };
        variables.extend(values.into_iter().map(|(key, value)| {
            (format!("MIAOPU__{}__{}", section.to_uppercase(), key.to_uppercase()), value.to_string())
        }));
    }
    Ok(variables)
}

async fn keep(stderr: ChildStderr, log: Arc<Mutex<String>>) {
    let mut lines = BufReader::new(stderr).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        if log.len() + line.len() < LOG_BYTES_MAX {
            log.push_str(&line);
            log.push('\n');
        }
    }
}

async fn listening(child: &mut Child, log: &Mutex<String>) -> Result<SocketAddr> {
    for _ in 0..LOOKS_MAX {
        let text = log.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let line = text.lines().find_map(|line| line.split_once(SERVING));
        if let Some((_, rest)) = line {
            let addr = rest.split_whitespace().next().unwrap_or_default();
            return addr.parse().with_context(|| format!("no address: {addr:?}"));
        }
        if let Some(ended) = child.try_wait()? {
            bail!("the server ended at once: {ended}\n{text}");
        }
        tokio::time::sleep(LOOK).await;
    }
    bail!("the server does not say that it serves")
}
