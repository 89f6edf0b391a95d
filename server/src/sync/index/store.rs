//! SQL of derived rows. Whoever changes a record calls [`super::update`], never these.

use std::collections::BTreeSet;

use shared::ids::{AccountId, EntryId, MediaId};

use super::{EntryRow, MediaRow, MinuteRow};
use crate::db::{self, Conn, Result, word};

/// Rows written by one statement: 6 values each.
const ROWS_AT_ONCE: usize = 500;

/// Writes an entry's row, or removes it with the entry.
pub async fn replace_entry(db: &mut Conn, entry: EntryId, row: Option<&EntryRow>) -> Result<()> {
    let Some(row) = row else {
        sqlx::query("DELETE FROM entry_index WHERE entry_id = $1")
            .bind(entry.to_string())
            .execute(db)
            .await?;
        return Ok(());
    };
    sqlx::query(
        "INSERT INTO entry_index (entry_id, branch_id, author_id, state, submitted_at, kind, day, approved_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (entry_id) DO UPDATE SET branch_id = excluded.branch_id, author_id = excluded.author_id,
         state = excluded.state, submitted_at = excluded.submitted_at, kind = excluded.kind, day = excluded.day,
         approved_at = excluded.approved_at",
    )
    .bind(entry.to_string())
    .bind(row.branch.to_string())
    .bind(row.author.to_string())
    .bind(word(&row.state))
    .bind(row.submitted_at)
    .bind(row.kind.map(|kind| word(&kind)))
    .bind(row.day)
    .bind(row.approved_at)
    .execute(db)
    .await?;
    Ok(())
}

/// Writes who wrote what an entry absorbed, over those that were there.
pub async fn replace_writers(db: &mut Conn, entry: EntryId, writers: &BTreeSet<AccountId>) -> Result<()> {
    let entry = entry.to_string();
    sqlx::query("DELETE FROM writer_index WHERE entry_id = $1").bind(&entry).execute(&mut *db).await?;
    for writer in writers {
        sqlx::query("INSERT INTO writer_index (entry_id, account_id) VALUES ($1, $2)")
            .bind(&entry)
            .bind(writer.to_string())
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}

/// Writes the minutes of an entry over those that were there.
pub async fn replace_minutes(db: &mut Conn, entry: EntryId, rows: &[MinuteRow]) -> Result<()> {
    let entry = entry.to_string();
    sqlx::query("DELETE FROM minute_index WHERE entry_id = $1").bind(&entry).execute(&mut *db).await?;
    for part in rows.chunks(ROWS_AT_ONCE) {
        let text = db::rows(part.len(), 6).within(
            "INSERT INTO minute_index (entry_id, person_id, day, minutes, from_minute, to_minute) VALUES ",
            "",
        );
        let mut query = sqlx::query(text).persistent(false);
        for row in part {
            query = query
                .bind(entry.as_str())
                .bind(row.person.as_str())
                .bind(row.day)
                .bind(i64::from(row.minutes))
                .bind(row.window.0)
                .bind(row.window.1);
        }
        query.execute(&mut *db).await?;
    }
    Ok(())
}

/// Writes a media item's row.
pub async fn put_media(db: &mut Conn, entry: EntryId, row: &MediaRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO media_index (media_id, entry_id, branch_id, recorder_id, sha256, kind, phase, barred, day)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (media_id) DO UPDATE SET entry_id = excluded.entry_id, branch_id = excluded.branch_id, phase = excluded.phase,
         barred = excluded.barred, day = excluded.day",
    )
    .bind(row.media.to_string())
    .bind(entry.to_string())
    .bind(row.branch.to_string())
    .bind(row.recorder.to_string())
    .bind(row.sha256.to_string())
    .bind(word(&row.kind))
    .bind(row.phase.map(|phase| word(&phase)))
    .bind(i64::from(row.barred))
    .bind(row.day)
    .execute(db)
    .await?;
    Ok(())
}

/// Removes a media item's row, unless it is another entry's by now.
pub async fn remove_media(db: &mut Conn, entry: EntryId, media: MediaId) -> Result<()> {
    sqlx::query("DELETE FROM media_index WHERE media_id = $1 AND entry_id = $2")
        .bind(media.to_string())
        .bind(entry.to_string())
        .execute(db)
        .await?;
    Ok(())
}
