//! Examples of requests and their answers, from `examples.json`: a story in which each line follows from those before.
//! A test plays it against a server, so that what is shown here is what is answered.

use std::{collections::BTreeMap, sync::OnceLock};

use serde::Deserialize;
use serde_json::{Value, json};

use super::operation::{Parameter, Place};
use crate::router::Route;

const STORY: &str = include_str!("examples.json");

/// A request and its answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What happens, in a sentence.
    does: String,
    /// Method and path template.
    route: String,
    /// Who asks, by a name of the story; absent without a token.
    #[serde(default, rename = "as")]
    _by: Option<String>,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    query: BTreeMap<String, String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// The body, or its bytes in base64.
    #[serde(default)]
    json: Option<Value>,
    #[serde(default)]
    bytes: Option<String>,
    /// What is answered.
    status: u16,
    /// Headers of the answer that matter here.
    #[serde(default, rename = "says")]
    _says: BTreeMap<String, String>,
    #[serde(default)]
    answer: Option<Value>,
}

/// The examples of a route, in the order of the story.
pub fn of(route: &Route) -> Vec<&'static Example> {
    static READ: OnceLock<Vec<Example>> = OnceLock::new();
    let read = || serde_json::from_str(STORY).expect("examples.json holds examples");
    let name = format!("{} {}", route.method, route.path);
    READ.get_or_init(read).iter().filter(|example| example.route == name).collect()
}

/// Shows values in a parameter or a body.
pub fn add(described: &mut Value, shown: impl Iterator<Item = (&'static str, Value)>) {
    for (does, value) in shown {
        described["examples"][slug(does)] = json!({ "summary": does, "value": value });
    }
}

fn slug(does: &str) -> String {
    let words = does.split(|sign: char| !sign.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

impl Example {
    /// The body that is sent.
    pub fn asked(&'static self) -> Option<(&'static str, Value)> {
        let body = self.json.clone().or_else(|| self.bytes.clone().map(Value::String));
        Some((&self.does, body?))
    }

    /// What a parameter is.
    pub fn parameter(&'static self, parameter: &Parameter) -> Option<(&'static str, Value)> {
        let value = match parameter.place {
            Place::Path => self.id.as_ref(),
            Place::Query => self.query.get(parameter.name),
            Place::Header => self.headers.get(parameter.name),
        };
        Some((&self.does, typed(value?)))
    }

    /// What a member of the query is.
    pub fn query(&'static self, name: &str) -> Option<(&'static str, Value)> {
        Some((&self.does, typed(self.query.get(name)?)))
    }

    /// The body that is answered with this status.
    pub fn answered(&'static self, status: u16) -> Option<(&'static str, Value)> {
        let answer = self.answer.clone().filter(|_| self.status == status);
        Some((&self.does, answer?))
    }
}

/// A number where the text is one: URLs and headers hold both as text.
fn typed(text: &str) -> Value {
    text.parse::<u64>().map_or_else(|_| text.into(), Value::from)
}
