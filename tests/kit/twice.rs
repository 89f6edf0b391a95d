//! Sending twice: what changes something is sent a second time with the same bytes, as a phone does whose answer was
//! lost, and the second answer is held against [`SECOND`]. Where both are to be equal, one of the two is thrown away
//! by lot, and the test goes on with the other. [`Answer::of`] calls this for every request of a test.
//!
//! What failed in passing is not repeated (the test wants to see that), nor what a test counts: see
//! [`App::sends_once`](crate::App::sends_once). `MIAOPU_TWICE_SEED` draws other lots.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::env;
use std::hash::{Hash, Hasher};
use std::sync::{LazyLock, Mutex, PoisonError};

use reqwest::{Method, Request, RequestBuilder};
use serde_json::Value;
use shared::wire::push::{PushAnswer, Stop};
use shared::wire::{Code, Problem};

use crate::http::{Answer, client};

/// What the second of two equal requests is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Second {
    /// As the first, byte for byte but for these members, which time moves; and nothing more has happened.
    Same(&'static [&'static str]),
    /// What the first did is done: a refusal with this code. A refused first is refused again alike.
    Conflict(Code),
    /// The suite sends it once, for this reason.
    OnceOnly(&'static str),
}

use Second::{Conflict, OnceOnly, Same};

/// Every route that changes something, by method and template.
pub static SECOND: &[(&str, &str, Second)] = &[
    ("POST", "/api/v1/sync/push", Same(&[])),
    ("POST", "/api/v1/sync/pull", OnceOnly("it changes nothing, and answers what stands by then")),
    ("GET", "/api/v1/review", Same(&[])),
    ("POST", "/api/v1/sessions", OnceOnly("who signs in twice has two devices")),
    ("POST", "/api/v1/sessions/refresh", Same(&["access"])),
    ("POST", "/api/v1/sessions/end", Conflict(Code::SignedOut)),
    ("POST", "/api/v1/activations", Conflict(Code::WrongCredentials)),
    ("POST", "/api/v1/me/password", Conflict(Code::WrongCredentials)),
    ("PUT", "/api/v1/me/publicity", Same(&[])),
    ("POST", "/api/v1/devices/{id}/revoke", Same(&[])),
    ("POST", "/api/v1/uploads", OnceOnly("the second upload of the same bytes takes the place of the first")),
    ("HEAD", "/api/v1/uploads/{id}", Same(&[])),
    ("PATCH", "/api/v1/uploads/{id}", Conflict(Code::WrongOffset)),
    ("DELETE", "/api/v1/uploads/{id}", Conflict(Code::NotFound)),
    ("GET", "/api/v1/media/{id}/original", OnceOnly("each look at an original is written down")),
    ("GET", "/api/v1/media/{id}/facts", OnceOnly("each look at what an original says is written down")),
    ("POST", "/api/v1/accounts/{id}/reset", OnceOnly("each code is new, and the one before is void")),
    ("POST", "/api/v1/accounts/{id}/grants", Conflict(Code::Conflict)),
    ("POST", "/api/v1/grants/{id}/confirm", Conflict(Code::Conflict)),
    ("POST", "/api/v1/grants/{id}/end", Conflict(Code::NotFound)),
];

/// What is declared of a request; `None` where it changes nothing.
#[must_use]
pub fn declared(method: &str, path: &str) -> Option<Second> {
    let fits = |template: &str| {
        let (mut left, mut right) = (template.split('/'), path.split('/'));
        loop {
            match (left.next(), right.next()) {
                (None, None) => return true,
                (Some("{id}"), Some(_)) => {}
                (Some(left), Some(right)) if left == right => {}
                _ => return false,
            }
        }
    };
    SECOND.iter().find(|(named, template, _)| *named == method && fits(template)).map(|row| row.2)
}

/// What is known of the servers of this process, by their ports.
static SERVERS: LazyLock<Mutex<HashMap<u16, Server>>> = LazyLock::new(Mutex::default);

#[derive(Default)]
struct Server {
    test: String,
    once: Option<&'static str>,
    lots: u64,
}

fn of_port<T>(port: u16, change: impl FnOnce(&mut Server) -> T) -> T {
    change(SERVERS.lock().unwrap_or_else(PoisonError::into_inner).entry(port).or_default())
}

/// A server of this thread's test begins to answer at a port.
pub(crate) fn begin(port: u16) {
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    of_port(port, |server| *server = Server { test, ..Server::default() });
}

/// From now on its requests are sent once.
pub(crate) fn once(port: u16, why: &'static str) {
    of_port(port, |server| server.once = Some(why));
}

