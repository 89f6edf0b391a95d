//! Holds every answer that a test gets against the server's own description of its API: status, media type, headers
//! and JSON. An answer that is not described fails the test that got it.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::{Registry, Validator};
use miaopu_server::openapi::document;
use reqwest::header::HeaderMap;
use reqwest::{Method, Request};
use serde_json::{Value, json};

use crate::http::Answer;

/// What the document is called among schemas.
const NAME: &str = "urn:miaopu:api";

/// What was asked, as far as it says which answers are possible.
pub struct Asked {
    method: Method,
    path: String,
}

impl Asked {
    /// By a request that is about to be sent.
    #[must_use]
    pub fn of(request: &Request) -> Asked {
        Asked { method: request.method().clone(), path: request.url().path().to_owned() }
    }

    /// Holds a whole answer against the document.
    ///
    /// # Panics
    /// With what is not described.
    pub fn expects(&self, answer: &Answer) {
        let Some(found) = self.head(answer.status, &answer.headers) else { return };
        let empty = self.method == Method::HEAD || matches!(answer.status, 204 | 304);
        let Some(content) = found.content.filter(|_| !empty) else {
            assert!(answer.body.is_empty(), "{self}: {} has a body that is not described", answer.status);
            return;
        };
        let encoded = answer.headers.contains_key("content-encoding");
        if content.ends_with("application~1json") && !encoded {
            let body = serde_json::from_slice(&answer.body);
            let body: Value = body.unwrap_or_else(|why| panic!("{self}: no JSON ({why}): {}", answer.text()));
            fits(&format!("{content}/schema"), &body, self);
        }
    }

    /// Holds the beginning of an answer against the document, for streams that have no end.
    ///
    /// # Panics
    /// With what is not described.
    pub fn expects_head(&self, status: u16, headers: &HeaderMap) {
        self.head(status, headers);
    }

    /// Where the answer is described; `None` for the app's own files.
    fn head(&self, status: u16, headers: &HeaderMap) -> Option<Found> {
        let Some(path) = template(&self.path) else {
            let of_api = self.path == "/api" || self.path.starts_with("/api/");
            assert!(!of_api || status == 404, "{self}: {status} where nothing is described");
            return None;
        };
        let item = format!("/paths/{}", escaped(path));
        let Some(method) = self.described(&item) else {
            assert_eq!(status, 405, "{self}: a method that is not described");
            assert!(headers.contains_key("allow"), "{self}: which methods there are is not said");
            return None;
        };
        let answer = format!("{item}/{method}/responses/{status}");
        let Some(described) = document().pointer(&answer) else {
            panic!("{self}: {status} is not described");
        };
        for (name, header) in described["headers"].as_object().into_iter().flatten() {
            match headers.get(name).map(|value| value.to_str().expect("a header of text")) {
                Some(text) => fits(&format!("{answer}/headers/{name}/schema"), &typed(text), self),
                None => assert!(header["required"] != true, "{self}: {status} without {name}"),
            }
        }
        let kinds = described["content"].as_object();
        let media_type = headers.get("content-type").and_then(|value| value.to_str().ok());
        let content = media_type.filter(|_| kinds.is_some()).map(|media_type| {
            let kind =
                kinds.into_iter().flatten().map(|(kind, _)| kind).find(|kind| covers(kind, media_type));
            let kind = kind.unwrap_or_else(|| panic!("{self}: {status} as {media_type} is not described"));
            format!("{answer}/content/{}", escaped(kind))
        });
        Some(Found { content })
    }

    /// The method as it is described; HEAD is GET without a body where it is no route of its own.
    fn described(&self, item: &str) -> Option<String> {
        let known = |method: &str| document().pointer(&format!("{item}/{method}")).is_some();
        let method = self.method.as_str().to_lowercase();
        match known(&method) {
            true => Some(method),
            false => (self.method == Method::HEAD && known("get")).then(|| "get".to_owned()),
        }
    }
}

impl std::fmt::Display for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

struct Found {
    /// Where the body is described.
    content: Option<String>,
}

