//! PostgreSQL for tests: the cluster that `MIAOPU_TEST_POSTGRES` names, or a private one that lives as long as this
//! process; and in it one database a test. Without PostgreSQL a test fails, unless `MIAOPU_SKIP_POSTGRES=1` says
//! aloud that this half is left out.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, Once, OnceLock};

use anyhow::{Context, Result, bail};
use sqlx::{AssertSqlSafe, Connection, PgConnection, query};
use uuid::Uuid;

/// Whether the environment says that tests on PostgreSQL are left out; says so on standard error, once.
pub fn is_waived() -> bool {
    static SAID: Once = Once::new();
    let waived = env::var_os("MIAOPU_SKIP_POSTGRES").is_some_and(|value| value == "1");
    if waived {
        SAID.call_once(|| eprintln!("MIAOPU_SKIP_POSTGRES=1: every test on PostgreSQL is LEFT OUT"));
    }
    waived
}

/// The cluster's address, without a database.
fn cluster() -> Result<&'static str> {
    static URL: OnceLock<Result<String, String>> = OnceLock::new();
    let url = URL.get_or_init(|| match env::var("MIAOPU_TEST_POSTGRES") {
        Ok(url) => Ok(url.trim_end_matches('/').to_owned()),
        Err(_) => private_cluster().map_err(|why| format!("{why:#}")),
    });
    url.as_deref().map_err(|why| {
        anyhow::anyhow!(
            "{why}\nset MIAOPU_TEST_POSTGRES=postgres://…, or MIAOPU_SKIP_POSTGRES=1 to leave it out"
        )
    })
}

/// Starts a cluster by the project's own script. The script's command waits for the end of its input, which comes
/// when this process ends, however it ends: then the script removes the cluster.
fn private_cluster() -> Result<String> {
    static RUNNING: Mutex<Vec<Child>> = Mutex::new(Vec::new());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.ci/with-postgres");
    let mut child = Command::new(script)
        .args(["sh", "-c", "echo \"$MIAOPU_TEST_POSTGRES\"; cat >/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context(".ci/with-postgres does not start")?;
    let mut url = String::new();
    let output = child.stdout.take().context("the script's output is a pipe")?;
    BufReader::new(output).read_line(&mut url).context(".ci/with-postgres does not answer")?;
    if !url.starts_with("postgres://") {
        bail!(".ci/with-postgres started no cluster: {:?}", child.wait().context("the script ends")?);
    }
    RUNNING.lock().expect("nobody panicked here").push(child);
    Ok(url.trim_end().to_owned())
}

/// A database that only one test knows.
pub struct Database {
    name: String,
    /// Its address.
    pub url: String,
}

impl Database {
    /// Makes an empty database that sorts by bytes.
    pub async fn create() -> Result<Database> {
        let cluster = cluster()?;
        let name = format!("t_{}", Uuid::now_v7().simple());
        let sql = format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'");
        let mut owner =
            PgConnection::connect(&format!("{cluster}/postgres")).await.context("PostgreSQL answers")?;
        query(AssertSqlSafe(sql)).execute(&mut owner).await.context("a database is made")?;
        owner.close().await?;
        Ok(Database { url: format!("{cluster}/{name}"), name })
    }

    /// Drops everything in it.
    pub async fn empty(&self) -> Result<()> {
        let mut owner = PgConnection::connect(&self.url).await?;
        query("DROP SCHEMA public CASCADE").execute(&mut owner).await?;
        query("CREATE SCHEMA public").execute(&mut owner).await?;
        Ok(owner.close().await?)
    }

    /// Drops it, with whoever is still connected.
    pub async fn drop(self) -> Result<()> {
        let mut owner = PgConnection::connect(&format!("{}/postgres", cluster()?)).await?;
        query(AssertSqlSafe(format!("DROP DATABASE {} WITH (FORCE)", self.name))).execute(&mut owner).await?;
        Ok(owner.close().await?)
    }
}
