//! Hashes of uploads as they grow, so that the last byte need not wait until the file is read again. What is not here,
//! because another server took the beginning, this one was started anew, or too many grow at once, is read.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest as _, Sha256};
use shared::ids::Digest;
use shared::limits::UPLOADS_HASHED_MAX;

/// By the upload's id.
#[derive(Debug, Default)]
pub struct Running(Mutex<HashMap<String, Prefix>>);

/// The hash of the first bytes.
#[derive(Debug, Clone)]
struct Prefix {
    length: u64,
    hasher: Sha256,
}

impl Running {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Prefix>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes out the hash of an upload's first `length` bytes, to go on with; of none, it begins.
    pub fn take(&self, id: &str, length: u64) -> Option<Sha256> {
        let known = self.lock().remove(id).filter(|prefix| prefix.length == length);
        match known {
            Some(prefix) => Some(prefix.hasher),
            None => (length == 0).then(Sha256::new),
        }
    }

    /// Keeps the hash of the first `length` bytes. Where too many are kept, another is forgotten.
    pub fn put(&self, id: &str, length: u64, hasher: Sha256) {
        let mut kept = self.lock();
        if kept.len() >= UPLOADS_HASHED_MAX
            && let Some(other) = kept.keys().next().cloned()
        {
            kept.remove(&other);
        }
        kept.insert(id.to_owned(), Prefix { length, hasher });
    }

    /// The hash of all `length` bytes; it is not asked for twice.
    pub fn finish(&self, id: &str, length: u64) -> Option<Digest> {
        self.take(id, length).map(|hasher| Digest(hasher.finalize().into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hash_of_just_these_bytes_is_gone_on_with() {
        let running = Running::default();
        assert!(running.take("a", 3).is_none(), "nobody saw its beginning");
        let begun = running.take("a", 0).expect("nothing is before the first byte").chain_update(b"abc");
        running.put("a", 3, begun.clone());
        assert!(running.take("a", 2).is_none());
        assert!(running.take("a", 3).is_none(), "what did not fit is forgotten");
        running.put("a", 3, begun);
        assert_eq!(running.finish("a", 3), Some(Digest(Sha256::digest(b"abc").into())));
        assert!(running.finish("a", 3).is_none());
    }

    #[test]
    fn there_are_never_too_many() {
        let running = Running::default();
        for number in 0..UPLOADS_HASHED_MAX + 10 {
            running.put(&number.to_string(), 1, Sha256::new());
        }
        assert_eq!(running.lock().len(), UPLOADS_HASHED_MAX);
    }
}