/// The path of the document that a path is one of; one without a parameter goes first.
fn template(path: &str) -> Option<&'static str> {
    let paths = document()["paths"].as_object().expect("paths");
    let fits = |template: &str| {
        let (mut wanted, mut given) = (template.split('/'), path.split('/'));
        let each = wanted
            .by_ref()
            .zip(given.by_ref())
            .all(|(wanted, given)| wanted == given || (wanted.starts_with('{') && !given.is_empty()));
        each && template.split('/').count() == path.split('/').count()
    };
    let mut found: Vec<&String> = paths.keys().filter(|template| fits(template)).collect();
    found.sort_by_key(|template| template.contains('{'));
    found.first().map(|template| template.as_str())
}

/// A part of a JSON pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Whether a described media type, or a range of them, covers one that came.
fn covers(described: &str, came: &str) -> bool {
    let plain = came.split(';').next().unwrap_or_default().trim();
    match described.strip_suffix('*') {
        Some(range) => plain.starts_with(range),
        None => described == came || described == plain,
    }
}

/// A header's text as the value that it writes.
fn typed(text: &str) -> Value {
    text.parse::<u64>().map_or_else(|_| text.into(), Value::from)
}

/// Holds a value against the schema at a pointer of the document.
fn fits(pointer: &str, value: &Value, asked: &Asked) {
    if document().pointer(pointer).is_none() {
        return;
    }
    let validator = validator(pointer);
    let faults: Vec<String> =
        validator.iter_errors(value).map(|fault| format!("at {}: {fault}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "{asked}: not as described at {pointer}\n{}\n{value}", faults.join("\n"));
}

/// Each schema is read once by a process.
fn validator(pointer: &str) -> Arc<Validator> {
    static REGISTRY: LazyLock<Registry<'static>> = LazyLock::new(|| {
        let registry = Registry::new().add(NAME, document()).expect("the document has a name");
        registry.prepare().expect("every reference leads somewhere")
    });
    static READ: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    let read = read.entry(pointer.to_owned()).or_insert_with(|| {
        let fragment = pointer.replace('{', "%7B").replace('}', "%7D");
        let built = jsonschema::options()
            .with_registry(&REGISTRY)
            .should_validate_formats(true)
            .build(&json!({ "$ref": format!("{NAME}#{fragment}") }));
        Arc::new(built.unwrap_or_else(|why| panic!("{pointer} is no schema: {why}")))
    });
    Arc::clone(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(method: Method, path: &str) -> Asked {
        Asked { method, path: path.to_owned() }
    }

    fn answer(status: u16, body: &Value) -> Answer {
        let headers =
            [("x-request-id", "one"), ("cache-control", "no-store"), ("content-type", "application/json")];
        let headers =
            headers.map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")));
        Answer { status, headers: HeaderMap::from_iter(headers), body: body.to_string().into_bytes() }
    }

    fn is_refused(asked: &Asked, answer: &Answer) -> bool {
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| asked.expects(answer))).is_err()
    }

    #[test]
    fn what_is_not_described_is_a_fault() {
        let health = asked(Method::GET, "/api/v1/health");
        let alive = json!({ "status": "ok", "version": "1" });
        assert!(!is_refused(&health, &answer(200, &alive)));
        assert!(is_refused(&health, &answer(201, &alive)), "a status");
        assert!(is_refused(&health, &answer(200, &json!({ "status": "ok" }))), "a member that lacks");
        let mut bare = answer(200, &alive);
        bare.headers.remove("x-request-id");
        assert!(is_refused(&health, &bare), "a header that lacks");
        let mut other = answer(200, &alive);
        other.headers.insert("content-type", "text/plain".parse().expect("a value"));
        assert!(is_refused(&health, &other), "a media type");
        let problem = |code: &str| json!({ "code": code, "message": "…", "request_id": "one" });
        assert!(!is_refused(&health, &answer(503, &problem("unavailable"))));
        assert!(is_refused(&health, &answer(503, &problem("internal"))), "a code of another status");
        assert!(is_refused(&asked(Method::GET, "/api/v1/moon"), &answer(200, &alive)), "a path");
    }

    #[test]
    fn a_path_is_found_by_its_template() {
        assert_eq!(template("/api/v1/me/password"), Some("/api/v1/me/password"));
        assert_eq!(template("/api/v1/media/7/thumb"), Some("/api/v1/media/{id}/thumb"));
        assert_eq!(template("/api/v1/media/7"), None);
    }
}
