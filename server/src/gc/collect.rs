//! `miaopu gc`: looks for files that no row names and lets them wait, then removes those that have waited long enough.
//! Without `--apply` it only says what it would do, and changes nothing.

use std::fmt;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use super::store::{self, Waiting};
use super::{Lies, Why};
use crate::App;
use crate::blobs::{Area, LIST_MAX};
use crate::clock::DAY_MS;
use crate::lease::{self, Held, STORAGE};
use crate::media::{Part, compress};
use crate::sync::feeds::store::lock_hash;

/// Days that a file waits where nobody says otherwise: a week, in which somebody notices what is wrong.
pub const USUAL_GRACE_DAYS: u32 = 7;
/// Files named one by one; of more, only the number is told.
const NAMED_MAX: usize = 50;
/// How old a write of a large object must be to be nobody's: no request takes as long.
const UNFINISHED_MS: i64 = DAY_MS;
/// Name of the command in the lease.
const COMMAND: &str = "gc";

/// What an operator asks for.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// Remove, instead of saying what would be removed.
    pub apply: bool,
    /// How long a file waits, in days.
    pub grace_days: u32,
}

/// Files, and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// How many.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Count {
    fn add(&mut self, bytes: u64) {
        self.files += 1;
        self.bytes += bytes;
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} files, {} bytes", self.files, self.bytes)
    }
}

/// What was found and done.
#[derive(Debug, Default)]
pub struct Report {
    /// Whether anything was changed.
    pub applied: bool,
    /// Files that no row names and that did not wait yet.
    pub found: Count,
    /// Files that go on waiting.
    pub waiting: Count,
    /// Files that have waited long enough: removed, or to be.
    pub removed: Count,
    /// Files that waited and that a row names again.
    pub needed: u64,
    /// What waits, the oldest first, with since when.
    pub lines: Vec<String>,
    /// Writes of large objects that a server left in a bucket when it was killed: ended, or to be.
    pub unfinished: usize,
    /// Raw photos that stay because the smaller file is not sound.
    pub faults: Vec<String>,
}

impl Report {
    fn line(&mut self, waiting: &Waiting, what: &str) {
        if self.lines.len() < NAMED_MAX {
            let Waiting { lies, size_bytes, why, since_at } = waiting;
            let since = jiff::Timestamp::from_millisecond(*since_at)
                .map_or_else(|_| since_at.to_string(), |at| at.strftime("%Y-%m-%dT%H:%MZ").to_string());
            self.lines.push(format!("{lies}  {size_bytes} bytes, {} since {since}: {what}", why.name()));
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            writeln!(f, "{line}")?;
        }
        for fault in &self.faults {
            writeln!(f, "FAULT {fault}")?;
        }
        let (begins, removed) = if self.applied {
            ("begins to wait", "removed")
        } else {
            ("would begin to wait", "would be removed")
        };
        writeln!(f, "{begins:<20} {}", self.found)?;
        writeln!(f, "{:<20} {}", "waits", self.waiting)?;
        writeln!(f, "{:<20} {} files", "needed again", self.needed)?;
        writeln!(f, "{removed:<20} {}", self.removed)?;
        if self.unfinished > 0 {
            writeln!(f, "{removed:<20} {} unfinished writes", self.unfinished)?;
        }
        if !self.applied {
            writeln!(f, "Nothing was changed: say --apply to remove.")?;
        }
        Ok(())
    }
}

/// Does, or says, what is to be done. Refuses to begin beside a backup.
///
/// # Errors
/// When database or storage fail; what was done until then stays done, and the next run goes on.
pub async fn collect(app: &App, wish: Wish) -> Result<Report> {
    let held = match lease::take(app, (STORAGE, COMMAND), Duration::ZERO).await? {
        Ok(held) => held,
        Err(other) => bail!("{} is under way on this storage: run gc again after it", other.0),
    };
    let mut report = Report { applied: wish.apply, ..Report::default() };
    let outcome = run(app, wish, (&held, &mut report)).await;
    held.release(app).await?;
    outcome.map(|()| report)
}

