//! Tells code from comments and string literals, just well enough for the checks: Rust by its own lexical rules,
//! the phone's files by their comment signs. It is no parser.

/// A string literal of a Rust file.
pub struct Literal {
    /// Byte offset of the opening quote.
    pub start: usize,
    /// Byte offset after the closing quote.
    pub end: usize,
    pub text: String,
}

/// A Rust file taken apart.
pub struct Rust {
    /// The text with comments and the insides of literals blanked; offsets and lines stay what they were.
    pub code: String,
    pub literals: Vec<Literal>,
}

/// Takes a Rust file apart.
pub fn rust(text: &str) -> Rust {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut literals = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text[at..];
        let end = if rest.starts_with("//") {
            let end = at + rest.find('\n').unwrap_or(rest.len());
            blank(&mut code, at, end);
            end
        } else if rest.starts_with("/*") {
            let end = at + block_comment(rest);
            blank(&mut code, at, end);
            end
        } else if let Some(opening) = string_opening(text, at) {
            let end = at + string_end(rest, opening);
            let inner = (at + opening.prefix)..end.saturating_sub(opening.suffix()).max(at + opening.prefix);
            blank(&mut code, inner.start, inner.end);
            literals.push(Literal { start: at, end, text: unescape(&text[inner], opening.raw) });
            end
        } else if rest.starts_with('\'') {
            at + char_or_lifetime(rest)
        } else {
            at + rest.chars().next().map_or(1, char::len_utf8)
        };
        at = end;
    }
    Rust { code: String::from_utf8(code).expect("blanks are ASCII"), literals }
}

#[derive(Clone, Copy)]
struct Opening {
    /// Bytes up to and with the opening quote.
    prefix: usize,
    hashes: usize,
    raw: bool,
}

impl Opening {
    fn suffix(self) -> usize {
        1 + self.hashes
    }
}

fn string_opening(text: &str, at: usize) -> Option<Opening> {
    let after_word = at > 0 && is_word(text.as_bytes()[at - 1]);
    let rest = &text[at..];
    if rest.starts_with('"') {
        return Some(Opening { prefix: 1, hashes: 0, raw: false });
    }
    if after_word {
        return None;
    }
    let letters = rest.bytes().take_while(|b| matches!(b, b'r' | b'b' | b'c')).count();
    let raw = rest[..letters].contains('r');
    let hashes = rest[letters..].bytes().take_while(|b| *b == b'#').count();
    let quoted = rest[letters + hashes..].starts_with('"');
    let prefix = letters + hashes + 1;
    (letters > 0 && quoted && (raw || hashes == 0)).then_some(Opening { prefix, hashes, raw })
}

fn string_end(rest: &str, opening: Opening) -> usize {
    if opening.raw {
        let closing = format!("\"{}", "#".repeat(opening.hashes));
        return rest[opening.prefix..]
            .find(&closing)
            .map_or(rest.len(), |n| opening.prefix + n + closing.len());
    }
    let mut escaped = false;
    for (n, byte) in rest.bytes().enumerate().skip(opening.prefix) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return n + 1,
            _ => {}
        }
    }
    rest.len()
}

fn char_or_lifetime(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some((at, _))) => rest[at + 1..].find('\'').map_or(rest.len(), |n| at + 1 + n + 1),
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

/// Joins the lines of a literal that ends its lines with a backslash; other escapes do not matter to the checks.
fn unescape(inner: &str, raw: bool) -> String {
    if raw { inner.to_owned() } else { inner.replace("\\\n", " ").replace("\\\"", "\"") }
}

fn blank(code: &mut [u8], from: usize, to: usize) {
    for byte in &mut code[from..to] {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

/// A file of the phone with its comments blanked. A `//` after a colon is an address, not a comment.
pub fn without_comments(text: &str) -> String {
    let mut code = text.as_bytes().to_vec();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let closing = if rest.starts_with("/*") {
            "*/"
        } else if rest.starts_with("<!--") {
            "-->"
        } else if rest.starts_with("//") && !text[..at].ends_with(':') {
            "\n"
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        };
        let end = at + rest.find(closing).map_or(rest.len(), |n| n + closing.len());
        blank(&mut code, at, end);
        at = end;
    }
    String::from_utf8(code).expect("blanks are ASCII")
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Offsets where `word` begins a word; where it is itself all word, also ends one.
pub fn words(code: &str, word: &str) -> Vec<usize> {
    let closed = word.bytes().next_back().is_some_and(is_word);
    code.match_indices(word)
        .filter(|(at, _)| {
            let before = at.checked_sub(1).map(|n| code.as_bytes()[n]);
            let after = code.as_bytes().get(at + word.len());
            let opens = !before.is_some_and(is_word) || !is_word(word.as_bytes()[0]);
            opens && !(closed && after.copied().is_some_and(is_word))
        })
        .map(|(at, _)| at)
        .collect()
}

#[test]
fn comments_and_literals_are_told_from_code() {
    let parts = rust(
        "let a = \"x // y\"; // sqlx\nfn f<'a>(c: char) { c == '\"' } /* axum /* in */ */ r#\"raw \"q\"\"#",
    );
    assert!(!parts.code.contains("sqlx") && !parts.code.contains("axum") && parts.code.contains("fn f<'a>"));
    let texts: Vec<&str> = parts.literals.iter().map(|l| l.text.as_str()).collect();
    assert_eq!(texts, ["x // y", "raw \"q\""]);
    assert_eq!(words("sqlx_x sqlx::y", "sqlx"), [7]);
    assert_eq!(without_comments("a // b\nhttp://c /* d */"), "a     \nhttp://c        ");
}
