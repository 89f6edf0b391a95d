//! A private PostgreSQL cluster that syncs its commits, from the project's own script; it ends with its owner.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use sqlx::{AssertSqlSafe, Connection, PgConnection, query, query_scalar};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};

use crate::process;

/// A running cluster.
pub struct Cluster {
    url: String,
    child: Child,
    /// The script's command waits for the end of this input; then the script removes the cluster.
    input: ChildStdin,
    postmaster: u32,
}

impl Cluster {
    /// Starts one.
    pub async fn start() -> Result<Cluster> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.ci/with-postgres");
        let mut child = Command::new(script)
            .args(["sh", "-c", "echo \"$MIAOPU_TEST_POSTGRES\"; cat >/dev/null"])
            .env("MIAOPU_POSTGRES_FSYNC", "on")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context(".ci/with-postgres does not start")?;
        let input = child.stdin.take().context("the script's input is a pipe")?;
        let output = child.stdout.take().context("the script's output is a pipe")?;
        let mut url = String::new();
        BufReader::new(output).read_line(&mut url).await?;
        let url = url.trim_end().to_owned();
        ensure!(url.starts_with("postgres://"), ".ci/with-postgres started no cluster; is PostgreSQL there?");
        let mut owner = PgConnection::connect(&format!("{url}/postgres")).await?;
        let backend: i32 = query_scalar("SELECT pg_backend_pid()").fetch_one(&mut owner).await?;
        let postmaster = process::parent(backend.cast_unsigned())?;
        owner.close().await?;
        Ok(Cluster { url, child, input, postmaster })
    }

    /// Makes an empty database and answers its address.
    pub async fn database(&self, name: &'static str) -> Result<String> {
        let mut owner = PgConnection::connect(&format!("{}/postgres", self.url)).await?;
        query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut owner).await?;
        owner.close().await?;
        Ok(format!("{}/{name}", self.url))
    }

    /// The process whose children work for everybody who is connected.
    pub fn postmaster(&self) -> u32 {
        self.postmaster
    }

    /// Stops and removes it.
    pub async fn stop(mut self) -> Result<()> {
        drop(self.input);
        self.child.wait().await?;
        Ok(())
    }
}
