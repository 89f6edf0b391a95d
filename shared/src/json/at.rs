//! A place in a scanned text, from which types are read.

use std::borrow::Cow;

use super::{
    Doc, Read,
    doc::{Kind, Node, hex},
};

/// A value's place, or the place of one that is absent.
#[derive(Debug, Clone, Copy)]
pub struct At<'d> {
    doc: &'d Doc<'d>,
    node: u32,
}

/// The place of what is absent.
const ABSENT: u32 = u32::MAX;

impl<'d> At<'d> {
    pub(super) fn new(doc: &'d Doc<'d>, node: u32) -> Self {
        Self { doc, node }
    }

    fn node(self) -> Option<Node> {
        self.doc.nodes.get(self.node as usize).copied()
    }

    pub(super) fn kind(self) -> Option<Kind> {
        self.node().map(|node| node.kind)
    }

    /// Notes that what lies here is of another shape.
    #[inline(never)]
    pub fn fail(self) {
        if self.doc.failed.get().is_none() {
            self.doc.failed.set(Some(self.doc.name.get()));
        }
    }

    /// Whether nothing lies here.
    pub fn is_absent(self) -> bool {
        self.node == ABSENT
    }

    /// Whether nothing or `null` lies here.
    pub fn is_null(self) -> bool {
        matches!(self.kind(), None | Some(Kind::Null))
    }

    /// An object must lie here.
    pub fn object(self) {
        if self.kind() != Some(Kind::Object) {
            self.fail();
        }
    }

    /// Nothing may lie here.
    pub fn nothing(self) {
        if !self.is_absent() {
            self.fail();
        }
    }

    /// The value of a member; of two with one name the last. An object must lie here.
    #[inline(never)]
    pub fn member(self, name: &'static str) -> At<'d> {
        self.doc.name.set(name);
        let mut found = At { node: ABSENT, ..self };
        self.object();
        for (key, value) in self.members() {
            if key.spells(name) {
                found = value;
            }
        }
        found
    }

    /// Whether the text that lies here is this one.
    fn spells(self, name: &str) -> bool {
        match self.node() {
            Some(Node { kind: Kind::Plain, start, end, .. }) => self.slice(start, end) == name,
            _ => self.text() == name,
        }
    }

    /// Reads a member that must be there, unless its type says otherwise.
    pub fn field<T: Read>(self, name: &'static str) -> T {
        T::read(self.member(name))
    }

    /// Reads a member, or takes its default where it is absent.
    pub fn or_default<T: Read + Default>(self, name: &'static str) -> T {
        let member = self.member(name);
        if member.is_absent() { T::default() } else { T::read(member) }
    }

    /// The places of an array's items; none, and a failure, where there is no array.
    pub fn items(self) -> impl Iterator<Item = At<'d>> {
        if self.kind() != Some(Kind::Array) {
            self.fail();
        }
        self.inside()
    }

    /// The places of an object's members: names and values.
    pub fn members(self) -> impl Iterator<Item = (At<'d>, At<'d>)> {
        let mut inside = self.inside();
        std::iter::from_fn(move || Some((inside.next()?, inside.next()?)))
    }

    fn inside(self) -> Inside<'d> {
        let end = self.node().map_or(0, |node| node.next);
        Inside { doc: self.doc, next: self.node.saturating_add(1), end }
    }

    fn slice(self, start: u32, end: u32) -> &'d str {
        &self.doc.text[start as usize..end as usize]
    }

    /// The text that lies here.
    pub fn text(self) -> Cow<'d, str> {
        match self.node() {
            Some(Node { kind: Kind::Plain, start, end, .. }) => Cow::Borrowed(self.slice(start, end)),
            Some(Node { kind: Kind::Escaped, start, end, .. }) => {
                Cow::Owned(unescaped(self.slice(start, end)))
            }
            _ => {
                self.fail();
                Cow::Borrowed("")
            }
        }
    }

    /// The bytes of what lies here, as they came.
    pub fn raw(self) -> &'d str {
        match self.node() {
            Some(Node { kind: Kind::Plain | Kind::Escaped, start, end, .. }) => {
                self.slice(start - 1, end + 1)
            }
            Some(node) => self.slice(node.start, node.end),
            None => {
                self.fail();
                "null"
            }
        }
    }

    /// The integer that lies here: whether it is below nothing, and its size.
    #[inline(never)]
    pub fn integer(self) -> Option<(bool, u64)> {
        let node = self.node().filter(|node| node.kind == Kind::Integer)?;
        let text = self.slice(node.start, node.end);
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let add = |size: u64, digit: u8| size.checked_mul(10)?.checked_add(u64::from(digit - b'0'));
        Some((negative, digits.bytes().try_fold(0, add)?))
    }

    /// Which of the names lies here; the first, and a failure, where it is none of them.
    #[inline(never)]
    pub fn choice(self, names: &[&str]) -> usize {
        let text = self.text();
        names.iter().position(|name| *name == text).unwrap_or_else(|| {
            self.fail();
            0
        })
    }

    /// Which variant lies here, and the place of its content: a name alone, or over the content.
    #[inline(never)]
    pub fn variant(self, names: &[&str]) -> (usize, At<'d>) {
        let absent = At { node: ABSENT, ..self };
        if self.kind() != Some(Kind::Object) {
            return (self.choice(names), absent);
        }
        let mut members = self.members();
        match (members.next(), members.next()) {
            (Some((name, content)), None) => (name.choice(names), content),
            _ => {
                self.fail();
                (0, absent)
            }
        }
    }
}

struct Inside<'d> {
    doc: &'d Doc<'d>,
    next: u32,
    end: u32,
}

impl<'d> Iterator for Inside<'d> {
    type Item = At<'d>;

    fn next(&mut self) -> Option<At<'d>> {
        if self.next >= self.end {
            return None;
        }
        let at = At { doc: self.doc, node: self.next };
        self.next = at.node()?.next;
        Some(at)
    }
}

/// The text that a text with escapes means. Scanning has checked the escapes.
fn unescaped(text: &str) -> String {
    let mut meant = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        meant.push_str(&rest[..at]);
        let (sign, length) = escape(&rest.as_bytes()[at + 1..]);
        meant.push(sign);
        rest = &rest[at + length..];
    }
    meant.push_str(rest);
    meant
}

/// What stands behind a backslash, and how many bytes both take.
fn escape(bytes: &[u8]) -> (char, usize) {
    let unit = |at: usize| bytes.get(at..at + 4).and_then(hex).unwrap_or(0);
    match bytes.first().copied().unwrap_or(b'\\') {
        b'b' => ('\u{8}', 2),
        b'f' => ('\u{c}', 2),
        b'n' => ('\n', 2),
        b'r' => ('\r', 2),
        b't' => ('\t', 2),
        b'u' => {
            let (code, length) = match unit(1) {
                high @ 0xd800..0xdc00 => (0x1_0000 + ((high & 0x3ff) << 10 | unit(7) & 0x3ff), 12),
                code => (code, 6),
            };
            (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), length)
        }
        plain => (char::from(plain), 2),
    }
}
