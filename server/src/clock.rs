//! The one clock of the server, and ids made from it. Everything below `App` is told the time; tests move it.

use std::{
    sync::{
        Arc, LazyLock,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use uuid::{Builder, Uuid};

use crate::chance;

/// Milliseconds in a second, a minute, an hour and a day.
pub const SECOND_MS: i64 = 1_000;
/// One minute in milliseconds.
pub const MINUTE_MS: i64 = 60 * SECOND_MS;
/// One hour in milliseconds.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// One day in milliseconds.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// Where the time comes from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until it is moved: milliseconds since 1970 UTC.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock standing at `now_ms`.
    #[must_use]
    pub fn manual(now_ms: i64) -> Clock {
        Clock::Manual(Arc::new(AtomicI64::new(now_ms)))
    }

    /// Milliseconds since 1970 UTC.
    #[must_use]
    pub fn now(&self) -> i64 {
        match self {
            Clock::System => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map(|since| i64::try_from(since.as_millis()).expect("the year is below 292 million"))
                .expect("the machine's clock is set after 1970"),
            Clock::Manual(now) => now.load(Ordering::SeqCst),
        }
    }

    /// Time that never goes back, whatever is done to the machine's clock; from an instant that means nothing.
    #[must_use]
    pub fn steady(&self) -> Duration {
        static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
        match self {
            Clock::System => BEGAN.elapsed(),
            Clock::Manual(now) => Duration::from_millis(now.load(Ordering::SeqCst).unsigned_abs()),
        }
    }

    /// Moves a manual clock; the machine's clock does not listen.
    pub fn advance(&self, by_ms: i64) {
        if let Clock::Manual(now) = self {
            now.fetch_add(by_ms, Ordering::SeqCst);
        }
    }

    /// A new id of this moment: a UUIDv7 in one of `shared`'s types.
    #[must_use]
    pub fn id<T: From<Uuid>>(&self) -> T {
        let now = u64::try_from(self.now()).expect("the clock is set after 1970");
        T::from(Builder::from_unix_timestamp_millis(now, &chance::bytes()).into_uuid())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_the_moment_they_were_made() {
        let clock = Clock::manual(1_700_000_000_123);
        let first: Uuid = clock.id();
        clock.advance(1);
        assert!(first < clock.id::<Uuid>());
    }
}
