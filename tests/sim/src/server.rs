//! Servers of one installation: real routers over a real database, asked without a network in between.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, header};
use http_body_util::BodyExt;
use miaopu_server::{App, Clock, Config, router};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower::ServiceExt;

/// One server.
pub struct Core {
    /// Its inside, for checkers and for what an operator does.
    pub app: App,
    router: Router,
}

/// What a request brings besides its path.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// HTTP method.
    pub method: &'static str,
    /// Path and query.
    pub path: String,
    /// Access token.
    pub token: Option<String>,
    /// Other headers.
    pub headers: Vec<(&'static str, String)>,
    /// Body.
    pub body: Vec<u8>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body read as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).with_context(|| self.text())
    }

    /// A header, empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Core {
    /// Starts a server.
    pub async fn start(config: &Config, clock: &Clock) -> Result<Core> {
        Ok(Core::over(App::open(config.clone(), clock.clone()).await?))
    }

    /// A server over what is open.
    pub fn over(app: App) -> Core {
        let router = router::build(&app);
        Core { app, router }
    }

    /// Asks, and waits for the whole answer.
    pub async fn ask(&self, ask: Ask) -> Answer {
        let mut request = Request::builder().method(ask.method).uri(ask.path);
        if let Some(token) = ask.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in ask.headers {
            request = request.header(name, value);
        }
        let mut request = request.body(Body::from(ask.body)).expect("paths and headers here are plain");
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 1))));
        let answer = match self.router.clone().oneshot(request).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        };
        let (parts, body) = answer.into_parts();
        // A body that ends too early is an answer that nobody can read.
        let (status, body) = match body.collect().await {
            Ok(body) => (parts.status.as_u16(), body.to_bytes().to_vec()),
            Err(_) => (0, Vec::new()),
        };
        Answer { status, headers: parts.headers, body }
    }

    /// Posts JSON.
    pub async fn post(&self, path: &str, token: Option<&str>, body: &impl Serialize) -> Answer {
        let body = serde_json::to_vec(body).expect("plain types are JSON");
        self.ask(json("POST", path, token, body)).await
    }
}

/// A request with a body of JSON.
pub fn json(method: &'static str, path: &str, token: Option<&str>, body: Vec<u8>) -> Ask {
    Ask {
        method,
        path: path.to_owned(),
        token: token.map(str::to_owned),
        headers: vec![("content-type", "application/json".to_owned())],
        body,
    }
}
