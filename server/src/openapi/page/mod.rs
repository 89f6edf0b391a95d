//! The page to read the document on: plain HTML without a script, made from nothing but the document. It needs no file
//! and no network; its policy allows its own style, by hash, and nothing else.

mod html;
mod operation;
mod schema;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde_json::Value;
use sha2::{Digest, Sha256};

use html::{Html, escaped};

const STYLE: &str = include_str!("style.css");

/// The page and what a browser may do with it.
pub struct Page {
    pub html: String,
    /// The content security policy.
    pub policy: String,
}

/// Draws a document.
pub fn of(document: &Value) -> Page {
    let hash = BASE64.encode(Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    Page { html: drawn(document), policy }
}

fn drawn(document: &Value) -> String {
    let info = &document["info"];
    let title = format!("{} API", text(&info["title"]));
    let mut html = Html::default();
    html.raw("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">");
    html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    html.raw("<meta name=\"color-scheme\" content=\"light dark\">");
    html.raw(&format!("<title>{}</title><style>{STYLE}</style></head><body>", escaped(&title)));
    html.raw("<a class=\"skip\" href=\"#routes\">Skip to the routes</a><header>");
    html.element("h1", &title);
    html.element(
        "p",
        &format!("Version {} · OpenAPI {}", text(&info["version"]), text(&document["openapi"])),
    );
    html.prose(text(&info["description"]));
    html.raw("<p>For programs: <a href=\"/api/v1/openapi.json\">openapi.json</a></p></header>");
    contents(&mut html, document);
    html.raw("<main id=\"routes\">");
    for tag in list(&document["tags"]) {
        let name = text(&tag["name"]);
        html.raw(&format!("<section aria-labelledby=\"tag-{name}\"><h2 id=\"tag-{name}\">{name}</h2>"));
        html.prose(text(&tag["description"]));
        for (path, method, route) in routes_of(document, name) {
            operation::draw(&mut html, (path, method), route);
        }
        html.raw("</section>");
    }
    html.raw("<section aria-labelledby=\"shapes\"><h2 id=\"shapes\">Shapes</h2>");
    for (name, shape) in members(&document["components"]["schemas"]) {
        schema::draw(&mut html, name, shape);
    }
    html.raw("</section></main></body></html>");
    html.0
}

/// All routes, to jump to.
fn contents(html: &mut Html, document: &Value) {
    html.raw("<nav aria-label=\"Routes\"><ul>");
    for tag in list(&document["tags"]) {
        let name = text(&tag["name"]);
        html.raw(&format!("<li><a href=\"#tag-{name}\">{name}</a><ul>"));
        for (path, method, route) in routes_of(document, name) {
            let id = text(&route["operationId"]);
            html.raw(&format!("<li><a href=\"#{id}\">{} {}</a></li>", method.to_uppercase(), escaped(path)));
        }
        html.raw("</ul></li>");
    }
    html.raw("<li><a href=\"#shapes\">Shapes</a></li></ul></nav>");
}

/// Path, method and description of each route of a tag.
fn routes_of<'a>(document: &'a Value, tag: &'a str) -> impl Iterator<Item = (&'a str, &'a str, &'a Value)> {
    let routes = members(&document["paths"])
        .flat_map(|(path, item)| members(item).map(move |(method, route)| (path, method, route)));
    routes.filter(move |(_, _, route)| list(&route["tags"]).any(|one| text(one) == tag))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::document;

    #[test]
    fn the_page_shows_every_route_and_runs_nothing() {
        let page = of(document());
        for route in crate::router::ROUTES {
            let id = format!("id=\"{}\"", route.name.join("."));
            assert_eq!(page.html.matches(&id).count(), 1, "{id}");
        }
        for forbidden in ["<script", " style=", " onclick", "javascript:", "http://", "src="] {
            assert!(!page.html.contains(forbidden), "{forbidden}");
        }
    }

    #[test]
    fn every_link_leads_somewhere() {
        let html = of(document()).html;
        for to in html.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(html.contains(&format!("id=\"{to}\"")), "{to}");
        }
    }
}
