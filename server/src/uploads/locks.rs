//! One request at a time works on an upload, and the latest wins: it asks the one before to stop and save, and
//! waits for that. A connection that died in silence therefore holds nobody up.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as Turn, OwnedMutexGuard};
use tokio_util::sync::CancellationToken;

/// How long the one before may take to save what it has.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who works on which upload in this process.
#[derive(Debug, Default)]
pub struct Locks(Mutex<HashMap<String, Holder>>);

#[derive(Debug)]
struct Holder {
    turn: Arc<Turn<()>>,
    stop: CancellationToken,
}

/// The right to work on an upload, until dropped.
#[derive(Debug)]
pub struct Held {
    /// Cancelled when somebody else wants the upload: save and let go.
    pub wanted: CancellationToken,
    _turn: OwnedMutexGuard<()>,
}

impl Locks {
    /// Takes an upload over; `None` when the one before does not let go in time.
    pub async fn take(&self, id: &str) -> Option<Held> {
        self.take_within(id, PATIENCE).await
    }

    async fn take_within(&self, id: &str, patience: Duration) -> Option<Held> {
        let wanted = CancellationToken::new();
        let turn = self.ask(id, wanted.clone());
        let turn = tokio::time::timeout(patience, turn.lock_owned()).await.ok()?;
        Some(Held { wanted, _turn: turn })
    }

    fn ask(&self, id: &str, stop: CancellationToken) -> Arc<Turn<()>> {
        let mut holders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // What nobody holds or waits for is forgotten here.
        holders.retain(|_, holder| Arc::strong_count(&holder.turn) > 1);
        let turn = match holders.remove(id) {
            Some(before) => {
                before.stop.cancel();
                before.turn
            }
            None => Arc::default(),
        };
        holders.insert(id.to_owned(), Holder { turn: Arc::clone(&turn), stop });
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_latest_is_let_in_once_the_one_before_has_saved() {
        let locks = Arc::new(Locks::default());
        let first = locks.take("a").await.unwrap();
        assert!(locks.take("b").await.is_some());
        let second = tokio::spawn({
            let locks = Arc::clone(&locks);
            async move { locks.take("a").await.is_some() }
        });
        first.wanted.cancelled().await;
        assert!(!second.is_finished());
        drop(first);
        assert!(second.await.unwrap());
    }

    #[tokio::test]
    async fn one_that_does_not_let_go_is_not_waited_for_for_ever() {
        let locks = Locks::default();
        let _first = locks.take("a").await.unwrap();
        assert!(locks.take_within("a", Duration::from_millis(20)).await.is_none());
    }
}
