//! Every route of the server on one page, grouped by who calls it, each with its row of the access table.
//!
//! [`ROUTES`] is the only source: the router is built from it and a test walks it. No route exists beside it but
//! the app's own files, which hold no data.

use std::{convert::Infallible, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, Request, StatusCode, Version, header},
    middleware::{from_fn_with_state, map_response, map_response_with_state},
    response::Response,
    routing::{MethodFilter, MethodRouter, on},
};
use shared::{
    limits::{BODY_BYTES_MAX, PUSH_BYTES_MAX},
    model::Role,
};
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{Predicate, SizeAbove},
    },
    decompression::RequestDecompressionLayer,
    timeout::TimeoutLayer,
};

use crate::{
    App, error,
    extract::guard,
    linger::Lingering,
    openapi::{self, Operation},
    uploads, web,
};

/// Who may call a route. What is behind an id is decided in `shared::rules` for each row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody, without a token: nothing answered depends on who asks.
    Open,
    /// A live device of a living account, by its access token.
    Device,
    /// As [`Access::Device`], or by the media cookie from a page of ours: for what `<img>` and `EventSource` ask.
    Media,
    /// Whoever watches the server, by the token in `secrets/metrics.token`.
    Operator,
    /// As [`Access::Device`], for holders of one of these roles over any scope.
    Holds(&'static [Role]),
}

/// What a route takes as its body, and how long it may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// Ordinary JSON, maybe compressed, or nothing.
    Small,
    /// A batch of ops, maybe compressed.
    Batch,
    /// Bytes as they come, never decompressed, without an end in time: the handler bounds them.
    Stream,
}

impl Body {
    /// Most bytes, after decompression; `None` where the handler counts.
    #[must_use]
    pub fn bytes_max(self) -> Option<usize> {
        match self {
            Body::Small => Some(BODY_BYTES_MAX),
            Body::Batch => Some(PUSH_BYTES_MAX),
            Body::Stream => None,
        }
    }
}

/// One row of the access table.
pub struct Route {
    /// HTTP method.
    pub method: &'static str,
    /// Path template.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// What it takes.
    pub body: Body,
    /// The noun whose route it is, and what its handler is called.
    pub name: [&'static str; 2],
    /// What the API's description says of it: `openapi::nouns` has a function for each handler, of the same name.
    pub describe: fn() -> Operation,
    mount: fn() -> MethodRouter<App>,
}

macro_rules! routes {
    ($($method:ident $path:literal $access:expr, $body:expr => $noun:ident::routes::$verb:ident;)*) => {
        /// The access table: every route there is.
        pub static ROUTES: &[Route] = &[$(Route {
            method: stringify!($method),
            path: $path,
            access: $access,
            body: $body,
            name: [stringify!($noun), stringify!($verb)],
            describe: openapi::nouns::$noun::$verb,
            mount: || on(MethodFilter::$method, crate::$noun::routes::$verb),
        }),*];
    };
}

use {Access::*, Body::*};

const ADMIN: Access = Holds(&[Role::Admin]);
const ADMIN_OR_SCHOOL: Access = Holds(&[Role::Admin, Role::School]);
const ABOVE: Access = Holds(&[Role::Committee, Role::School]);

routes! {
    // Anybody: is it up, what does it allow, and the ways to sign in.
    GET  "/api/v1/health"                    Open, Small => health::routes::live;
    GET  "/api/v1/health/ready"              Open, Small => health::routes::ready;
    GET  "/api/v1/limits"                    Open, Small => limits::routes::list;
    POST "/api/v1/sessions"                  Open, Small => sessions::routes::create;
    POST "/api/v1/sessions/refresh"          Open, Small => sessions::routes::refresh;
    POST "/api/v1/activations"               Open, Small => accounts::routes::activate;

    // Whoever writes a program: this table, described.
    GET  "/api/v1/openapi.json"              Open, Small => openapi::routes::document;
    GET  "/api/docs"                         Open, Small => openapi::routes::page;

    // Whoever watches the server: Prometheus.
    GET  "/metrics"                          Operator, Small => metrics::routes::show;

    // Phones: ops up, rows down, hints.
    POST "/api/v1/sync/push"                 Device, Batch => sync::routes::push;
    POST "/api/v1/sync/pull"                 Device, Small => sync::routes::pull;
    GET  "/api/v1/events"                    Media, Small => sync::routes::events;

    // Media: bytes up (tus 1.0), copies down. What may be seen is decided per item and copy.
    OPTIONS "/api/v1/uploads"                Open, Small => uploads::routes::options;
    POST "/api/v1/uploads"                   Device, Stream => uploads::routes::create; // own items
    HEAD "/api/v1/uploads/{id}"              Device, Small => uploads::routes::head; // own
    PATCH "/api/v1/uploads/{id}"             Device, Stream => uploads::routes::patch; // own
    DELETE "/api/v1/uploads/{id}"            Device, Small => uploads::routes::delete; // own
    GET  "/api/v1/media/{id}/thumb"          Media, Small => media::routes::thumb;
    GET  "/api/v1/media/{id}/preview"        Media, Small => media::routes::preview;
    GET  "/api/v1/media/{id}/sketch"         Media, Small => media::routes::sketch;
    GET  "/api/v1/media/{id}/play"           Media, Small => media::routes::play;
    GET  "/api/v1/media/{id}/waveform"       Device, Small => media::routes::waveform;
    GET  "/api/v1/media/{id}/copy"           Media, Small => media::routes::position_free;
    GET  "/api/v1/media/{id}/original"       Media, Small => media::routes::original; // own, office; school: a reason
    GET  "/api/v1/media/{id}/facts"          Device, Small => media::routes::facts;   // as the original
    GET  "/api/v1/entries/{id}/alike"        Device, Small => media::routes::alike;   // who sees the entry
    GET  "/api/v1/branches/{id}/gallery"     Device, Small => media::routes::browse; // branch, committee, school

    // Whoever is signed in, about themselves.
    GET  "/api/v1/me"                        Device, Small => sessions::routes::me;
    POST "/api/v1/me/password"               Device, Small => accounts::routes::change_password;
    PUT  "/api/v1/me/publicity"              Device, Small => org::routes::choose_publicity;
    POST "/api/v1/sessions/end"              Device, Small => sessions::routes::end;
    GET  "/api/v1/devices"                   Device, Small => devices::routes::list;
    POST "/api/v1/devices/{id}/revoke"       Device, Small => devices::routes::revoke; // own; admin: any

    // Members and offices, about their branches.
    GET  "/api/v1/branches"                  Device, Small => org::routes::list; // own, below own committee, or all
    GET  "/api/v1/branches/{id}/entries"     Device, Small => entries::routes::list; // branch, committee, school
    GET  "/api/v1/review"                    ABOVE, Small => entries::routes::review; // what its branch cannot decide
    GET  "/api/v1/branches/{id}/audit"       Device, Small => audit::routes::list; // own office

    // Administrators, about accounts.
    GET  "/api/v1/accounts"                  ADMIN, Small => accounts::routes::list;
    POST "/api/v1/accounts/{id}/reset"       ADMIN, Small => accounts::routes::reset; // not own, not whom they approve
    GET  "/api/v1/accounts/{id}/devices"     ADMIN, Small => devices::routes::list_of;
    GET  "/api/v1/accounts/{id}/grants"      ADMIN_OR_SCHOOL, Small => grants::routes::list;
    POST "/api/v1/accounts/{id}/grants"      ADMIN, Small => grants::routes::create; // not own
    POST "/api/v1/grants/{id}/confirm"       ADMIN_OR_SCHOOL, Small => grants::routes::confirm; // second person
    POST "/api/v1/grants/{id}/end"           ADMIN, Small => grants::routes::end; // not own
}

/// Styles, scripts and workers come from us alone; pictures and sound also from memory (`blob:`).
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     img-src 'self' blob:; media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; \
     worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// What the app asks the phone for, and nobody else may.
const PERMISSIONS_POLICY: &str = "camera=(self), microphone=(self), geolocation=(self)";

/// Smaller answers than this leave as they are: compressed they would hardly be shorter, and take a larger head.
const COMPRESSED_BYTES_MIN: u64 = 512;

/// The whole service: table, app files, and what surrounds every request.
pub fn build(app: &App) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        router = router.route(route.path, mounted(route, app));
    }
    router = router.fallback(web::routes::file).method_not_allowed_fallback(method_not_allowed);
    let compressed = SizeAbove::new(COMPRESSED_BYTES_MIN).and(worth_compressing);
    let around = ServiceBuilder::new()
        .layer(map_response_with_state(app.clone(), dressed))
        .layer(CompressionLayer::new().compress_when(compressed))
        .layer(from_fn_with_state(app.clone(), error::observe))
        .layer(CatchPanicLayer::custom(|_| error::panicked()));
    let table = router.layer(around).with_state(app.clone());
    let renamed = ServiceBuilder::new().map_request(uploads::routes::overridden).service(table);
    Router::new().fallback_service(renamed)
}

