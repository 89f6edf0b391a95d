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
pub struct Locked {
    heads: BTreeMap<FeedId, Head>,
    moved: BTreeSet<FeedId>,
}

impl Locked {
    /// Locks feeds in the order of their names. All of a transaction's feeds are locked by one call, or two
    /// transactions could wait for each other.
    pub async fn take(db: &mut Conn, feeds: &BTreeSet<FeedId>) -> Result<Locked> {
        Ok(Locked { heads: store::lock(db, feeds).await?, moved: BTreeSet::new() })
    }

    /// Locks more feeds, all of which come after those held.
    pub async fn add(&mut self, db: &mut Conn, feeds: &BTreeSet<FeedId>) -> Result<()> {
        assert!(
            self.heads.keys().next_back() < feeds.first() || feeds.is_empty(),
            "feeds are locked in their order"
        );
        self.add_in_any_order(db, feeds).await
    }

    /// Locks more feeds. Only where no other transaction can hold one of them and wait for another.
    pub async fn add_in_any_order(&mut self, db: &mut Conn, feeds: &BTreeSet<FeedId>) -> Result<()> {
        let missing = self.missing(feeds.iter().copied());
        self.heads.extend(store::lock(db, &missing).await?);
        Ok(())
    }

    /// Whether no feed is locked yet.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// Those of `feeds` that are not locked.
    pub fn missing(&self, feeds: impl IntoIterator<Item = FeedId>) -> BTreeSet<FeedId> {
        feeds.into_iter().filter(|feed| !self.heads.contains_key(feed)).collect()
    }

    /// Writes steps under fresh numbers and the checksums that follow. The feeds of all steps are locked. A record
    /// that changed several times takes one number: nobody sees what it was in between.
    pub async fn write(&mut self, db: &mut Conn, steps: &[Step]) -> Result<()> {
        let (mut heads, mut rows) = (Vec::new(), Vec::new());
        for (feed, steps) in last_steps(steps) {
            let head = self.heads.get_mut(&feed).expect("feeds are locked before they are written");
            let stood = head.seq;
            for step in &steps {
                for sum in [step.was, step.now].into_iter().flatten() {
                    head.checksum = digest::toggle(head.checksum, sum);
                }
                head.seq += 1;
                let (record, rev, gone) = (step.record, step.rev, step.now.is_none());
                rows.push(store::RowPut { feed, record, seq: head.seq, rev, gone });
            }
            heads.push((feed, *head, stood));
            self.moved.insert(feed);
        }
        store::advance(db, &heads).await?;
        store::put_rows(db, &rows).await
    }

    /// Hints for those who hold the feeds that moved.
    pub fn pokes(&self) -> Vec<Poke> {
        let moved = self.moved.iter().filter_map(|feed| Some((feed, self.heads.get(feed)?)));
        moved.map(|(feed, head)| Poke::Feed { feed: feed.to_string(), seq: head.seq }).collect()
    }
}

/// What each record's steps in each feed come to, in the order in which records changed first.
fn last_steps(steps: &[Step]) -> BTreeMap<FeedId, Vec<Step>> {
    let mut by_feed: BTreeMap<FeedId, Vec<Step>> = BTreeMap::new();
    let mut places: BTreeMap<(FeedId, RecordId), usize> = BTreeMap::new();
    for step in steps {
        let list = by_feed.entry(step.feed).or_default();
        let place = *places.entry((step.feed, step.record)).or_insert(list.len());
        match list.get_mut(place) {
            Some(before) => *before = Step { was: before.was, ..*step },
            None => list.push(*step),
        }
    }
    by_feed
}

#[cfg(test)]
mod tests {
    use shared::{ids::EntryId, model::RecordKind};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn two_steps_of_a_record_come_to_one_from_before_the_first_to_after_the_second() {
        let record = |n| RecordId::new(RecordKind::Entry, EntryId(Uuid::from_u128(n)).0);
        let sum = |n| Some(Checksum([n; 8]));
        let step = |n, rev, was, now| Step { feed: FeedId::Org, record: record(n), rev, was, now };
        let steps = [step(1, 1, None, sum(1)), step(2, 7, sum(6), sum(7)), step(1, 2, sum(1), sum(2))];
        let come_to = last_steps(&steps);
        let told: Vec<_> = come_to[&FeedId::Org].iter().map(|s| (s.record, s.rev, s.was, s.now)).collect();
        assert_eq!(told, [(record(1), 2, None, sum(2)), (record(2), 7, sum(6), sum(7))]);
    }
}
