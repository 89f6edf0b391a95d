//! `miaopu jobs`: what waits to be done, what was given up, and what becomes of that. Called by `main` alone.

use std::fmt;

use anyhow::{Result, ensure};

use super::store::{self, Listed, State};
use crate::App;

/// Jobs by kind and state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// `Job`'s kind.
    pub kind: String,
    /// Ready or dead.
    pub state: String,
    /// How many.
    pub count: i64,
}

/// The queue as it stands.
#[derive(Debug)]
pub struct Queue {
    /// All of it, by kind and state.
    pub counts: Vec<Count>,
    /// The first jobs of what was asked for.
    pub jobs: Vec<Listed>,
}

impl fmt::Display for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Count { kind, state, count } in &self.counts {
            writeln!(f, "{kind:<10} {state:<6} {count}")?;
        }
        if self.counts.is_empty() {
            writeln!(f, "nothing waits, and nothing was given up")?;
        }
        for Listed { id, kind, args, state, attempts, last_error } in &self.jobs {
            writeln!(f, "\n{id}  {kind} {state}, begun {attempts} times\n  {args}")?;
            if let Some(error) = last_error {
                writeln!(f, "  {error}")?;
            }
        }
        if self.jobs.len() == store::LISTED_MAX {
            writeln!(f, "\nand perhaps more: say --after with the last of these")?;
        }
        Ok(())
    }
}

/// The queue, and its first jobs after one of them: those given up, or all.
///
/// # Errors
/// When the database fails.
pub async fn list(app: &App, all: bool, after: &str) -> Result<Queue> {
    let mut db = app.db.snapshot().await?;
    let counts = store::counts(&mut db).await?.into_iter();
    let counts = counts.map(|(kind, state, count, _)| Count { kind, state, count }).collect();
    let jobs = store::list(&mut db, if all { None } else { Some(State::Dead) }, after).await?;
    Ok(Queue { counts, jobs })
}

/// Puts a job that was given up back in the queue, as if it had never been begun.
///
/// # Errors
/// When no job of that id was given up.
pub async fn retry(app: &App, id: &str) -> Result<()> {
    let mut tx = app.db.write().await?;
    let hit = store::revive(&mut tx, id, app.now()).await?;
    tx.commit().await?;
    app.jobs.wake();
    given_up(hit, id)
}

/// Forgets a job that was given up. What it was to do stays undone.
///
/// # Errors
/// When no job of that id was given up.
pub async fn drop(app: &App, id: &str) -> Result<()> {
    let mut tx = app.db.write().await?;
    let hit = store::drop_dead(&mut tx, id).await?;
    tx.commit().await?;
    given_up(hit, id)
}

fn given_up(hit: bool, id: &str) -> Result<()> {
    ensure!(hit, "no job {id} was given up: `miaopu jobs list` names those that were");
    Ok(())
}
