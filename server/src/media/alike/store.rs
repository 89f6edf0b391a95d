//! Reads `media_index` with what is known of the bytes: by what a branch's photos are compared.

use shared::ids::{BranchId, EntryId, MediaId};

use crate::db::{Conn, Result, at};
use crate::derive::alike::Mark;

/// A photo of a branch.
#[derive(Debug)]
pub struct Row {
    pub media: MediaId,
    pub entry: EntryId,
    pub mark: Mark,
}

/// The newest photos of a branch whose originals are here and were looked into. Naming a hash puts nothing among them.
pub async fn list(db: &mut Conn, branch: BranchId, limit: usize) -> Result<Vec<Row>> {
    let rows: Vec<(String, String, Option<String>, Option<i64>)> = sqlx::query_as(
        "SELECT m.media_id, m.entry_id, f.scan_sha256, f.light FROM media_index m
         JOIN media_blob b ON b.media_id = m.media_id AND b.part = 'original'
         JOIN blob_fact f ON f.part = b.part AND f.sha256 = b.sha256
         WHERE m.branch_id = $1 ORDER BY m.media_id DESC LIMIT $2",
    )
    .bind(branch.to_string())
    .bind(limit as i64)
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|(media, entry, scan, light)| {
            let row = at("media_index", &media);
            let scan = scan.map(|scan| at("blob_fact", &media).parse("scan_sha256", &scan)).transpose()?;
            let mark = Mark { scan, light: light.map(i64::cast_unsigned) };
            Ok(Row { media: row.parse("media_id", &media)?, entry: row.parse("entry_id", &entry)?, mark })
        })
        .collect()
}
