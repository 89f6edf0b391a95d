//! A JSON text on its way: compact, with the escapes that serde_json writes.

/// The text so far.
#[derive(Debug, Default)]
pub struct Out {
    text: String,
}

impl Out {
    /// The whole text.
    pub fn finish(self) -> String {
        self.text
    }

    /// Puts bytes that are JSON as they stand.
    pub fn raw(&mut self, json: &str) {
        self.text.push_str(json);
    }

    /// Begins an object.
    pub fn begin(&mut self) {
        self.text.push('{');
    }

    /// Ends an object.
    pub fn end(&mut self) {
        self.text.push('}');
    }

    /// Begins an array.
    pub fn begin_items(&mut self) {
        self.text.push('[');
    }

    /// Ends an array.
    pub fn end_items(&mut self) {
        self.text.push(']');
    }

    /// Before each item of an array: parts it from the one before.
    pub fn item(&mut self) {
        // No value ends in an opening bracket, so this one opened the array or object.
        if !matches!(self.text.as_bytes().last(), Some(b'[' | b'{')) {
            self.text.push(',');
        }
    }

    /// Begins a member.
    #[inline(never)]
    pub fn key(&mut self, name: &str) {
        self.item();
        self.text(name);
        self.text.push(':');
    }

    /// A member that is a text.
    #[inline(never)]
    pub fn named(&mut self, name: &str, text: &str) {
        self.key(name);
        self.text(text);
    }

    /// A text.
    #[inline(never)]
    pub fn text(&mut self, text: &str) {
        self.text.push('"');
        let mut from = 0;
        for (at, byte) in text.bytes().enumerate() {
            let short = match byte {
                b'"' | b'\\' => byte,
                0x08 => b'b',
                0x09 => b't',
                0x0a => b'n',
                0x0c => b'f',
                0x0d => b'r',
                0..0x20 => b'u',
                _ => continue,
            };
            self.text.push_str(&text[from..at]);
            from = at + 1;
            self.text.push('\\');
            self.text.push(char::from(short));
            if short == b'u' {
                self.text.push_str(if byte < 0x10 { "000" } else { "001" });
                self.text.push(char::from(b"0123456789abcdef"[usize::from(byte & 0xf)]));
            }
        }
        self.text.push_str(&text[from..]);
        self.text.push('"');
    }

    /// An integer: whether it is below nothing, and its size.
    #[inline(never)]
    pub fn integer(&mut self, negative: bool, size: u64) {
        if negative {
            self.text.push('-');
        }
        let (mut digits, mut rest) = ([0; 20], size); // u64::MAX has twenty digits
        let mut at = digits.len();
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        digits[at..].iter().for_each(|digit| self.text.push(char::from(*digit)));
    }
}
