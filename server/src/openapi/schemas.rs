//! Schemas of what is asked and of what is answered: a member with a default may be left out of a request, but comes
//! with every answer, so each has a generator of its own. They share the names of components.

use schemars::{
    SchemaGenerator,
    generate::{Contract, SchemaSettings},
};
use serde_json::{Map, Value};

use super::operation::{Content, Shape};

/// Where components stand in the document.
const COMPONENTS: &str = "/components/schemas";
/// What the name of an asked shape gets, where the answered one differs.
const ASKED: &str = "Asked";

/// Collects the shapes of a document.
pub struct Schemas {
    asked: SchemaGenerator,
    answered: SchemaGenerator,
}

impl Default for Schemas {
    fn default() -> Schemas {
        let of = |contract| {
            let settings = SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = COMPONENTS.into();
                settings.meta_schema = None;
                settings.contract = contract;
            });
            settings.into_generator()
        };
        Schemas { asked: of(Contract::Deserialize), answered: of(Contract::Serialize) }
    }
}

impl Schemas {
    /// The schema of something asked.
    pub fn asked(&mut self, shape: Shape) -> Value {
        shape(&mut self.asked).to_value()
    }

    /// The schema of something answered.
    pub fn answered(&mut self, shape: Shape) -> Value {
        shape(&mut self.answered).to_value()
    }

    /// The member `schema` of a body that is asked or answered; any bytes have none.
    pub fn content(&mut self, content: Content, asked: bool) -> Value {
        let Some(shape) = content.shape else { return Value::Object(Map::new()) };
        let mut schema = if asked { self.asked(shape) } else { self.answered(shape) };
        if let (Some(max), Some(schema)) = (content.items_max, schema.as_object_mut()) {
            schema.insert("maxItems".to_owned(), max.into());
        }
        Value::Object(Map::from_iter([("schema".to_owned(), schema)]))
    }

    /// The components. What the operations of `paths` ask refers to its own shapes from here on, where those differ
    /// from the answered ones.
    pub fn finish(mut self, paths: &mut Map<String, Value>) -> Map<String, Value> {
        let mut components = self.answered.take_definitions(true);
        let of_requests = self.asked.take_definitions(true);
        let differing: Vec<String> = differing(&of_requests, &components);
        for (name, mut schema) in of_requests {
            rename(&mut schema, &differing);
            let name = if differing.contains(&name) { format!("{name}{ASKED}") } else { name };
            components.entry(name).or_insert(schema);
        }
        let operations = paths.values_mut().filter_map(Value::as_object_mut).flat_map(Map::values_mut);
        for operation in operations {
            for part in ["parameters", "requestBody"] {
                if let Some(part) = operation.get_mut(part) {
                    rename(part, &differing);
                }
            }
        }
        components.values_mut().for_each(in_plain_words);
        components
    }
}

/// Sentences of the code name types by links that lead nowhere here.
fn in_plain_words(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            for (key, member) in members {
                match member {
                    Value::String(text) if key == "description" => {
                        *text = text
                            .replace("[`", "`")
                            .replace("`]", "`")
                            .replace("super::", "")
                            .replace('\n', " ");
                    }
                    member => in_plain_words(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(in_plain_words),
        _ => {}
    }
}

/// Names of shapes that are not asked as they are answered, themselves or in what they refer to.
fn differing(asked: &Map<String, Value>, answered: &Map<String, Value>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    loop {
        let before = names.len();
        for (name, schema) in asked {
            let other = answered.get(name);
            let differs =
                other.is_some_and(|other| other != schema || names.iter().any(|n| refers(schema, n)));
            if differs && !names.contains(name) {
                names.push(name.clone());
            }
        }
        if names.len() == before {
            return names;
        }
    }
}

fn reference(name: &str) -> String {
    format!("#{COMPONENTS}/{name}")
}

fn refers(schema: &Value, name: &str) -> bool {
    match schema {
        Value::Object(members) => {
            members.get("$ref").is_some_and(|to| *to == reference(name))
                || members.values().any(|member| refers(member, name))
        }
        Value::Array(items) => items.iter().any(|item| refers(item, name)),
        _ => false,
    }
}

fn rename(schema: &mut Value, names: &[String]) {
    match schema {
        Value::Object(members) => {
            for (key, member) in members {
                let to = names.iter().find(|name| key == "$ref" && *member == reference(name));
                match to {
                    Some(name) => *member = Value::String(format!("{}{ASKED}", reference(name))),
                    None => rename(member, names),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, names)),
        _ => {}
    }
}
