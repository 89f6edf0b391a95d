//! The load client: one keep-alive connection of HTTP/1.1 to the server, requests whose bytes were made before the
//! clock starts, answers read to their end and looked at after it stops. It costs some ten microseconds a request.

mod count;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderMap, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::TcpStream;

use count::Counted;
pub use count::Traffic;

/// Longest that one answer may take: a load that stands still is a fault, not a figure.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request, ready to be sent as often as one likes.
#[derive(Clone, Debug)]
pub struct Call {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Call {
    /// Asks for a path.
    pub fn get(path: &str) -> Call {
        Call { method: Method::GET, path: path.to_owned(), headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// Sends JSON to a path.
    pub fn post(path: &str, body: &impl Serialize) -> Result<Call> {
        let body = Bytes::from(serde_json::to_vec(body)?);
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(Call { method: Method::POST, path: path.to_owned(), headers, body })
    }

    /// The same, by somebody who is signed in.
    pub fn by(mut self, authorization: &HeaderValue) -> Call {
        self.headers.insert(AUTHORIZATION, authorization.clone());
        self
    }

    /// The same, with the codings that an answer may come in.
    pub fn accepting(mut self, codings: &'static str) -> Call {
        self.headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(codings));
        self
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Reply {
    /// Status of the answer.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body as it came, compressed or not.
    pub body: Bytes,
}

impl Reply {
    /// The body of a success as what it should be.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        let text = String::from_utf8_lossy(&self.body);
        ensure!(self.status.is_success(), "the server answered {}: {text}", self.status);
        serde_json::from_slice(&self.body).with_context(|| format!("an answer of another shape: {text}"))
    }
}

/// A connection to the server; `B` is the kind of body it sends.
pub struct Link<B = Full<Bytes>> {
    sender: SendRequest<B>,
    host: HeaderValue,
    traffic: Arc<Traffic>,
}

impl<B> Link<B>
where
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    /// Connects.
    pub async fn open(server: SocketAddr) -> Result<Link<B>> {
        let stream = TcpStream::connect(server).await.context("the server takes connections")?;
        stream.set_nodelay(true)?;
        let traffic = Arc::new(Traffic::default());
        let io = TokioIo::new(Counted::new(stream, traffic.clone()));
        let (sender, connection) = handshake(io).await?;
        tokio::spawn(async move {
            // A connection that breaks is seen by whoever waits for its answer.
            let _ = connection.await;
        });
        Ok(Link { sender, host: HeaderValue::from_str(&server.to_string())?, traffic })
    }

    /// Bytes that went over this connection so far.
    pub fn traffic(&self) -> &Traffic {
        &self.traffic
    }

    /// Sends a request and answers as soon as the headers of the answer are there.
    pub async fn begin(&mut self, mut request: Request<B>) -> Result<Response<Incoming>> {
        request.headers_mut().insert(HOST, self.host.clone());
        self.sender.ready().await?;
        let answer = tokio::time::timeout(PATIENCE, self.sender.send_request(request)).await;
        Ok(answer.context("the server did not answer within a minute")??)
    }

    /// Sends a request and reads the answer to its end.
    pub async fn exchange(&mut self, request: Request<B>) -> Result<Reply> {
        let (head, body) = self.begin(request).await?.into_parts();
        let body = tokio::time::timeout(PATIENCE, body.collect()).await;
        let body = body.context("the answer did not end within a minute")??.to_bytes();
        Ok(Reply { status: head.status, headers: head.headers, body })
    }
}

impl Link {
    /// Sends a call and reads the answer to its end.
    pub async fn send(&mut self, call: &Call) -> Result<Reply> {
        self.exchange(request(call)?).await
    }

    /// Sends a call whose answer goes on, such as a stream of events.
    pub async fn stream(&mut self, call: &Call) -> Result<Response<Incoming>> {
        self.begin(request(call)?).await
    }
}

fn request(call: &Call) -> Result<Request<Full<Bytes>>> {
    let mut request = Request::new(Full::new(call.body.clone()));
    *request.method_mut() = call.method.clone();
    *request.uri_mut() = call.path.parse()?;
    *request.headers_mut() = call.headers.clone();
    Ok(request)
}
