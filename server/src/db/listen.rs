//! Spreads pokes inside this process, and on PostgreSQL brings in those of other processes.

use std::time::Duration;

use sqlx::postgres::PgListener;
use tokio::{sync::broadcast, task::JoinHandle};

use super::{Poke, Result};

/// Pause before asking again for a connection that was refused.
const RECONNECT_PAUSE: Duration = Duration::from_secs(2);

/// The task that turns `NOTIFY poke` into pokes of this process.
pub(super) struct Listener(JoinHandle<()>);

impl Listener {
    /// Connects (outside the pool) and starts to listen.
    pub(super) async fn start(url: &str, channel: broadcast::Sender<Poke>) -> Result<Listener> {
        let mut listener = PgListener::connect(url).await?;
        listener.listen("poke").await?;
        Ok(Listener(tokio::spawn(run(listener, channel))))
    }

    pub(super) fn stop(&self) {
        self.0.abort();
    }
}

async fn run(mut listener: PgListener, channel: broadcast::Sender<Poke>) {
    loop {
        match listener.try_recv().await {
            Ok(Some(notice)) => send(&channel, Poke::decode(notice.payload())),
            // The connection was lost and made again: what was sent meanwhile is gone.
            Ok(None) => send(&channel, Poke::All),
            Err(error) => {
                tracing::warn!(%error, "listening for pokes failed; asking again");
                tokio::time::sleep(RECONNECT_PAUSE).await;
                send(&channel, Poke::All);
            }
        }
    }
}

/// Sends to whoever listens. Nobody listening is no error: a poke is a hint.
pub(super) fn send(channel: &broadcast::Sender<Poke>, poke: Poke) {
    if channel.receiver_count() > 0 && channel.send(poke).is_err() {
        tracing::debug!("the last listener left while a poke was sent");
    }
}
