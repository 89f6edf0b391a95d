//! A bucket that strangers can read is refused: whoever knows or guesses a name would see what a branch recorded.

use std::io;

use anyhow::{Result, bail};
use aws_sdk_s3::error::{DisplayErrorContext, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use bytes::Bytes;

use super::pieces::Pieces;
use super::{Address, Bucket, connect};

impl Bucket {
    /// Puts an object, asks for it and for the list without keys, and removes it where neither is answered.
    ///
    /// # Errors
    /// When the bucket cannot be written, or either is answered; the text says what to change.
    pub async fn refuse_public(&self, address: &Address) -> Result<()> {
        let probe = Pieces::new(self.clone(), "probe-of-strangers");
        let key = format!("{}0", probe.below());
        self.put_object(key.clone(), Bytes::from_static(b"written")).await?;
        let stranger = connect::client(address, None);
        let (bucket, below) = (&address.bucket, probe.below());
        let read = refused(stranger.get_object().bucket(bucket).key(key).send().await);
        let listed = refused(stranger.list_objects_v2().bucket(bucket).prefix(below).send().await);
        match (read?, listed?) {
            (true, true) => Ok(probe.remove().await?),
            (false, _) => bail!("everybody can read the bucket {bucket}: take public reading away from it"),
            (_, false) => bail!("everybody can list the bucket {bucket}: take public listing away from it"),
        }
    }
}

/// Whether the service said no, and not yes, whatever came with it; another failure says nothing.
fn refused<T, E: std::error::Error + 'static>(
    asked: Result<T, SdkError<E, HttpResponse>>,
) -> io::Result<bool> {
    let Err(error) = asked else { return Ok(false) };
    match error.raw_response().map(|response| response.status().as_u16()) {
        Some(401 | 403) => Ok(true),
        Some(200..=299) => Ok(false),
        _ => Err(super::outage(super::Call::Get, &DisplayErrorContext(&error))),
    }
}