/// Whether the first of two answers is thrown away, and the lot's number.
fn throws_first_away(port: u16) -> (bool, String) {
    static SEED: LazyLock<u64> =
        LazyLock::new(|| env::var("MIAOPU_TWICE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1));
    of_port(port, |server| {
        server.lots += 1;
        let mut hasher = DefaultHasher::new();
        (*SEED, &server.test, server.lots).hash(&mut hasher);
        (hasher.finish() & 1 == 1, format!("seed {}, lot {} of {}", *SEED, server.lots, server.test))
    })
}

/// Sends a request, and a second time where it changes something; answers one of the two, and a refusal of the second
/// never.
///
/// # Errors
/// When the connection breaks before the end of the first answer.
///
/// # Panics
/// When the second answer is not what is declared.
pub(crate) async fn send(request: RequestBuilder) -> reqwest::Result<Answer> {
    both(request).await.map(|both| match both {
        Both::Once(answer) | Both::Refused([answer, _], _) => answer,
        Both::Alike([first, second], lose) => {
            if lose {
                second
            } else {
                first
            }
        }
    })
}

/// As [`send`], for who can go on after the refusal of what was done already.
///
/// # Errors
/// As [`send`].
pub(crate) async fn send_or_lose(request: RequestBuilder) -> reqwest::Result<Answer> {
    both(request).await.map(|both| match both {
        Both::Once(answer) => answer,
        Both::Refused([first, second], lose) | Both::Alike([first, second], lose) => {
            if lose {
                second
            } else {
                first
            }
        }
    })
}

/// What came of a request, and whether the first answer is to be lost.
enum Both {
    Once(Answer),
    Alike([Answer; 2], bool),
    Refused([Answer; 2], bool),
}

async fn both(request: RequestBuilder) -> reqwest::Result<Both> {
    // A body that streams cannot be sent again.
    let Some(again) = request.try_clone().and_then(|copy| copy.build().ok()) else {
        return Answer::try_of(request).await.map(Both::Once);
    };
    let (method, path) = (again.method().clone(), again.url().path().to_owned());
    let port = again.url().port().unwrap_or_default();
    let declared = declared(method.as_str(), &path).filter(|_| of_port(port, |server| server.once.is_none()));
    let ask = again.try_clone().expect("what was copied once can be copied again");
    let first = Answer::try_of(request).await?;
    if matches!(declared, None | Some(OnceOnly(_))) || failed_in_passing(&first) {
        return Ok(Both::Once(first));
    }
    let second = Answer::try_of(RequestBuilder::from_parts(client().clone(), again)).await;
    let second = second.unwrap_or_else(|why| panic!("{method} {path} sent again is not answered: {why}"));
    let (lose, lot) = throws_first_away(port);
    let said = format!("{method} {path} sent twice ({lot}): first {}, then {}", told(&first), told(&second));
    match declared {
        Some(Conflict(code)) if is_done(&method, &ask, &first) => {
            assert!(second.status == code.status() && second.code() == code, "{said}");
            if method == Method::PATCH && first.status == 204 {
                assert_eq!(offset_now(&ask).await, first.header("upload-offset"), "{said}");
            }
            Ok(Both::Refused([first, second], lose))
        }
        Some(Same(moved)) => {
            assert_eq!(bare(&first, moved), bare(&second, moved), "{said}");
            Ok(Both::Alike([first, second], lose))
        }
        _ => {
            assert_eq!(bare(&first, &[]), bare(&second, &[]), "{said}");
            Ok(Both::Alike([first, second], lose))
        }
    }
}

fn told(answer: &Answer) -> String {
    format!("{} {}", answer.status, answer.text())
}

/// A failure of the moment: the same request may fare otherwise.
fn failed_in_passing(answer: &Answer) -> bool {
    let stopped = || serde_json::from_slice::<PushAnswer>(&answer.body).ok().and_then(|push| push.stopped);
    answer.status == 429 || answer.status >= 500 || matches!(stopped(), Some(Stop::Busy { .. }))
}

/// Whether the first request changed what the second finds.
fn is_done(method: &Method, ask: &Request, first: &Answer) -> bool {
    if *method != Method::PATCH {
        return first.status < 300;
    }
    let from = ask.headers().get("upload-offset").and_then(|value| value.to_str().ok()).unwrap_or_default();
    match first.status {
        // No bytes, no step.
        204 => first.header("upload-offset") != from,
        // A whole that hashes to something else begins again at nothing.
        460 if first.code() == Code::HashMismatch => from != "0",
        _ => false,
    }
}

/// Where an upload stands after both.
async fn offset_now(patch: &Request) -> String {
    let mut ask = Request::new(Method::HEAD, patch.url().clone());
    for name in ["authorization", "tus-resumable"] {
        if let Some(value) = patch.headers().get(name) {
            ask.headers_mut().insert(reqwest::header::HeaderName::from_static(name), value.clone());
        }
    }
    let answer = Answer::try_of(RequestBuilder::from_parts(client().clone(), ask)).await;
    answer.expect("the server answers").header("upload-offset").to_owned()
}

/// An answer without what differs each time: the request's own id, and what is said to move.
fn bare(answer: &Answer, moved: &[&str]) -> (u16, [String; 2], Value) {
    let headers = ["upload-offset", "retry-after"].map(|name| answer.header(name).to_owned());
    let mut body = serde_json::from_slice(&answer.body).unwrap_or_else(|_| Value::String(answer.text()));
    let is_problem = serde_json::from_slice::<Problem>(&answer.body).is_ok();
    if let Value::Object(members) = &mut body {
        members.retain(|name, _| !(moved.contains(&name.as_str()) || is_problem && name == "request_id"));
    }
    (answer.status, headers, body)
}
