//! A private S3 server, from the project's own script; it ends with its owner.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};

/// What the script names, and the setting of the server that it is for.
const NAMES: [(&str, &str); 4] = [
    ("ENDPOINT", "MIAOPU__BLOBS__S3_ENDPOINT"),
    ("BUCKET", "MIAOPU__BLOBS__URL"),
    ("ACCESS_KEY", "MIAOPU__BLOBS__S3_ACCESS_KEY"),
    ("SECRET_KEY", "MIAOPU__BLOBS__S3_SECRET_KEY"),
];

/// A running Garage.
pub struct Garage {
    /// Settings of a server whose media go there.
    pub settings: Vec<(String, String)>,
    child: Child,
    /// The script's command waits for the end of this input; then the script removes the server.
    input: ChildStdin,
}

impl Garage {
    /// Starts one, built first where there is none.
    pub async fn start() -> Result<Garage> {
        let told: Vec<String> =
            NAMES.iter().map(|(name, _)| format!("echo \"$MIAOPU_TEST_S3_{name}\"")).collect();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.ci/with-garage");
        let mut child = Command::new(script)
            .args(["sh", "-c", &format!("{}; cat >/dev/null", told.join("; "))])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context(".ci/with-garage does not start")?;
        let input = child.stdin.take().context("the script's input is a pipe")?;
        let mut lines = BufReader::new(child.stdout.take().context("its output is a pipe")?).lines();
        let mut settings = Vec::new();
        for (name, setting) in NAMES {
            let value =
                lines.next_line().await?.with_context(|| format!(".ci/with-garage names no {name}"))?;
            let value = if name == "BUCKET" { format!("s3://{value}") } else { value };
            settings.push((setting.to_owned(), value));
        }
        Ok(Garage { settings, child, input })
    }

    /// Stops and removes it.
    pub async fn stop(mut self) -> Result<()> {
        drop(self.input);
        let ended = self.child.wait().await?;
        ensure!(ended.success(), ".ci/with-garage ended with {ended}");
        Ok(())
    }
}
