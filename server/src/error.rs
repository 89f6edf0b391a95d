//! The one error of the server, and how it becomes a problem on the wire and one line in the log.
//!
//! Handlers return [`Error`]; `IntoResponse` only marks the answer with what failed. [`observe`] knows the
//! request's language and id, writes the body and the line. What the log knows never leaves the server.

use std::time::Instant;

use axum::{
    Json,
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use shared::{
    limits::BODY_BYTES_MAX,
    rules::Denied,
    wire::{Code, problem::Detail},
};
use tracing::Instrument;
use uuid::Uuid;

use crate::{App, blobs::s3, db};

/// Answer of every handler.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Header that carries a request's id in both directions.
pub const REQUEST_ID: &str = "x-request-id";

/// Longest request id taken from a caller: a UUID has 36 signs.
pub const REQUEST_ID_MAX: usize = 64;

/// When to come again after `unavailable`, in seconds. Phones wait longer by themselves each time it comes again.
const COME_AGAIN_S: u32 = 2;

/// Why a request is not answered with what it asked for.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A refusal that the caller can understand.
    #[error("{0:?}")]
    Refused(Code),
    /// A refusal with values for its sentence or for the app.
    #[error("{0:?}")]
    RefusedWith(Code, Detail),
    /// Not now: the same request may be sent again after so many seconds.
    #[error("{0:?}, again in {1} s")]
    Later(Code, u32),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] db::Error),
    /// Anything that only an operator can mend.
    #[error("{0:#}")]
    Internal(#[from] anyhow::Error),
}

/// What [`observe`] finds on a failed answer.
#[derive(Clone, Debug)]
struct Failure {
    code: Code,
    detail: Detail,
    /// For the log only.
    cause: Option<String>,
}

