//! What can go wrong between a store and the database. Never a verdict about a person's request.

/// Answer of every store function.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure of the database, or a stored value that this program does not understand.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The driver's error; its text is for the log only.
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
    /// A migration failed, or one that ran before was edited.
    #[error(transparent)]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A stored value that its type refuses: the row was written by something else than this program.
    #[error("{table}.{column} of {id} holds a value that does not parse")]
    Row {
        /// Table that holds the row.
        table: &'static str,
        /// Column that did not parse.
        column: &'static str,
        /// Key of the row.
        id: String,
    },
    /// A write that must hit one row hit none or several: an invariant of the locks is broken.
    #[error("writing {table} {id} hit {hit} rows instead of 1")]
    Missed {
        /// Table that was written.
        table: &'static str,
        /// Key of the row.
        id: String,
        /// Rows that were hit.
        hit: u64,
    },
}

impl Error {
    /// Whether the write would have doubled a key.
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Error::Sql(sqlx::Error::Database(e)) if e.is_unique_violation())
    }

    /// Whether the same call may succeed later without anybody changing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Error::Sql(sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_)))
    }

    /// Checks the row count of a write that must hit exactly one row.
    ///
    /// # Errors
    /// [`Error::Missed`] for any other count.
    pub fn one_row(hit: u64, table: &'static str, id: &str) -> Result<()> {
        if hit == 1 { Ok(()) } else { Err(Error::Missed { table, id: id.to_owned(), hit }) }
    }
}
