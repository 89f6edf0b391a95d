//! `/api/v1/media/{id}/…` and a branch's gallery. Access is decided first; validators and ranges are looked at
//! only for those who may see. Only pictures that we made are shown inline; all else is an attachment.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Deserialize;
use shared::{
    ids::{BranchId, Digest, EntryId, MediaId},
    limits::{COMMENT_MAX, COMMENT_MIN},
    rules::access::CopyKind,
    wire::{
        Code,
        alike::Alike,
        facts::{MediaFacts, Waveform},
        gallery::GalleryPage,
    },
};

use super::{
    Part, access, alike, copy, derived, facts, gallery,
    original::{self, Original},
    range, store,
};
use crate::{
    App,
    derive::{Size, sniff},
    error::Result,
    extract::{Caller, Json, Path, Query},
};

/// What came from a browser's file must do nothing, wherever it is opened.
const SANDBOX: &str = "sandbox; default-src 'none'";

/// 320 px.
pub async fn thumb(
    app: App,
    caller: Caller,
    Path(id): Path<MediaId>,
    headers: HeaderMap,
) -> Result<Response> {
    picture(&app, &caller, (id, Size::Thumb, CopyKind::Thumb), &headers).await
}

/// 1600 px.
pub async fn preview(
    app: App,
    caller: Caller,
    Path(id): Path<MediaId>,
    headers: HeaderMap,
) -> Result<Response> {
    picture(&app, &caller, (id, Size::Preview, CopyKind::Preview), &headers).await
}

/// What the phone made, encoded anew.
pub async fn sketch(
    app: App,
    caller: Caller,
    Path(id): Path<MediaId>,
    headers: HeaderMap,
) -> Result<Response> {
    picture(&app, &caller, (id, Size::Sketch, CopyKind::Sketch), &headers).await
}

/// A clip or voice as every browser plays it, whole or by one range.
pub async fn play(app: App, caller: Caller, Path(id): Path<MediaId>, headers: HeaderMap) -> Result<Response> {
    let granted = access::grant(&app, &caller, id, CopyKind::Played).await?;
    let found = store::find_played(&mut *app.db.read().await?, id).await?;
    let (played, content, length) = found.filter(|_| granted.body.rest.playable).ok_or(Code::NotFound)?;
    let mut answer = shown(played.mime(), content);
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| *known == etag(content)) {
        return Ok((StatusCode::NOT_MODIFIED, answer).into_response());
    }
    answer.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    Ok(part(original::made(&app, (content, length)).await?, answer, content, &headers))
}

/// How loud a voice is from its beginning to its end.
pub async fn waveform(app: App, caller: Caller, Path(id): Path<MediaId>) -> Result<Json<Waveform>> {
    let granted = access::grant(&app, &caller, id, CopyKind::Played).await?;
    let found = store::find_waveform(&mut *app.db.read().await?, id).await?;
    let found = found.filter(|_| granted.body.rest.duration_ms.is_some());
    let (peaks, duration_ms) = found.ok_or(Code::NotFound)?;
    Ok(Json(Waveform { duration_ms, peaks }))
}

/// Why somebody who is not of the branch wants the exact bytes.
#[derive(Deserialize, JsonSchema)]
pub struct Why {
    /// In the caller's own words.
    #[schemars(length(min = COMMENT_MIN, max = COMMENT_MAX))]
    reason: Option<String>,
}

/// The exact bytes.
pub async fn original(
    app: App,
    caller: Caller,
    Path(id): Path<MediaId>,
    Query(why): Query<Why>,
    headers: HeaderMap,
) -> Result<Response> {
    let granted = access::grant(&app, &caller, id, CopyKind::Original).await?;
    let sha256 = store::find_joined(&mut *app.db.read().await?, id, Part::Original).await?;
    let sha256 = sha256.ok_or(Code::NotFound)?;
    audited(&app, (&caller, id), &granted, &why).await?;
    let original = original::open(&app, Part::Original, sha256).await?;
    let head = original.head(sniff::SNIFF_BYTES).await.map_err(anyhow::Error::from)?;
    let mut answer = attachment(id, sniff::sniff(&head));
    answer.insert(header::ETAG, etag(sha256));
    answer.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    Ok(part(original, answer, sha256, &headers))
}

/// What the exact bytes say of camera, time and place: for who may have them.
pub async fn facts(
    app: App,
    caller: Caller,
    Path(id): Path<MediaId>,
    Query(why): Query<Why>,
) -> Result<Json<MediaFacts>> {
    let granted = access::grant(&app, &caller, id, CopyKind::Original).await?;
    audited(&app, (&caller, id), &granted, &why).await?;
    Ok(Json(facts::of_item(&app, id, granted.body).await?))
}

