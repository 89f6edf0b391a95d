//! Pull: a page of rows out of one snapshot, and where the phone stands with it. Nothing a phone sends as its
//! cursor is an error: what cannot be read means that it starts over. Most pulls find nothing new, and learn it by one
//! statement.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;
use shared::{
    ids::{AccountId, BranchId, Digest, Epoch, FeedId},
    limits,
    model::Actor,
    wire::{
        Page, PullAsk, Row,
        pull::{ChainHead, FeedEvent, FeedRow, ResetReason, Tail},
    },
};
use uuid::Uuid;

use super::{
    feeds,
    heads::{self, Heads},
    ledger::{self, Queue, Standing},
    offices, restores,
    tokens::{self, Cursor, Told},
};
use crate::{
    App,
    db::{self, Conn},
    error::Result,
};

/// Rows asked for by one statement: bodies come with them, so that a page's bytes are not far overrun.
const ROWS_AT_ONCE: usize = 200;

/// Answers a pull. `actor` is the caller as the request found it.
pub async fn pull(app: &App, actor: &Actor, ask: &PullAsk) -> Result<Page> {
    let account = actor.account;
    let queue = Queue { account, client: ask.client };
    let cursor = read(app, account, ask);
    if let Some(cursor) = &cursor {
        if ask.refetch.is_empty() && is_unmoved(app, (actor, queue), cursor).await? {
            return Ok(Page::unmoved(cursor.epoch));
        }
        restores::by_cursor(app, cursor).await?;
    }
    let mut tx = app.db.snapshot().await?;
    let held = feeds::held_by(&offices::actor(&mut tx, account).await?);
    let heads = heads::store::find(&mut tx, queue, &held).await?;
    let (events, from) = plan(ask, cursor.as_ref(), (heads.epoch, &held));
    let mut page = Filling::new(from);
    for feed in &held {
        if !page.take(&mut tx, *feed, heads.feeds[feed].seq).await? {
            break;
        }
    }
    let (tail, told, mark) = if page.is_full {
        (None, cursor.and_then(|cursor| cursor.told), None)
    } else {
        let tail = tail(&mut tx, queue, &heads).await?;
        (Some(tail), Some(Told::of(queue, heads.queue)), Some(heads.mark(ask.client)))
    };
    tx.rollback().await?;
    let cursor = Cursor { epoch: heads.epoch, account, feeds: page.reached, told, mark };
    let cursor = Some(tokens::seal(&app.secrets.cursor, &cursor));
    Ok(Page { epoch: heads.epoch, feeds: events, rows: page.rows, cursor, done: !page.is_full, tail })
}

/// Whether everything stands as it did when the cursor was given. The caller's rights were read a moment ago; what
/// changes them moves the feed of their account, so that heads which did not move were read under those rights.
async fn is_unmoved(app: &App, (actor, queue): (&Actor, Queue), cursor: &Cursor) -> Result<bool> {
    let held = feeds::held_by(actor);
    if cursor.mark.is_none() || held.len() > heads::FEEDS_AT_ONCE {
        return Ok(false);
    }
    let heads = heads::store::find(&mut *app.db.read().await?, queue, &held).await?;
    Ok(cursor.mark == Some(heads.mark(queue.client)))
}

/// The cursor, where this server signed it for this account.
fn read(app: &App, account: AccountId, ask: &PullAsk) -> Option<Cursor> {
    let token = ask.cursor.as_deref()?;
    tokens::open::<Cursor>(&app.secrets.cursor, token).filter(|cursor| cursor.account == account)
}

/// What happens to whole feeds, and from which number on each feed is sent.
fn plan(
    ask: &PullAsk,
    cursor: Option<&Cursor>,
    (epoch, held): (Epoch, &[FeedId]),
) -> (Vec<FeedEvent>, BTreeMap<FeedId, i64>) {
    let reset = |reason| held.iter().map(move |feed| FeedEvent::Reset { feed: *feed, reason });
    let Some(cursor) = cursor else {
        let events = match &ask.cursor {
            None => held.iter().map(|feed| FeedEvent::Join { feed: *feed }).collect(),
            Some(_) => reset(ResetReason::Cursor).collect(),
        };
        return (events, held.iter().map(|feed| (*feed, 0)).collect());
    };
    let left =
        cursor.feeds.keys().filter(|feed| !held.contains(feed)).map(|feed| FeedEvent::Leave { feed: *feed });
    if cursor.epoch != epoch {
        let events = left.chain(reset(ResetReason::Epoch)).collect();
        return (events, held.iter().map(|feed| (*feed, 0)).collect());
    }
    let mut events: Vec<FeedEvent> = left.collect();
    let mut from = BTreeMap::new();
    for feed in held {
        let stands = match cursor.feeds.get(feed) {
            Some(_) if ask.refetch.contains(feed) => {
                events.push(FeedEvent::Reset { feed: *feed, reason: ResetReason::Checksum });
                0
            }
            Some(seq) => *seq,
            None => {
                events.push(FeedEvent::Join { feed: *feed });
                0
            }
        };
        from.insert(*feed, stands);
    }
    (events, from)
}

/// A page being filled.
struct Filling {
    rows: Vec<FeedRow>,
    /// Where the phone will stand in each feed.
    reached: BTreeMap<FeedId, i64>,
    is_full: bool,
    bytes: usize,
    /// Records whose body the page carries already.
    sent: BTreeSet<(String, Uuid, u64)>,
}

