//! HTML being written: text is escaped on its way in, and prose knows paragraphs, `code` and **strong**.

use std::fmt::Write as _;

use serde_json::Value;

/// A page so far.
#[derive(Default)]
pub struct Html(pub String);

impl Html {
    /// Markup as it stands.
    pub fn raw(&mut self, markup: &str) {
        self.0.push_str(markup);
    }

    /// An element that holds text.
    pub fn element(&mut self, name: &str, text: &str) {
        write!(self.0, "<{name}>{}</{name}>", escaped(text)).expect("a string takes everything");
    }

    /// Paragraphs, each with its `code`, **strong** and *stressed* words.
    pub fn prose(&mut self, text: &str) {
        for paragraph in text.split("\n\n").filter(|paragraph| !paragraph.is_empty()) {
            write!(self.0, "<p>{}</p>", inline(paragraph)).expect("a string takes everything");
        }
    }

    /// JSON to be read, in a box that scrolls and can be reached by keys.
    pub fn json(&mut self, label: &str, value: &Value) {
        let text = serde_json::to_string_pretty(value).expect("a value is JSON");
        self.block(label, &text);
    }

    /// Text in a box that scrolls and can be reached by keys.
    pub fn block(&mut self, label: &str, text: &str) {
        let (label, text) = (escaped(label), escaped(text));
        write!(self.0, "<pre tabindex=\"0\" role=\"region\" aria-label=\"{label}\">{text}</pre>")
            .expect("a string takes everything");
    }
}

/// One paragraph's text.
pub fn inline(text: &str) -> String {
    let mut marked = String::new();
    for (at, part) in text.split('`').enumerate() {
        let part = escaped(part);
        if at % 2 == 1 {
            write!(marked, "<code>{part}</code>").expect("a string takes everything");
        } else {
            marked.push_str(&between(&between(&part, "**", "strong"), "*", "em"));
        }
    }
    marked.replace('\n', "<br>")
}

fn between(text: &str, mark: &str, name: &str) -> String {
    let parts: Vec<&str> = text.split(mark).collect();
    if parts.len().is_multiple_of(2) {
        return text.to_owned();
    }
    let tagged = parts.iter().enumerate().map(|(at, part)| match at % 2 {
        0 => (*part).to_owned(),
        _ => format!("<{name}>{part}</{name}>"),
    });
    tagged.collect()
}

/// Text that is safe between tags and in attributes.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_marked_and_escaped() {
        assert_eq!(
            inline("a `b<c` **d** *e* & f"),
            "a <code>b&lt;c</code> <strong>d</strong> <em>e</em> &amp; f"
        );
        assert_eq!(inline("2 * 3"), "2 * 3");
    }
}
