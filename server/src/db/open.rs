//! Opens the pools: URL, settings of each connection, migrations.

use std::{path::PathBuf, sync::Arc, time::Duration};

use sqlx::{
    AnyConnection, AnyPool, AssertSqlSafe, Connection, Executor, any::AnyPoolOptions, migrate::Migrator,
};
use tokio::sync::broadcast;

use super::{Db, Engine, Result, listen::Listener, warm::Warm};

/// The one set of migrations, for both engines.
static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

/// WAL lets readers read under a writer. FULL, because a phone forgets an op on our word. `secure_delete`,
/// because what was erased must not lie in free pages.
const SQLITE_SETTINGS: &str = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=10000; \
     PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON";

/// No statement of ours runs for half a minute; one that does holds locks that others wait for.
const POSTGRES_SETTINGS: &str =
    "SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '60s'";

/// How long a request waits for a free connection before it is told to come back.
const ACQUIRE_PATIENCE: Duration = Duration::from_secs(10);

/// How long a connection is taken to live without being asked. It was asked when it came back; asking again each time
/// it goes out costs as much as the statement it goes out for.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// Pokes that a slow listener may lag behind before it must look everywhere.
const POKES_KEPT: usize = 256;

/// Where the database is.
#[derive(Clone, Debug)]
pub enum Target {
    /// A file of this machine, made when it is missing.
    File {
        /// Where it is.
        path: PathBuf,
        /// The most reading connections to hold.
        connections: u32,
        /// Bytes that it may grow to; none: as many as the disk has.
        bytes_max: Option<u64>,
    },
    /// `postgres://…` and the most connections to hold.
    Server(String, u32),
}

/// Number of the last migration that this program knows.
#[must_use]
pub fn newest_schema() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
}

pub(super) async fn open(target: &Target) -> Result<Db> {
    let mut db = connect(target).await?;
    migrate_to(&db.writers, newest_schema()).await?;
    if let Target::Server(url, _) = target {
        db.listener = Some(Arc::new(Listener::start(url, db.pokes.clone()).await?));
    }
    Ok(db)
}

pub(super) async fn connect(target: &Target) -> Result<Db> {
    sqlx::any::install_default_drivers();
    let (pokes, _) = broadcast::channel(POKES_KEPT);
    let (engine, readers, writers, connections) = match target {
        Target::File { path, connections, bytes_max } => {
            let url = file_url(path);
            let writers = pool(&url, 1, *bytes_max).await?;
            (Engine::Sqlite, pool(&url, *connections, None).await?, writers, *connections)
        }
        Target::Server(url, connections) => {
            let both = pool(url, *connections, None).await?;
            (Engine::Postgres, both.clone(), both, *connections)
        }
    };
    let bytes_max = match target {
        Target::File { bytes_max, .. } => *bytes_max,
        Target::Server(..) => None,
    };
    let warm = Warm::new(connections);
    Ok(Db { engine, readers, writers, warm, bytes_max, pokes, listener: None })
}

pub(super) async fn migrate_to(writers: &AnyPool, schema: i64) -> Result<()> {
    Ok(MIGRATIONS.run_to(schema, writers).await?)
}

/// Connections of which none lets the file of SQLite grow beyond so many bytes.
async fn pool(url: &str, connections: u32, bytes_max: Option<u64>) -> Result<AnyPool> {
    let pool = AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_PATIENCE)
        .test_before_acquire(false)
        .before_acquire(|conn, meta| {
            Box::pin(async move {
                if meta.idle_for > TRUSTED_FOR {
                    conn.ping().await?;
                }
                Ok(is_usable(conn))
            })
        })
        .after_connect(move |conn, _| Box::pin(settings(conn, bytes_max)))
        .connect(url)
        .await?;
    Ok(pool)
}

/// Whether a connection that nobody uses is in no transaction. SQLite ends one by itself when the disk is full; the
/// driver's rollback then fails, and it would take the connection for busy for ever.
fn is_usable(conn: &AnyConnection) -> bool {
    !conn.is_in_transaction()
}

async fn settings(conn: &mut AnyConnection, bytes_max: Option<u64>) -> sqlx::Result<()> {
    let text = match conn.backend_name() {
        "SQLite" => SQLITE_SETTINGS,
        _ => POSTGRES_SETTINGS,
    };
    conn.execute(text).await?;
    if let Some(bytes) = bytes_max {
        // A file that is larger already keeps its size.
        let pages = (bytes / page_bytes(conn).await?).max(1);
        conn.execute(AssertSqlSafe(format!("PRAGMA max_page_count={pages}"))).await?;
    }
    Ok(())
}

/// Bytes of a page of SQLite's file.
async fn page_bytes(conn: &mut AnyConnection) -> sqlx::Result<u64> {
    let bytes: i64 =
        sqlx::query_scalar("SELECT CAST(page_size AS BIGINT) FROM pragma_page_size").fetch_one(conn).await?;
    Ok(bytes.unsigned_abs().max(1))
}

/// Bytes by which what SQLite keeps may grow within so many: pages not made yet, and those that lie free in the file.
pub(super) async fn room(conn: &mut AnyConnection, bytes_max: u64) -> Result<u64> {
    let pages: i64 = sqlx::query_scalar(
        "SELECT CAST(page_count - freelist_count AS BIGINT) FROM pragma_page_count, pragma_freelist_count",
    )
    .fetch_one(&mut *conn)
    .await?;
    Ok(bytes_max.saturating_sub(pages.unsigned_abs() * page_bytes(conn).await?))
}

/// The path as a URL; the signs that would end it early are written as `%xx`.
fn file_url(path: &std::path::Path) -> String {
    let mut url = String::from("sqlite:");
    for sign in path.to_string_lossy().chars() {
        match sign {
            '%' => url.push_str("%25"),
            '?' => url.push_str("%3F"),
            '#' => url.push_str("%23"),
            other => url.push(other),
        }
    }
    url.push_str("?mode=rwc");
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strange_folder_name_stays_a_folder_name() {
        assert_eq!(file_url("/a b/50%?/m.db".as_ref()), "sqlite:/a b/50%25%3F/m.db?mode=rwc");
    }
}
