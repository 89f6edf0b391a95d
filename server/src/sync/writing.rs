//! A writing transaction of pushes: what it has locked, read and is going to write. One caller's ops go into it, or
//! where the database has one writer only, those of several callers ([`super::group`]).
//!
//! What was read under the locks stays true until it ends, so nothing is read twice: what is not yet written lies in
//! the worlds kept here, and what else might be asked for is written first.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    ids::{BranchId, Digest, EntryId, Epoch, FeedId},
    limits,
    model::RecordId,
    rules::{Effect, Office, combine},
    wire::Act,
};

use super::{
    commit::{self, Happening, Stamp},
    epochs,
    feeds::{self, Locked},
    offices,
    pending::Pending,
    records::{self, Loaded},
};
use crate::db::{Conn, Db, Error, Result, Tx};

/// Why a transaction has to be given up. Its words go into the log: they hold nothing that people wrote.
#[derive(Debug, thiserror::Error)]
pub enum Fail {
    /// What is to be written was not locked: start over with these too.
    #[error("more has to be locked")]
    Grown(Needs),
    /// The database failed.
    #[error("{0}")]
    Db(Error),
    /// This program has a fault that these ops brought out.
    #[error("it panicked")]
    Panicked,
}

impl Fail {
    /// Whether the same may succeed later without anybody changing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Fail::Grown(_) => true,
            Fail::Db(error) => error.is_transient(),
            Fail::Panicked => false,
        }
    }
}

impl From<Error> for Fail {
    fn from(error: Error) -> Self {
        Fail::Db(error)
    }
}

/// What a transaction locks, in the order in which it does.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    /// By id.
    pub feeds: BTreeSet<FeedId>,
    /// Hashes of bytes, after the feeds.
    pub hashes: BTreeSet<Digest>,
}

impl Needs {
    /// Only feeds.
    pub fn feeds(feeds: BTreeSet<FeedId>) -> Needs {
        Needs { feeds, hashes: BTreeSet::new() }
    }

    /// Whether there is nothing to lock.
    pub fn is_empty(&self) -> bool {
        self.feeds.is_empty() && self.hashes.is_empty()
    }

    /// Takes in what another round found.
    pub fn extend(&mut self, more: Needs) {
        self.feeds.extend(more.feeds);
        self.hashes.extend(more.hashes);
    }
}

/// Rounds until a caller is told to come back: each one locks what the one before found.
pub const ROUNDS_MAX: usize = 6;

/// A transaction that writes.
pub struct Writing {
    tx: Tx,
    /// No other transaction writes meanwhile: locks may be taken in any order.
    is_only_writer: bool,
    locked: Locked,
    hashes: BTreeSet<Digest>,
    /// What is to be written.
    pub pending: Pending,
    /// The life of the database, and which one it is.
    epoch: Option<(Epoch, i64)>,
    /// Entries that ops have changed since they were last asked for.
    changed: BTreeSet<EntryId>,
    offices: BTreeMap<BranchId, Office>,
    worlds: BTreeMap<EntryId, Loaded>,
}

impl Writing {
    /// Begins one.
    pub async fn begin(db: &Db) -> Result<Writing> {
        Ok(Writing {
            tx: db.write().await?,
            is_only_writer: db.has_one_writer(),
            locked: Locked::default(),
            hashes: BTreeSet::new(),
            pending: Pending::default(),
            epoch: None,
            changed: BTreeSet::new(),
            offices: BTreeMap::new(),
            worlds: BTreeMap::new(),
        })
    }

    /// Writes everything, makes it durable, and tells those who hold what moved.
    pub async fn commit(mut self) -> Result<()> {
        self.flush().await?;
        for poke in self.locked.pokes() {
            self.tx.poke(poke);
        }
        self.tx.commit().await
    }

    /// Ends a round: commits what was done, or takes note of what has to be locked besides, for the next one.
    ///
    /// # Errors
    /// What else the round failed with.
    pub async fn end_round<T>(self, outcome: Result<T, Fail>, needs: &mut Needs) -> Result<Option<T>, Fail> {
        match outcome {
            Ok(done) => {
                self.commit().await?;
                Ok(Some(done))
            }
            Err(Fail::Grown(more)) => {
                self.rollback().await?;
                needs.extend(more);
                Ok(None)
            }
            Err(fail) => Err(fail),
        }
    }

    /// Whether no other transaction writes meanwhile.
    pub fn is_only_writer(&self) -> bool {
        self.is_only_writer
    }

    /// Gives everything up.
    pub async fn rollback(self) -> Result<()> {
        self.tx.rollback().await
    }

    /// The connection, for reading what cannot be pending.
    pub fn db(&mut self) -> &mut Conn {
        &mut self.tx
    }

    /// Writes what is pending; none of it lasts before the commit.
    pub async fn flush(&mut self) -> Result<()> {
        self.pending.write(&mut self.tx, &mut self.locked).await
    }

    /// Locks feeds and then bytes.
    ///
    /// # Errors
    /// [`Fail::Grown`] where something is locked already and others write too: whoever locks one by one may wait
    /// for somebody who waits for them.
    pub async fn lock(&mut self, needs: &Needs) -> Result<(), Fail> {
        let more = Needs {
            feeds: self.locked.missing(needs.feeds.iter().copied()),
            hashes: needs.hashes.difference(&self.hashes).copied().collect(),
        };
        if more.is_empty() {
            return Ok(());
        }
        if !self.is_only_writer && !self.locked.is_empty() {
            return Err(Fail::Grown(more));
        }
        self.locked.add_in_any_order(&mut self.tx, &more.feeds).await?;
        for sha256 in &more.hashes {
            feeds::store::lock_hash(&mut self.tx, &sha256.to_string()).await?;
        }
        self.hashes.extend(more.hashes);
        Ok(())
    }

