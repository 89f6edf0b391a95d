//! What a phone holds after its pulls: the rows of each feed, and nothing made of them. Every page is checked
//! against what a page may say.

use std::collections::BTreeMap;

use shared::ids::{Epoch, FeedId};
use shared::model::{Body, RecordId};
use shared::wire::Page;
use shared::wire::pull::{FeedEvent, FeedRow, Tail};
use uuid::Uuid;

/// A record's name in a feed: a phone keeps rows of kinds it does not know.
type Name = (String, Uuid);

/// A row as it stands in a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub seq: u64,
    pub rev: u64,
    /// The body's text, byte for byte.
    pub body: String,
}

/// The rows of each feed, and where the phone stands.
#[derive(Clone, Debug, Default)]
pub struct Mirror {
    pub epoch: Option<Epoch>,
    pub feeds: BTreeMap<FeedId, BTreeMap<Name, Held>>,
    /// What the last final page told.
    pub tail: Option<Tail>,
    pub(crate) cursor: Option<String>,
    heads: BTreeMap<FeedId, u64>,
}

impl Mirror {
    /// Takes a page in; answers whether it was the final one.
    ///
    /// # Panics
    /// When the page names a feed this phone does not hold, goes back in a feed, or leaves a body out that it owes.
    pub fn apply(&mut self, page: Page) -> bool {
        self.epoch = Some(page.epoch);
        for event in page.feeds {
            self.happen(&event);
        }
        let mut bodies: BTreeMap<(Name, u64), String> = BTreeMap::new();
        for FeedRow { feed, seq, row } in page.rows {
            let head = self
                .heads
                .get_mut(&feed)
                .unwrap_or_else(|| panic!("a row of {feed}, which was never joined"));
            assert!(seq > *head, "{feed} goes back from {head} to {seq}");
            *head = seq;
            let name = (row.kind.clone(), row.id);
            let rows = self.feeds.entry(feed).or_default();
            if row.gone {
                rows.remove(&name);
                continue;
            }
            if let Some(body) = &row.body {
                bodies.insert((name.clone(), row.rev), body.get().to_owned());
            }
            let body = bodies
                .get(&(name.clone(), row.rev))
                .unwrap_or_else(|| panic!("no body for {name:?}"))
                .clone();
            rows.insert(name, Held { seq, rev: row.rev, body });
        }
        let unmoved = page.cursor.is_none();
        assert_eq!(
            page.done && !unmoved,
            page.tail.is_some(),
            "a final page carries a tail, unless nothing moved"
        );
        assert!(!unmoved || page.done && self.tail.is_some(), "nothing can move from what was never told");
        self.cursor = page.cursor.or(self.cursor.take());
        self.tail = page.tail.or(self.tail.take());
        page.done
    }

    fn happen(&mut self, event: &FeedEvent) {
        match event {
            FeedEvent::Join { feed } => drop(self.heads.entry(*feed).or_insert(0)),
            FeedEvent::Leave { feed } => {
                self.heads.remove(feed);
                self.feeds.remove(feed);
            }
            FeedEvent::Reset { feed, .. } => {
                self.heads.insert(*feed, 0);
                self.feeds.remove(feed);
            }
        }
    }

    /// Whether this phone holds a feed, rows or not.
    #[must_use]
    pub fn holds(&self, feed: FeedId) -> bool {
        self.heads.contains_key(&feed)
    }

    /// The row with the highest revision of a record, in whatever feed.
    #[must_use]
    pub fn find(&self, record: RecordId) -> Option<&Held> {
        let name = (record.kind.name().to_owned(), record.id);
        self.feeds.values().filter_map(|rows| rows.get(&name)).max_by_key(|held| held.rev)
    }

    /// The feeds that hold a record.
    #[must_use]
    pub fn feeds_of(&self, record: RecordId) -> Vec<FeedId> {
        let name = (record.kind.name().to_owned(), record.id);
        self.feeds.iter().filter(|(_, rows)| rows.contains_key(&name)).map(|(feed, _)| *feed).collect()
    }

    /// A record's body.
    ///
    /// # Panics
    /// When the row cannot be read as its kind.
    #[must_use]
    pub fn body(&self, record: RecordId) -> Option<Body> {
        self.find(record).map(|held| Body::from_json(record.kind, &held.body).expect("a body of its kind"))
    }

    /// Every text this phone holds, for tests that look for what must not be there.
    #[must_use]
    pub fn text(&self) -> String {
        let rows = self.feeds.iter().flat_map(|(feed, rows)| rows.iter().map(move |row| (feed, row)));
        rows.map(|(feed, ((kind, id), held))| format!("{feed} {kind} {id} {} {}\n", held.rev, held.body))
            .collect()
    }
}
