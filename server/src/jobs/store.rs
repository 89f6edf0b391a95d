//! Table `job`. The guard in the claim is what makes one text right on both databases; skipping locked rows is
//! what makes it quick on PostgreSQL.

use super::Job;
use crate::db::{Conn, Db, Result, at, text};

/// A job that this worker holds until its lease ends.
#[derive(Debug)]
pub struct Claimed {
    pub id: String,
    pub job: Job,
    /// How often it was begun, this time included.
    pub attempts: i64,
    /// The token the lease was taken with.
    pub worker: String,
}

/// Adds a job that is ready at `run_at`.
pub async fn insert(db: &mut Conn, id: &str, job: &Job, (now, run_at): (i64, i64)) -> Result<()> {
    let stored = serde_json::to_value(job).expect("jobs have string keys only");
    sqlx::query(
        "INSERT INTO job (id, kind, args, state, run_at, lease_until, lease_by, attempts, last_error, created_at)
         VALUES ($1, $2, $3, 'ready', $4, 0, '', 0, NULL, $5)",
    )
    .bind(id)
    .bind(stored["kind"].as_str().expect("every job names its kind"))
    .bind(stored["args"].to_string())
    .bind(run_at)
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}

/// Whether some job may be there to take.
pub async fn is_any(db: &mut Conn, now: i64) -> Result<bool> {
    let found: Option<String> = sqlx::query_scalar(
        "SELECT id FROM job WHERE state = 'ready' AND run_at <= $1 AND lease_until < $1 ORDER BY run_at, id LIMIT 1",
    )
    .bind(now)
    .fetch_optional(db)
    .await?;
    Ok(found.is_some())
}

/// Takes the next job until `lease_until`. `None` does not mean that there is nothing: ask again a little later.
pub async fn claim(
    engine: &Db,
    db: &mut Conn,
    worker: &str,
    (now, lease_until): (i64, i64),
) -> Result<Option<Claimed>> {
    let statement = text(&[
        "UPDATE job SET lease_until = $2, lease_by = $3, attempts = attempts + 1
         WHERE id = (SELECT id FROM job WHERE state = 'ready' AND run_at <= $1 AND lease_until < $1
                     ORDER BY run_at, id LIMIT 1",
        engine.skip_locked(),
        ") AND state = 'ready' AND lease_until < $1 RETURNING id, kind, args, attempts",
    ]);
    let found: Option<(String, String, String, i64)> =
        sqlx::query_as(statement).bind(now).bind(lease_until).bind(worker).fetch_optional(db).await?;
    let Some((id, kind, args, attempts)) = found else { return Ok(None) };
    let args: serde_json::Value = serde_json::from_str(&args).map_err(|_| at("job", &id).broken("args"))?;
    let job = serde_json::from_value(serde_json::json!({ "kind": kind, "args": args }));
    let job = job.map_err(|_| at("job", &id).broken("kind"))?;
    Ok(Some(Claimed { id, job, attempts, worker: worker.to_owned() }))
}

/// Holds a job longer. False: the lease was lost, somebody else has it.
pub async fn renew(db: &mut Conn, claimed: &Claimed, lease_until: i64) -> Result<bool> {
    let hit =
        sqlx::query("UPDATE job SET lease_until = $1 WHERE id = $2 AND lease_by = $3 AND attempts = $4")
            .bind(lease_until)
            .bind(&claimed.id)
            .bind(&claimed.worker)
            .bind(claimed.attempts)
            .execute(db)
            .await?;
    Ok(hit.rows_affected() == 1)
}

/// Removes a job that is done. A lost lease is no error: whoever has it finds the work done.
pub async fn finish(db: &mut Conn, claimed: &Claimed) -> Result<()> {
    sqlx::query("DELETE FROM job WHERE id = $1 AND lease_by = $2 AND attempts = $3")
        .bind(&claimed.id)
        .bind(&claimed.worker)
        .bind(claimed.attempts)
        .execute(db)
        .await?;
    Ok(())
}

/// Gives a job back after a failure: to be tried at `run_at`, or `None` to give it up for good.
pub async fn fail(db: &mut Conn, claimed: &Claimed, error: &str, run_at: Option<i64>) -> Result<()> {
    sqlx::query(
        "UPDATE job SET state = $1, run_at = COALESCE($2, run_at), lease_until = 0, last_error = $3
         WHERE id = $4 AND lease_by = $5 AND attempts = $6",
    )
    .bind(if run_at.is_some() { "ready" } else { "dead" })
    .bind(run_at)
    .bind(error)
    .bind(&claimed.id)
    .bind(&claimed.worker)
    .bind(claimed.attempts)
    .execute(db)
    .await?;
    Ok(())
}

/// Gives a job back as if it had not been begun.
pub async fn release(db: &mut Conn, claimed: &Claimed) -> Result<()> {
    sqlx::query(
        "UPDATE job SET lease_until = 0, attempts = attempts - 1 WHERE id = $1 AND lease_by = $2 AND attempts = $3",
    )
    .bind(&claimed.id)
    .bind(&claimed.worker)
    .bind(claimed.attempts)
    .execute(db)
    .await?;
    Ok(())
}

/// Lets jobs be taken whose time or lease lies further ahead than any is ever set: the clock went back since.
pub async fn free_from_the_future(
    db: &mut Conn,
    now: i64,
    (latest_run_at, latest_lease): (i64, i64),
) -> Result<()> {
    sqlx::query("UPDATE job SET run_at = $1 WHERE state = 'ready' AND run_at > $2")
        .bind(now)
        .bind(latest_run_at)
        .execute(&mut *db)
        .await?;
    sqlx::query("UPDATE job SET lease_until = 0 WHERE state = 'ready' AND lease_until > $1")
        .bind(latest_lease)
        .execute(db)
        .await?;
    Ok(())
}

/// A job as an operator sees it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Listed {
    pub id: String,
    pub kind: String,
    /// JSON of ids and hashes.
    pub args: String,
    pub state: String,
    /// How often it was begun.
    pub attempts: i64,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
}

