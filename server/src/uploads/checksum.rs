//! `Upload-Checksum` of one request: what its body must hash to, counted as the bytes come. Used by `receive` alone.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

/// What was named, and what was counted so far.
#[derive(Debug, Clone)]
pub enum Checksum {
    /// Of every client of tus: the protocol asks servers for it.
    Sha1([u8; 20], Sha1),
    /// Of our own phones.
    Sha256([u8; 32], Sha256),
}

impl Checksum {
    /// Reads `sha1 <base64>` or `sha256 <base64>`, one of [`super::protocol::ALGORITHMS`]; `None` for anything else.
    pub fn parse(header: &str) -> Option<Checksum> {
        let (algorithm, encoded) = header.trim().split_once(' ')?;
        let named = BASE64.decode(encoded.trim()).ok()?;
        match algorithm {
            "sha1" => Some(Checksum::Sha1(named.try_into().ok()?, Sha1::new())),
            "sha256" => Some(Checksum::Sha256(named.try_into().ok()?, Sha256::new())),
            _ => None,
        }
    }

    /// Counts the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Checksum::Sha1(_, hasher) => hasher.update(bytes),
            Checksum::Sha256(_, hasher) => hasher.update(bytes),
        }
    }

    /// Whether all that was counted hashes to what was named.
    pub fn agrees(self) -> bool {
        match self {
            Checksum::Sha1(named, hasher) => named[..] == hasher.finalize()[..],
            Checksum::Sha256(named, hasher) => named[..] == hasher.finalize()[..],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_protocols_own_example_agrees_and_other_bytes_do_not() {
        let mut sum = Checksum::parse("sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=").unwrap();
        sum.update(b"hello ");
        assert!(!sum.clone().agrees());
        sum.update(b"world");
        assert!(sum.agrees());
    }

    #[test]
    fn a_checksum_is_a_known_name_and_so_many_bytes_in_base64_or_nothing() {
        let header = format!("sha256 {}", BASE64.encode([7; 32]));
        assert!(Checksum::parse(&header).is_some());
        for name in super::super::protocol::ALGORITHMS.split(',') {
            assert_eq!(
                Checksum::parse(&header.replace("sha256", name)).is_some(),
                name == "sha256",
                "{name}"
            );
        }
        for broken in ["", "sha256", "sha256 AAAA", "sha1 AAAA", &header.replace("sha256", "md5")] {
            assert!(Checksum::parse(broken).is_none(), "{broken}");
        }
    }
}
