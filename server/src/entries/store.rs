//! Reads approved copies by `entry_index`.

use shared::ids::{BranchId, EntryId};

use crate::db::{Conn, Result, at};

/// An approved copy as it stands.
#[derive(Debug)]
pub struct ApprovedRow {
    /// Which entry.
    pub entry: EntryId,
    /// Local day it began, days since 1970-01-01.
    pub day: i64,
    /// The copy's revision.
    pub rev: u64,
    /// Its body.
    pub body: String,
}

/// Approved copies of a branch, latest day first, after a place.
pub async fn list_approved(
    db: &mut Conn,
    branch: BranchId,
    after: Option<(i64, EntryId)>,
    limit: i64,
) -> Result<Vec<ApprovedRow>> {
    let (day, entry) = after.map_or((None, None), |(day, entry)| (Some(day), Some(entry.to_string())));
    let rows: Vec<(String, i64, i64, String)> = sqlx::query_as(
        "SELECT i.entry_id, i.day, r.rev, r.body
         FROM entry_index i JOIN record r ON r.kind = 'approved' AND r.id = i.entry_id
         WHERE i.branch_id = $1 AND i.day IS NOT NULL AND ($2 IS NULL OR (i.day, i.entry_id) < ($2, $3))
         ORDER BY i.day DESC, i.entry_id DESC LIMIT $4",
    )
    .bind(branch.to_string())
    .bind(day)
    .bind(entry)
    .bind(limit)
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|(entry, day, rev, body)| {
            let entry = at("entry_index", &entry).parse("entry_id", &entry)?;
            Ok(ApprovedRow { entry, day, rev: rev.cast_unsigned(), body })
        })
        .collect()
}
