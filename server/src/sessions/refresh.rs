//! What a refresh means: a pure decision over hashes. There is no grace period to steal in.

use crate::devices::store::SecretHash;

/// The verdict on a pair (current, next).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// `current` is in force: `next` takes its place.
    Rotate,
    /// The pair that put the secret in force came again: its answer was lost. Nothing changes.
    Again,
    /// A replaced secret came with another successor: two hold the secret, so nobody may.
    Stolen,
    /// Never in force, forgotten, or a pair of long ago: no answer, no harm.
    Unknown,
}

/// Decides on a pair, given the secret in force and what replaced `current`, if anything did.
#[must_use]
pub fn decide(
    in_force: &SecretHash,
    successor: Option<&SecretHash>,
    current: &SecretHash,
    next: &SecretHash,
) -> Verdict {
    if current == in_force {
        // A secret that follows itself would make the theft of it invisible.
        return if next == current { Verdict::Unknown } else { Verdict::Rotate };
    }
    match successor {
        Some(known) if known != next => Verdict::Stolen,
        Some(_) if next == in_force => Verdict::Again,
        _ => Verdict::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: SecretHash = [1; 32];
    const B: SecretHash = [2; 32];
    const C: SecretHash = [3; 32];

    #[test]
    fn the_secret_in_force_is_replaced() {
        assert_eq!(decide(&A, None, &A, &B), Verdict::Rotate);
        assert_eq!(decide(&A, None, &A, &A), Verdict::Unknown);
    }

    #[test]
    fn the_same_pair_again_changes_nothing() {
        assert_eq!(decide(&B, Some(&B), &A, &B), Verdict::Again);
    }

    #[test]
    fn an_old_secret_with_another_successor_is_a_theft() {
        assert_eq!(decide(&B, Some(&B), &A, &C), Verdict::Stolen);
        assert_eq!(decide(&C, Some(&B), &A, &C), Verdict::Stolen);
    }

    #[test]
    fn a_pair_of_long_ago_and_a_guess_open_nothing() {
        assert_eq!(decide(&C, Some(&B), &A, &B), Verdict::Unknown);
        assert_eq!(decide(&A, None, &B, &C), Verdict::Unknown);
    }
}
