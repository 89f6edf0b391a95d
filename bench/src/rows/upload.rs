//! A clip of 200 MB by tus over loopback, in the chunks that the app sends, against a program that reads, hashes,
//! writes and syncs the same bytes. Both take turns; the client reads the file in small pieces and hashes nothing.

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

use super::Bench;
use crate::chance::Chance;
use crate::draft;
use crate::figure::{Bound, Figure, median};
use crate::load::Link;
use crate::process;
use crate::site::{Crowd, Engine, Site};

/// Bytes of the clip.
const LENGTH: u64 = 200_000_000;
/// Bytes of a request, as the app sends them.
const CHUNK: u64 = 4 << 20;
/// Bytes that client and bare program read at once.
const PIECE: usize = 64 << 10;
/// Rounds, the first of which warms up.
const ROUNDS: usize = 4;
const SEED: u64 = 200;

type Pieces = stream::Iter<std::vec::IntoIter<std::io::Result<Frame<Bytes>>>>;
type Sent = Either<Full<Bytes>, StreamBody<Pieces>>;

/// `upload_200mb`, `upload_200mb_rss_mb`.
pub async fn clip(bench: &Bench) -> Result<Vec<Figure>> {
    let mut site = Site::open(&bench.program, Engine::Sqlite, Crowd { branches: 1, members: 1 }).await?;
    let mut chance = Chance::of(SEED);
    let (mut ours, mut theirs, mut grown) = (Vec::new(), Vec::new(), 0_u64);
    // Against a server that never took an upload: what it keeps for the next one has grown too.
    let fresh = process::resident(site.server.pid)?;
    for round in 0..ROUNDS {
        // Other bytes each time: what a server has already it need not be sent.
        let file = site.folder.path().join("clip");
        let sha256 = write_clip(&file, &mut chance)?;
        let media = announce(&mut site, &mut chance, sha256).await?;
        process::forget_peak(site.server.pid)?;
        let spent = upload(&site, &file, (media, sha256)).await?;
        grown = grown.max(process::peak(site.server.pid)?.saturating_sub(fresh));
        let bare = bare(&file, &site.folder.path().join("copy"), sha256)?;
        if round > 0 {
            ours.push(rate(spent));
            theirs.push(rate(bare));
        }
    }
    site.close().await?;
    let ratios = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect();
    let figure = Figure {
        id: "upload_200mb",
        unit: "MB/s",
        ours: median(ours),
        peer: Some((median(theirs), "read, SHA-256, write, sync")),
        ratio: Some(median(ratios)),
        bound: Bound::Ratio(0.5),
        remark: String::new(),
    };
    let mut memory = Figure::alone("upload_200mb_rss_mb", "MB", grown as f64 / 1e6, 64.0);
    memory.remark = format!("from {:.1} MB", fresh as f64 / 1e6);
    Ok(vec![figure, memory])
}

fn rate(spent: Duration) -> f64 {
    LENGTH as f64 / 1e6 / spent.as_secs_f64()
}

/// Bytes that look like a clip to whoever looks at the first of them, and like chance after that.
fn write_clip(path: &Path, chance: &mut Chance) -> Result<Digest> {
    let mut file = File::create(path)?;
    let (mut left, mut hash, mut piece) = (LENGTH, Sha256::new(), vec![0; 1 << 20]);
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
    Ok(Digest(hash.finalize().into()))
}

async fn announce(site: &mut Site, chance: &mut Chance, sha256: Digest) -> Result<MediaId> {
    let mut link = Link::open(site.addr()).await?;
    let phone = &mut site.phones[0];
    let entry: EntryId = chance.id();
    let (media, add) = draft::media(chance, entry, MediaKind::Clip, (sha256, LENGTH));
    let create = draft::create(chance, entry, phone.person, &[]);
    let ops = [create, add].map(|act| phone.op(chance, act));
    phone.fill(&mut link, &ops).await?;
    Ok(media)
}

/// From the request that asks for an upload to the answer that says all of it is kept.
async fn upload(site: &Site, path: &PathBuf, (media, sha256): (MediaId, Digest)) -> Result<Duration> {
    let mut link: Link<Sent> = Link::open(site.addr()).await?;
    let started = Instant::now();
    let field = |name: &str, value: String| format!("{name} {}", BASE64.encode(value));
    let metadata = [
        field("media", media.to_string()),
        field("role", "original".to_owned()),
        field("sha256", sha256.to_string()),
    ];
    let mut request = request(site, Method::POST, "/api/v1/uploads", Either::Left(Full::default()))?;
    request.headers_mut().insert("upload-length", HeaderValue::from(LENGTH));
    request.headers_mut().insert("upload-metadata", HeaderValue::from_str(&metadata.join(","))?);
    let created = link.exchange(request).await?;
    ensure!(created.status == StatusCode::CREATED, "no upload: {}", String::from_utf8_lossy(&created.body));
    let location = created.headers.get(LOCATION).context("an upload has an address")?.to_str()?.to_owned();
    let location = location.find("/api/").map_or(location.as_str(), |at| &location[at..]);
    let mut file = File::open(path)?;
    let mut offset = 0;
    while offset < LENGTH {
        let count = CHUNK.min(LENGTH - offset);
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

/// Reads, hashes, writes and syncs, in one thread.
fn bare(from: &Path, to: &Path, sha256: Digest) -> Result<Duration> {
    let started = Instant::now();
    let (mut from, mut to, mut hash) = (File::open(from)?, File::create(to)?, Sha256::new());
    let mut piece = vec![0; PIECE];
    loop {
        let count = from.read(&mut piece)?;
        if count == 0 {
            break;
        }
        hash.update(&piece[..count]);
        to.write_all(&piece[..count])?;
    }
    to.sync_all()?;
    ensure!(Digest(hash.finalize().into()) == sha256, "the bare program read other bytes");
    Ok(started.elapsed())
}
