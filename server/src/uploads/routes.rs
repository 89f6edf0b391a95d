//! `/api/v1/uploads`: the methods of tus 1.0. Every answer, refusals too, names the version.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header},
    response::{IntoResponse, Response},
};
use shared::{
    limits::{CLIP_BYTES_MAX, UPLOAD_METADATA_BYTES_MAX},
    wire::Code,
};

use super::{
    Upload, begin,
    checksum::Checksum,
    finish,
    locks::Held,
    protocol::{self, Metadata},
    receive, store,
};
use crate::{
    App,
    error::Result,
    extract::{Caller, Path},
};

/// Where all of them begin.
pub const PATH: &str = "/api/v1/uploads";

const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const SPOKEN: HeaderName = HeaderName::from_static("tus-version");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
const OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");

/// What this server speaks.
pub async fn options() -> Response {
    let headers = [
        (SPOKEN, HeaderValue::from_static(protocol::VERSION)),
        (HeaderName::from_static("tus-extension"), HeaderValue::from_static(protocol::EXTENSIONS)),
        (HeaderName::from_static("tus-checksum-algorithm"), HeaderValue::from_static(protocol::ALGORITHMS)),
        (HeaderName::from_static("tus-max-size"), HeaderValue::from(CLIP_BYTES_MAX)),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Begins an upload, maybe with its first bytes. Of one that goes on, the answer says from where: bytes that came with the
/// request are those of its beginning, and not taken.
pub async fn create(app: App, caller: Caller, headers: HeaderMap, body: Body) -> Result<Response> {
    speaks_tus(&headers)?;
    let length = number(&headers, &LENGTH)?;
    let said = text(&headers, &METADATA).filter(|said| said.len() <= UPLOAD_METADATA_BYTES_MAX);
    let said = said.ok_or(Code::BadRequest)?;
    let metadata = Metadata::parse(said).ok_or(Code::BadRequest)?;
    let checksum = checksum(&headers)?;
    let with_bytes = text(&headers, &header::CONTENT_TYPE) == Some(protocol::BYTES);
    let mut upload = begin::begin(&app, caller.account, (metadata, said), length).await?;
    if with_bytes && upload.received == 0 {
        let held = app.uploads.take(&upload.id).await.ok_or(Code::Unavailable)?;
        upload = take_in(&app, (held, upload), body, checksum).await?;
    }
    let mut answer = standing(&upload);
    answer.insert(header::LOCATION, value(&format!("{PATH}/{}", upload.id)));
    Ok((StatusCode::CREATED, answer).into_response())
}

/// How far an upload is.
pub async fn head(app: App, caller: Caller, Path(id): Path<String>, headers: HeaderMap) -> Result<Response> {
    speaks_tus(&headers)?;
    let (held, upload) = take_over(&app, &caller, &id).await?;
    if upload.received == upload.length {
        finish::finish(&app, &upload).await?;
    }
    drop(held);
    let mut answer = standing(&upload);
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if !upload.metadata.is_empty() {
        answer.insert(METADATA, value(&upload.metadata));
    }
    Ok((StatusCode::OK, answer).into_response())
}

/// Goes on where an upload stands.
pub async fn patch(
    app: App,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    speaks_tus(&headers)?;
    if text(&headers, &header::CONTENT_TYPE) != Some(protocol::BYTES) {
        return Err(Code::UnsupportedMediaType.into());
    }
    let (offset, checksum) = (number(&headers, &OFFSET)?, checksum(&headers)?);
    let (held, upload) = take_over(&app, &caller, &id).await?;
    if offset != upload.received {
        return Err(Code::WrongOffset.into());
    }
    let upload = take_in(&app, (held, upload), body, checksum).await?;
    Ok((StatusCode::NO_CONTENT, standing(&upload)).into_response())
}

/// Gives an upload up.
pub async fn delete(
    app: App,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    speaks_tus(&headers)?;
    let (_held, upload) = take_over(&app, &caller, &id).await?;
    begin::forget(&app, &upload).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The caller's upload, in this request's hands; another's is answered as if it did not exist.
async fn take_over(app: &App, caller: &Caller, id: &str) -> Result<(Held, Upload)> {
    let known = store::find(&mut *app.db.read().await?, caller.account, id).await?;
    known.ok_or(Code::NotFound)?;
    let held = app.uploads.take(id).await.ok_or(Code::Unavailable)?;
    let upload = store::find(&mut *app.db.read().await?, caller.account, id).await?.ok_or(Code::NotFound)?;
    Ok((held, upload))
}

/// Receives in a task of its own: the bytes are saved even when nobody waits for the answer any more.
async fn take_in(
    app: &App,
    upload: (Held, Upload),
    body: Body,
    checksum: Option<Checksum>,
) -> Result<Upload> {
    begin::has_room(app, 0).await?;
    let app = app.clone();
    let task =
        tokio::spawn(async move { receive::receive(&app, upload, body.into_data_stream(), checksum).await });
    task.await.map_err(anyhow::Error::from)?
}

/// Gives a request the method that it names, for clients whose proxies let no other than `POST` through.
pub fn overridden<B>(mut request: Request<B>) -> Request<B> {
    const METHODS: [Method; 4] = [Method::HEAD, Method::PATCH, Method::DELETE, Method::OPTIONS];
    if request.uri().path().starts_with(PATH)
        && let Some(named) = text(request.headers(), &OVERRIDE)
        && let Some(method) = METHODS.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(named))
    {
        *request.method_mut() = method;
    }
    request
}

/// Names the version on every answer of tus's routes, and on a refusal of another version those that are spoken.
pub async fn versioned(mut response: Response) -> Response {
    let version = HeaderValue::from_static(protocol::VERSION);
    if response.status() == StatusCode::PRECONDITION_FAILED {
        response.headers_mut().insert(SPOKEN, version.clone());
    }
    response.headers_mut().insert(RESUMABLE, version);
    response
}

fn standing(upload: &Upload) -> HeaderMap {
    HeaderMap::from_iter([
        (OFFSET, upload.received.into()),
        (LENGTH, upload.length.into()),
        (EXPIRES, value(&protocol::date(upload.expires_at))),
    ])
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("a date, an id, or a header that came as one")
}

fn speaks_tus(headers: &HeaderMap) -> Result<()> {
    let speaks = text(headers, &RESUMABLE) == Some(protocol::VERSION);
    if speaks { Ok(()) } else { Err(Code::TusVersion.into()) }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64> {
    text(headers, name).and_then(|text| text.parse().ok()).ok_or_else(|| Code::BadRequest.into())
}

fn checksum(headers: &HeaderMap) -> Result<Option<Checksum>> {
    match headers.get(CHECKSUM) {
        None => Ok(None),
        Some(_) => match text(headers, &CHECKSUM).and_then(Checksum::parse) {
            Some(named) => Ok(Some(named)),
            None => Err(Code::BadRequest.into()),
        },
    }
}
