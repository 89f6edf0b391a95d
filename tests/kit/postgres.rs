//! PostgreSQL for tests: the cluster that `MIAOPU_TEST_POSTGRES` names, or a private one that lives as long as this
//! process; and in it one database a test. Who ends the database has a [`Cluster`] alone. Without PostgreSQL a test
//! fails, unless `MIAOPU_SKIP_POSTGRES=1` says aloud that this half is left out.

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

fn private_cluster() -> Result<String> {
    static RUNNING: Mutex<Vec<Cluster>> = Mutex::new(Vec::new());
    let cluster = Cluster::begin()?;
    let url = cluster.url.clone();
    RUNNING.lock().expect("nobody panicked here").push(cluster);
    Ok(url)
}

/// A cluster of its own, started by the project's own script. The script's command waits for the end of its input,
/// which comes when this is dropped or this process ends, however it ends: then the script removes the cluster.
pub struct Cluster {
    url: String,
    ctl: String,
    script: Child,
}

impl Cluster {
    /// Starts one.
    ///
    /// # Errors
    /// When PostgreSQL is not there.
    pub fn begin() -> Result<Cluster> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.ci/with-postgres");
        let mut script = Command::new(script)
            .args([
                "sh",
                "-c",
                "echo \"$MIAOPU_TEST_POSTGRES\"; echo \"$MIAOPU_TEST_POSTGRES_CTL\"; cat >/dev/null",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context(".ci/with-postgres does not start")?;
        let output = BufReader::new(script.stdout.take().context("the script's output is a pipe")?);
        let mut lines = output.lines().map_while(Result::ok);
        let (url, ctl) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
        if !url.starts_with("postgres://") {
            bail!(".ci/with-postgres started no cluster: {:?}", script.wait().context("the script ends")?);
        }
        Ok(Cluster { url, ctl, script })
    }

    /// Ends it without warning: connections break, new ones are refused.
    ///
    /// # Panics
    /// When it does not end.
    pub fn crash(&self) {
        self.told("crash");
    }

    /// Starts it again.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(&self) {
        self.told("start");
    }

    /// Makes it fall silent until the answer is dropped: connections stay, nobody answers.
    ///
    /// # Panics
    /// When its processes cannot be stopped.
    #[must_use]
    pub fn pause(&self) -> Paused<'_> {
        self.told("pause");
        Paused(self)
    }

    fn told(&self, word: &str) {
        let done = Command::new(&self.ctl).arg(word).status().expect("the cluster's program runs");
        assert!(done.success(), "{word}: {done}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.script.stdin.take());
        if let Err(why) = self.script.wait() {
            eprintln!("the script of a cluster did not end: {why}");
        }
    }
}

/// A silent cluster; it goes on when this is dropped.
pub struct Paused<'a>(&'a Cluster);

impl Drop for Paused<'_> {
    fn drop(&mut self) {
        self.0.told("resume");
    }
}

/// A database that only one test knows.
pub struct Database {
    cluster: String,
    name: String,
    /// Its address.
    pub url: String,
}

impl Database {
    /// Makes an empty database that sorts by bytes.
    pub async fn create() -> Result<Database> {
        Database::create_in(cluster()?).await
    }

    /// Makes one in a cluster of its own.
    pub async fn create_on(cluster: &Cluster) -> Result<Database> {
        Database::create_in(&cluster.url).await
    }

    async fn create_in(cluster: &str) -> Result<Database> {
        let name = format!("t_{}", Uuid::now_v7().simple());
        let sql = format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'");
        let mut owner =
            PgConnection::connect(&format!("{cluster}/postgres")).await.context("PostgreSQL answers")?;
        query(AssertSqlSafe(sql)).execute(&mut owner).await.context("a database is made")?;
        owner.close().await?;
        Ok(Database { url: format!("{cluster}/{name}"), name, cluster: cluster.to_owned() })
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
        let mut owner = PgConnection::connect(&format!("{}/postgres", self.cluster)).await?;
        query(AssertSqlSafe(format!("DROP DATABASE {} WITH (FORCE)", self.name))).execute(&mut owner).await?;
        Ok(owner.close().await?)
    }
}