impl Error {
    /// A refusal with the values that its sentence names.
    #[must_use]
    pub fn with<const N: usize>(code: Code, detail: [(&str, String); N]) -> Error {
        Error::RefusedWith(code, detail.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// A body over its limit in bytes.
    #[must_use]
    pub fn too_large(bytes_max: usize) -> Error {
        Error::RefusedWith(Code::BodyTooLarge, limit_kb(bytes_max))
    }
}

fn limit_kb(bytes_max: usize) -> Detail {
    Detail::from([("limit_kb".to_owned(), (bytes_max / 1_024).to_string())])
}

impl From<Denied> for Error {
    fn from(denied: Denied) -> Self {
        Error::RefusedWith(denied.code, denied.detail)
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Error::Refused(code)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut retry_after = None;
        let failure = match self {
            Error::Refused(code) => Failure { code, detail: Detail::new(), cause: None },
            Error::RefusedWith(code, detail) => Failure { code, detail, cause: None },
            Error::Later(code, seconds) => {
                retry_after = Some(seconds);
                Failure {
                    code,
                    detail: Detail::from([("seconds".to_owned(), seconds.to_string())]),
                    cause: None,
                }
            }
            Error::Database(error) => {
                let code = if error.is_transient() { Code::Unavailable } else { Code::Internal };
                Failure { code, detail: Detail::new(), cause: Some(error.to_string()) }
            }
            Error::Internal(error) => {
                let code = match () {
                    () if is_full(&error) => Code::StorageFull,
                    () if is_outage(&error) => Code::Unavailable,
                    () => Code::Internal,
                };
                Failure { code, detail: Detail::new(), cause: Some(format!("{error:#}")) }
            }
        };
        let mut response = status(failure.code).into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(failure);
        response
    }
}

/// Whether the disk had no room left, or let us have no more of it.
fn is_full(error: &anyhow::Error) -> bool {
    use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    let kinds = error.chain().filter_map(|cause| cause.downcast_ref::<std::io::Error>());
    kinds.map(std::io::Error::kind).any(|kind| matches!(kind, StorageFull | QuotaExceeded | FileTooLarge))
}

/// Whether the storage of media failed as a whole: the same request may be answered later.
#[must_use]
pub fn is_outage(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|cause| cause.downcast_ref()).any(s3::is_outage)
}

/// Gives every request an id and a span, every failure its sentence in the caller's language, and every
/// failed request one line in the log: route template and ids, never query, body or names.
pub async fn observe(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request_id(request.headers(), &app);
    let english = prefers_english(request.headers());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("unknown", MatchedPath::as_str).to_owned();
    request.extensions_mut().insert(RequestId(id.clone()));
    let span =
        tracing::info_span!("request", request.id = id, %method, route, account.id = tracing::field::Empty);
    async move {
        let mut response = next.run(request).await;
        let (status, took) = (response.status(), started.elapsed());
        let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        if status.is_client_error() || status.is_server_error() {
            let failure = response.extensions_mut().remove().unwrap_or_else(|| unmarked(status));
            log(&failure, status, duration_ms);
            app.metrics.refused(failure.code);
            response = write(response, failure, &id, english);
        } else {
            tracing::debug!(status = status.as_u16(), duration_ms, "answered");
        }
        app.metrics.answered((method.as_str(), &route), status.as_u16(), took);
        if let Ok(value) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        response
    }
    .instrument(span)
    .await
}

/// The answer after a handler panicked; the panic's own text went to standard error.
pub fn panicked() -> Response {
    Error::Internal(anyhow::anyhow!("a handler panicked")).into_response()
}

/// The id of the request being answered.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

fn request_id(headers: &HeaderMap, app: &App) -> String {
    headers
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|id| (1..=REQUEST_ID_MAX).contains(&id.len()))
        .filter(|id| id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
        .map_or_else(|| app.clock.id::<Uuid>().to_string(), str::to_owned)
}

/// Chinese unless the caller names English first (RFC 9110 §12.5.4, without weights).
fn prefers_english(headers: &HeaderMap) -> bool {
    let Some(wanted) = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    wanted
        .split(',')
        .map(str::trim)
        .find_map(|tag| match tag.get(..2) {
            Some("en") => Some(true),
            Some("zh") => Some(false),
            _ => None,
        })
        .unwrap_or(false)
}

/// What a failure means that no handler made: the framework's own refusals.
fn unmarked(status: StatusCode) -> Failure {
    let code = match status {
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => Code::BodyTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMediaType,
        StatusCode::REQUEST_TIMEOUT => Code::Unavailable,
        StatusCode::SERVICE_UNAVAILABLE => Code::Unavailable,
        status if status.is_client_error() => Code::BadRequest,
        _ => Code::Internal,
    };
    let detail = if code == Code::BodyTooLarge { limit_kb(BODY_BYTES_MAX) } else { Detail::new() };
    Failure { code, detail, cause: None }
}

fn log(failure: &Failure, status: StatusCode, duration_ms: u64) {
    let (status, code, cause) = (status.as_u16(), failure.code, failure.cause.as_deref().unwrap_or(""));
    if failure.code == Code::Internal {
        tracing::error!(problem.code = ?code, status, duration_ms, cause, "request failed: {code:?}");
    } else {
        tracing::info!(problem.code = ?code, status, duration_ms, cause, "request refused: {code:?}");
    }
}

/// Puts the problem in place of the body; headers that a handler set stay.
fn write(marked: Response, failure: Failure, id: &str, english: bool) -> Response {
    let problem = failure.code.problem(english, failure.detail, id);
    let (mut parts, _) = marked.into_parts();
    if problem.code == Code::Unavailable {
        parts.headers.entry(header::RETRY_AFTER).or_insert(COME_AGAIN_S.into());
    }
    let mut response = (status(problem.code), Json(problem)).into_response();
    for (name, value) in &parts.headers {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            response.headers_mut().append(name, value.clone());
        }
    }
    response
}

fn status(code: Code) -> StatusCode {
    StatusCode::from_u16(code.status()).expect("the list of problems holds real statuses")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepting(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn a_full_disk_is_told_apart_from_what_only_an_operator_can_mend() {
        let of =
            |kind: std::io::ErrorKind| anyhow::Error::from(std::io::Error::from(kind)).context("writing");
        assert!(is_full(&of(std::io::ErrorKind::StorageFull)));
        assert!(!is_full(&of(std::io::ErrorKind::PermissionDenied)));
    }

    #[test]
    fn people_read_chinese_unless_they_ask_for_english_first() {
        assert!(!prefers_english(&HeaderMap::new()));
        assert!(prefers_english(&accepting("en-GB,en;q=0.9,zh;q=0.8")));
        assert!(!prefers_english(&accepting("zh-CN,en;q=0.9")));
        assert!(prefers_english(&accepting("fr, en")));
        assert!(!prefers_english(&accepting("é")));
    }
}
