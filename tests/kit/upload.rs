//! Uploads as a phone makes them: tus 1.0, in chunks, asking where to go on.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use reqwest::{Body, Method, RequestBuilder};
use sha2::{Digest as _, Sha256};
use shared::ids::{Digest, MediaId};

use crate::http::Answer;
use crate::phone::Phone;
use crate::twice;

/// Bytes of a chunk in [`Phone::upload`]; small, so that every upload has several.
const CHUNK_BYTES: usize = 64 * 1024;

/// What an upload brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Original,
    Sketch,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Part::Original => "original",
            Part::Sketch => "sketch",
        }
    }
}

/// SHA-256 of bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

/// A body that sends these bytes and then falls silent, without an end.
#[must_use]
pub fn hanging(bytes: &[u8]) -> Body {
    let first = Ok::<_, io::Error>(Bytes::copy_from_slice(bytes));
    Body::wrap_stream(stream::once(async { first }).chain(stream::pending()))
}

impl Phone {
    /// A request for an upload of `length` bytes that hash to `sha256`.
    pub async fn upload_request(
        &self,
        media: MediaId,
        part: Part,
        sha256: Digest,
        length: u64,
    ) -> RequestBuilder {
        let field = |name: &str, value: &str| format!("{name} {}", BASE64.encode(value));
        let metadata = [
            field("media", &media.to_string()),
            field("role", part.name()),
            field("sha256", &sha256.to_string()),
        ];
        let request = self.request(Method::POST, "/api/v1/uploads").await;
        let request = request.header("Tus-Resumable", "1.0.0").header("Upload-Length", length.to_string());
        request.header("Upload-Metadata", metadata.join(","))
    }

    /// Asks for an upload; its address is in the answer's `Location`.
    pub async fn create_upload(&self, media: MediaId, part: Part, sha256: Digest, length: u64) -> Answer {
        Answer::of(self.upload_request(media, part, sha256, length).await).await
    }

    /// A request that asks how many bytes of an upload the server holds.
    pub async fn head_request(&self, location: &str) -> RequestBuilder {
        self.request(Method::HEAD, location).await.header("Tus-Resumable", "1.0.0")
    }

    /// Asks how many bytes of an upload the server holds.
    pub async fn upload_offset(&self, location: &str) -> Answer {
        Answer::of(self.head_request(location).await).await
    }

    /// The offset that [`Phone::upload_offset`] is told.
    ///
    /// # Panics
    /// When the upload is not there.
    pub async fn offset(&self, location: &str) -> u64 {
        let asked = self.upload_offset(location).await;
        assert_eq!(asked.status, 200, "HEAD {location}");
        asked.header("Upload-Offset").parse().expect("an offset")
    }

    /// Begins the upload of a file; answers its address.
    ///
    /// # Panics
    /// When the server refuses it.
    pub async fn begin_upload(&self, media: MediaId, part: Part, bytes: &[u8]) -> String {
        let created = self.create_upload(media, part, sha256(bytes), bytes.len() as u64).await;
        assert_eq!(created.status, 201, "{}", created.text());
        created.header("Location").to_owned()
    }

    /// A request that will send bytes of an upload from an offset on.
    pub async fn patch_request(&self, location: &str, offset: u64) -> RequestBuilder {
        let request = self.request(Method::PATCH, location).await;
        let request = request.header("Tus-Resumable", "1.0.0").header("Upload-Offset", offset.to_string());
        request.header("Content-Type", "application/offset+octet-stream")
    }

    /// Sends bytes of an upload from an offset on.
    pub async fn patch_upload(&self, location: &str, offset: u64, bytes: &[u8]) -> Answer {
        Answer::of(self.patch_request(location, offset).await.body(bytes.to_vec())).await
    }

    /// Sends a whole file in chunks. Where a chunk's answer is thrown away, it asks how far it came, as the app does.
    ///
    /// # Panics
    /// When the server refuses any of it.
    pub async fn upload(&self, media: MediaId, part: Part, bytes: &[u8]) {
        let location = self.begin_upload(media, part, bytes).await;
        let mut offset = 0;
        for chunk in bytes.chunks(CHUNK_BYTES) {
            let request = self.patch_request(&location, offset).await.body(chunk.to_vec());
            let answer = twice::send_or_lose(request).await.expect("the server answers");
            offset += chunk.len() as u64;
            match answer.status {
                204 => assert_eq!(answer.header("Upload-Offset"), offset.to_string()),
                _ => assert_eq!(self.offset(&location).await, offset, "{}", answer.text()),
            }
        }
    }
}
