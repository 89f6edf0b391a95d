//! Real HTTP to the server under test: a client that follows nothing and keeps nothing, and answers read to the end.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{RequestBuilder, Response};
use serde::de::DeserializeOwned;
use shared::wire::problem::{Code, Problem};

use crate::contract::Asked;
use crate::twice;

/// Longest that one request of a test may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// The client of all phones: no cookies, no redirects, no proxy.
pub fn client() -> &'static reqwest::Client {
    static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
    CLIENT.get_or_init(|| {
        reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .pool_max_idle_per_host(0)
            .build()
            .expect("an HTTP client")
    })
}

/// Sends a request whose answer has no end, and hands out the stream.
///
/// # Panics
/// When no answer comes.
pub async fn open(request: RequestBuilder) -> Response {
    let (asked, response) = send(request).await.expect("the server answers");
    asked.expects_head(response.status().as_u16(), response.headers());
    response
}

async fn send(request: RequestBuilder) -> reqwest::Result<(Asked, Response)> {
    let (client, request) = request.build_split();
    let request = request?;
    let asked = Asked::of(&request);
    Ok((asked, client.execute(request).await?))
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// Sends a request, twice where it changes something ([`crate::twice`]), and reads the answer.
    ///
    /// # Panics
    /// When no answer comes: a server under test always answers. When the second answer is not what is declared.
    pub async fn of(request: RequestBuilder) -> Answer {
        twice::send(request).await.expect("the server answers")
    }

    /// Sends a request once and reads the answer, for tests that cut the connection.
    ///
    /// # Errors
    /// When the connection breaks before the answer's end.
    pub async fn try_of(request: RequestBuilder) -> reqwest::Result<Answer> {
        let (asked, response) = send(request).await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let answer = Answer { status, headers, body: response.bytes().await?.to_vec() };
        asked.expects(&answer);
        Ok(answer)
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header's text, empty where there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    /// The body as what it should be.
    ///
    /// # Panics
    /// When the status is no success, or the body is something else.
    #[must_use]
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text());
        serde_json::from_slice(&self.body).unwrap_or_else(|why| panic!("{why}: {}", self.text()))
    }

    /// The problem it answers.
    ///
    /// # Panics
    /// When it is a success, or its status is not the problem's own.
    #[must_use]
    #[track_caller]
    pub fn problem(&self) -> Problem {
        let read = serde_json::from_slice::<Problem>(&self.body);
        let problem =
            read.unwrap_or_else(|why| panic!("no problem ({why}): {} {}", self.status, self.text()));
        assert_eq!(self.status, problem.code.status(), "status and code differ: {problem:?}");
        problem
    }

    /// Which problem it answers.
    ///
    /// # Panics
    /// As [`Answer::problem`].
    #[must_use]
    #[track_caller]
    pub fn code(&self) -> Code {
        self.problem().code
    }
}
