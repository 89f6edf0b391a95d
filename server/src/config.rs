//! The configuration: defaults, then a TOML file, then `MIAOPU__SECTION__KEY`, then flags.
//!
//! The only file that reads the environment. `server.example.toml` documents the same values and a test compares.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use serde::{Deserialize, Serialize};

use crate::db;

/// The documented defaults, as `miaopu default-config` prints them.
pub const EXAMPLE: &str = include_str!("../server.example.toml");

/// The file read when no `--config` is given and it exists.
const USUAL_FILE: &str = "miaopu.toml";

/// Everything an operator can set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where and to whom the server speaks.
    pub server: Server,
    /// Where files are kept.
    pub data: Data,
    /// Which database.
    pub database: Database,
    /// Where media bytes are kept.
    pub blobs: Blobs,
    /// How pictures are made from uploads.
    pub derive: Derive,
    /// How long tokens and codes live.
    pub tokens: Tokens,
    /// What is logged.
    pub log: Log,
}

/// Where and to whom the server speaks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Address and port. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// The address people type, without a slash at its end. `https` makes cookies `Secure`.
    pub public_url: String,
    /// Addresses of the proxies that end TLS before this server. Only they may name the caller's address.
    pub trusted_proxies: Vec<IpAddr>,
    /// Seconds until an ordinary request is given up. Uploads and event streams have their own bounds.
    pub request_seconds: u64,
    /// Seconds that requests under way may take once the server is told to stop.
    pub stop_seconds: u64,
}

/// Where files are kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Data {
    /// Folder of keys, the SQLite file and media. Made at first start, closed to other users.
    pub dir: PathBuf,
    /// Whether this is demo data, which never leaves loopback.
    pub demo: bool,
}

/// Which database.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// `postgres://…`; empty: the file `miaopu.db` in `data.dir`.
    pub url: Hidden,
    /// Connections of PostgreSQL, or reading connections of SQLite.
    pub connections: u32,
}

/// Where media bytes are kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Blobs {
    /// Folder; empty: `blobs` in `data.dir`.
    pub dir: PathBuf,
    /// Bytes of the disk that uploads leave free, so that text can still be saved.
    pub reserve_bytes: u64,
    /// Bytes a branch may keep, uploads under way included.
    pub branch_quota_bytes: u64,
}

/// How pictures are made from uploads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Derive {
    /// The `miaopu` binary started for each picture; empty: the one that is running.
    pub program: PathBuf,
    /// Jobs worked on at the same time.
    pub workers: u32,
}

/// How long tokens and codes live.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tokens {
    /// Seconds an access token and the media cookie are good for.
    pub access_seconds: u32,
    /// Days without contact after which a device signs in anew.
    pub refresh_days: u32,
    /// Days an activation code is good for.
    pub activation_days: u32,
    /// Passwords hashed at the same time; each takes 19 MiB for some 50 ms.
    pub hashes_at_once: u32,
}

/// What is logged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// Lines for people or for machines.
    pub format: LogFormat,
    /// Levels, like `info` or `info,miaopu_server=debug`.
    pub filter: String,
}

/// Shape of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// A value that never prints: it may hold a password.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hidden(pub String);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_empty() { "\"\"" } else { "\"…\"" })
    }
}

impl Default for Server {
    fn default() -> Self {
        Server {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080),
            public_url: "http://localhost:8080".into(),
            trusted_proxies: Vec::new(),
            request_seconds: 30,
            stop_seconds: 20,
        }
    }
}

impl Default for Data {
    fn default() -> Self {
        Data { dir: "./data".into(), demo: false }
    }
}

impl Default for Database {
    fn default() -> Self {
        Database { url: Hidden::default(), connections: 8 }
    }
}

impl Default for Blobs {
    fn default() -> Self {
        Blobs { dir: PathBuf::new(), reserve_bytes: 2_000_000_000, branch_quota_bytes: 200_000_000_000 }
    }
}

impl Default for Derive {
    fn default() -> Self {
        Derive { program: PathBuf::new(), workers: 2 }
    }
}

impl Default for Tokens {
    fn default() -> Self {
        Tokens { access_seconds: 15 * 60, refresh_days: 90, activation_days: 30, hashes_at_once: 2 }
    }
}

impl Default for Log {
    fn default() -> Self {
        Log { format: LogFormat::Pretty, filter: "info".into() }
    }
}

