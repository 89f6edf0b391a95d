//! Clients of tus that others wrote, run by a test: tus-js-client in Node, and tuspy. `tests/clients` holds what drives
//! them; `.ci/steps clients` installs them.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use shared::ids::MediaId;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use crate::{Phone, sha256};

/// How long a client may take for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whose client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// tus-js-client, in Node.
    TusJs,
    /// tuspy.
    Tuspy,
}

/// What a client is told.
pub struct Sending<'a> {
    pub media: MediaId,
    pub file: &'a Path,
    pub bytes: &'a [u8],
    /// Bytes of a chunk.
    pub chunk: usize,
    /// Where an upload stands that it goes on with.
    pub url: Option<String>,
    /// Whether the first chunk goes with the creation.
    pub creation: bool,
}

/// A client that runs.
pub struct Client {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Maker {
    fn command(self) -> Command {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let (program, script, installed): (PathBuf, _, _) = match self {
            Maker::TusJs => ("node".into(), "clients/tus.mjs", root.join("clients/node_modules")),
            Maker::Tuspy => {
                let python = root.join("../target/clients/bin/python");
                (python.clone(), "clients/tus.py", python)
            }
        };
        assert!(installed.exists(), "{self:?} is not installed: run `.ci/steps clients`");
        let mut command = Command::new(program);
        command.arg(root.join(script));
        command
    }
}

impl Client {
    /// Begins to send.
    ///
    /// # Panics
    /// When it cannot be started.
    pub async fn start(maker: Maker, phone: &Phone, sending: Sending<'_>) -> Client {
        let Sending { media, file, bytes, chunk, url, creation } = sending;
        let metadata = json!({ "media": media, "role": "original", "sha256": sha256(bytes) });
        let told: Value = json!({
            "endpoint": phone.url("/api/v1/uploads"), "url": url.map(|url| phone.url(&url)), "token": phone.access().await,
            "file": file, "length": bytes.len(), "chunk": chunk, "metadata": metadata, "creation": creation,
        });
        let mut command = maker.command();
        command.arg(told.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().expect("it starts");
        let input = child.stdin.take().expect("its input is a pipe");
        let output = BufReader::new(child.stdout.take().expect("its output is a pipe")).lines();
        Client { child, input, output }
    }

    /// The next line it says.
    ///
    /// # Panics
    /// When it says nothing, or ends; what it has to say of that stands on standard error.
    pub async fn line(&mut self) -> String {
        let line = timeout(PATIENCE, self.output.next_line()).await.expect("it says something in time");
        line.expect("it is text").expect("it goes on")
    }

    /// The address and the offset it has come to, which it says next.
    ///
    /// # Panics
    /// When it says something else.
    pub async fn at(&mut self) -> (String, u64) {
        let line = self.line().await;
        let words: Vec<&str> = line.split(' ').collect();
        let ["at", url, offset] = words[..] else { panic!("it says {line:?}") };
        (url.to_owned(), offset.parse().expect("an offset"))
    }

    /// Tells it something.
    ///
    /// # Panics
    /// When it has ended.
    pub async fn tell(&mut self, line: &str) {
        self.input.write_all(format!("{line}\n").as_bytes()).await.expect("it listens");
    }

    /// Ends it at once, as a phone does whose battery is empty.
    ///
    /// # Panics
    /// When it cannot be ended.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("it is ended");
    }
}
