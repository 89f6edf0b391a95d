//! Ops that fail alone, each time that they are sent. Counted in memory: what is forgotten at a restart fails again.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use shared::{ids::Digest, limits};

use super::ledger::Queue;

/// How often an op must fail alone before it is set aside.
const FAILURES_MAX: u32 = 3;

/// Failures by queue, number and bytes.
#[derive(Debug, Default)]
pub struct Poison(Mutex<BTreeMap<(String, u64, Digest), u32>>);

impl Poison {
    /// Counts a failure of an op that was tried alone while the database took other writes. Answers whether it is
    /// to be set aside now; it is forgotten then.
    pub fn failed(&self, queue: Queue, n: u64, hash: Digest) -> bool {
        let key = (format!("{}/{}", queue.account, queue.client), n, hash);
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !failures.contains_key(&key) && failures.len() >= limits::FAILING_OPS_MAX {
            failures.pop_first();
        }
        let count = failures.entry(key.clone()).or_default();
        *count += 1;
        if *count < FAILURES_MAX {
            return false;
        }
        failures.remove(&key);
        true
    }
}

#[cfg(test)]
mod tests {
    use shared::ids::{AccountId, ClientId};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_third_failure_of_the_same_bytes_counts_and_then_counting_begins_anew() {
        let poison = Poison::default();
        let queue = Queue { account: AccountId(Uuid::nil()), client: ClientId(Uuid::nil()) };
        let hash = Digest([1; 32]);
        assert!(!poison.failed(queue, 1, hash) && !poison.failed(queue, 1, hash));
        assert!(!poison.failed(queue, 1, Digest([2; 32])), "other bytes are another op");
        assert!(poison.failed(queue, 1, hash));
        assert!(!poison.failed(queue, 1, hash));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let poison = Poison::default();
        let queue = Queue { account: AccountId(Uuid::nil()), client: ClientId(Uuid::nil()) };
        for n in 0..2 * limits::FAILING_OPS_MAX as u64 {
            assert!(!poison.failed(queue, n, Digest([0; 32])));
        }
        assert_eq!(poison.0.lock().unwrap().len(), limits::FAILING_OPS_MAX);
    }
}
