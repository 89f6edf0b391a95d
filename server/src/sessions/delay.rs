//! How long the next attempt to sign in must wait: a pure table. Waiting is answered, never slept.

use std::net::IpAddr;

use sha2::{Digest, Sha256};

use crate::clock::{DAY_MS, SECOND_MS};

/// Attempts are forgotten after a day without one.
pub const FORGET_MS: i64 = DAY_MS;

/// What attempts are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The number that was typed, whether or not anybody has it.
    Number,
    /// The network it came from: a campus may sit behind one address, so it is far more patient.
    Network,
}

impl By {
    /// Failures that cost nothing.
    fn free(self) -> i64 {
        match self {
            By::Number => 5,
            By::Network => 50,
        }
    }

    /// The longest wait. With one attempt a minute a password of ten characters outlives everybody.
    fn longest_ms(self) -> i64 {
        match self {
            By::Number => 60 * SECOND_MS,
            By::Network => 30 * SECOND_MS,
        }
    }
}

/// Milliseconds until the next attempt, after `failures` of which the last was at `last_at`; 0 for now.
///
/// From the first that costs, each failure doubles the wait: 1 s, 2 s, 4 s, up to the longest.
#[must_use]
pub fn wait_ms(by: By, failures: i64, last_at: i64, now: i64) -> i64 {
    if failures < by.free() || now - last_at > FORGET_MS {
        return 0;
    }
    let doublings = (failures - by.free()).min(20);
    let pause = (SECOND_MS << doublings).min(by.longest_ms());
    // A clock that went back must not lock anybody out.
    (last_at + pause - now).clamp(0, by.longest_ms())
}

/// The key of a number: hashed, so that a typing error that is somebody's password is not stored.
#[must_use]
pub fn number_key(typed: &str) -> String {
    let hash = Sha256::digest(typed.trim().to_ascii_uppercase());
    format!("number:{}", shared::ids::Digest(hash.into()))
}

/// The key of a network: an IPv4 address, or the half of an IPv6 address that a household has.
#[must_use]
pub fn network_key(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => format!("network:{v4}"),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("network:{a:x}:{b:x}:{c:x}:{d:x}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failures_cost_nothing_and_then_each_doubles_the_wait() {
        let waits: Vec<i64> =
            (4..14).map(|failures| wait_ms(By::Number, failures, 0, 0) / SECOND_MS).collect();
        assert_eq!(waits, [0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(wait_ms(By::Network, 49, 0, 0), 0);
    }

    #[test]
    fn a_wait_ends_and_a_quiet_day_forgets() {
        assert_eq!(wait_ms(By::Number, 6, 0, 1_999), 1);
        assert_eq!(wait_ms(By::Number, 6, 0, 2_000), 0);
        assert_eq!(wait_ms(By::Number, 1_000, 0, FORGET_MS + 1), 0);
    }

    #[test]
    fn a_clock_that_went_back_locks_nobody_out() {
        assert_eq!(wait_ms(By::Number, 100, FORGET_MS, 0), 60 * SECOND_MS);
    }

    #[test]
    fn one_network_is_one_key() {
        assert_eq!(
            network_key("2001:db8:1:2:3::4".parse().unwrap()),
            network_key("2001:db8:1:2:9::9".parse().unwrap())
        );
        assert_eq!(network_key("::ffff:10.0.0.1".parse().unwrap()), "network:10.0.0.1");
    }
}
