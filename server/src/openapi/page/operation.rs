//! One route on the page: what it is for, what it takes, what it answers, and examples of both.

use serde_json::Value;

use super::{
    html::{Html, escaped, inline},
    list, members, schema, text,
};

/// Draws a route.
pub fn draw(html: &mut Html, (path, method): (&str, &str), route: &Value) {
    let id = text(&route["operationId"]);
    let method = method.to_uppercase();
    html.raw(&format!(
        "<article aria-labelledby=\"{id}\"><h3 id=\"{id}\"><span class=\"method\">{method}</span> "
    ));
    html.raw(&format!("<code>{}</code></h3>", escaped(path)));
    html.raw(&format!("<p class=\"summary\">{}</p>", inline(text(&route["summary"]))));
    html.prose(text(&route["description"]));
    parameters(html, &route["parameters"]);
    if let Some(body) = route.get("requestBody") {
        html.element("h4", "Body");
        contents(html, &format!("{id}, body"), &body["content"]);
    }
    html.element("h4", "Answers");
    html.raw("<ul class=\"rows\">");
    for (status, answer) in members(&route["responses"]) {
        html.raw(&format!("<li><strong>{status}</strong> "));
        html.raw(&inline(text(&answer["description"])));
        headers(html, &answer["headers"]);
        contents(html, &format!("{id}, {status}"), &answer["content"]);
        html.raw("</li>");
    }
    html.raw("</ul></article>");
}

fn parameters(html: &mut Html, parameters: &Value) {
    html.element("h4", "Parameters");
    html.raw("<ul class=\"rows\">");
    for one in list(parameters) {
        let need = if one["required"] == true { ", required" } else { "" };
        html.raw(&format!("<li><code>{}</code> ", escaped(text(&one["name"]))));
        html.raw(&format!("<span class=\"kind\">{}{need}: ", text(&one["in"])));
        html.raw(&schema::kind(&one["schema"]));
        html.raw("</span> ");
        html.raw(&inline(text(&one["description"])));
        html.raw("</li>");
    }
    html.raw("</ul>");
}

fn headers(html: &mut Html, headers: &Value) {
    let own = members(headers).filter(|(name, _)| !matches!(*name, "x-request-id" | "cache-control"));
    let named: Vec<String> = own
        .map(|(name, header)| {
            let (kind, about) = (schema::kind(&header["schema"]), inline(text(&header["description"])));
            format!("<li><code>{name}</code> <span class=\"kind\">header: {kind}</span> {about}</li>")
        })
        .collect();
    if !named.is_empty() {
        html.raw(&format!("<ul class=\"rows\">{}</ul>", named.concat()));
    }
}

fn contents(html: &mut Html, what: &str, contents: &Value) {
    for (media_type, content) in members(contents) {
        let kind = content.get("schema").map_or_else(|| "bytes".to_owned(), schema::kind);
        html.raw(&format!("<p class=\"kind\"><code>{}</code>: {kind}</p>", escaped(media_type)));
        for (name, example) in members(&content["examples"]) {
            html.raw("<details><summary>Example: ");
            html.raw(&inline(text(&example["summary"])));
            html.raw("</summary>");
            let label = format!("{what}, {name}");
            match &example["value"] {
                Value::String(bytes) => html.block(&label, bytes),
                value => html.json(&label, value),
            }
            html.raw("</details>");
        }
    }
}
