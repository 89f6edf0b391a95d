//! Blobs in a bucket of an S3 service, below a prefix: `original/<sha256>` and so on, and `incoming/<upload>/…` for
//! uploads ([`pieces`]). An object appears whole or not at all.
//!
//! Nothing leans on a conditional PUT, which not every service knows: names are hashes, so whoever wins wrote the same
//! bytes. Every failure but "there is none" is an [`Outage`]: it says nothing about any bytes.

mod calls;
mod connect;
pub mod pieces;
mod public;
pub mod writer;

use std::fs::File;
use std::future::Future;
use std::io::{self, Read, Seek, Write};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, Object, ObjectIdentifier};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use shared::ids::Digest;
use shared::limits::CLIP_BYTES_MAX;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::{Area, INCOMING_MAX, LIST_MAX};

pub use calls::{Call, Calls};
pub use connect::{Address, Keys};
use writer::Writer;

/// Bytes of a file that are read at once.
const BUFFER_BYTES: usize = 128 << 10;
/// Objects removed by one request.
const REMOVED_AT_ONCE: i32 = 1_000;
/// How long a body may send nothing.
const SILENCE: Duration = Duration::from_secs(20);

/// The service cannot be reached, is overloaded, or refuses our keys.
#[derive(Debug, thiserror::Error)]
#[error("S3 failed at {call}: {why}")]
pub struct Outage {
    call: &'static str,
    why: String,
}

/// Whether an error comes from a storage that failed as a whole.
#[must_use]
pub fn is_outage(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Outage>())
}

/// A bucket and the prefix in it. Cheap to clone.
#[derive(Clone)]
pub struct Bucket(Arc<Inner>);

struct Inner {
    client: Client,
    name: String,
    /// Ends with a slash, or is empty.
    prefix: String,
    /// Where objects are fetched to that are needed as files, which have no name there.
    spool: PathBuf,
    calls: Calls,
}

impl std::fmt::Debug for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "s3://{}/{}", self.0.name, self.0.prefix)
    }
}

impl Bucket {
    /// A client of the bucket; asks nothing yet.
    pub fn new(address: &Address, keys: &Keys, spool: PathBuf, calls: Calls) -> Bucket {
        let client = connect::client(address, Some(keys));
        Bucket(Arc::new(Inner {
            client,
            name: address.bucket.clone(),
            prefix: address.prefix.clone(),
            spool,
            calls,
        }))
    }

    fn key(&self, area: Area, sha256: Digest) -> String {
        format!("{}{}/{sha256}", self.0.prefix, area.name())
    }

    /// Performs one request and counts it; `None` where there is no such thing in the bucket.
    async fn ask<T, E: std::error::Error + ProvideErrorMetadata + 'static>(
        &self,
        call: Call,
        request: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> io::Result<Option<T>> {
        let error = match request.await {
            Ok(answer) => {
                self.0.calls.ended(call, "ok");
                return Ok(Some(answer));
            }
            Err(error) => error,
        };
        let is_missing = error.raw_response().is_some_and(|response| response.status().as_u16() == 404);
        if is_missing && error.code() != Some("NoSuchBucket") {
            self.0.calls.ended(call, "missing");
            return Ok(None);
        }
        self.0.calls.ended(call, "failed");
        Err(outage(call, &DisplayErrorContext(&error)))
    }

    /// As [`Bucket::ask`], where a missing bucket is the only thing that could be missing.
    async fn done<T, E: std::error::Error + ProvideErrorMetadata + 'static>(
        &self,
        call: Call,
        request: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> io::Result<T> {
        self.ask(call, request).await?.ok_or_else(|| outage(call, &"there is no such bucket"))
    }

    /// The length of an object.
    pub async fn length(&self, area: Area, sha256: Digest) -> io::Result<Option<u64>> {
        let (client, name) = (&self.0.client, &self.0.name);
        let head = client.head_object().bucket(name).key(self.key(area, sha256)).send();
        let Some(found) = self.ask(Call::Head, head).await? else {
            // An answer to HEAD has no body that would say what is missing.
            self.done(Call::Head, client.head_bucket().bucket(name).send()).await?;
            return Ok(None);
        };
        Ok(Some(found.content_length().unwrap_or_default().cast_unsigned()))
    }

