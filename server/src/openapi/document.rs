//! The document, put together from the access table, the descriptions, the types and the list of problems. It is made
//! once, when it is first asked for.

use std::sync::OnceLock;

use super::{
    answers::answers,
    examples, headers,
    nouns::NOUNS,
    operation::{Operation, Parameter},
    schemas::Schemas,
};
use crate::{
    router::{Access, Body, ROUTES, Route},
    sessions::token,
};
use serde_json::{Map, Value, json};

/// What a reader must know before the first route.
const ABOUT: &str = "Field journal and media archive of Party branches. Phones write offline and send *ops*; the \
     server answers each once and for ever, and hands out *rows* of the feeds that one holds.\n\n\
     **Errors.** Every refusal is JSON with a `code` of a closed list, a sentence for people (Chinese, or English where \
     `accept-language` names it first) and the request's id. What is hidden from the caller and what does not exist are \
     answered alike. A path that is not described here is answered `not_found`, another method `method_not_allowed`.\n\n\
     **Again.** Whatever was not answered may be sent again: ops, refreshes and bytes of uploads are recognised.\n\n\
     **Ids** are UUIDs of version 7 in lower case, drawn by whoever makes the thing. **Times** are milliseconds since \
     1970 UTC, days are days since 1970-01-01. Texts of requests and answers are UTF-8; bodies may be compressed \
     (gzip, zstd), answers are where `accept-encoding` allows it.";

/// The document.
#[must_use]
pub fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(make)
}

fn make() -> Value {
    let mut schemas = Schemas::default();
    let mut paths: Map<String, Value> = Map::new();
    for route in ROUTES {
        let item = paths.entry(route.path).or_insert_with(|| json!({}));
        item[route.method.to_lowercase()] = described(route, &mut schemas);
    }
    let schemas = schemas.finish(&mut paths);
    let tags: Vec<Value> =
        NOUNS.iter().map(|(name, about)| json!({ "name": name, "description": about })).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Miaopu",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "tags": tags,
        "paths": paths,
        "components": { "schemas": schemas, "securitySchemes": doors() },
    })
}

fn doors() -> Value {
    json!({
        "session": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The access token of a session, in the header `Authorization`.",
        },
        "mediaCookie": {
            "type": "apiKey",
            "in": "cookie",
            "name": token::COOKIE,
            "description": "What a session sets beside its token, for pictures and streams that a page of this server \
                            asks for: it counts only with `sec-fetch-site: same-origin`.",
        },
        "operator": {
            "type": "http",
            "scheme": "bearer",
            "description": "The text of `secrets/metrics.token` in the data folder.",
        },
    })
}

fn described(route: &Route, schemas: &mut Schemas) -> Value {
    let [noun, verb] = route.name;
    let operation = (route.describe)();
    let examples = examples::of(route);
    let mut parameters: Vec<Value> =
        operation.parameters.iter().map(|one| parameter(one, schemas, &examples)).collect();
    parameters.extend(query(&operation, schemas, &examples));
    let everywhere = headers::ASKED_EVERYWHERE.iter().chain(takes_compressed(route, &operation));
    parameters.extend(everywhere.map(|one| parameter(one, schemas, &examples)));
    let mut described = json!({
        "operationId": format!("{noun}.{verb}"),
        "tags": [noun],
        "summary": operation.summary,
        "description": description(route, &operation),
        "parameters": parameters,
        "security": security(route.access),
        "responses": answers(route, &operation, schemas, &examples),
    });
    if let Some(content) = operation.takes {
        let mut body = schemas.content(content, true);
        examples::add(&mut body, examples.iter().filter_map(|example| example.asked()));
        // Bytes are sent when there are some: an upload may begin without.
        let required = content.shape.is_some();
        described["requestBody"] = json!({ "required": required, "content": { content.media_type: body } });
    }
    described
}

fn takes_compressed<'a>(route: &Route, operation: &Operation) -> Option<&'a Parameter> {
    let takes = route.body != Body::Stream && operation.takes.is_some();
    takes.then_some(&headers::CONTENT_ENCODING)
}

