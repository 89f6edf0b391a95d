//! Hints to open phones: which feed moved. They carry no content, and nothing depends on their coming.

use std::{collections::VecDeque, time::Duration};

use futures_util::{Stream, stream};
use serde::Serialize;
use shared::ids::{AccountId, FeedId};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::Instant,
};

use super::{feeds, offices};
use crate::{App, db::Poke};

/// A stream ends after this time, and the phone asks again with a token of that day: as long as an access token.
const STREAM_MAX: Duration = Duration::from_secs(15 * 60);

/// One hint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// Which feed.
    pub feed: FeedId,
    /// The number it reached.
    pub seq: i64,
}

/// Hints about the feeds an account holds now. Ends when its grants or devices change, at the latest after
/// [`STREAM_MAX`], or when the server stops.
pub async fn stream(app: App, account: AccountId) -> crate::db::Result<impl Stream<Item = Moved>> {
    let pokes = app.db.pokes();
    let held = feeds::held_by(&offices::actor(&mut *app.db.read().await?, account).await?);
    let until = Instant::now() + STREAM_MAX;
    let open = Open { app, account, held, pokes, until, waiting: VecDeque::new() };
    Ok(stream::unfold(open, |mut open| async move { open.next().await.map(|moved| (moved, open)) }))
}

struct Open {
    app: App,
    account: AccountId,
    held: Vec<FeedId>,
    pokes: Receiver<Poke>,
    until: Instant,
    waiting: VecDeque<Moved>,
}

impl Open {
    /// The next hint, or the end.
    async fn next(&mut self) -> Option<Moved> {
        loop {
            if let Some(moved) = self.waiting.pop_front() {
                return Some(moved);
            }
            let poke = tokio::select! {
                poke = self.pokes.recv() => poke,
                () = self.app.stopping.cancelled() => return None,
                () = tokio::time::sleep_until(self.until) => return None,
            };
            match poke {
                Ok(Poke::Feed { feed, seq }) => self.waiting.extend(self.mine(&feed, seq)),
                Ok(Poke::Account { id }) if id == self.account.to_string() => return None,
                Ok(Poke::Account { .. } | Poke::Work) => {}
                Ok(Poke::All) | Err(RecvError::Lagged(_)) => self.look_everywhere().await?,
                Err(RecvError::Closed) => return None,
            }
        }
    }

    fn mine(&self, feed: &str, seq: i64) -> Option<Moved> {
        let feed: FeedId = feed.parse().ok()?;
        self.held.contains(&feed).then_some(Moved { feed, seq })
    }

    /// Hints were lost: the account's grants may have changed, and any feed may have moved.
    async fn look_everywhere(&mut self) -> Option<()> {
        match self.heads().await {
            Ok(Some(heads)) => {
                self.waiting.extend(heads);
                Some(())
            }
            Ok(None) => None,
            Err(error) => {
                tracing::warn!(%error, "an event stream ends: its feeds cannot be read");
                None
            }
        }
    }

    /// Where the feeds stand; `None` where the account no longer holds the same ones.
    async fn heads(&self) -> crate::db::Result<Option<Vec<Moved>>> {
        let mut db = self.app.db.read().await?;
        if feeds::held_by(&offices::actor(&mut db, self.account).await?) != self.held {
            return Ok(None);
        }
        let mut heads = Vec::with_capacity(self.held.len());
        for feed in &self.held {
            heads.push(Moved { feed: *feed, seq: feeds::store::head(&mut db, *feed).await?.seq });
        }
        Ok(Some(heads))
    }
}
