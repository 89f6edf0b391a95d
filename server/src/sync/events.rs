//! Hints to open phones: which feed moved. They carry no content, and nothing depends on their coming.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use futures_util::{Stream, stream};
use schemars::JsonSchema;
use serde::Serialize;
use shared::{ids::FeedId, model::Actor};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::Instant,
};

use super::feeds;
use crate::{
    App,
    db::{self, Poke},
    metrics::Streaming,
    sessions::{self, token::Bearer},
};

/// A stream ends after this time, and the phone asks again with a newer token: as long as an access token lasts.
const STREAM_MAX: Duration = Duration::from_secs(15 * 60);

/// Between two looks at the database: a command beside the server changes grants and feeds without a hint.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// One hint.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Moved {
    /// Which feed.
    pub feed: FeedId,
    /// The number it reached.
    pub seq: i64,
}

/// Hints about the feeds that a caller holds. Ends when its grants or its device change, at the latest after
/// `STREAM_MAX`, or when the server stops.
pub async fn stream(app: App, caller: Actor, bearer: Bearer) -> db::Result<impl Stream<Item = Moved>> {
    let pokes = app.db.pokes();
    let held = feeds::held_by(&caller);
    let (now, counted) = (Instant::now(), app.metrics.streaming());
    let mut open = Open {
        app,
        caller,
        bearer,
        held,
        pokes,
        told: BTreeMap::new(),
        ends: now + STREAM_MAX,
        looks: now + LOOK_EVERY,
        waiting: VecDeque::new(),
        _counted: counted,
    };
    open.told = open.heads().await?;
    Ok(stream::unfold(open, |mut open| async move { open.next().await.map(|moved| (moved, open)) }))
}

struct Open {
    app: App,
    caller: Actor,
    bearer: Bearer,
    held: Vec<FeedId>,
    pokes: Receiver<Poke>,
    /// The last number told of each feed.
    told: BTreeMap<FeedId, i64>,
    ends: Instant,
    looks: Instant,
    waiting: VecDeque<Moved>,
    _counted: Streaming,
}

impl Open {
    /// The next hint, or the end.
    async fn next(&mut self) -> Option<Moved> {
        loop {
            if let Some(moved) = self.waiting.pop_front() {
                self.told.insert(moved.feed, moved.seq);
                return Some(moved);
            }
            let poke = tokio::select! {
                poke = self.pokes.recv() => poke,
                () = tokio::time::sleep_until(self.looks) => Ok(Poke::All),
                () = tokio::time::sleep_until(self.ends) => return None,
                () = self.app.stopping.cancelled() => return None,
            };
            match poke {
                Ok(Poke::Feed { feed, seq }) => self.waiting.extend(self.mine(&feed, seq)),
                Ok(Poke::Account { id }) if id == self.caller.account.to_string() => return None,
                Ok(Poke::Account { .. } | Poke::Work) => {}
                Ok(Poke::All) | Err(RecvError::Lagged(_)) => self.look().await?,
                Err(RecvError::Closed) => return None,
            }
        }
    }

    fn mine(&self, feed: &str, seq: i64) -> Option<Moved> {
        let feed: FeedId = feed.parse().ok()?;
        self.held.contains(&feed).then_some(Moved { feed, seq })
    }

    /// Looks at the database itself: hints may have been lost. `None` ends the stream.
    async fn look(&mut self) -> Option<()> {
        self.looks = Instant::now() + LOOK_EVERY;
        match self.heads_if_unchanged().await {
            Ok(heads) => {
                let told = &self.told;
                let moved = heads?.into_iter().filter(|(feed, seq)| told.get(feed) != Some(seq));
                self.waiting.extend(moved.map(|(feed, seq)| Moved { feed, seq }));
                Some(())
            }
            Err(error) => {
                tracing::warn!(%error, "an event stream ends: its feeds cannot be read");
                None
            }
        }
    }

    /// Where the feeds stand; `None` where the caller is no longer who it was.
    async fn heads_if_unchanged(&self) -> db::Result<Option<BTreeMap<FeedId, i64>>> {
        let now = {
            let mut db = self.app.db.read().await?;
            sessions::store::actor(&mut db, self.bearer).await?
        };
        if now.as_ref() == Some(&self.caller) { self.heads().await.map(Some) } else { Ok(None) }
    }

    async fn heads(&self) -> db::Result<BTreeMap<FeedId, i64>> {
        let mut db = self.app.db.read().await?;
        feeds::store::reached(&mut db, &self.held).await
    }
}
