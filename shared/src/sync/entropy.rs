//! Chance as an argument: 32 fresh random bytes are stretched into the ids, salts and delays that
//! one turn of the engine needs, and forgotten with it.

use sha2::{Digest as _, Sha256};
use uuid::{Builder, Uuid};

use crate::ids::Salt;

/// A turn's chance.
#[derive(Debug)]
pub struct Entropy {
    seed: [u8; 32],
    drawn: u64,
}

impl Entropy {
    /// From bytes that nothing else was made of.
    pub fn new(seed: [u8; 32]) -> Self {
        Self { seed, drawn: 0 }
    }

    fn draw(&mut self) -> [u8; 32] {
        self.drawn += 1;
        let mut hash = Sha256::new();
        hash.update(self.seed);
        hash.update(self.drawn.to_be_bytes());
        hash.finalize().into()
    }

    /// A new UUIDv7; `now` is in ms since 1970 UTC.
    pub fn uuid(&mut self, now: i64) -> Uuid {
        let drawn = self.draw();
        let mut bytes = [0; 10];
        bytes.copy_from_slice(&drawn[..10]);
        Builder::from_unix_timestamp_millis(now.max(0).unsigned_abs(), &bytes).into_uuid()
    }

    /// A leaf's salt.
    pub fn salt(&mut self) -> Salt {
        let drawn = self.draw();
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&drawn[..8]);
        Salt(bytes)
    }

    /// A number that was not drawn before.
    pub fn number(&mut self) -> u32 {
        let [first, second, third, fourth, ..] = self.draw();
        u32::from_be_bytes([first, second, third, fourth])
    }

    /// A delay between half of `ms` and all of it, so that phones do not come back together.
    pub fn jitter(&mut self, ms: i64) -> i64 {
        let drawn = i64::from(u16::from_be_bytes([self.draw()[0], self.draw()[1]]));
        ms / 2 + ms / 2 * drawn / i64::from(u16::MAX)
    }
}
