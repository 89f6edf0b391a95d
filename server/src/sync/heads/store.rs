//! SQL of heads: one row a feed, each with what is the same for all.

use std::collections::BTreeMap;

use shared::{
    digest,
    ids::{BranchId, Digest, FeedId},
};

use super::{FEEDS_AT_ONCE, Heads};
use crate::{
    db::{self, Conn, Result, at, lists},
    sync::{
        feeds::Head,
        ledger::{Queue, Standing},
    },
};

#[derive(sqlx::FromRow)]
struct Row {
    feed_id: String,
    seq: Option<i64>,
    checksum: Option<String>,
    chain_length: Option<i64>,
    chain_head: Option<String>,
    last_n: Option<i64>,
    queue_head: Option<String>,
    epoch: String,
    covered_until: i64,
}

/// Where a queue and some feeds stand. Up to [`FEEDS_AT_ONCE`] feeds are read by one statement and so from one
/// state of the database, whether or not a snapshot is open.
pub async fn find(db: &mut Conn, queue: Queue, feeds: &[FeedId]) -> Result<Heads> {
    assert!(!feeds.is_empty(), "everybody holds a feed");
    let mut read: Option<Heads> = None;
    for part in lists(feeds.iter().copied()) {
        debug_assert!(part.len() <= FEEDS_AT_ONCE, "a list is one statement");
        let text = db::rows(part.len(), 2).numbered_from(3).within(
            "WITH wanted (feed_id, branch_id) AS (VALUES ",
            ") SELECT w.feed_id, f.seq, f.checksum, h.length AS chain_length, h.head AS chain_head, c.last_n,
                 c.head AS queue_head, (SELECT id FROM epoch ORDER BY n DESC LIMIT 1) AS epoch,
                 COALESCE((SELECT covered_until FROM durable WHERE one = 1), 0) AS covered_until
             FROM wanted w LEFT JOIN feed f ON f.id = w.feed_id LEFT JOIN chain h ON h.branch_id = w.branch_id
             LEFT JOIN client c ON c.account_id = $1 AND c.client_id = $2 LIMIT 64",
        );
        let query = sqlx::query_as(text).bind(queue.account.to_string()).bind(queue.client.to_string());
        let query =
            part.iter().fold(query, |query, feed| query.bind(feed.to_string()).bind(branch_of(*feed)));
        let rows: Vec<Row> = query.fetch_all(&mut *db).await?;
        for row in rows {
            add(read.get_or_insert(begun(&row)?), row)?;
        }
    }
    Ok(read.expect("every feed that is asked for is a row"))
}

/// The branch whose history goes with a feed; empty where none does.
fn branch_of(feed: FeedId) -> String {
    if let FeedId::Branch(branch) = feed { branch.to_string() } else { String::new() }
}

/// What every row says.
fn begun(row: &Row) -> Result<Heads> {
    let queue = match (row.last_n, &row.queue_head) {
        (Some(last_n), Some(head)) => {
            Standing { last_n: last_n.cast_unsigned(), head: at("client", head).parse("head", head)? }
        }
        _ => Standing::EMPTY,
    };
    let epoch = at("epoch", &row.epoch).parse("id", &row.epoch)?;
    let (feeds, chains) = (BTreeMap::new(), BTreeMap::new());
    Ok(Heads { epoch, covered_until: row.covered_until, queue, feeds, chains })
}

/// What a row says of its own feed.
fn add(heads: &mut Heads, row: Row) -> Result<()> {
    let at = at("feed", &row.feed_id);
    let feed: FeedId = at.parse("id", &row.feed_id)?;
    let head = match (row.seq, &row.checksum) {
        (Some(seq), Some(checksum)) => Head { seq, checksum: at.parse("checksum", checksum)? },
        _ => Head::EMPTY,
    };
    heads.feeds.insert(feed, head);
    if let FeedId::Branch(branch) = feed {
        heads.chains.insert(branch, chain(&row, branch)?);
    }
    Ok(())
}

fn chain(row: &Row, branch: BranchId) -> Result<(i64, Digest)> {
    Ok(match (row.chain_length, &row.chain_head) {
        (Some(length), Some(head)) => (length, at("chain", &row.feed_id).parse("head", head)?),
        _ => (0, digest::first_link(branch)),
    })
}