impl Filling {
    fn new(from: BTreeMap<FeedId, i64>) -> Filling {
        Filling { rows: Vec::new(), reached: from, is_full: false, bytes: 0, sent: BTreeSet::new() }
    }

    /// Takes rows of a feed up to its head (`true`) or until the page is full.
    async fn take(&mut self, db: &mut Conn, feed: FeedId, head: i64) -> db::Result<bool> {
        loop {
            let after = self.reached.get(&feed).copied().unwrap_or(0);
            if after >= head {
                return Ok(true);
            }
            let rows = feeds::store::page(db, feed, after, ROWS_AT_ONCE.cast_signed() as i64).await?;
            let last = rows.len() < ROWS_AT_ONCE;
            for row in rows {
                if self.rows.len() >= limits::PULL_ROWS_MAX || self.bytes >= limits::PULL_BYTES_MAX {
                    self.is_full = true;
                    return Ok(false);
                }
                self.reached.insert(feed, row.seq);
                self.push(feed, row)?;
            }
            if last {
                return Ok(true);
            }
        }
    }

    fn push(&mut self, feed: FeedId, row: feeds::store::PageRow) -> db::Result<()> {
        let gone = row.body.is_none();
        let body = match row.body {
            None => None,
            Some(_) if !self.sent.insert((row.kind.clone(), row.id, row.rev)) => None,
            Some(text) => {
                self.bytes += text.len();
                let broken = |_| db::Error::Row { table: "record", column: "body", id: row.id.to_string() };
                Some(RawValue::from_string(text).map_err(broken)?)
            }
        };
        let row_sent = Row { kind: row.kind, id: row.id, rev: row.rev, gone, body };
        self.rows.push(FeedRow { feed, seq: row.seq.cast_unsigned(), row: row_sent });
        Ok(())
    }
}

/// What holds once the phone has every page. A queue that is not the asker's own stands at nothing.
async fn tail(db: &mut Conn, queue: Queue, heads: &Heads) -> db::Result<Tail> {
    let Standing { last_n, head } = heads.queue;
    let durable_through = match heads.covered_until {
        0 => 0,
        covered => ledger::store::last_until(db, queue, covered).await?,
    };
    let sums = heads.feeds.iter().map(|(feed, head)| (*feed, head.checksum)).collect();
    let chain = |(branch, (length, head)): (&BranchId, &(i64, Digest))| {
        (*branch, ChainHead { length: length.cast_unsigned(), head: *head })
    };
    let chains = heads.chains.iter().map(chain).collect();
    Ok(Tail { last_n, head, durable_through, sums, chains })
}

#[cfg(test)]
mod tests {
    use shared::ids::ClientId;

    use super::*;

    fn feed(n: u128) -> FeedId {
        FeedId::Branch(BranchId(Uuid::from_u128(n)))
    }

    fn ask(cursor: Option<&str>, refetch: &[FeedId]) -> PullAsk {
        let client = ClientId(Uuid::from_u128(1));
        PullAsk { client, cursor: cursor.map(str::to_owned), refetch: refetch.to_vec() }
    }

    fn cursor(epoch: u8, feeds: &[(FeedId, i64)]) -> Cursor {
        let feeds = feeds.iter().copied().collect();
        Cursor { epoch: Epoch([epoch; 16]), account: AccountId(Uuid::nil()), feeds, told: None, mark: None }
    }

    #[test]
    fn a_new_phone_joins_and_one_with_a_strange_cursor_starts_over() {
        let held = [FeedId::Org, feed(1)];
        let now = (Epoch([1; 16]), &held[..]);
        let (events, from) = plan(&ask(None, &[]), None, now);
        assert_eq!(events, held.map(|feed| FeedEvent::Join { feed }));
        assert_eq!(from, BTreeMap::from(held.map(|feed| (feed, 0))));
        let (events, _) = plan(&ask(Some("x"), &[]), None, now);
        assert_eq!(events, held.map(|feed| FeedEvent::Reset { feed, reason: ResetReason::Cursor }));
    }

    #[test]
    fn grants_that_came_and_went_are_joins_and_leaves() {
        let held = [FeedId::Org, feed(2)];
        let stood = cursor(1, &[(FeedId::Org, 7), (feed(1), 4)]);
        let (events, from) = plan(&ask(Some("x"), &[]), Some(&stood), (Epoch([1; 16]), &held));
        assert_eq!(events, [FeedEvent::Leave { feed: feed(1) }, FeedEvent::Join { feed: feed(2) }]);
        assert_eq!(from, BTreeMap::from([(FeedId::Org, 7), (feed(2), 0)]));
    }

    #[test]
    fn a_feed_asked_for_anew_and_another_life_of_the_database_are_resets() {
        let held = [FeedId::Org];
        let stood = cursor(1, &[(FeedId::Org, 7), (feed(1), 4)]);
        let (events, from) = plan(&ask(Some("x"), &[FeedId::Org]), Some(&stood), (Epoch([1; 16]), &held));
        let reset = |reason| FeedEvent::Reset { feed: FeedId::Org, reason };
        assert_eq!(events, [FeedEvent::Leave { feed: feed(1) }, reset(ResetReason::Checksum)]);
        assert_eq!(from[&FeedId::Org], 0);
        let (events, from) = plan(&ask(Some("x"), &[]), Some(&stood), (Epoch([2; 16]), &held));
        assert_eq!(events, [FeedEvent::Leave { feed: feed(1) }, reset(ResetReason::Epoch)]);
        assert_eq!(from[&FeedId::Org], 0);
    }
}
