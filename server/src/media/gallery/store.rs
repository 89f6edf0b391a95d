//! Reads `media_index` and `entry_index` for a gallery.

use shared::ids::{BranchId, EntryId, MediaId};

use super::{Filter, Place};
use crate::db::{Conn, Result, at, word};

/// An item of the gallery.
#[derive(Debug)]
pub struct Row {
    pub media: MediaId,
    pub entry: EntryId,
    pub day: i64,
}

/// Items of approved entries that nobody refused, latest day first, after the place that the filter names.
pub async fn list(db: &mut Conn, (branch, filter): (BranchId, &Filter), limit: usize) -> Result<Vec<Row>> {
    let (from, to) = filter.days();
    let (day, media) =
        filter.after.map_or((None, None), |Place(day, media)| (Some(day), Some(media.to_string())));
    let rows: Vec<(String, String, i64)> = sqlx::query_as(
        "SELECT m.media_id, m.entry_id, m.day FROM media_index m JOIN entry_index e ON e.entry_id = m.entry_id
         WHERE m.branch_id = $1 AND m.day IS NOT NULL AND m.barred = 0
         AND ($2 IS NULL OR e.kind = $2) AND ($3 IS NULL OR m.kind = $3) AND ($4 IS NULL OR m.phase = $4)
         AND ($5 IS NULL OR m.day >= $5) AND ($6 IS NULL OR m.day <= $6)
         AND ($7 IS NULL OR (m.day, m.media_id) < ($7, $8))
         ORDER BY m.day DESC, m.media_id DESC LIMIT $9",
    )
    .bind(branch.to_string())
    .bind(filter.kind.as_ref().map(word))
    .bind(filter.media.as_ref().map(word))
    .bind(filter.phase.as_ref().map(word))
    .bind(from)
    .bind(to)
    .bind(day)
    .bind(media)
    .bind(limit as i64)
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|(media, entry, day)| {
            let row = at("media_index", &media);
            Ok(Row { entry: row.parse("entry_id", &entry)?, media: row.parse("media_id", &media)?, day })
        })
        .collect()
}
