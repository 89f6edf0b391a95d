//! One-time codes with which a person sets a password: printed once, stored only as a hash.

use sha2::{Digest, Sha256};

use crate::chance;

/// Crockford's base 32: no I, L, O, U, so that a code survives being read aloud.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 20 signs of 5 bits are 100 bits; the design asks for 80.
const SIGNS: usize = 20;
/// Signs between two hyphens.
const GROUP: usize = 5;

/// A code in clear. Exists from being drawn to being handed over.
pub struct ActivationCode([u8; SIGNS]);

impl ActivationCode {
    /// A new code.
    #[must_use]
    pub fn draw() -> ActivationCode {
        ActivationCode(chance::bytes::<SIGNS>().map(|byte| ALPHABET[usize::from(byte % 32)]))
    }

    /// Reads what a person typed: case, spaces and hyphens do not count, O is 0, I and L are 1.
    #[must_use]
    pub fn parse(text: &str) -> Option<ActivationCode> {
        let mut signs = [0; SIGNS];
        let mut count = 0;
        for sign in text.bytes().filter(|sign| !matches!(sign, b' ' | b'-')) {
            let sign = match sign.to_ascii_uppercase() {
                b'O' => b'0',
                b'I' | b'L' => b'1',
                other => other,
            };
            if count == SIGNS || !ALPHABET.contains(&sign) {
                return None;
            }
            signs[count] = sign;
            count += 1;
        }
        (count == SIGNS).then_some(ActivationCode(signs))
    }

    /// As it is stored and looked up.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }

    /// As it is handed over: `XXXXX-XXXXX-XXXXX-XXXXX`.
    #[must_use]
    pub fn text(&self) -> String {
        let groups: Vec<_> = self.0.chunks(GROUP).map(String::from_utf8_lossy).collect();
        groups.join("-")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_survives_being_typed_by_a_person() {
        let typed = ActivationCode::parse("o01lI 00000-11111 22222").unwrap();
        assert_eq!(typed.text(), "00111-00000-11111-22222");
    }

    #[test]
    fn a_drawn_code_reads_back() {
        let code = ActivationCode::draw();
        assert_eq!(ActivationCode::parse(&code.text()).unwrap().hash(), code.hash());
        assert_eq!(code.text().len(), SIGNS + 3);
    }

    #[test]
    fn what_is_no_code_is_none() {
        for bad in ["", "00000-00000-00000-0000", "00000-00000-00000-00000-0", "U0000-00000-00000-00000", "é"]
        {
            assert!(ActivationCode::parse(bad).is_none(), "{bad:?}");
        }
    }
}
