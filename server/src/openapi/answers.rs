//! What a route answers, as the document says it: successes from its description, refusals from that, from its row of the
//! access table and from the list of problems.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use shared::wire::{Code, Problem};

use super::{
    examples, headers,
    operation::{Answer, Header, Operation, shape},
    schemas::Schemas,
};
use crate::router::{Access, Body, Route};

/// The answers of a route by their statuses.
pub fn answers(
    route: &Route,
    operation: &Operation,
    schemas: &mut Schemas,
    examples: &[&'static examples::Example],
) -> Value {
    let mut answers = Map::new();
    for answer in &operation.answers {
        answers.insert(answer.status.to_string(), success(answer, schemas, examples));
    }
    for (status, codes) in refusals(route, operation) {
        let refusal = refusal(status, &codes, operation, (schemas, examples));
        answers.insert(status.to_string(), refusal);
    }
    Value::Object(answers)
}

fn success(answer: &Answer, schemas: &mut Schemas, examples: &[&'static examples::Example]) -> Value {
    let mut described = json!({
        "description": answer.description,
        "headers": said(headers::EVERYWHERE.iter().chain(&answer.headers), schemas),
    });
    for content in &answer.content {
        let mut body = schemas.content(*content, false);
        examples::add(&mut body, examples.iter().filter_map(|example| example.answered(answer.status)));
        described["content"][content.media_type] = body;
    }
    described
}

fn said<'a>(headers: impl Iterator<Item = &'a Header>, schemas: &mut Schemas) -> Value {
    let said = headers.map(|header| {
        let described = json!({
            "description": header.description,
            "required": header.required,
            "schema": schemas.answered(header.shape),
        });
        (header.name.to_owned(), described)
    });
    Value::Object(said.collect())
}

/// All problems that a route can answer, by status: its own, and those of its row.
fn refusals(route: &Route, operation: &Operation) -> BTreeMap<u16, BTreeSet<Code>> {
    let mut codes: BTreeSet<Code> = operation.refusals.iter().copied().collect();
    // A proxy that is not trusted, a fault of ours, a moment without the database.
    codes.extend([Code::Forbidden, Code::Internal, Code::Unavailable]);
    match route.access {
        Access::Open => codes.extend([Code::TooManyRequests]),
        Access::Operator => codes.extend([Code::SignedOut]),
        Access::Device | Access::Media | Access::Holds(_) => {
            codes.extend([Code::SignedOut, Code::TooManyRequests]);
        }
    }
    if route.body != Body::Stream {
        // A compression that is not understood, or JSON that does not say that it is.
        codes.extend([Code::UnsupportedMediaType]);
    }
    let mut by_status: BTreeMap<u16, BTreeSet<Code>> = BTreeMap::new();
    for code in codes {
        by_status.entry(code.status()).or_default().insert(code);
    }
    by_status
}

fn refusal(
    status: u16,
    codes: &BTreeSet<Code>,
    operation: &Operation,
    (schemas, examples): (&mut Schemas, &[&'static examples::Example]),
) -> Value {
    let lines: Vec<String> = codes.iter().map(|code| format!("`{}`: {}.", code.name(), code.en())).collect();
    let retry = headers::RETRY_AFTER;
    let again = match status {
        429 => Some(retry),
        503 => Some(retry.sometimes()),
        _ => None,
    };
    let headers = headers::EVERYWHERE.iter().chain(&again).chain(&operation.refusal_headers);
    let headers = said(headers, schemas);
    let problem = schemas.answered(shape::<Problem>);
    let names: Vec<String> = codes.iter().map(|code| code.name()).collect();
    let mut body = json!({
        "schema": { "allOf": [problem, { "properties": { "code": { "enum": names } } }] },
    });
    examples::add(&mut body, examples.iter().filter_map(|example| example.answered(status)));
    json!({
        "description": lines.join("\n"),
        "headers": headers,
        "content": { "application/json": body },
    })
}