/// The same picture without what it says of a place.
pub async fn position_free(app: App, caller: Caller, Path(id): Path<MediaId>) -> Result<Response> {
    access::grant(&app, &caller, id, CopyKind::PositionFree).await?;
    let sha256 = store::find_joined(&mut *app.db.read().await?, id, Part::Original).await?;
    let sha256 = sha256.ok_or(Code::NotFound)?;
    let copy = copy::plan(&app, sha256).await?;
    let mut answer = attachment(id, copy.kind);
    answer.insert(header::CONTENT_LENGTH, copy.length.into());
    Ok((answer, Body::from_stream(copy::stream(copy))).into_response())
}

/// What looks like an entry's photos, among those of its branch that the caller may see.
pub async fn alike(app: App, caller: Caller, Path(entry): Path<EntryId>) -> Result<Json<Alike>> {
    Ok(Json(alike::of_entry(&app, &caller, entry).await?))
}

/// Media of a branch's approved entries, latest day first.
pub async fn browse(
    app: App,
    caller: Caller,
    Path(branch): Path<BranchId>,
    Query(filter): Query<gallery::Filter>,
) -> Result<Json<GalleryPage>> {
    Ok(Json(gallery::page(&app, &caller, branch, filter).await?))
}

async fn picture(
    app: &App,
    caller: &Caller,
    (id, size, copy): (MediaId, Size, CopyKind),
    headers: &HeaderMap,
) -> Result<Response> {
    let granted = access::grant(app, caller, id, copy).await?;
    if !derived::is_told(&granted.body.rest, size) {
        return Err(Code::NotFound.into());
    }
    let content = derived::picture(app, id, size).await?.ok_or(Code::NotFound)?;
    let answer = shown("image/webp", content);
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| *known == etag(content));
    if known {
        return Ok((StatusCode::NOT_MODIFIED, answer).into_response());
    }
    Ok((answer, Body::from(original::picture(app, content).await?)).into_response())
}

/// Has a look that needs a reason stand in the branch's audit, before it is answered.
async fn audited(
    app: &App,
    (caller, media): (&Caller, MediaId),
    granted: &access::Granted,
    why: &Why,
) -> Result<()> {
    if !granted.with_reason {
        return Ok(());
    }
    let read = (caller, media, granted.body.content.branch);
    remember(app, read, why.reason.as_deref().unwrap_or_default()).await
}

/// Headers of what we made, to be shown.
fn shown(mime: &'static str, content: Digest) -> HeaderMap {
    HeaderMap::from_iter([
        (header::CONTENT_TYPE, HeaderValue::from_static(mime)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("inline")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SANDBOX)),
        // Kept by the browser, but shown only after asking whether it still may be.
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")),
        (header::ETAG, etag(content)),
    ])
}

/// Writes down who gets exact bytes, or what they say, and why, before it goes out.
async fn remember(
    app: &App,
    (caller, media, branch): (&Caller, MediaId, BranchId),
    reason: &str,
) -> Result<()> {
    let reason = reason.trim();
    if !(COMMENT_MIN..=COMMENT_MAX).contains(&reason.chars().count()) || reason.contains('\0') {
        return Err(Code::ReasonRequired.into());
    }
    let read = store::ReadPut {
        id: app.clock.id::<uuid::Uuid>().to_string(),
        at: app.now(),
        account: caller.account,
        media,
        branch,
        reason,
    };
    let mut tx = app.db.write().await?;
    store::put_read(&mut tx, &read).await?;
    tx.commit().await?;
    Ok(())
}

/// Headers of bytes that came from outside: to be saved, never shown.
fn attachment(id: MediaId, kind: sniff::Kind) -> HeaderMap {
    let name = format!("attachment; filename=\"miaopu-{id}.{}\"", kind.extension());
    HeaderMap::from_iter([
        (header::CONTENT_TYPE, HeaderValue::from_static(kind.mime())),
        (header::CONTENT_DISPOSITION, HeaderValue::from_str(&name).expect("an id and an ending")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SANDBOX)),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ])
}

fn etag(sha256: Digest) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{sha256}\"")).expect("hex digits between quotes")
}

/// A file, or the one range of it that was asked for.
fn part(original: Original, mut answer: HeaderMap, sha256: Digest, asked: &HeaderMap) -> Response {
    let length = original.length;
    let same = asked.get(header::IF_RANGE).is_none_or(|known| *known == etag(sha256));
    let text = |name: HeaderName| asked.get(name).and_then(|value| value.to_str().ok());
    let part = text(header::RANGE).filter(|_| same).and_then(|text| range::parse(text, length));
    let (status, bytes) = match part {
        Some(part) => {
            let content = format!("bytes {}-{}/{length}", part.start, part.end - 1);
            let content = HeaderValue::from_str(&content).expect("made of digits");
            answer.insert(header::CONTENT_RANGE, content);
            (StatusCode::PARTIAL_CONTENT, part)
        }
        None => (StatusCode::OK, 0..length),
    };
    answer.insert(header::CONTENT_LENGTH, (bytes.end - bytes.start).into());
    (status, answer, Body::from_stream(Arc::new(original).bytes(bytes))).into_response()
}
