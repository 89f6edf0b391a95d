//! An original that is sent by tus in the chunks that the app sends. The client reads the file in small pieces and hashes
//! nothing while its time is taken.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use futures_util::stream;
use http_body_util::{Either, Full, StreamBody};
use hyper::body::Frame;
use hyper::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, LOCATION};
use hyper::{Method, Request, StatusCode};
use sha2::{Digest as _, Sha256};
use shared::ids::{Digest, EntryId, MediaId};
use shared::model::MediaKind;

use crate::chance::Chance;
use crate::draft;
use crate::load::Link;
use crate::site::Site;

/// Bytes of a request, as the app sends them.
const CHUNK: u64 = 4 << 20;
/// Bytes that are read at once.
pub const PIECE: usize = 64 << 10;

type Pieces = stream::Iter<std::vec::IntoIter<std::io::Result<Frame<Bytes>>>>;
type Sent = Either<Full<Bytes>, StreamBody<Pieces>>;

/// A file to send.
#[derive(Clone, Debug)]
pub struct Original {
    /// Where it lies.
    pub path: PathBuf,
    /// Its bytes.
    pub length: u64,
    /// Their hash.
    pub sha256: Digest,
}

impl Original {
    /// What lies there.
    pub fn at(path: &Path) -> Result<Original> {
        let bytes = std::fs::read(path)?;
        let sha256 = Digest(Sha256::digest(&bytes).into());
        Ok(Original { path: path.to_owned(), length: bytes.len() as u64, sha256 })
    }
}

/// Bytes that look like a clip to whoever looks at the first of them, and like chance after that.
pub fn write(path: &Path, length: u64, chance: &mut Chance) -> Result<Original> {
    let mut file = File::create(path)?;
    let (mut left, mut hash, mut piece) = (length, Sha256::new(), vec![0; 1 << 20]);
    let mut first = true;
    while left > 0 {
        let count = usize::try_from(left.min(piece.len() as u64))?;
        chance.fill(&mut piece[..count]);
        if std::mem::take(&mut first) {
            piece[..16].copy_from_slice(b"\0\0\0\x10ftypisom\0\0\0\0");
        }
        hash.update(&piece[..count]);
        file.write_all(&piece[..count])?;
        left -= count as u64;
    }
    file.sync_all()?;
    Ok(Original { path: path.to_owned(), length, sha256: Digest(hash.finalize().into()) })
}

/// Names files in an entry of the first member; answers their items.
pub async fn announce(
    site: &mut Site,
    chance: &mut Chance,
    kind: MediaKind,
    files: &[Original],
) -> Result<Vec<MediaId>> {
    let mut link = Link::open(site.addr()).await?;
    let phone = &mut site.phones[0];
    let entry: EntryId = chance.id();
    let mut acts = vec![draft::create(chance, entry, phone.person, &[])];
    let mut items = Vec::new();
    for file in files {
        let (media, add) = draft::media(chance, entry, kind, (file.sha256, file.length));
        items.push(media);
        acts.push(add);
    }
    let ops: Vec<_> = acts.into_iter().map(|act| phone.op(chance, act)).collect();
    phone.fill(&mut link, &ops).await?;
    Ok(items)
}

/// From the request that asks for an upload to the answer that says all of it is kept.
pub async fn upload(site: &Site, file: &Original, media: MediaId) -> Result<Duration> {
    let Original { path, length, sha256 } = file;
    let mut link: Link<Sent> = Link::open(site.addr()).await?;
    let started = Instant::now();
    let field = |name: &str, value: String| format!("{name} {}", BASE64.encode(value));
    let metadata = [
        field("media", media.to_string()),
        field("role", "original".to_owned()),
        field("sha256", sha256.to_string()),
    ];
    let mut request = request(site, Method::POST, "/api/v1/uploads", Either::Left(Full::default()))?;
    request.headers_mut().insert("upload-length", HeaderValue::from(*length));
    request.headers_mut().insert("upload-metadata", HeaderValue::from_str(&metadata.join(","))?);
    let created = link.exchange(request).await?;
    ensure!(created.status == StatusCode::CREATED, "no upload: {}", String::from_utf8_lossy(&created.body));
    let location = created.headers.get(LOCATION).context("an upload has an address")?.to_str()?.to_owned();
    let location = location.find("/api/").map_or(location.as_str(), |at| &location[at..]);
    let mut file = File::open(path)?;
    let mut offset = 0;
    while offset < *length {
        let count = CHUNK.min(*length - offset);
        let body = Either::Right(StreamBody::new(pieces(&mut file, offset, count)?));
        let mut request = self::request(site, Method::PATCH, location, body)?;
        let headers = request.headers_mut();
        headers.insert("upload-offset", HeaderValue::from(offset));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/offset+octet-stream"));
        headers.insert(CONTENT_LENGTH, HeaderValue::from(count));
        let reply = link.exchange(request).await?;
        let said = String::from_utf8_lossy(&reply.body);
        ensure!(reply.status == StatusCode::NO_CONTENT, "the chunk at {offset}: {} {said}", reply.status);
        offset += count;
    }
    Ok(started.elapsed())
}

fn request(site: &Site, method: Method, path: &str, body: Sent) -> Result<Request<Sent>> {
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = path.parse()?;
    request.headers_mut().insert(AUTHORIZATION, site.phones[0].authorization.clone());
    request.headers_mut().insert("tus-resumable", HeaderValue::from_static("1.0.0"));
    Ok(request)
}

/// A chunk of the file in small pieces.
fn pieces(file: &mut File, offset: u64, count: u64) -> Result<Pieces> {
    file.seek(SeekFrom::Start(offset))?;
    let mut frames = Vec::new();
    let mut left = usize::try_from(count)?;
    while left > 0 {
        let mut piece = vec![0; PIECE.min(left)];
        file.read_exact(&mut piece)?;
        left -= piece.len();
        frames.push(Ok(Frame::data(Bytes::from(piece))));
    }
    Ok(stream::iter(frames))
}
