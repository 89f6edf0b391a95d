//! SQL of backups: which blobs a state of the database names, in pages.

use crate::db::{Conn, Result, at};

use shared::ids::Digest;

use crate::blobs::Area;

/// Rows of one page.
pub const AT_ONCE: usize = 500;

/// As it is bound.
const LIMIT: i64 = AT_ONCE as i64;

/// Where a page of [`received`] begins: part and hash; and the smaller file's own hash, where there is one.
pub type ReceivedKey = (String, String, Option<String>);

/// Files that were received, after one of them.
pub async fn received(db: &mut Conn, after: &ReceivedKey) -> Result<Vec<ReceivedKey>> {
    Ok(sqlx::query_as(
        "SELECT part, sha256, stored_sha256 FROM blob WHERE (part, sha256) > ($1, $2) ORDER BY part, sha256 LIMIT $3",
    )
    .bind(&after.0)
    .bind(&after.1)
    .bind(LIMIT)
    .fetch_all(db)
    .await?)
}

/// Where a page of [`made`] begins: part, hash, size; and the picture's own hash.
pub type MadeKey = (String, String, String, String);

/// Pictures that were made, after one of them.
pub async fn made(db: &mut Conn, after: &MadeKey) -> Result<Vec<MadeKey>> {
    Ok(sqlx::query_as(
        "SELECT part, sha256, size, content FROM picture WHERE (part, sha256, size) > ($1, $2, $3)
         ORDER BY part, sha256, size LIMIT $4",
    )
    .bind(&after.0)
    .bind(&after.1)
    .bind(&after.2)
    .bind(LIMIT)
    .fetch_all(db)
    .await?)
}

/// Every blob that this state of the database names, in pages handed to `page`. A picture that two photos share
/// comes twice.
pub async fn each_blob(
    db: &mut Conn,
    mut page: impl FnMut(&[(Area, Digest)]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut after = ReceivedKey::default();
    loop {
        let found = received(db, &after).await?;
        let blobs: Result<Vec<_>> = found
            .iter()
            .map(|(part, sha256, smaller)| match smaller {
                Some(smaller) => read("blob", Area::Lepton.name(), smaller),
                None => read("blob", part, sha256),
            })
            .collect();
        page(&blobs?)?;
        match found.into_iter().nth(AT_ONCE - 1) {
            Some(last) => after = last,
            None => break,
        }
    }
    let mut after = MadeKey::default();
    loop {
        let found = made(db, &after).await?;
        let name = Area::Derived.name();
        let blobs: Result<Vec<_>> =
            found.iter().map(|(.., content)| read("picture", name, content)).collect();
        page(&blobs?)?;
        match found.into_iter().nth(AT_ONCE - 1) {
            Some(last) => after = last,
            None => return Ok(()),
        }
    }
}

fn read(table: &'static str, area: &str, sha256: &str) -> Result<(Area, Digest)> {
    let row = at(table, sha256);
    let area = Area::named(area).ok_or_else(|| row.broken("part"))?;
    Ok((area, row.parse("sha256", sha256)?))
}
