//! Miaopu's server as a library: `main` and the tests start it in the same one way, [`spawn`].
//!
//! `router` is the page to begin with; one folder is one noun, with `routes` (HTTP), `store` (SQL) and `mod`.

pub mod accounts;
mod alone;
pub mod audit;
pub mod backup;
pub mod blobs;
pub mod chance;
pub mod clock;
pub mod config;
pub mod db;
pub mod demo;
pub mod derive;
pub mod devices;
pub mod entries;
pub mod error;
pub mod extract;
pub mod gc;
pub mod grants;
pub mod health;
pub mod inspect;
pub mod jobs;
pub mod lease;
pub mod lepton;
pub mod limits;
mod linger;
pub mod media;
pub mod metrics;
pub mod openapi;
pub mod org;
pub mod place;
pub mod rates;
pub mod roster;
pub mod router;
pub mod secrets;
mod serving;
pub mod sessions;
pub mod sync;
pub mod uploads;
pub mod verify;
pub mod web;

use std::{fs, fs::File, net::SocketAddr, ops::Deref, os::unix::fs::PermissionsExt, path::Path, sync::Arc};

use anyhow::{Context, Result};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{
    accounts::password::Hasher,
    blobs::Blobs,
    db::Db,
    derive::{film::Films, process::Deriver},
    lepton::process::Lepton,
    secrets::Secrets,
    serving::Tls,
};
pub use crate::{clock::Clock, config::Config};

/// What every handler can reach. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<State>);

/// The fields of [`App`].
pub struct State {
    /// As it was read and checked at the start.
    pub config: Config,
    /// The database seam.
    pub db: Db,
    /// The only source of time.
    pub clock: Clock,
    /// Hashes and checks passwords, a few at a time.
    pub hasher: Hasher,
    /// Keys of this installation.
    pub secrets: Secrets,
    /// Where the bytes of media lie.
    pub blobs: Blobs,
    /// Makes pictures, in processes of their own.
    pub deriver: Deriver,
    /// Makes photos smaller and whole again, in processes of their own.
    pub lepton: Lepton,
    /// Makes what is shown and played of clips and voices, in processes of their own.
    pub films: Films,
    /// Pushes that wait for SQLite's only writer.
    pub group: sync::group::Group,
    /// Ops that fail each time they are tried.
    pub poison: sync::poison::Poison,
    /// Who works on which upload.
    pub uploads: uploads::locks::Locks,
    /// Their hashes so far.
    pub hashes: uploads::running::Running,
    /// Position-free copies being planned.
    pub plans: media::Plans,
    /// Wakes those who do jobs.
    pub jobs: jobs::Wake,
    /// What is counted for the operator.
    pub metrics: metrics::Metrics,
    /// How often one may ask.
    pub rates: rates::Rates,
    /// What the last look at readiness found.
    pub health: health::Last,
    /// Cancelled when the server is told to stop: streams end, workers take nothing new.
    pub stopping: CancellationToken,
}

impl App {
    /// Opens what the configuration names: folder, keys, database.
    ///
    /// # Errors
    /// With a sentence that says what to change.
    pub async fn open(config: Config, clock: Clock) -> Result<App> {
        config.check()?;
        private_folder(&config.data.dir)?;
        let secrets = Secrets::open(&config.secrets_dir())?;
        let db = Db::open(&config.target()).await.context("cannot open the database; see database.url")?;
        let hasher = Hasher::new(config.tokens.hashes_at_once);
        let metrics = metrics::Metrics::default();
        let blobs = Blobs::of(&config, metrics.storage_calls())?;
        let (program, unconfined) = (config.derive_program()?, config.derive.unconfined.clone());
        let state = State {
            films: Films::new(program.clone(), config.ffmpeg(), config.data.dir.clone(), unconfined.clone()),
            lepton: Lepton::new(program.clone(), config.data.dir.clone()),
            deriver: Deriver::new(program, unconfined),
            rates: rates::Rates::new(config.rates, &clock),
            config,
            db,
            clock,
            hasher,
            secrets,
            blobs,
            group: sync::group::Group::default(),
            poison: sync::poison::Poison::default(),
            uploads: uploads::locks::Locks::default(),
            hashes: uploads::running::Running::default(),
            plans: media::Plans::default(),
            jobs: jobs::Wake::default(),
            metrics,
            health: health::Last::default(),
            stopping: CancellationToken::new(),
        };
        let app = App(Arc::new(state));
        sync::epochs::begin(&app).await?;
        Ok(app)
    }

    /// Milliseconds since 1970 UTC.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.clock.now()
    }
}

impl Deref for App {
    type Target = State;
    fn deref(&self) -> &State {
        &self.0
    }
}

/// A server that answers.
pub struct Running {
    /// Where it listens, with the real port.
    pub addr: SocketAddr,
    /// Its database, for tests that look inside.
    pub db: Db,
    /// Cancel it to begin the stop; [`Running::done`] also waits.
    pub stop: CancellationToken,
    task: JoinHandle<Result<()>>,
    /// Held as long as this serves.
    _serving: File,
}

impl Running {
    /// Stops the server if nobody did, and waits until its requests and connections are gone.
    ///
    /// # Errors
    /// When the server had failed.
    pub async fn done(self) -> Result<()> {
        self.stop.cancel();
        self.task.await.context("the server's task died")?
    }

    /// Waits until the server is stopped from elsewhere.
    ///
    /// # Errors
    /// When the server had failed.
    pub async fn wait(self) -> Result<()> {
        self.task.await.context("the server's task died")?
    }
}

/// Starts a server with the machine's clock.
///
/// # Errors
/// When the configuration contradicts itself, the port is taken, or database and folder cannot be opened.
pub async fn spawn(config: Config) -> Result<Running> {
    spawn_at(config, Clock::System).await
}

/// Starts a server that lives in the time of `clock`.
///
/// # Errors
/// As [`spawn`].
pub async fn spawn_at(config: Config, clock: Clock) -> Result<Running> {
    config.check()?;
    let listen = config.server.listen;
    let listener = TcpListener::bind(listen).await.with_context(|| {
        format!("cannot listen on {listen}: is another server running? Set server.listen")
    })?;
    let addr = listener.local_addr().context("the socket has no address")?;
    let tls = Tls::open(&config.server).await?;
    private_folder(&config.data.dir)?;
    let serving = alone::serve(&config.data.dir)?;
    let app = App::open(config, clock).await?;
    app.blobs.refuse_public(&app.config).await?;
    tracing::info!(%addr, config = ?app.config, "serving on {addr}");
    let (db, stop) = (app.db.clone(), app.stopping.clone());
    let task = tokio::spawn(serving::serve(listener, tls, app));
    Ok(Running { addr, db, stop, task, _serving: serving })
}

/// Does jobs until told to stop, then closes the database: `miaopu worker`.
///
/// # Errors
/// When a worker died.
pub async fn work_on(app: App) -> Result<()> {
    tracing::info!(config = ?app.config, "working on jobs");
    let worked = jobs::worker::run(app.clone(), app.config.derive.workers).await;
    app.db.close().await;
    worked
}

pub(crate) fn private_folder(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}; see data.dir", folder.display()))?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
        .with_context(|| format!("cannot close {} to other users; see data.dir", folder.display()))
}
