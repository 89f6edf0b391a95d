//! Every route of the server on one page, grouped by who calls it, each with its row of the access table.
//!
//! [`ROUTES`] is the only source: the router is built from it and a test walks it. No route exists beside it but
//! the app's own files, which hold no data.

use std::{convert::Infallible, time::Duration};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, HeaderValue, Request, StatusCode, header},
    middleware::from_fn_with_state,
    routing::{MethodFilter, MethodRouter, on},
};
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, decompression::RequestDecompressionLayer,
    set_header::SetResponseHeaderLayer, timeout::TimeoutLayer,
};

use crate::{App, error, health, web};

/// Who may call a route. What is behind an id is decided in `shared::rules` for each row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody, without a token: nothing answered depends on who asks.
    Open,
    /// A live device of a living account.
    Device,
}

/// What a route takes as its body, and how long it may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// JSON of at most [`JSON_BYTES_MAX`] after decompression.
    Small,
}

/// Most bytes of an ordinary JSON body, after decompression.
pub const JSON_BYTES_MAX: usize = 64 * 1024;

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
    mount: fn() -> MethodRouter<App>,
}

macro_rules! routes {
    ($($method:ident $path:literal $access:expr, $body:expr => $handler:path;)*) => {
        /// The access table: every route there is.
        pub const ROUTES: &[Route] = &[$(Route {
            method: stringify!($method),
            path: $path,
            access: $access,
            body: $body,
            mount: || on(MethodFilter::$method, $handler),
        }),*];
    };
}

use {Access::*, Body::*};

routes! {
    // Anybody: is it up, and what does it allow.
    GET "/api/v1/health" Open, Small => health::routes::live;
    GET "/api/v1/health/ready" Open, Small => health::routes::ready;
}

/// Styles, scripts and workers come from us alone; pictures and sound also from memory (`blob:`).
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     img-src 'self' blob:; media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; \
     worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// What the app asks the phone for, and nobody else may.
const PERMISSIONS_POLICY: &str = "camera=(self), microphone=(self), geolocation=(self)";

/// The whole service: table, app files, and what surrounds every request.
pub fn build(app: &App) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        router = router.route(route.path, mounted(route, app));
    }
    router = router.fallback(web::routes::file).method_not_allowed_fallback(method_not_allowed);
    let router = router
        .layer(CatchPanicLayer::custom(|_| error::panicked()))
        .layer(from_fn_with_state(app.clone(), error::observe))
        .layer(CompressionLayer::new());
    headers(router, app).with_state(app.clone())
}

fn mounted(route: &Route, app: &App) -> MethodRouter<App> {
    let patience = Duration::from_secs(app.config.server.request_seconds);
    let bytes = match route.body {
        Small => JSON_BYTES_MAX,
    };
    let around = ServiceBuilder::new()
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, patience))
        .layer(RequestDecompressionLayer::new())
        .map_request(|request: Request<_>| request.map(axum::body::Body::new))
        .layer(DefaultBodyLimit::max(bytes));
    (route.mount)().layer::<_, Infallible>(around)
}

fn headers(router: Router<App>, app: &App) -> Router<App> {
    const FIXED: [(HeaderName, &str); 6] = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS_POLICY),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    let mut router = router;
    for (name, value) in FIXED {
        router = router.layer(SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value)));
    }
    if app.config.is_https() {
        let value = HeaderValue::from_static("max-age=31536000");
        router = router.layer(SetResponseHeaderLayer::overriding(header::STRICT_TRANSPORT_SECURITY, value));
    }
    // Answers about people stay out of every cache; files and media say their own.
    let no_store = HeaderValue::from_static("no-store");
    router.layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, no_store))
}

async fn method_not_allowed() -> StatusCode {
    StatusCode::METHOD_NOT_ALLOWED
}
