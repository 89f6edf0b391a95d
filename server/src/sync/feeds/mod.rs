//! Feeds: who gets a record. A feed's row in the database is its counter and its lock: numbers are taken under
//! it, late, and handed out in the order of commits, so that a reader who asks for what follows a number misses
//! nothing.
//!
//! Nothing here decides who holds a feed or what stands in it: `shared::rules::feeds` does.

pub mod store;

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    digest,
    ids::{Checksum, FeedId},
    model::{Actor, RecordId, Role, Scope},
};

use crate::db::{Conn, Poke, Result};
pub use store::Head;

/// The feeds an actor holds, the most useful first: own work, then branches, offices and the school's data.
pub fn held_by(actor: &Actor) -> Vec<FeedId> {
    let mut feeds = BTreeSet::new();
    for (_, grant) in &actor.grants {
        let Scope::Branch(branch) = grant.scope else { continue };
        match grant.role {
            Role::Member => {
                feeds.insert(FeedId::Branch(branch));
            }
            Role::Secretary | Role::Deputy => {
                feeds.extend([FeedId::Branch(branch), FeedId::Office(branch)]);
            }
            Role::Committee | Role::School | Role::Admin => {}
        }
    }
    [FeedId::Account(actor.account), FeedId::Org].into_iter().chain(feeds).collect()
}

/// How one record changes in one feed.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Which feed.
    pub feed: FeedId,
    /// Which record.
    pub record: RecordId,
    /// Its revision after the change.
    pub rev: u64,
    /// What it added to the checksum before, if it stood there.
    pub was: Option<Checksum>,
    /// What it adds from now on; `None`: it leaves.
    pub now: Option<Checksum>,
}

/// Feeds that a transaction holds locked.
#[derive(Debug, Default)]
pub struct Locked(BTreeMap<FeedId, Head>);

impl Locked {
    /// Locks feeds in the order of their names. All of a transaction's feeds are locked by one call, or two
    /// transactions could wait for each other.
    pub async fn take(db: &mut Conn, feeds: &BTreeSet<FeedId>) -> Result<Locked> {
        let mut locked = BTreeMap::new();
        for feed in feeds {
            locked.insert(*feed, store::lock(db, *feed).await?);
        }
        Ok(Locked(locked))
    }

    /// Locks more feeds, all of which come after those held.
    pub async fn add(&mut self, db: &mut Conn, feeds: &BTreeSet<FeedId>) -> Result<()> {
        assert!(
            self.0.keys().next_back() < feeds.first() || feeds.is_empty(),
            "feeds are locked in their order"
        );
        let more = Locked::take(db, feeds).await?;
        self.0.extend(more.0);
        Ok(())
    }

    /// Those of `feeds` that are not locked.
    pub fn missing(&self, feeds: impl IntoIterator<Item = FeedId>) -> BTreeSet<FeedId> {
        feeds.into_iter().filter(|feed| !self.0.contains_key(feed)).collect()
    }

    /// Writes steps under fresh numbers and the checksums that follow. The feeds of all steps are locked.
    pub async fn write(&mut self, db: &mut Conn, steps: &[Step]) -> Result<()> {
        let mut by_feed: BTreeMap<FeedId, Vec<&Step>> = BTreeMap::new();
        for step in steps {
            by_feed.entry(step.feed).or_default().push(step);
        }
        for (feed, steps) in by_feed {
            let head = self.0.get_mut(&feed).expect("feeds are locked before they are written");
            let mut checksum = head.checksum;
            for step in &steps {
                for sum in [step.was, step.now].into_iter().flatten() {
                    checksum = digest::toggle(checksum, sum);
                }
            }
            let count = steps.len().cast_signed() as i64;
            let last = store::advance(db, feed, count, checksum).await?;
            let rows: Vec<_> = steps
                .iter()
                .zip(last - count + 1..)
                .map(|(step, seq)| store::RowPut {
                    record: step.record,
                    seq,
                    rev: step.rev,
                    gone: step.now.is_none(),
                })
                .collect();
            store::put_rows(db, feed, &rows).await?;
            *head = Head { seq: last, checksum };
        }
        Ok(())
    }

    /// Hints for those who hold the feeds that moved since `before`.
    pub fn pokes(&self, before: &BTreeMap<FeedId, i64>) -> Vec<Poke> {
        let moved = self.0.iter().filter(|(feed, head)| before.get(feed) != Some(&head.seq));
        moved.map(|(feed, head)| Poke::Feed { feed: feed.to_string(), seq: head.seq }).collect()
    }

    /// The number each feed stands at.
    pub fn seqs(&self) -> BTreeMap<FeedId, i64> {
        self.0.iter().map(|(feed, head)| (*feed, head.seq)).collect()
    }
}
