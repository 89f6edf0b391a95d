//! A server of one test: its folder, its database, its clock. It can be stopped and started again on the same data.
//! It runs within the test, in a time that the test moves, or as the binary in a process that can be killed.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::RwLock;
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::{Context, Result};
use miaopu_server::config::{Hidden, Rates};
use miaopu_server::db::Db;
use miaopu_server::{Clock, Config, Running, spawn_at};
use serde::Serialize;
use tempfile::TempDir;
use tokio::sync::Mutex;

use crate::binary;
use crate::engine::Engine;
use crate::http::{self, Answer};
use crate::phone::{Phone, Place};
use crate::port;
use crate::postgres;
use crate::process::{self, Memory, Process, Worker};
use crate::twice;

/// Where the clock of every test begins: 2019-09-21 08:00 in Shanghai, in ms since 1970 UTC.
pub const START_MS: i64 = 1_569_024_000_000;

/// A running server with everything it owns.
pub struct App {
    pub engine: Engine,
    /// The time the server lives in; it stands still until a test moves it.
    pub clock: Clock,
    config: RwLock<Config>,
    home: Home,
    folder: TempDir,
    database: Option<postgres::Database>,
    spare: Mutex<Vec<postgres::Database>>,
    operator: Mutex<Option<miaopu_server::App>>,
    running: Mutex<Option<Server>>,
    /// It stays the same: phones go on after a restart.
    port: AtomicU16,
}

/// Where a server runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// In the test's own process, by the test's clock.
    Test,
    /// In a process of its own, by the machine's clock.
    Process,
    /// As [`Home::Process`], and files that may not grow fail with an error, as on a full disk, instead of ending it.
    Rationed,
}

/// A server that answers.
enum Server {
    Inside(Running),
    Outside(Process),
}

impl App {
    /// Starts a server on an empty database.
    ///
    /// # Panics
    /// When that fails: a test cannot go on.
    pub async fn start(engine: Engine) -> App {
        App::start_with(engine, |_| {}).await
    }

    /// Starts a server on an empty database, with a configuration of its own.
    ///
    /// # Panics
    /// As [`App::start`].
    pub async fn start_with(engine: Engine, change: impl FnOnce(&mut Config)) -> App {
        App::start_at(engine, Home::Test, change).await
    }

