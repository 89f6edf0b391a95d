//! Writes one object of any length, hashed as it goes: by one PUT while it is short, by a multipart upload once it is
//! not. What turns out to be something else than was expected never appears.

use std::io;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::{Bytes, BytesMut};
use sha2::{Digest as _, Sha256};
use shared::ids::Digest;

use super::{Bucket, Call, outage};
use crate::blobs::LIST_MAX;

/// Bytes of a part. The service takes none below 5 MiB, but the last.
const PART_BYTES: usize = 8 << 20;

/// A write that was begun and has no end.
#[derive(Debug, Clone)]
pub struct Unfinished {
    key: String,
    upload: String,
}

impl Bucket {
    /// As [`crate::blobs::Blobs::list_unfinished`].
    pub async fn list_unfinished(&self, before: i64) -> io::Result<Vec<Unfinished>> {
        let list = self.0.client.list_multipart_uploads().bucket(&self.0.name).prefix(&self.0.prefix);
        let page = self.done(Call::List, list.max_uploads(LIST_MAX as i32).send()).await?;
        let old = page.uploads.unwrap_or_default().into_iter().filter(|upload| {
            upload.initiated().and_then(|at| at.to_millis().ok()).is_some_and(|at| at < before)
        });
        Ok(old
            .filter_map(|upload| Some(Unfinished { key: upload.key?, upload: upload.upload_id? }))
            .collect())
    }

    /// As [`crate::blobs::Blobs::give_up`].
    pub async fn give_up(&self, Unfinished { key, upload }: &Unfinished) -> io::Result<()> {
        let abort = self.0.client.abort_multipart_upload().bucket(&self.0.name).key(key).upload_id(upload);
        self.ask(Call::Delete, abort.send()).await.map(drop)
    }
}

/// An object being written.
pub struct Writer<'a> {
    bucket: &'a Bucket,
    key: String,
    pending: BytesMut,
    /// The multipart upload, once there is one.
    upload: Option<String>,
    parts: Vec<CompletedPart>,
    hasher: Sha256,
}

impl<'a> Writer<'a> {
    pub fn new(bucket: &'a Bucket, key: String) -> Writer<'a> {
        let (pending, hasher) = (BytesMut::new(), Sha256::new());
        Writer { bucket, key, pending, upload: None, parts: Vec::new(), hasher }
    }

    /// Adds bytes. After an error the object is given up.
    pub async fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.pending.extend_from_slice(bytes);
        while self.pending.len() >= PART_BYTES {
            let part = self.pending.split_to(PART_BYTES).freeze();
            if let Err(error) = self.send(part).await {
                self.give_up().await;
                return Err(error);
            }
        }
        Ok(())
    }

    /// Makes the object appear if it is what was expected; answers the other hash where it is not.
    pub async fn finish(mut self, expected: Digest) -> io::Result<Result<(), Digest>> {
        let found = Digest(self.hasher.clone().finalize().into());
        if found != expected {
            self.give_up().await;
            return Ok(Err(found));
        }
        let rest = self.pending.split().freeze();
        if self.upload.is_none() {
            self.bucket.put_object(self.key, rest).await?;
            return Ok(Ok(()));
        }
        if let Err(error) = self.complete(rest).await {
            self.give_up().await;
            return Err(error);
        }
        Ok(Ok(()))
    }

    async fn send(&mut self, bytes: Bytes) -> io::Result<()> {
        let (client, name) = (&self.bucket.0.client, &self.bucket.0.name);
        let id = match &self.upload {
            Some(id) => id.clone(),
            None => {
                let begin = client.create_multipart_upload().bucket(name).key(&self.key).send();
                let begun = self.bucket.done(Call::Put, begin).await?;
                let id = begun.upload_id.ok_or_else(|| outage(Call::Put, &"an upload without an id"))?;
                self.upload.insert(id).clone()
            }
        };
        let number = i32::try_from(self.parts.len() + 1).map_err(io::Error::other)?;
        let put = client.upload_part().bucket(name).key(&self.key).upload_id(id).part_number(number);
        let sent = self.bucket.done(Call::Put, put.body(ByteStream::from(bytes)).send()).await?;
        self.parts.push(CompletedPart::builder().part_number(number).set_e_tag(sent.e_tag).build());
        Ok(())
    }

    async fn complete(&mut self, rest: Bytes) -> io::Result<()> {
        if !rest.is_empty() {
            self.send(rest).await?;
        }
        let (client, name) = (&self.bucket.0.client, &self.bucket.0.name);
        let parts = CompletedMultipartUpload::builder().set_parts(Some(self.parts.clone())).build();
        let complete = client.complete_multipart_upload().bucket(name).key(&self.key);
        let complete = complete.set_upload_id(self.upload.clone()).multipart_upload(parts).send();
        self.bucket.done(Call::Put, complete).await.map(drop)
    }

    /// Frees what was sent. Where even that fails, `miaopu gc` does.
    pub async fn give_up(&mut self) {
        let Some(upload) = self.upload.take() else { return };
        if let Err(error) = self.bucket.give_up(&Unfinished { key: self.key.clone(), upload }).await {
            tracing::warn!(%error, "parts of an object that was given up stay in the bucket");
        }
    }
}
