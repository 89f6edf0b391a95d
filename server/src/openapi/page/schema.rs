//! Schemas on the page: a shape by its members or its variants, a kind of value in a few words with links to shapes.

use serde_json::Value;

use super::{
    html::{Html, escaped, inline},
    list, members, text,
};

/// Words for bounds, by their name in a schema.
const BOUNDS: [(&str, &str); 8] = [
    ("minLength", "at least {} characters"),
    ("maxLength", "at most {} characters"),
    ("minItems", "at least {} items"),
    ("maxItems", "at most {} items"),
    ("minimum", "from {}"),
    ("maximum", "to {}"),
    ("pattern", "matches {}"),
    ("const", "always {}"),
];

/// Draws a component.
pub fn draw(html: &mut Html, name: &str, schema: &Value) {
    html.raw(&format!("<article aria-labelledby=\"shape-{name}\"><h3 id=\"shape-{name}\">{name}</h3>"));
    html.prose(text(&schema["description"]));
    if schema.get("properties").is_none() && variants(schema).next().is_none() {
        html.raw(&format!("<p class=\"kind\">{}</p>", kind(schema)));
    }
    properties(html, schema);
    listed(html, schema);
    html.raw("<details><summary>JSON Schema</summary>");
    html.json(&format!("Schema of {name}"), schema);
    html.raw("</details></article>");
}

fn properties(html: &mut Html, schema: &Value) {
    if schema.get("properties").is_none() {
        return;
    }
    let required: Vec<&str> = list(&schema["required"]).map(text).collect();
    html.raw("<ul class=\"rows\">");
    for (name, property) in members(&schema["properties"]) {
        let need = if required.contains(&name) { "" } else { "may be absent: " };
        html.raw(&format!("<li><code>{}</code> ", escaped(name)));
        html.raw(&format!("<span class=\"kind\">{need}{}</span> ", kind(property)));
        html.raw(&inline(text(&property["description"])));
        html.raw("</li>");
    }
    html.raw("</ul>");
}

fn listed(html: &mut Html, schema: &Value) {
    if variants(schema).next().is_none() {
        return;
    }
    html.raw("<p class=\"kind\">One of:</p><ul class=\"rows\">");
    for variant in variants(schema) {
        html.raw(&format!("<li><span class=\"kind\">{}</span> ", kind(variant)));
        html.raw(&inline(text(&variant["description"])));
        properties(html, variant);
        html.raw("</li>");
    }
    html.raw("</ul>");
}

fn variants(schema: &Value) -> impl Iterator<Item = &Value> {
    list(&schema["oneOf"]).chain(list(&schema["anyOf"]))
}

/// What a value is, in a few words of HTML.
pub fn kind(schema: &Value) -> String {
    let mut words = vec![base(schema)];
    for (name, sentence) in BOUNDS {
        if let Some(bound) = schema.get(name) {
            let bound = bound.as_str().map_or_else(|| bound.to_string(), str::to_owned);
            words.push(sentence.replace("{}", &format!("<code>{}</code>", escaped(&bound))));
        }
    }
    words.retain(|word| !word.is_empty());
    words.join(", ")
}

fn base(schema: &Value) -> String {
    if let Some(to) = schema["$ref"].as_str() {
        let name = to.rsplit('/').next().unwrap_or_default();
        return format!("<a href=\"#shape-{name}\">{name}</a>");
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> =
            values.iter().map(|value| format!("<code>{}</code>", escaped(text_of(value)))).collect();
        return format!("one of {}", values.join(" "));
    }
    if let Some(all) = schema["allOf"].as_array() {
        let parts: Vec<String> = all.iter().map(kind).filter(|part| !part.is_empty()).collect();
        return parts.join(", ");
    }
    let some: Vec<String> = variants(schema).map(kind).collect();
    if !some.is_empty() {
        return some.join(" or ");
    }
    match &schema["type"] {
        Value::String(name) if name == "array" => format!("list of {}", kind(&schema["items"])),
        Value::String(name) if name == "object" && schema.get("additionalProperties").is_some() => {
            format!("object of {}", kind(&schema["additionalProperties"]))
        }
        Value::String(name) => format!("{name}{}", format_of(schema)),
        Value::Array(names) => {
            names.iter().map(text_of).collect::<Vec<_>>().join(" or ") + &format_of(schema)
        }
        _ => match schema["properties"]["code"].get("enum") {
            Some(codes) => kind(&serde_json::json!({ "enum": codes })).replace("one of", "code"),
            None if schema.get("const").is_some() => String::new(),
            None => "any value".to_owned(),
        },
    }
}

fn format_of(schema: &Value) -> String {
    schema["format"].as_str().map(|format| format!(" ({format})")).unwrap_or_default()
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or("null")
}