    /// Starts a server on an empty database where a test wants it.
    ///
    /// # Panics
    /// As [`App::start`].
    pub async fn start_at(engine: Engine, home: Home, change: impl FnOnce(&mut Config)) -> App {
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => {
                Some(postgres::Database::create().await.unwrap_or_else(|why| panic!("{why:#}")))
            }
        };
        App::start_with_database(database, home, change).await
    }

    /// Starts a server in a process of its own, on an empty database of a cluster that the test may end.
    ///
    /// # Panics
    /// As [`App::start`].
    pub async fn start_on(cluster: &postgres::Cluster) -> App {
        let database = postgres::Database::create_on(cluster).await.unwrap_or_else(|why| panic!("{why:#}"));
        App::start_with_database(Some(database), Home::Process, |_| {}).await
    }

    async fn start_with_database(
        database: Option<postgres::Database>,
        home: Home,
        change: impl FnOnce(&mut Config),
    ) -> App {
        let engine = if database.is_some() { Engine::Postgres } else { Engine::Sqlite };
        let folder = tempfile::Builder::new().prefix("miaopu-test-").tempdir().expect("a folder is made");
        let mut config = Config::default();
        config.server.listen = SocketAddr::from(([127, 0, 0, 1], 0));
        config.data.dir = folder.path().join("data");
        config.database.url = Hidden(database.as_ref().map(|d| d.url.clone()).unwrap_or_default());
        config.database.connections = 4;
        config.blobs.reserve_bytes = 0;
        // A test asks as often as it likes, and its clock stands still.
        config.rates = Rates { device_per_second: 0, account_per_second: 0, network_per_second: 0 };
        config.derive.program = binary::miaopu().to_owned();
        change(&mut config);
        let clock = if home == Home::Test { Clock::manual(START_MS) } else { Clock::System };
        let app = App {
            engine,
            clock,
            config: RwLock::new(config),
            home,
            folder,
            database,
            spare: Mutex::default(),
            operator: Mutex::default(),
            running: Mutex::default(),
            port: AtomicU16::new(port::free()),
        };
        app.serve().await;
        twice::begin(app.port.load(Ordering::SeqCst));
        app
    }

    /// Sends every request of this test once from now on: it counts requests, or counts on chance. See [`twice`].
    pub fn sends_once(&self, why: &'static str) {
        twice::once(self.port.load(Ordering::SeqCst), why);
    }

    /// Starts the server on its data, at the port it had.
    ///
    /// # Panics
    /// When it fails to start.
    pub async fn serve(&self) {
        let mut config = self.config();
        config.server.listen.set_port(self.port.load(Ordering::SeqCst));
        let (server, addr) = match self.home {
            Home::Test => {
                let running = spawn_at(config, self.clock.clone()).await.expect("the server starts");
                let addr = running.addr;
                (Server::Inside(running), addr)
            }
            Home::Process | Home::Rationed => {
                let process = Process::start(&config, self.folder.path(), self.home == Home::Rationed).await;
                let process = process.unwrap_or_else(|why| panic!("{why:#}"));
                let addr = process.addr;
                (Server::Outside(process), addr)
            }
        };
        self.port.store(addr.port(), Ordering::SeqCst);
        *self.running.lock().await = Some(server);
    }

    /// Starts a `miaopu worker` on a machine of its own: it shares database, bucket and keys with the server, and no
    /// folder.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn worker(&self, name: &str) -> Worker {
        let mut config = self.config();
        let data = self.folder().join(name);
        let secrets = data.join("secrets");
        fs::create_dir_all(&secrets).expect("a folder");
        for key in fs::read_dir(config.secrets_dir()).expect("the server's keys") {
            let key = key.expect("a key");
            fs::copy(key.path(), secrets.join(key.file_name())).expect("it is copied");
        }
        config.data.dir = data;
        Worker::start(&config, self.folder()).await.unwrap_or_else(|why| panic!("{why:#}"))
    }

    /// Stops the server as an operator does and starts it again on the same data and port.
    ///
    /// # Panics
    /// When the server fails to stop or to start.
    pub async fn restart(&self) {
        self.restart_with(|_| {}).await;
    }

    /// As [`App::restart`], with another configuration from then on.
    ///
    /// # Panics
    /// As [`App::restart`].
    pub async fn restart_with(&self, change: impl FnOnce(&mut Config)) {
        self.halt().await.expect("the server stops");
        change(&mut self.config.write().expect("nobody panicked here"));
        self.serve().await;
    }

    /// Stops the server and destroys its data, as a lost disk does.
    ///
    /// # Panics
    /// When that fails.
    pub async fn lose_everything(&self) {
        self.halt().await.expect("the server stops");
        if let Some(operator) = self.operator.lock().await.take() {
            operator.db.close().await;
        }
        fs::remove_dir_all(self.data_dir()).expect("the data are removed");
        if let Some(database) = &self.database {
            database.empty().await.expect("the database is emptied");
        }
    }

    /// Stops answering; the data stays.
    ///
    /// # Errors
    /// When the server had failed.
    pub async fn halt(&self) -> Result<()> {
        match self.running.lock().await.take() {
            Some(Server::Inside(running)) => running.done().await,
            Some(Server::Outside(process)) => process.stop().await,
            None => Ok(()),
        }
    }

    /// Ends the server's process by SIGKILL, in the middle of whatever it does.
    ///
    /// # Panics
    /// When the server is no process, or ended by itself.
    pub async fn kill(&self) {
        match self.running.lock().await.take() {
            Some(Server::Outside(process)) => process.kill().await.unwrap_or_else(|why| panic!("{why:#}")),
            _ => panic!("only a server in a process of its own can be killed"),
        }
    }

    /// As [`App::kill`], and starts it again on what it left.
    ///
    /// # Panics
    /// As [`App::kill`], and when it does not start.
    pub async fn kill_and_serve(&self) {
        self.kill().await;
        self.serve().await;
    }

    /// Lets files of the server's process grow to so many bytes at most, or as they like.
    ///
    /// # Panics
    /// When the server is no process, or the system cannot.
    pub async fn ration(&self, bytes: Option<u64>) {
        match &*self.running.lock().await {
            Some(Server::Outside(process)) => {
                process.ration(bytes).await.unwrap_or_else(|why| panic!("{why:#}"))
            }
            _ => panic!("only a server in a process of its own can be rationed"),
        }
    }

    /// What the server's process logged since it started.
    ///
    /// # Panics
    /// When the server is no process.
    pub async fn log(&self) -> String {
        match &*self.running.lock().await {
            Some(Server::Outside(process)) => process.log(),
            _ => panic!("only a server in a process of its own has a log"),
        }
    }

    /// The memory of the server's process; its peak begins anew with every call.
    ///
    /// # Panics
    /// When the server is no process, or the system is no Linux.
    pub async fn memory(&self) -> Memory {
        match &*self.running.lock().await {
            Some(Server::Outside(process)) => {
                let memory = process.memory().expect("Linux tells the memory of a process");
                process.forget_peak().expect("a process of ours can be told so");
                memory
            }
            _ => panic!("only a server in a process of its own has memory of its own"),
        }
    }

    /// Stops the server and removes everything of it.
    ///
    /// # Errors
    /// When the server had failed, or its database cannot be dropped.
    pub async fn stop(self) -> Result<()> {
        let halted = self.halt().await;
        if let Some(operator) = self.operator.into_inner() {
            operator.db.close().await;
        }
        for database in self.database.into_iter().chain(self.spare.into_inner()) {
            database.drop().await.context("the test's database is dropped")?;
        }
        halted
    }

    /// What a command of `miaopu` works with, on the same data as the server and beside it.
    ///
    /// # Panics
    /// When the data cannot be opened.
    pub async fn operator(&self) -> miaopu_server::App {
        let mut operator = self.operator.lock().await;
        if operator.is_none() {
            let opened = miaopu_server::App::open(self.config(), self.clock.clone()).await;
            *operator = Some(opened.expect("a command opens the data"));
        }
        operator.clone().expect("it was just opened")
    }

    /// Runs a command of the binary on the server's data, beside it; answers what it said.
    ///
    /// # Panics
    /// When it fails.
    pub async fn command(&self, arguments: &[&str]) -> String {
        let said = process::command(&self.config(), self.folder.path(), arguments).await;
        said.unwrap_or_else(|why| panic!("{why:#}"))
    }

    /// Runs a command of the binary that must fail; answers what it said.
    ///
    /// # Panics
    /// When it ends well.
    pub async fn refused(&self, arguments: &[&str]) -> String {
        let said = process::command(&self.config(), self.folder.path(), arguments).await;
        format!("{:#}", said.expect_err("the command ends with a failure"))
    }

    /// The address that phones use, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port.load(Ordering::SeqCst))
    }

    /// Signs a new phone in.
    ///
    /// # Panics
    /// When number and password do not fit.
    pub async fn sign_in(&self, number: &str, password: &str) -> Phone {
        Phone::sign_in(self.place(), number, password).await
    }

    /// Sets a person's password by their one-time code; answers the phone that did it.
    ///
    /// # Panics
    /// When number and code do not fit.
    pub async fn activate(&self, number: &str, code: &str, password: &str) -> Phone {
        Phone::activate(self.place(), number, code, password).await
    }

    fn place(&self) -> Place {
        Place { base: self.url(), clock: self.clock.clone() }
    }

    /// Asks for a path without a token, as anybody can.
    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(http::client().get(format!("{}{path}", self.url()))).await
    }

    /// Sends JSON without a token.
    pub async fn post(&self, path: &str, body: &impl Serialize) -> Answer {
        Answer::of(http::client().post(format!("{}{path}", self.url())).json(body)).await
    }

    /// The server's database, for what no route shows.
    ///
    /// # Panics
    /// While the server is halted.
    pub async fn db(&self) -> Db {
        match self.running.lock().await.as_ref().expect("the server runs") {
            Server::Inside(running) => running.db.clone(),
            Server::Outside(_) => self.operator().await.db.clone(),
        }
    }

    /// The address of an empty database that no server uses, dropped together with this app's.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn spare_database(&self) -> String {
        if self.engine == Engine::Sqlite {
            return format!("sqlite:{}?mode=rwc", self.folder.path().join("spare.db").display());
        }
        let database = postgres::Database::create().await.expect("a second database is made");
        let url = database.url.clone();
        self.spare.lock().await.push(database);
        url
    }

    /// The configuration it runs with.
    ///
    /// # Panics
    /// Never: nobody panics while changing it.
    #[must_use]
    pub fn config(&self) -> Config {
        self.config.read().expect("nobody panicked here").clone()
    }

    /// The folder that holds its data.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.config().data.dir
    }

    /// Names of the files in an area of its media, `original` for one.
    #[must_use]
    pub fn blobs(&self, area: &str) -> Vec<String> {
        let config = self.config();
        match config.blobs.url.as_str() {
            "" => files(&config.blobs_dir().join(area)),
            _ => crate::bucket::names(&config, area),
        }
    }

    /// A folder of the test, beside the data.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

fn files(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let entries = entries.map(|entry| entry.expect("a folder can be read"));
    let names = entries.flat_map(|entry| match entry.path().is_dir() {
        true => files(&entry.path()),
        false => vec![entry.file_name().to_string_lossy().into_owned()],
    });
    names.collect()
}