/// What can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Given up.
    Dead,
}

/// Jobs of one list.
pub const LISTED_MAX: usize = 200;
/// Kinds times states, many times over.
const COUNTS_MAX: i64 = 1_000;

/// Jobs of one state or of both, the oldest first, after one of them.
pub async fn list(db: &mut Conn, state: Option<State>, after: &str) -> Result<Vec<Listed>> {
    Ok(sqlx::query_as(
        "SELECT id, kind, args, state, attempts, last_error FROM job WHERE ($1 IS NULL OR state = $1)
         AND id > $2 ORDER BY id LIMIT $3",
    )
    .bind(state.map(|State::Dead| "dead"))
    .bind(after)
    .bind(LISTED_MAX as i64)
    .fetch_all(db)
    .await?)
}

/// Kind, state, how many, and when the first of them is or was due.
pub async fn counts(db: &mut Conn) -> Result<Vec<(String, String, i64, i64)>> {
    Ok(sqlx::query_as(
        "SELECT kind, state, COUNT(*), MIN(run_at) FROM job GROUP BY kind, state ORDER BY kind, state LIMIT $1",
    )
    .bind(COUNTS_MAX)
    .fetch_all(db)
    .await?)
}

/// Puts a job that was given up back. False: there is none of that id.
pub async fn revive(db: &mut Conn, id: &str, now: i64) -> Result<bool> {
    let hit = sqlx::query(
        "UPDATE job SET state = 'ready', run_at = $1, lease_until = 0, lease_by = '', attempts = 0
         WHERE id = $2 AND state = 'dead'",
    )
    .bind(now)
    .bind(id)
    .execute(db)
    .await?;
    Ok(hit.rows_affected() == 1)
}

/// Forgets a job that was given up. False: there is none of that id.
pub async fn drop_dead(db: &mut Conn, id: &str) -> Result<bool> {
    let hit = sqlx::query("DELETE FROM job WHERE id = $1 AND state = 'dead'").bind(id).execute(db).await?;
    Ok(hit.rows_affected() == 1)
}
