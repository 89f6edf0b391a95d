//! Chance with a seed: the same row draws the same ids, salts and words on every machine and in every run.
//! Nothing here touches the clock; ids carry the moment they are told.

use shared::ids::Salt;
use uuid::Uuid;

/// The moment of the first id, in ms since 1970 UTC: 2019-09-21 08:00 in Shanghai.
pub const START_MS: u64 = 1_569_024_000_000;

/// A source of what looks random and is not.
pub struct Chance {
    rng: fastrand::Rng,
    ids: u64,
}

impl Chance {
    /// From a seed of its own.
    pub fn of(seed: u64) -> Chance {
        Chance { rng: fastrand::Rng::with_seed(seed), ids: 0 }
    }

    /// A new UUIDv7, a millisecond after the last one, with 74 drawn bits like those of a phone: ids that only
    /// count would compress to nothing.
    pub fn id<T: From<Uuid>>(&mut self) -> T {
        self.ids += 1;
        let mut drawn = [0; 10];
        self.rng.fill(&mut drawn);
        T::from(uuid::Builder::from_unix_timestamp_millis(START_MS + self.ids, &drawn).into_uuid())
    }

    /// A new salt.
    pub fn salt(&mut self) -> Salt {
        let mut drawn = [0; 8];
        self.rng.fill(&mut drawn);
        Salt(drawn)
    }

    /// Bytes of any kind.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut drawn = [0; N];
        self.rng.fill(&mut drawn);
        drawn
    }

    /// Fills a buffer.
    pub fn fill(&mut self, buffer: &mut [u8]) {
        self.rng.fill(buffer);
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.rng.usize(..end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_ids_of_version_7() {
        let (mut one, mut other) = (Chance::of(1), Chance::of(1));
        let ids: Vec<Uuid> = (0..4).map(|_| one.id()).collect();
        assert_eq!(ids, (0..4).map(|_| other.id()).collect::<Vec<Uuid>>());
        assert!(ids.is_sorted() && ids.iter().all(|id| id.get_version_num() == 7));
        assert_ne!(ids[0], Chance::of(2).id::<Uuid>());
    }
}
