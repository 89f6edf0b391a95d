//! The sections of the configuration, each key with its unit and default. `server.example.toml` says the same to
//! operators.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use serde::{Deserialize, Serialize};
use shared::limits::{RATE_ACCOUNT_PER_SECOND, RATE_DEVICE_PER_SECOND, RATE_NETWORK_PER_SECOND};

use crate::derive::confine::Risky;

/// Where and to whom the server speaks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Address and port. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// The address people type, without a slash at its end. `https` makes cookies `Secure`.
    pub public_url: String,
    /// Certificate chain and private key, PEM files, where this server ends TLS itself; empty: it does not. Read again
    /// when they change.
    pub tls_certificate: PathBuf,
    /// The key of `tls_certificate`.
    pub tls_key: PathBuf,
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
    /// Bytes that the file of SQLite may grow to; 0: as many as the disk has. Beyond, text is told to come back.
    pub max_bytes: u64,
}

/// Where media bytes are kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Blobs {
    /// Folder; empty: `blobs` in `data.dir`.
    pub dir: PathBuf,
    /// `s3://bucket` or `s3://bucket/prefix`; empty: the folder.
    pub url: String,
    /// Address of the S3 service.
    pub s3_endpoint: String,
    /// Region it wants to hear in signatures.
    pub s3_region: String,
    /// Id of the key that may read and write the bucket.
    pub s3_access_key: Hidden,
    /// The key itself.
    pub s3_secret_key: Hidden,
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
    /// Jobs worked on at the same time, by the server and by each `miaopu worker`.
    pub workers: u32,
    /// Whether the server works on jobs too.
    pub in_server: bool,
    /// The ffmpeg program, with ffprobe beside it; empty: the system's. Where there is none, clips and voices have no
    /// preview.
    pub ffmpeg: PathBuf,
    /// Decoded even where the kernel has no landlock or seccomp to confine the decoder.
    pub unconfined: Vec<Risky>,
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

/// How often one may ask, in requests a second over time; half a minute's worth may come at once. 0: no limit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rates {
    /// Of one device that is signed in.
    pub device_per_second: u32,
    /// Of all devices of one account.
    pub account_per_second: u32,
    /// Of one network, without a token: signing in, refreshing, looking at limits. A campus may be one network.
    pub network_per_second: u32,
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

impl Server {
    /// Whether it ends TLS itself.
    #[must_use]
    pub fn ends_tls(&self) -> bool {
        !self.tls_key.as_os_str().is_empty()
    }
}

impl Default for Server {
    fn default() -> Self {
        Server {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080),
            public_url: "http://localhost:8080".into(),
            tls_certificate: PathBuf::new(),
            tls_key: PathBuf::new(),
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
        Database { url: Hidden::default(), connections: 8, max_bytes: 0 }
    }
}

impl Default for Blobs {
    fn default() -> Self {
        Blobs {
            dir: PathBuf::new(),
            url: String::new(),
            s3_endpoint: String::new(),
            s3_region: "garage".into(),
            s3_access_key: Hidden::default(),
            s3_secret_key: Hidden::default(),
            reserve_bytes: 2_000_000_000,
            branch_quota_bytes: 200_000_000_000,
        }
    }
}

impl Derive {
    /// Jobs that the server works on at the same time.
    #[must_use]
    pub fn workers_in_server(&self) -> u32 {
        if self.in_server { self.workers } else { 0 }
    }
}

impl Default for Derive {
    fn default() -> Self {
        Derive {
            program: PathBuf::new(),
            workers: 2,
            in_server: true,
            ffmpeg: PathBuf::new(),
            unconfined: Vec::new(),
        }
    }
}

impl Default for Tokens {
    fn default() -> Self {
        Tokens { access_seconds: 15 * 60, refresh_days: 90, activation_days: 30, hashes_at_once: 2 }
    }
}

impl Default for Rates {
    fn default() -> Self {
        Rates {
            device_per_second: RATE_DEVICE_PER_SECOND,
            account_per_second: RATE_ACCOUNT_PER_SECOND,
            network_per_second: RATE_NETWORK_PER_SECOND,
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Log { format: LogFormat::Pretty, filter: "info".into() }
    }
}
