//! The one source of chance: keys, codes, secrets, ids nobody can guess. Nothing else draws.

/// `N` bytes from the operating system.
#[must_use]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has randomness once it is up");
    bytes
}
