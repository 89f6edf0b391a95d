//! The release binary as an operator starts it, in a folder of its own: commands that end, and a server that is
//! stopped by its process id. Its log goes to a file beside the data.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tokio::process::{Child, Command};

/// Longest that a server may take until it listens, or until it has stopped.
const PATIENCE: Duration = Duration::from_secs(30);

/// Between two looks at whether the server listens.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What every start of the binary is told, through the environment.
#[derive(Clone, Debug)]
pub struct Installation {
    program: PathBuf,
    folder: PathBuf,
    database: String,
    settings: Vec<(String, String)>,
}

impl Installation {
    /// The binary at `program` with its data below `folder`; an empty `database` is SQLite.
    pub fn new(program: &Path, folder: &Path, database: &str) -> Result<Installation> {
        ensure!(
            program.is_file(),
            "there is no {}: `make bench` builds it, or `cargo build --release -p miaopu-server`",
            program.display()
        );
        let (program, folder) = (program.to_owned(), folder.to_owned());
        Ok(Installation { program, folder, database: database.to_owned(), settings: Vec::new() })
    }

    /// The same with other settings, as variables of the environment.
    #[must_use]
    pub fn with(mut self, settings: &[(String, String)]) -> Installation {
        self.settings.extend_from_slice(settings);
        self
    }

    /// The folder of keys, SQLite's file and media.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The database as sqlx names it.
    pub fn database_url(&self) -> String {
        match self.database.as_str() {
            "" => format!("sqlite:{}", self.data().join("miaopu.db").display()),
            url => url.to_owned(),
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .current_dir(&self.folder)
            .env("MIAOPU__DATA__DIR", self.data())
            .env("MIAOPU__DATABASE__URL", &self.database)
            .env("MIAOPU__SERVER__LISTEN", "127.0.0.1:0")
            .env("MIAOPU__TOKENS__ACCESS_SECONDS", "3600")
            // A row asks far more often than people do, from one address.
            .env("MIAOPU__RATES__DEVICE_PER_SECOND", "0")
            .env("MIAOPU__RATES__ACCOUNT_PER_SECOND", "0")
            .env("MIAOPU__RATES__NETWORK_PER_SECOND", "0")
            .envs(self.settings.iter().cloned())
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Runs a command of the binary to its end.
    pub async fn run(&self, arguments: &[&str]) -> Result<()> {
        let output = self.command().args(arguments).output().await?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "miaopu {}: {said}", arguments.join(" "));
        Ok(())
    }

    /// Starts the server and waits until it listens.
    pub async fn serve(&self) -> Result<Server> {
        let log = self.folder.join("log");
        let mut command = self.command();
        let child = command.arg("serve").stdout(Stdio::null()).stderr(File::create(&log)?).spawn()?;
        let pid = child.id().context("a child that was just started has an id")?;
        let mut server = Server { child, pid, addr: SocketAddr::from(([127, 0, 0, 1], 0)) };
        server.addr = tokio::time::timeout(PATIENCE, listening(&log, &mut server.child))
            .await
            .context("the server did not listen within half a minute")??;
        Ok(server)
    }
}

/// Waits for the line of the log that names the address.
async fn listening(log: &Path, child: &mut Child) -> Result<SocketAddr> {
    loop {
        let text = fs::read_to_string(log)?;
        let named = text.split_once("serving on ").and_then(|(_, rest)| rest.split_whitespace().next());
        if let Some(addr) = named.and_then(|addr| addr.parse().ok()) {
            return Ok(addr);
        }
        if let Some(status) = child.try_wait()? {
            bail!("the server ended ({status}): {text}");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// A server that answers.
pub struct Server {
    child: Child,
    /// Its process.
    pub pid: u32,
    /// Where it listens.
    pub addr: SocketAddr,
}

impl Server {
    /// Tells it to stop, as an operator does, and waits until it has.
    pub async fn stop(mut self) -> Result<()> {
        let told = Command::new("kill").arg(self.pid.to_string()).status().await?;
        ensure!(told.success(), "process {} could not be told to stop", self.pid);
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        let status = status.context("the server did not stop within half a minute")??;
        ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }
}