async fn run(app: &App, wish: Wish, (held, report): (&Held, &mut Report)) -> Result<()> {
    // What this run finds begins to wait now, so the old come first.
    wait_out(app, wish, (held, report)).await?;
    for area in Area::ALL {
        let mut after = None;
        loop {
            let page = app.blobs.list(area, after).await?;
            for (name, size_bytes) in &page {
                notice(app, wish, (Lies::Blob(area, *name), *size_bytes), report).await?;
            }
            match page.get(LIST_MAX - 1) {
                Some((last, _)) => after = Some(*last),
                None => break,
            }
        }
    }
    for (name, size_bytes) in app.blobs.list_incoming().await? {
        notice(app, wish, (Lies::Incoming(name), size_bytes), report).await?;
    }
    for unfinished in app.blobs.list_unfinished(app.now() - UNFINISHED_MS).await? {
        report.unfinished += 1;
        if wish.apply {
            app.blobs.give_up(&unfinished).await?;
        }
    }
    Ok(())
}

/// Lets a file wait that no row names.
async fn notice(app: &App, wish: Wish, (lies, size_bytes): (Lies, u64), report: &mut Report) -> Result<()> {
    let mut db = app.db.read().await?;
    if store::is_named(&mut db, &lies).await? || store::is_waiting(&mut db, &lies).await? {
        return Ok(());
    }
    drop(db);
    report.found.add(size_bytes);
    let waiting = Waiting { lies, size_bytes, why: Why::Unnamed, since_at: app.now() };
    report.line(&waiting, "no row names it");
    if wish.apply {
        let mut tx = app.db.write().await?;
        store::put(&mut tx, &waiting.lies, (size_bytes, Why::Unnamed), app.now()).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Goes through all that waits, the oldest first.
async fn wait_out(app: &App, wish: Wish, (held, report): (&Held, &mut Report)) -> Result<()> {
    let due = app.now() - i64::from(wish.grace_days) * DAY_MS;
    let mut after = None;
    loop {
        let page = store::list(&mut *app.db.read().await?, after.as_ref()).await?;
        for waiting in &page {
            if store::is_named(&mut *app.db.read().await?, &waiting.lies).await? {
                report.needed += 1;
                report.line(waiting, "needed again");
                if wish.apply {
                    let mut tx = app.db.write().await?;
                    store::forget(&mut tx, &waiting.lies).await?;
                    tx.commit().await?;
                }
            } else if waiting.since_at > due {
                report.waiting.add(waiting.size_bytes);
                report.line(waiting, "waits");
            } else if let Some(fault) = still_needed(app, waiting).await? {
                report.waiting.add(waiting.size_bytes);
                report.faults.push(fault);
            } else if !wish.apply || remove(app, held, waiting).await? {
                report.removed.add(waiting.size_bytes);
                report.line(waiting, if wish.apply { "removed" } else { "would be removed" });
            }
        }
        match page.into_iter().nth(store::AT_ONCE - 1) {
            Some(last) => after = Some(last),
            None => return Ok(()),
        }
    }
}

/// A raw photo goes only while the smaller file lies whole in storage: it is the last other copy.
async fn still_needed(app: &App, waiting: &Waiting) -> Result<Option<String>> {
    let Lies::Blob(Area::Original, sha256) = waiting.lies else { return Ok(None) };
    let kept = compress::store::find(&mut *app.db.read().await?, Part::Original, sha256).await?;
    let Some((Area::Lepton, name)) = kept.map(|kept| kept.lies(Part::Original, sha256)) else {
        return Ok(None);
    };
    let found = app.blobs.hash(Area::Lepton, name).await?;
    let is_sound = found == Some(name);
    Ok((!is_sound).then(|| format!("lepton {name} is not whole: the raw photo original {sha256} stays")))
}

/// Removes a file, unless a row names it by now. One that is not there is as good as removed.
async fn remove(app: &App, held: &Held, waiting: &Waiting) -> Result<bool> {
    let mut tx = app.db.write().await?;
    ensure!(
        held.confirm(app, &mut tx).await?,
        "gc was cut off from the database for so long that it must begin again"
    );
    lock_hash(&mut tx, &waiting.lies.name()).await?;
    let is_named = store::is_named(&mut tx, &waiting.lies).await?;
    if !is_named {
        match &waiting.lies {
            Lies::Blob(area, sha256) => app.blobs.remove(*area, *sha256).await,
            Lies::Incoming(name) => app.blobs.incoming(name).remove().await,
        }
        .with_context(|| format!("{} cannot be removed", waiting.lies))?;
    }
    store::forget(&mut tx, &waiting.lies).await?;
    tx.commit().await?;
    Ok(!is_named)
}
