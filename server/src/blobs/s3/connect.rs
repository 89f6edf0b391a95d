//! Which service, bucket and keys, and a client for them that never waits for long.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Builder, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation,
};

use crate::config::{self, Hidden};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(3);
/// How long one try may take; a part of an upload is sent within it.
const TRY: Duration = Duration::from_secs(20);
/// How long all tries of one request may take.
const ALL_TRIES: Duration = Duration::from_secs(45);
/// How often a request is tried.
const TRIES: u32 = 3;
/// The longest pause between two tries.
const PAUSE: Duration = Duration::from_secs(1);

/// `s3://bucket/prefix` at a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    pub endpoint: String,
    pub region: String,
    pub bucket: String,
    /// Ends with a slash, or is empty.
    pub prefix: String,
}

/// What the service knows us by.
#[derive(Clone, Debug)]
pub struct Keys {
    pub access: Hidden,
    pub secret: Hidden,
}

impl Address {
    /// Reads `s3://bucket` or `s3://bucket/prefix`.
    ///
    /// # Errors
    /// With a sentence that says what to change.
    pub fn parse(url: &str, blobs: &config::Blobs) -> Result<Address> {
        let rest = url.strip_prefix("s3://").with_context(|| format!("{url:?} must begin with s3://"))?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let prefix = prefix.trim_end_matches('/');
        ensure!(!bucket.is_empty(), "{url:?} names no bucket: write s3://bucket or s3://bucket/prefix");
        ensure!(
            blobs.s3_endpoint.starts_with("https://") || blobs.s3_endpoint.starts_with("http://"),
            "blobs.s3_endpoint = {:?} must be the address of an S3 service, like https://s3.example.edu",
            blobs.s3_endpoint
        );
        Ok(Address {
            endpoint: blobs.s3_endpoint.clone(),
            region: blobs.s3_region.clone(),
            bucket: bucket.to_owned(),
            prefix: if prefix.is_empty() { String::new() } else { format!("{prefix}/") },
        })
    }
}

/// A client; without keys it asks as a stranger does.
pub fn client(address: &Address, keys: Option<&Keys>) -> Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .read_timeout(TRY)
        .operation_attempt_timeout(TRY)
        .operation_timeout(ALL_TRIES);
    let builder = Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(address.region.clone()))
        .endpoint_url(&address.endpoint)
        .force_path_style(true)
        // Many services know no checksums of the newer kinds; the bytes are signed, and hashed by us.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .timeout_config(timeouts.build())
        .retry_config(RetryConfig::standard().with_max_attempts(TRIES).with_max_backoff(PAUSE));
    let builder = match keys {
        Some(Keys { access, secret }) => {
            builder.credentials_provider(Credentials::new(&access.0, &secret.0, None, None, "configuration"))
        }
        None => builder.allow_no_auth(),
    };
    Client::from_conf(builder.build())
}
