//! How often one may ask: a bucket of requests for each device, each account, and each network that asks without a
//! token. It fills at an even rate; who finds it empty is told when to come again. Called by `extract::guard` alone.
//!
//! Wrong passwords are counted elsewhere (`sessions::delay`), in the database and far more strictly.

use std::{
    hash::Hash,
    num::NonZeroU32,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use governor::{
    Quota, RateLimiter, clock::Clock as _, middleware::NoOpMiddleware, state::keyed::DashMapStateStore,
};
use shared::{
    ids::{AccountId, DeviceId},
    limits::{RATE_BURST_SECONDS, RATE_KEYS_MAX},
    wire::Code,
};

use crate::{
    clock::Clock,
    config,
    error::{Error, Result},
};

/// Full buckets are forgotten this often where there are too many.
const FORGET_EVERY: Duration = Duration::from_secs(1);

/// The buckets of a server. Those of another server are others.
#[derive(Debug)]
pub struct Rates {
    devices: Buckets<DeviceId>,
    accounts: Buckets<AccountId>,
    networks: Buckets<String>,
}

impl Rates {
    /// Full buckets.
    #[must_use]
    pub fn new(wanted: config::Rates, clock: &Clock) -> Rates {
        Rates {
            devices: Buckets::new(wanted.device_per_second, clock),
            accounts: Buckets::new(wanted.account_per_second, clock),
            networks: Buckets::new(wanted.network_per_second, clock),
        }
    }

    /// Takes one request of somebody who is signed in.
    ///
    /// # Errors
    /// `TooManyRequests` with the seconds to wait.
    pub fn signed_in(&self, account: AccountId, device: DeviceId) -> Result<()> {
        self.devices.take(&device)?;
        self.accounts.take(&account)
    }

    /// Takes one request of a network, by its key.
    ///
    /// # Errors
    /// `TooManyRequests` with the seconds to wait.
    pub fn stranger(&self, network: String) -> Result<()> {
        self.networks.take(&network)
    }
}

type Limiter<K> = RateLimiter<K, DashMapStateStore<K>, Steady, NoOpMiddleware<Duration>>;

/// Buckets by key, or none where there is no limit.
#[derive(Debug)]
struct Buckets<K: Hash + Eq + Clone> {
    limiter: Option<Limiter<K>>,
    clock: Steady,
    /// When full buckets were last forgotten, in ms of `clock`.
    forgotten_ms: AtomicU64,
}

impl<K: Hash + Eq + Clone> Buckets<K> {
    fn new(per_second: u32, clock: &Clock) -> Buckets<K> {
        let clock = Steady(clock.clone());
        let burst = NonZeroU32::new(per_second.saturating_mul(RATE_BURST_SECONDS));
        let limiter = NonZeroU32::new(per_second).zip(burst).map(|(rate, burst)| {
            RateLimiter::new(
                Quota::per_second(rate).allow_burst(burst),
                DashMapStateStore::default(),
                clock.clone(),
            )
        });
        Buckets { limiter, clock, forgotten_ms: AtomicU64::new(0) }
    }

    fn take(&self, key: &K) -> Result<()> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        if limiter.len() >= RATE_KEYS_MAX && !self.forget(limiter) {
            return Err(later(FORGET_EVERY));
        }
        limiter.check_key(key).map_err(|not_until| later(not_until.wait_time_from(self.clock.now())))
    }

    /// Forgets full buckets, not too often; false where there is no room for another.
    fn forget(&self, limiter: &Limiter<K>) -> bool {
        let now = u64::try_from(self.clock.now().as_millis()).unwrap_or(u64::MAX);
        let before = self.forgotten_ms.load(Ordering::Relaxed);
        let due = Duration::from_millis(now.saturating_sub(before)) >= FORGET_EVERY;
        if due
            && self.forgotten_ms.compare_exchange(before, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
        {
            limiter.retain_recent();
        }
        limiter.len() < RATE_KEYS_MAX
    }
}

fn later(wait: Duration) -> Error {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    Error::Later(Code::TooManyRequests, u32::try_from(seconds).unwrap_or(u32::MAX).max(1))
}

/// The app's clock as one that never goes back.
#[derive(Clone, Debug)]
struct Steady(Clock);

impl governor::clock::Clock for Steady {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.steady()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(taken: Result<()>) -> u32 {
        match taken {
            Ok(()) => 0,
            Err(Error::Later(Code::TooManyRequests, seconds)) => seconds,
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let clock = Clock::manual(1_700_000_000_000);
        let buckets = Buckets::new(2, &clock);
        for _ in 0..2 * RATE_BURST_SECONDS {
            assert_eq!(wait(buckets.take(&"one")), 0);
        }
        assert_eq!(wait(buckets.take(&"one")), 1);
        assert_eq!(wait(buckets.take(&"another")), 0);
        clock.advance(1_000);
        assert_eq!([(); 3].map(|()| wait(buckets.take(&"one"))), [0, 0, 1]);
    }

    #[test]
    fn strangers_without_end_take_memory_with_an_end() {
        let clock = Clock::manual(1_700_000_000_000);
        let buckets = Buckets::new(1, &clock);
        for stranger in 0..RATE_KEYS_MAX {
            assert_eq!(wait(buckets.take(&stranger)), 0);
        }
        assert_eq!(wait(buckets.take(&RATE_KEYS_MAX)), 1);
        clock.advance(2_000);
        assert_eq!(wait(buckets.take(&RATE_KEYS_MAX)), 0, "what is full again was forgotten");
    }

    #[test]
    fn no_limit_is_none() {
        let buckets = Buckets::new(0, &Clock::manual(0));
        assert!((0..10_000).all(|_| wait(buckets.take(&"one")) == 0));
    }
}