/// What the command line may set over everything else.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Flags {
    /// Configuration file; `miaopu.toml` of this folder is read when there is one.
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Address and port to listen on, like 127.0.0.1:8080.
    #[arg(long, value_name = "ADDRESS", global = true)]
    pub listen: Option<SocketAddr>,
    /// Folder of keys, database and media.
    #[arg(long, value_name = "FOLDER", global = true)]
    pub data_dir: Option<PathBuf>,
}

impl Config {
    /// Reads every source in order and checks the result.
    ///
    /// # Errors
    /// For an unknown key, a value of the wrong type, or a contradiction; the text says what to change.
    pub fn load(flags: &Flags) -> Result<Config> {
        let mut sources = Figment::from(Serialized::defaults(Config::default()));
        match &flags.config {
            Some(file) => {
                ensure!(file.is_file(), "there is no configuration file {}", file.display());
                sources = sources.merge(Toml::file_exact(file));
            }
            None if Path::new(USUAL_FILE).is_file() => sources = sources.merge(Toml::file_exact(USUAL_FILE)),
            None => {}
        }
        sources = sources.merge(Env::prefixed("MIAOPU__").split("__"));
        if let Some(listen) = flags.listen {
            sources = sources.merge(("server.listen", listen));
        }
        if let Some(dir) = &flags.data_dir {
            sources = sources.merge(("data.dir", dir));
        }
        let config: Config = sources.extract().context("the configuration cannot be read")?;
        config.check()?;
        Ok(config)
    }

    /// Refuses what contradicts itself or would send passwords in the clear.
    ///
    /// # Errors
    /// With a sentence that says what to change.
    pub fn check(&self) -> Result<()> {
        let Server { listen, public_url, trusted_proxies, .. } = &self.server;
        let off_loopback = !listen.ip().is_loopback();
        if self.data.demo && off_loopback {
            bail!("demo data is served on loopback only: set server.listen to 127.0.0.1:{}", listen.port());
        }
        if off_loopback && trusted_proxies.is_empty() {
            bail!(
                "server.listen = {listen} would send passwords in the clear: listen on 127.0.0.1, or put a proxy that ends \
                 TLS in front and name its address in server.trusted_proxies"
            );
        }
        ensure!(
            public_url.starts_with("https://") || (public_url.starts_with("http://") && !off_loopback),
            "server.public_url = {public_url:?} must begin with https:// when the server listens on {listen}"
        );
        ensure!(!public_url.ends_with('/'), "server.public_url = {public_url:?} must not end with a slash");
        ensure!(
            self.database.url.0.is_empty() || self.database.url.0.starts_with("postgres://"),
            "database.url must begin with postgres://, or be empty for SQLite in data.dir"
        );
        ensure!(
            (1..=200).contains(&self.database.connections),
            "database.connections must lie between 1 and 200"
        );
        ensure!(
            (1..=64).contains(&self.tokens.hashes_at_once),
            "tokens.hashes_at_once must lie between 1 and 64"
        );
        ensure!(
            (60..=3_600).contains(&self.tokens.access_seconds),
            "tokens.access_seconds must lie between 60 and 3600"
        );
        ensure!(self.server.request_seconds > 0, "server.request_seconds must not be 0");
        Ok(())
    }

    /// The database to open.
    #[must_use]
    pub fn target(&self) -> db::Target {
        match self.database.url.0.as_str() {
            "" => db::Target::File(self.data.dir.join("miaopu.db"), self.database.connections),
            url => db::Target::Server(url.to_owned(), self.database.connections),
        }
    }

    /// Folder of the server's own keys; it is there from the first start on.
    #[must_use]
    pub fn secrets_dir(&self) -> PathBuf {
        self.data.dir.join("secrets")
    }

    /// Folder of media bytes.
    #[must_use]
    pub fn blobs_dir(&self) -> PathBuf {
        if self.blobs.dir == Path::new("") { self.data.dir.join("blobs") } else { self.blobs.dir.clone() }
    }

    /// The binary that derives pictures.
    ///
    /// # Errors
    /// When none is named and the running one has no path.
    pub fn derive_program(&self) -> Result<PathBuf> {
        match self.derive.program.as_path() {
            empty if empty == Path::new("") => std::env::current_exe().context("set derive.program"),
            named => Ok(named.to_owned()),
        }
    }

    /// Whether people reach the server by TLS, so that cookies may insist on it.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.server.public_url.starts_with("https://")
    }
}

#[cfg(test)]
mod tests;
