//! Heads: where everything stands that a final page tells of, read by one statement. Two heads that are equal in all
//! of it have one mark; a cursor carries the mark of what its phone was told, so that a pull which finds the same one
//! is answered in a line.

pub mod store;

use std::collections::BTreeMap;

use shared::{
    digest,
    ids::{BranchId, ClientId, Digest, Epoch, FeedId},
};

use super::{feeds::Head, ledger::Standing};

/// Feeds whose heads are read by one statement. Who holds more of them is never told in a line that nothing moved.
pub const FEEDS_AT_ONCE: usize = 64;

/// Where feeds, the histories of their branches, a queue and the backups stand in one state of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heads {
    /// The life of the database.
    pub epoch: Epoch,
    /// Until when ops are covered by a backup off this machine, in ms since 1970 UTC; 0 where there is none.
    pub covered_until: i64,
    /// Of the queue that was asked for.
    pub queue: Standing,
    /// Of the feeds that were asked for; empty ones among them.
    pub feeds: BTreeMap<FeedId, Head>,
    /// Length and last link of those feeds' branches.
    pub chains: BTreeMap<BranchId, (i64, Digest)>,
}

impl Heads {
    /// Another one wherever a final page to this client would tell something else.
    pub fn mark(&self, client: ClientId) -> Digest {
        let Heads { epoch, covered_until, queue, feeds, chains } = self;
        let mut text = format!("{client} {epoch} {covered_until} {} {}", queue.last_n, queue.head);
        for (feed, Head { seq, checksum }) in feeds {
            text.push_str(&format!(" {feed} {seq} {checksum}"));
        }
        for (branch, (length, link)) in chains {
            text.push_str(&format!(" {branch} {length} {link}"));
        }
        digest::sha256(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use shared::ids::{AccountId, Checksum};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn whatever_moves_makes_another_mark() {
        let branch = BranchId(Uuid::from_u128(1));
        let (client, other) = (ClientId(Uuid::from_u128(2)), ClientId(Uuid::from_u128(3)));
        let link = Digest([4; 32]);
        let still = Heads {
            epoch: Epoch([5; 16]),
            covered_until: 6,
            queue: Standing { last_n: 7, head: Digest([8; 32]) },
            feeds: BTreeMap::from([(FeedId::Org, Head { seq: 9, checksum: Checksum([10; 8]) })]),
            chains: BTreeMap::from([(branch, (11, link))]),
        };
        let moved = |change: fn(&mut Heads)| {
            let mut heads = still.clone();
            change(&mut heads);
            heads.mark(client)
        };
        let marks = [
            still.mark(client),
            still.mark(other),
            moved(|heads| heads.epoch = Epoch([0; 16])),
            moved(|heads| heads.covered_until += 1),
            moved(|heads| heads.queue.last_n += 1),
            moved(|heads| heads.queue.head = Digest([0; 32])),
            moved(|heads| heads.feeds.extend([(FeedId::Org, Head::EMPTY)])),
            moved(|heads| heads.feeds.extend([(FeedId::Account(AccountId(Uuid::nil())), Head::EMPTY)])),
            moved(|heads| heads.feeds.clear()),
            moved(|heads| heads.chains.values_mut().for_each(|chain| chain.0 += 1)),
        ];
        for (at, mark) in marks.iter().enumerate() {
            assert!(!marks[..at].contains(mark), "case {at}");
        }
        assert_eq!(still.mark(client), moved(|_| {}));
    }
}