    /// The life of the database.
    pub async fn epoch(&mut self) -> Result<Epoch> {
        Ok(self.life().await?.0)
    }

    /// Whether it had another life before: only then something may wait for what is missing.
    pub async fn has_lived(&mut self) -> Result<bool> {
        Ok(self.life().await?.1 > 1)
    }

    async fn life(&mut self) -> Result<(Epoch, i64)> {
        match self.epoch {
            Some(life) => Ok(life),
            None => Ok(*self.epoch.insert(epochs::store::current_and_number(&mut self.tx).await?)),
        }
    }

    /// Has what waits for these entries looked at once more.
    pub fn look_again(&mut self, entries: impl Iterator<Item = EntryId>) {
        self.changed.extend(entries);
    }

    /// The entries that ops have changed since this was last asked.
    pub fn changed_entries(&mut self) -> BTreeSet<EntryId> {
        std::mem::take(&mut self.changed)
    }

    /// Takes an entry's world out, as it is now; [`Writing::keep`] puts it back. `branch` is where the op says it
    /// belongs: it counts while nothing else does. The branches of everything in it are locked.
    pub async fn take(&mut self, entry: EntryId, branch: BranchId) -> Result<Loaded, Fail> {
        let loaded = match self.worlds.remove(&entry) {
            Some(loaded) => loaded,
            None => self.load(entry, branch).await?,
        };
        self.lock_branches(&loaded).await?;
        Ok(loaded)
    }

    /// Adds the other entries that hold these bytes.
    pub async fn add_holders(&mut self, loaded: &mut Loaded, sha256: Digest) -> Result<(), Fail> {
        self.lock(&Needs { feeds: BTreeSet::new(), hashes: BTreeSet::from([sha256]) }).await?;
        if self.pending.holds_bytes(sha256) {
            self.flush().await?;
        }
        for entry in records::store::holders(&mut self.tx, sha256).await? {
            if !loaded.holds(entry) {
                let other = self.load(entry, BranchId(uuid::Uuid::nil())).await?;
                loaded.add(other);
            }
        }
        self.lock_branches(loaded).await
    }

    /// Adds the other entries that an op is about besides its own.
    pub async fn add_beside(&mut self, loaded: &mut Loaded, act: &Act) -> Result<(), Fail> {
        let mut next = combine::beside(&loaded.world, act);
        for _ in 0..limits::COMBINED_STEPS_MAX {
            let Some(entry) = next.filter(|entry| *entry != loaded.world.entry_id) else { break };
            let other = self.load(entry, BranchId(uuid::Uuid::nil())).await?;
            self.lock_branches(&other).await?;
            next = combine::next(&other.world);
            loaded.add(other);
        }
        Ok(())
    }

    /// Puts a world back. One that moved has another office, and what an op did elsewhere it did to other worlds:
    /// those are read anew.
    pub fn keep(&mut self, mut loaded: Loaded, moved: bool) {
        for other in std::mem::take(&mut loaded.world.elsewhere) {
            self.worlds.remove(&other.entry_id);
        }
        if !moved {
            self.worlds.insert(loaded.world.entry_id, loaded);
        }
    }

    /// Applies an effect to its world and has it written with the rest.
    pub async fn apply(
        &mut self,
        loaded: &mut Loaded,
        effect: &Effect,
        why: (Stamp, Vec<Happening>),
    ) -> Result<(), Fail> {
        let applied = commit::apply(loaded, effect);
        self.lock(&Needs::feeds(applied.feeds())).await?;
        self.changed.extend(effect.puts.iter().filter_map(shared::model::Record::entry));
        applied.gather(&mut self.pending, loaded, why);
        Ok(())
    }

    /// Whether the id is used up that an op wants to give.
    pub async fn is_taken(&mut self, target: RecordId, entry: EntryId) -> Result<bool> {
        if self.pending.holds_record(target) {
            self.flush().await?;
        }
        records::is_taken(&mut self.tx, target, entry).await
    }

    /// Reads the worlds of entries at once, as they are now, and keeps them; answers the feeds they stand in. Beside
    /// each entry stands the branch that counts while nothing else does.
    pub async fn read(&mut self, entries: &BTreeMap<EntryId, BranchId>) -> Result<BTreeSet<FeedId>> {
        let worlds = records::load_without_offices(&mut self.tx, entries).await?;
        let homes: BTreeSet<BranchId> = worlds.iter().map(|(_, home)| *home).collect();
        let homes: Vec<BranchId> =
            homes.into_iter().filter(|home| !self.offices.contains_key(home)).collect();
        self.offices.extend(offices::load_all(&mut self.tx, &homes).await?);
        let mut feeds = BTreeSet::new();
        for (mut loaded, home) in worlds {
            loaded.world.office = self.offices.entry(home).or_default().clone();
            feeds.extend(loaded.feeds.values().flat_map(|feeds| feeds.iter().copied()));
            self.worlds.insert(loaded.world.entry_id, loaded);
        }
        Ok(feeds)
    }

    async fn load(&mut self, entry: EntryId, branch: BranchId) -> Result<Loaded> {
        if self.pending.holds_entry(entry) {
            self.flush().await?;
        }
        self.read(&BTreeMap::from([(entry, branch)])).await?;
        Ok(self.worlds.remove(&entry).expect("it was just read"))
    }

    async fn lock_branches(&mut self, loaded: &Loaded) -> Result<(), Fail> {
        let branches = commit::branches(loaded).into_iter().map(FeedId::Branch);
        self.lock(&Needs::feeds(branches.collect())).await
    }
}
