//! JSON schemas that no derive can write: a row's body by its kind, and the name of a feed. Everything else is
//! derived beside its type. Only the server's description of the API asks for them (feature `schema`).

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::Row;
use crate::{
    ids::{FeedId, UUID_PATTERN},
    model::Body,
};

impl JsonSchema for FeedId {
    fn schema_name() -> Cow<'static, str> {
        "FeedId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Who gets a record: `org`, or `account:`, `branch:` or `office:` with an id. \
                            Whoever holds a feed may see all of it.",
            "type": "string",
            "pattern": format!("^(org|(account|branch|office):{UUID_PATTERN})$"),
        })
    }
}

impl JsonSchema for Row {
    fn schema_name() -> Cow<'static, str> {
        "Row".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let by_kind: Vec<Schema> = Body::schemas(generator)
            .into_iter()
            .map(|(kind, body)| {
                json_schema!({
                    "if": { "properties": { "kind": { "const": kind } } },
                    "then": { "properties": { "body": body } },
                })
            })
            .collect();
        json_schema!({
            "description": "A record on its way to a phone.",
            "type": "object",
            "properties": {
                "kind": {
                    "description": "What it is, by name. Keep rows of kinds that you do not know.",
                    "type": "string",
                },
                "id": { "description": "Which one.", "type": "string", "pattern": format!("^{UUID_PATTERN}$") },
                "rev": { "description": "Its revision.", "type": "integer", "format": "uint64", "minimum": 0 },
                "gone": { "description": "The record has left this feed.", "type": "boolean", "default": false },
                "body": {
                    "description": "The record's state. Absent on a row that is gone, and where an earlier row of \
                                    the same page carries the same revision.",
                },
            },
            "required": ["kind", "id", "rev"],
            "allOf": by_kind,
        })
    }
}