fn description(route: &Route, operation: &Operation) -> String {
    let who = match route.access {
        Access::Open => "Needs no token.".to_owned(),
        Access::Device => "For everybody who is signed in.".to_owned(),
        Access::Media => "For everybody who is signed in, by token or media cookie.".to_owned(),
        Access::Operator => "By the operator's token.".to_owned(),
        Access::Holds(roles) => {
            let names: Vec<String> =
                roles.iter().map(|role| json!(role).to_string().replace('"', "`")).collect();
            format!("For whoever holds a role of {}.", names.join(" or "))
        }
    };
    let most = match (route.body.bytes_max(), operation.takes) {
        (Some(bytes), Some(_)) => format!(" The body has at most {bytes} bytes, unpacked."),
        _ => String::new(),
    };
    format!("{}\n\n{who}{most}", operation.description)
}

fn security(access: Access) -> Value {
    match access {
        Access::Open => json!([]),
        Access::Device | Access::Holds(_) => json!([{ "session": [] }]),
        Access::Media => json!([{ "session": [] }, { "mediaCookie": [] }]),
        Access::Operator => json!([{ "operator": [] }]),
    }
}

fn parameter(parameter: &Parameter, schemas: &mut Schemas, examples: &[&'static examples::Example]) -> Value {
    let mut described = json!({
        "name": parameter.name,
        "in": parameter.place.name(),
        "required": parameter.required,
        "description": parameter.description,
        "schema": schemas.asked(parameter.shape),
    });
    examples::add(&mut described, examples.iter().filter_map(|example| example.parameter(parameter)));
    described
}

/// A type whose members are the query, member by member.
fn query(
    operation: &Operation,
    schemas: &mut Schemas,
    examples: &[&'static examples::Example],
) -> Vec<Value> {
    let Some(shape) = operation.query else { return Vec::new() };
    let whole = schemas.asked(shape);
    let members = whole["properties"].as_object().cloned().expect("a query has members");
    let described = members.into_iter().map(|(name, mut schema)| {
        let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
        let mut described = json!({ "name": name, "in": "query", "required": false, "schema": schema });
        if let Some(description) = description {
            described["description"] = description;
        }
        examples::add(&mut described, examples.iter().filter_map(|example| example.query(&name)));
        described
    });
    described.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn names(operation: &Value, place: &str) -> BTreeSet<String> {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let there = parameters.filter(|one| one["in"] == place);
        there.map(|one| one["name"].as_str().unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn every_part_of_a_path_is_described_and_nothing_else() {
        for route in ROUTES {
            let operation = &document()["paths"][route.path][route.method.to_lowercase()];
            let wanted: BTreeSet<String> = route
                .path
                .split('/')
                .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}').map(str::to_owned))
                .collect();
            assert_eq!(names(operation, "path"), wanted, "{}", route.path);
        }
    }

    #[test]
    fn members_of_a_query_are_parameters() {
        let gallery = &document()["paths"]["/api/v1/branches/{id}/gallery"]["get"];
        let wanted = ["after", "from", "kind", "limit", "media", "phase", "to"].map(str::to_owned);
        assert_eq!(names(gallery, "query"), BTreeSet::from(wanted));
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn walk(value: &Value) {
            match value {
                Value::Object(members) => {
                    if let Some(to) = members.get("$ref").and_then(Value::as_str) {
                        assert!(document().pointer(to.trim_start_matches('#')).is_some(), "{to}");
                    }
                    members.values().for_each(walk);
                }
                Value::Array(items) => items.iter().for_each(walk),
                _ => {}
            }
        }
        walk(document());
    }

    #[test]
    fn every_noun_is_told_of() {
        let told: BTreeSet<&str> = NOUNS.iter().map(|(noun, _)| *noun).collect();
        assert_eq!(told, ROUTES.iter().map(|route| route.name[0]).collect());
    }
}
