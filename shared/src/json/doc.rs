//! A JSON text and the places of its values (RFC 8259). One pass checks the whole text; nothing is
//! copied, so that what must stay as it came can be cut out of it byte for byte.

use std::cell::Cell;

use super::At;

/// How deep values may lie in each other; as in serde_json. Scanning uses the stack.
const DEPTH_MAX: u32 = 127;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    False,
    True,
    /// Digits, perhaps with a sign before them.
    Integer,
    /// Any other number.
    Number,
    /// A text whose bytes stand as they are meant.
    Plain,
    /// A text with escapes.
    Escaped,
    Array,
    /// Its members follow it: a text, then a value, and so on.
    Object,
}

/// A value's place. What it contains follows it in the list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub kind: Kind,
    /// First byte; of a text the first after the quote.
    pub start: u32,
    /// Behind the last byte; of a text the closing quote.
    pub end: u32,
    /// The first node that is not inside this one.
    pub next: u32,
}

/// A text that was scanned.
#[derive(Debug)]
pub struct Doc<'t> {
    pub(super) text: &'t str,
    pub(super) nodes: Vec<Node>,
    /// The member looked up last.
    pub(super) name: Cell<&'static str>,
    pub(super) failed: Cell<Option<&'static str>>,
}

impl<'t> Doc<'t> {
    /// Scans a text; `None` where it is no JSON.
    pub fn scan(text: &'t str) -> Option<Self> {
        u32::try_from(text.len()).ok()?;
        let mut scanner = Scanner { bytes: text.as_bytes(), at: 0, nodes: Vec::new() };
        scanner.value(DEPTH_MAX)?;
        scanner.space();
        let whole = scanner.at == text.len();
        let name = Cell::new("a value of another shape");
        whole.then_some(Self { text, nodes: scanner.nodes, name, failed: Cell::new(None) })
    }

    /// The outermost value.
    pub fn root(&self) -> At<'_> {
        At::new(self, 0)
    }

    /// What could not be read first, if anything.
    pub fn failure(&self) -> Option<&'static str> {
        self.failed.get()
    }
}

struct Scanner<'t> {
    bytes: &'t [u8],
    at: usize,
    nodes: Vec<Node>,
}

impl Scanner<'_> {
    /// The next byte; 0, which no JSON holds outside of nothing, at the end.
    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == byte;
        self.at += usize::from(found);
        found
    }

    fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
    }

    /// Takes the next byte that is no space, if it is this one.
    fn sign(&mut self, byte: u8) -> bool {
        self.space();
        self.eat(byte)
    }

    fn value(&mut self, depth: u32) -> Option<()> {
        self.space();
        let (node, start) = (self.nodes.len(), self.at);
        self.nodes.push(Node { kind: Kind::Null, start: start as u32, end: 0, next: 0 });
        let kind = match self.peek() {
            b'{' => self.object(depth.checked_sub(1)?)?,
            b'[' => self.array(depth.checked_sub(1)?)?,
            b'"' => self.text()?,
            b'n' => self.word(b"null", Kind::Null)?,
            b't' => self.word(b"true", Kind::True)?,
            b'f' => self.word(b"false", Kind::False)?,
            _ => self.number()?,
        };
        let quote = usize::from(matches!(kind, Kind::Plain | Kind::Escaped));
        let (start, end) = ((start + quote) as u32, (self.at - quote) as u32);
        self.nodes[node] = Node { kind, start, end, next: self.nodes.len() as u32 };
        Some(())
    }

    fn object(&mut self, depth: u32) -> Option<Kind> {
        self.at += 1;
        if self.sign(b'}') {
            return Some(Kind::Object);
        }
        loop {
            self.space();
            if self.peek() != b'"' {
                return None;
            }
            self.value(depth)?;
            if !self.sign(b':') {
                return None;
            }
            self.value(depth)?;
            if !self.sign(b',') {
                return self.sign(b'}').then_some(Kind::Object);
            }
        }
    }

    fn array(&mut self, depth: u32) -> Option<Kind> {
        self.at += 1;
        if self.sign(b']') {
            return Some(Kind::Array);
        }
        loop {
            self.value(depth)?;
            if !self.sign(b',') {
                return self.sign(b']').then_some(Kind::Array);
            }
        }
    }

    fn word(&mut self, word: &[u8], kind: Kind) -> Option<Kind> {
        let found = self.bytes[self.at..].starts_with(word);
        self.at += word.len();
        found.then_some(kind)
    }

    fn digits(&mut self) -> Option<()> {
        let from = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        (self.at > from).then_some(())
    }

    fn number(&mut self) -> Option<Kind> {
        let mut kind = Kind::Integer;
        let negative = self.eat(b'-');
        if self.eat(b'0') {
            if negative {
                kind = Kind::Number; // minus nothing is no integer
            }
        } else {
            self.digits()?;
        }
        if self.eat(b'.') {
            kind = Kind::Number;
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            kind = Kind::Number;
            let _sign = self.eat(b'-') || self.eat(b'+');
            self.digits()?;
        }
        Some(kind)
    }

    fn text(&mut self) -> Option<Kind> {
        self.at += 1;
        let mut kind = Kind::Plain;
        loop {
            let byte = self.peek();
            self.at += 1;
            match byte {
                b'"' => return Some(kind),
                b'\\' => {
                    kind = Kind::Escaped;
                    self.escape()?;
                }
                // Control characters, and the end of the text.
                0..0x20 => return None,
                _ => {}
            }
        }
    }

    fn escape(&mut self) -> Option<()> {
        let byte = self.peek();
        self.at += 1;
        match byte {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => match self.hex()? {
                // A pair of surrogates stands for one character; half a pair is no text.
                0xd800..0xdc00 if self.eat(b'\\') && self.eat(b'u') => {
                    (0xdc00..0xe000).contains(&self.hex()?).then_some(())
                }
                0xd800..0xe000 => None,
                _ => Some(()),
            },
            _ => None,
        }
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.bytes.get(self.at..self.at + 4)?;
        self.at += 4;
        hex(digits)
    }
}

/// The number that hexadecimal digits spell.
pub(super) fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, digit| Some(number << 4 | char::from(*digit).to_digit(16)?))
}
