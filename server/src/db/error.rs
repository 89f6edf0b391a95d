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
    /// A write hit other rows than it names: an invariant of the locks is broken.
    #[error("writing {table} {id} hit {hit} rows instead of {wanted}")]
    Missed {
        /// Table that was written.
        table: &'static str,
        /// Keys of the rows.
        id: String,
        /// Rows that were hit.
        hit: u64,
        /// Rows that were named.
        wanted: usize,
    },
}

impl Error {
    /// Whether the write would have doubled a key.
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Error::Sql(sqlx::Error::Database(e)) if e.is_unique_violation())
    }

    /// Whether the same call may succeed later: the database was out of reach, busy, full or short of something.
    /// It says nothing about what was to be written.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Error::Sql(
                sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed
                | sqlx::Error::Io(_)
                | sqlx::Error::Tls(_),
            ) => true,
            Error::Sql(sqlx::Error::Database(error)) => error.code().is_some_and(|code| passes(&code)),
            _ => false,
        }
    }

    /// Checks the row count of a write that must hit exactly one row.
    ///
    /// # Errors
    /// [`Error::Missed`] for any other count.
    pub fn one_row(hit: u64, table: &'static str, id: &str) -> Result<()> {
        Error::rows(hit, 1, table, || id.to_owned())
    }

    /// Checks the row count of a write that must hit as many rows as it names.
    ///
    /// # Errors
    /// [`Error::Missed`] for any other count.
    pub fn rows(hit: u64, wanted: usize, table: &'static str, ids: impl FnOnce() -> String) -> Result<()> {
        if hit == wanted as u64 { Ok(()) } else { Err(Error::Missed { table, id: ids(), hit, wanted }) }
    }
}

/// Whether a code of either database is one of those that pass. PostgreSQL's have five signs, of which the first
/// two are the class (its manual, appendix A); SQLite's are numbers, of which the low byte is the primary code.
fn passes(code: &str) -> bool {
    /// Connection, transaction rollback, resources, operator intervention, the system itself.
    const CLASSES: [&str; 5] = ["08", "40", "53", "57", "58"];
    /// Locked rows and statements that ran out of time.
    const LOCK_NOT_AVAILABLE: &str = "55P03";
    /// BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, FULL, CANTOPEN, PROTOCOL.
    const PRIMARY: [u32; 9] = [5, 6, 7, 8, 9, 10, 13, 14, 15];
    if code.len() == 5 {
        return code == LOCK_NOT_AVAILABLE || CLASSES.iter().any(|class| code.starts_with(class));
    }
    code.parse::<u32>().is_ok_and(|code| PRIMARY.contains(&(code & 0xff)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_or_busy_database_passes_and_a_doubled_key_does_not() {
        for code in ["5", "13", "517", "2570", "53100", "57P01", "40P01", "08006", "55P03"] {
            assert!(passes(code), "{code}");
        }
        for code in ["1", "19", "1555", "2067", "23505", "22021", "42P01", ""] {
            assert!(!passes(code), "{code}");
        }
    }
}
