//! A part of a transaction that can be given up alone.

use std::ops::{Deref, DerefMut};

use sqlx::{Any, Connection, Transaction};

use super::{Conn, Result, Tx};

/// Dropped without [`Savepoint::release`], what was written since is undone; the transaction goes on.
pub struct Savepoint<'a>(Transaction<'a, Any>);

impl Tx {
    /// Begins a part that can be given up alone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn savepoint(&mut self) -> Result<Savepoint<'_>> {
        Ok(Savepoint((**self).begin().await?))
    }
}

impl Savepoint<'_> {
    /// Keeps what was written: it lasts if the transaction commits.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release(self) -> Result<()> {
        Ok(self.0.commit().await?)
    }

    /// Undoes what was written since it began.
    ///
    /// # Errors
    /// When the database fails; the transaction is lost then.
    pub async fn rollback(self) -> Result<()> {
        Ok(self.0.rollback().await?)
    }
}

impl Deref for Savepoint<'_> {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl DerefMut for Savepoint<'_> {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0
    }
}
