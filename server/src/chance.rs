//! The one source of chance: keys, codes, secrets, ids nobody can guess. Nothing else draws.
//!
//! A simulation has to live a day twice in the same way: it puts a seed in the place of the operating system, for its own
//! thread alone ([`seed`]). No code of a server does so (tidy looks).

use std::cell::RefCell;

use sha2::{Digest, Sha256};

thread_local! {
    static SEEDED: RefCell<Option<(u64, u64)>> = const { RefCell::new(None) };
}

/// `N` bytes from the operating system.
#[must_use]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if !SEEDED.with_borrow_mut(|seeded| seeded.as_mut().is_some_and(|seed| stretch(seed, &mut bytes))) {
        getrandom::fill(&mut bytes).expect("the operating system has randomness once it is up");
    }
    bytes
}

/// From now on this thread draws what follows from `seed`: anybody can guess it.
pub fn seed(seed: u64) {
    SEEDED.set(Some((seed, 0)));
}

fn stretch((seed, drawn): &mut (u64, u64), bytes: &mut [u8]) -> bool {
    for part in bytes.chunks_mut(32) {
        *drawn += 1;
        let hash =
            Sha256::new().chain_update(seed.to_le_bytes()).chain_update(drawn.to_le_bytes()).finalize();
        part.copy_from_slice(&hash[..part.len()]);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_thread_that_was_given_a_seed_draws_from_it() {
        let drawn = |seeded: Option<u64>| {
            let draw = move || {
                seeded.into_iter().for_each(seed);
                (bytes::<16>(), bytes::<40>())
            };
            std::thread::spawn(draw).join().expect("it draws")
        };
        assert_eq!(drawn(Some(7)), drawn(Some(7)));
        assert_ne!(drawn(Some(7)), drawn(Some(8)));
        assert_ne!(drawn(Some(7)).0, drawn(Some(7)).1[..16]);
        assert_ne!(drawn(None), drawn(None));
    }
}