fn mounted(route: &'static Route, app: &App) -> MethodRouter<App> {
    let patience = Duration::from_secs(app.config.server.request_seconds);
    let router = (route.mount)();
    let bounded = match route.body.bytes_max() {
        None => router.layer(DefaultBodyLimit::disable()),
        Some(bytes) => {
            let around = ServiceBuilder::new()
                .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, patience))
                .layer(RequestDecompressionLayer::new())
                .map_request(|request: Request<_>| request.map(axum::body::Body::new))
                .layer(DefaultBodyLimit::max(bytes));
            router.layer::<_, Infallible>(around)
        }
    };
    let lingering =
        |request: Request<axum::body::Body>| request.map(Lingering::new).map(axum::body::Body::new);
    let guarded =
        ServiceBuilder::new().map_request(lingering).layer(from_fn_with_state((app.clone(), route), guard));
    let answered = bounded.layer::<_, Infallible>(guarded);
    if route.path.starts_with(uploads::routes::PATH) {
        return answered.layer(map_response(uploads::routes::versioned));
    }
    answered
}

/// Text is worth compressing; media are compressed already and keep their lengths and ranges.
fn worth_compressing(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    const TEXT: [&str; 5] =
        ["application/json", "text/html", "text/javascript", "text/css", "application/manifest+json"];
    TEXT.iter().any(|text| content_type(headers).starts_with(text))
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Headers that every answer carries.
static ALWAYS: [(HeaderName, &str); 2] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Headers for whatever a browser may show or run. JSON is neither, and `nosniff` keeps it so.
static SHOWN: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS_POLICY),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// An answer with the headers of its kind. What a handler set stays: media say a stricter policy of their own.
async fn dressed<B>(State(app): State<App>, mut answer: Response<B>) -> Response<B> {
    let headers = answer.headers_mut();
    let is_data = content_type(headers) == "application/json";
    let shown: &[_] = if is_data { &[] } else { &SHOWN };
    for (name, value) in ALWAYS.iter().chain(shown) {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if app.config.is_https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    // Answers about people stay out of every cache; files and media say their own.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    answer
}

async fn method_not_allowed() -> StatusCode {
    StatusCode::METHOD_NOT_ALLOWED
}
