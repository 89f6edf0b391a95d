//! The configuration: defaults, then a TOML file, then `MIAOPU__SECTION__KEY`, then flags.
//!
//! The only file that reads the environment. `server.example.toml` documents the same values and a test compares.

mod refusal;
mod sections;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use serde::{Deserialize, Serialize};
use shared::limits::ACCESS_SECONDS_MAX;

use crate::{
    blobs::s3::{Address, Keys},
    db,
    derive::film::Tools,
};

pub use sections::{Blobs, Data, Database, Derive, Hidden, Log, LogFormat, Rates, Server, Tokens};

/// The documented defaults, as `miaopu default-config` prints them.
pub const EXAMPLE: &str = include_str!("../server.example.toml");

/// The file read when no `--config` is given and it exists.
const USUAL_FILE: &str = "miaopu.toml";

/// Where a system has ffmpeg.
const FFMPEG: [&str; 2] = ["/usr/bin/ffmpeg", "/usr/local/bin/ffmpeg"];

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
    /// How often one may ask.
    pub rates: Rates,
    /// What is logged.
    pub log: Log,
}

/// What the command line may set over everything else.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Flags {
    /// Configuration file; `miaopu.toml` of this folder is read when there is one.
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Address and port to listen on, like 127.0.0.1:8080.
    #[arg(long, value_name = "ADDRESS", global = true, value_parser = refusal::listen)]
    pub listen: Option<SocketAddr>,
    /// Folder of keys, database and media.
    #[arg(long, value_name = "FOLDER", global = true)]
    pub data_dir: Option<PathBuf>,
}

/// Whether a variable of the environment is set that no setting of ours is.
#[must_use]
pub fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some()
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
        let config: Config = sources.extract().map_err(refusal::refusal)?;
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
        let (certificate, key) =
            (!self.server.tls_certificate.as_os_str().is_empty(), self.server.ends_tls());
        ensure!(
            certificate == key,
            "server.tls_certificate and server.tls_key belong together: set both or none"
        );
        if off_loopback && trusted_proxies.is_empty() && !key {
            bail!(
                "server.listen = {listen} would send passwords in the clear: listen on 127.0.0.1, name a certificate in \
                 server.tls_certificate and its key in server.tls_key, or put a proxy that ends TLS in front and name \
                 its address in server.trusted_proxies"
            );
        }
        ensure!(
            public_url.starts_with("https://")
                || (public_url.starts_with("http://") && !off_loopback && !key),
            "server.public_url = {public_url:?} must begin with https:// when the server ends TLS or listens on {listen}"
        );
        ensure!(!public_url.ends_with('/'), "server.public_url = {public_url:?} must not end with a slash");
        ensure!(
            self.database.url.0.is_empty() || self.database.url.0.starts_with("postgres://"),
            "database.url must begin with postgres://, or be empty for SQLite in data.dir"
        );
        ensure!(
            self.database.url.0.is_empty() || self.database.max_bytes == 0,
            "database.max_bytes bounds the file of SQLite: leave it 0 beside database.url"
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
            (60..=ACCESS_SECONDS_MAX).contains(&self.tokens.access_seconds),
            "tokens.access_seconds must lie between 60 and {ACCESS_SECONDS_MAX}"
        );
        ensure!(self.server.request_seconds > 0, "server.request_seconds must not be 0");
        Ok(())
    }

    /// The database to open.
    #[must_use]
    pub fn target(&self) -> db::Target {
        match self.database.url.0.as_str() {
            "" => db::Target::File {
                path: self.data.dir.join("miaopu.db"),
                connections: self.database.connections,
                bytes_max: Some(self.database.max_bytes).filter(|bytes| *bytes > 0),
            },
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

    /// The bucket of media bytes and the keys to it, where it is one.
    ///
    /// # Errors
    /// With a sentence that says what to change.
    pub fn bucket(&self) -> Result<Option<(Address, Keys)>> {
        let Blobs { url, s3_access_key: access, s3_secret_key: secret, .. } = &self.blobs;
        if url.is_empty() {
            return Ok(None);
        }
        let address = Address::parse(url, &self.blobs).context("blobs.url")?;
        ensure!(
            !access.0.is_empty() && !secret.0.is_empty(),
            "blobs.url names a bucket: set blobs.s3_access_key and blobs.s3_secret_key too"
        );
        Ok(Some((address, Keys { access: access.clone(), secret: secret.clone() })))
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

    /// ffmpeg and ffprobe, if they are there.
    #[must_use]
    pub fn ffmpeg(&self) -> Option<Tools> {
        match self.derive.ffmpeg.as_path() {
            empty if empty == Path::new("") => FFMPEG.iter().find_map(|usual| Tools::at(Path::new(usual))),
            named => Tools::at(named),
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
