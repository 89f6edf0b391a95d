//! One attempt to sign in or to use a code: it counts as failed until it succeeded, so that a hundred at once
//! are a hundred.

use shared::wire::Code;

use super::{
    delay::{self, By},
    store,
};
use crate::{
    App,
    clock::SECOND_MS,
    db::Conn,
    error::{Error, Result},
    extract::Network,
};

/// Who tries what from where.
pub struct Attempt<'a> {
    /// The number as typed, whether or not it is one.
    pub typed: &'a str,
    /// Where it came from.
    pub from: Network,
}

impl Attempt<'_> {
    /// Counts the attempt.
    ///
    /// # Errors
    /// `too_many_requests` with the seconds to wait; it is not counted then.
    pub async fn begin(&self, app: &App) -> Result<()> {
        let now = app.now();
        let mut tx = app.db.write().await?;
        store::forget_old_attempts(&mut tx, now - delay::FORGET_MS).await?;
        let mut wait_ms = 0;
        for (by, key) in self.keys() {
            store::lock_attempts(&mut tx, &key, now).await?;
            let (failures, last_at) = store::attempts(&mut tx, &key).await?;
            wait_ms = wait_ms.max(delay::wait_ms(by, failures, last_at, now));
        }
        if wait_ms > 0 {
            let seconds = (wait_ms + SECOND_MS - 1) / SECOND_MS;
            return Err(Error::Later(Code::TooManyRequests, u32::try_from(seconds).unwrap_or(u32::MAX)));
        }
        for (_, key) in self.keys() {
            store::count_attempt(&mut tx, &key, now, now - delay::FORGET_MS).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Forgets the number's failures and takes this one back from the network's.
    pub async fn succeeded(&self, db: &mut Conn) -> Result<()> {
        let [(_, network), (_, number)] = self.keys();
        store::uncount_attempt(db, &network).await?;
        Ok(store::forget_attempts(db, &number).await?)
    }

    /// In the order in which they are locked.
    fn keys(&self) -> [(By, String); 2] {
        [(By::Network, delay::network_key(self.from.0)), (By::Number, delay::number_key(self.typed))]
    }
}