    async fn get(&self, key: String, range: Option<Range<u64>>) -> io::Result<Option<GetObjectOutput>> {
        let range = range.map(|range| format!("bytes={}-{}", range.start, range.end.saturating_sub(1)));
        let get = self.0.client.get_object().bucket(&self.0.name).key(key).set_range(range).send();
        let found = self.ask(Call::Get, get).await?;
        let length = found.as_ref().and_then(|found| found.content_length).unwrap_or_default();
        if length.cast_unsigned() > CLIP_BYTES_MAX {
            return Err(outage(Call::Get, &"it has more bytes than anything that was put"));
        }
        Ok(found)
    }

    /// Some bytes of an object.
    pub async fn read(&self, area: Area, sha256: Digest, range: Range<u64>) -> io::Result<Option<Bytes>> {
        self.read_key(self.key(area, sha256), range).await
    }

    async fn read_key(&self, key: String, range: Range<u64>) -> io::Result<Option<Bytes>> {
        let length = range.end - range.start;
        let Some(mut found) = self.get(key, Some(range)).await? else { return Ok(None) };
        let mut bytes = Vec::with_capacity(usize::try_from(length).map_err(io::Error::other)?);
        while let Some(chunk) = self.chunk(&mut found.body).await? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() as u64 > length {
                return Err(outage(Call::Get, &"it sent more than was asked for"));
            }
        }
        Ok(Some(Bytes::from(bytes)))
    }

    /// The next bytes of a body.
    async fn chunk(&self, body: &mut ByteStream) -> io::Result<Option<Bytes>> {
        match timeout(SILENCE, body.try_next()).await {
            Ok(next) => next.map_err(|error| outage(Call::Get, &DisplayErrorContext(&error))),
            Err(_) => Err(outage(Call::Get, &"its body stopped")),
        }
    }

    /// Fetches an object into a file without a name.
    pub async fn fetch(&self, area: Area, sha256: Digest) -> io::Result<Option<File>> {
        let Some(mut found) = self.get(self.key(area, sha256), None).await? else { return Ok(None) };
        let spool = self.0.spool.clone();
        let mut file =
            spawn_blocking(move || tempfile::tempfile_in(spool)).await.map_err(io::Error::other)??;
        while let Some(chunk) = self.chunk(&mut found.body).await? {
            let written = spawn_blocking(move || file.write_all(&chunk).map(|()| file));
            file = written.await.map_err(io::Error::other)??;
        }
        file.rewind()?;
        Ok(Some(file))
    }

    /// The hash of an object's bytes as they are now.
    pub async fn hash(&self, area: Area, sha256: Digest) -> io::Result<Option<Digest>> {
        let Some(mut found) = self.get(self.key(area, sha256), None).await? else { return Ok(None) };
        let mut hasher = Sha256::new();
        while let Some(chunk) = self.chunk(&mut found.body).await? {
            hasher.update(&chunk);
        }
        Ok(Some(Digest(hasher.finalize().into())))
    }

    /// Keeps bytes under their own hash.
    pub async fn put(&self, area: Area, bytes: Vec<u8>) -> io::Result<Digest> {
        let sha256 = Digest(Sha256::digest(&bytes).into());
        self.put_object(self.key(area, sha256), Bytes::from(bytes)).await?;
        Ok(sha256)
    }

    async fn put_object(&self, key: String, bytes: Bytes) -> io::Result<()> {
        let body = ByteStream::from(bytes);
        let put = self.0.client.put_object().bucket(&self.0.name).key(key).body(body).send();
        self.done(Call::Put, put).await.map(drop)
    }

    /// Keeps what lies in a file, unless it has another hash (`InvalidData`).
    pub async fn keep(&self, area: Area, mut file: File, sha256: Digest) -> io::Result<()> {
        file.rewind()?;
        let mut writer = Writer::new(self, self.key(area, sha256));
        loop {
            let read = spawn_blocking(move || {
                let mut buffer = vec![0; BUFFER_BYTES];
                let count = file.read(&mut buffer)?;
                buffer.truncate(count);
                io::Result::Ok((file, buffer))
            });
            let (rest, bytes) = read.await.map_err(io::Error::other)??;
            if bytes.is_empty() {
                break;
            }
            file = rest;
            writer.push(&bytes).await?;
        }
        match writer.finish(sha256).await? {
            Ok(()) => Ok(()),
            Err(_) => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    /// Removes an object; one that is not there is no error.
    pub async fn remove(&self, area: Area, sha256: Digest) -> io::Result<()> {
        self.remove_key(self.key(area, sha256)).await
    }

    async fn remove_key(&self, key: String) -> io::Result<()> {
        let delete = self.0.client.delete_object().bucket(&self.0.name).key(key).send();
        self.ask(Call::Delete, delete).await.map(drop)
    }

    /// Objects below a key, in the order of their names, after one: a page of them, and whether there are more.
    async fn page(&self, below: &str, after: Option<String>, most: i32) -> io::Result<(Vec<Object>, bool)> {
        let list = self.0.client.list_objects_v2().bucket(&self.0.name).prefix(below).max_keys(most);
        let page = self.done(Call::List, list.set_start_after(after).send()).await?;
        let is_more = page.is_truncated().unwrap_or_default();
        Ok((page.contents.unwrap_or_default(), is_more))
    }

    /// As [`super::Blobs::list`].
    pub async fn list(&self, area: Area, after: Option<Digest>) -> io::Result<Vec<(Digest, u64)>> {
        let below = format!("{}{}/", self.0.prefix, area.name());
        let mut after = after.map(|sha256| self.key(area, sha256));
        let mut found = Vec::new();
        loop {
            let (objects, is_more) = self.page(&below, after, LIST_MAX as i32).await?;
            after = objects.last().and_then(|object| object.key.clone());
            for object in objects {
                let name = object.key().and_then(|key| key.strip_prefix(&below)).unwrap_or_default();
                let Ok(sha256) = name.parse() else { continue };
                found.push((sha256, object.size().unwrap_or_default().cast_unsigned()));
                if found.len() == LIST_MAX {
                    return Ok(found);
                }
            }
            if !is_more {
                return Ok(found);
            }
        }
    }

    /// Uploads that have objects, and the bytes of each.
    pub async fn list_incoming(&self) -> io::Result<Vec<(String, u64)>> {
        let below = format!("{}incoming/", self.0.prefix);
        let (mut found, mut after): (Vec<(String, u64)>, _) = (Vec::new(), None);
        loop {
            let (objects, is_more) = self.page(&below, after, LIST_MAX as i32).await?;
            after = objects.last().and_then(|object| object.key.clone());
            for object in objects {
                let rest = object.key().and_then(|key| key.strip_prefix(&below)).unwrap_or_default();
                let Some((id, _)) = rest.split_once('/') else { continue };
                let size = object.size().unwrap_or_default().cast_unsigned();
                if let Some((last, bytes)) = found.last_mut()
                    && last == id
                {
                    *bytes += size;
                } else if found.len() < INCOMING_MAX {
                    found.push((id.to_owned(), size));
                } else {
                    return Ok(found);
                }
            }
            if !is_more {
                return Ok(found);
            }
        }
    }

    /// Removes all objects below a key.
    async fn remove_below(&self, below: &str) -> io::Result<()> {
        loop {
            let (objects, is_more) = self.page(below, None, REMOVED_AT_ONCE).await?;
            if objects.is_empty() {
                return Ok(());
            }
            let named: Result<Vec<_>, _> = objects
                .into_iter()
                .filter_map(|object| object.key)
                .map(|key| ObjectIdentifier::builder().key(key).build())
                .collect();
            let delete =
                Delete::builder().set_objects(Some(named.map_err(io::Error::other)?)).quiet(true).build();
            let delete = delete.map_err(io::Error::other)?;
            let request = self.0.client.delete_objects().bucket(&self.0.name).delete(delete).send();
            let answer = self.done(Call::Delete, request).await?;
            if let Some(error) = answer.errors().first() {
                return Err(outage(Call::Delete, &format!("{error:?}")));
            }
            if !is_more {
                return Ok(());
            }
        }
    }

    /// Writes a small object where uploads lie, and removes it.
    pub async fn try_write(&self) -> io::Result<()> {
        let probe = pieces::Pieces::new(self.clone(), "probe");
        self.put_object(format!("{}0", probe.below()), Bytes::from_static(b"written")).await?;
        probe.remove().await
    }
}

fn outage(call: Call, why: &dyn std::fmt::Display) -> io::Error {
    io::Error::other(Outage { call: call.name(), why: why.to_string() })
}
