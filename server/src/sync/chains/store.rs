//! SQL of the branches' histories.

use shared::ids::{BranchId, Digest};

use crate::db::{self, Conn, Result, at, parts};

/// One link of a chain.
#[derive(Clone, Debug)]
pub struct Link {
    /// From 1.
    pub n: i64,
    /// The link before, or the hash of the branch's id.
    pub previous: Digest,
    /// Canonical JSON.
    pub event: String,
    /// Over previous and event.
    pub hash: Digest,
}

/// Length and head of a branch's history; `None` where nothing happened yet.
pub async fn head(db: &mut Conn, branch: BranchId) -> Result<Option<(i64, Digest)>> {
    let id = branch.to_string();
    let row: Option<(i64, String)> = sqlx::query_as("SELECT length, head FROM chain WHERE branch_id = $1")
        .bind(&id)
        .fetch_optional(db)
        .await?;
    row.map(|(length, head)| Ok((length, at("chain", &id).parse("head", &head)?))).transpose()
}

/// Writes the next links and moves the head to the last of them.
pub async fn append(db: &mut Conn, branch: BranchId, links: &[Link]) -> Result<()> {
    let id = branch.to_string();
    for part in parts(links) {
        let text = db::rows(part.len(), 5)
            .within("INSERT INTO chain_link (branch_id, n, previous, event, hash) VALUES ", "");
        let mut query = sqlx::query(text);
        for link in part {
            query = query
                .bind(id.as_str())
                .bind(link.n)
                .bind(link.previous.to_string())
                .bind(link.event.as_str())
                .bind(link.hash.to_string());
        }
        query.execute(&mut *db).await?;
    }
    let Some(last) = links.last() else { return Ok(()) };
    sqlx::query(
        "INSERT INTO chain (branch_id, length, head) VALUES ($1, $2, $3)
         ON CONFLICT (branch_id) DO UPDATE SET length = excluded.length, head = excluded.head",
    )
    .bind(&id)
    .bind(last.n)
    .bind(last.hash.to_string())
    .execute(db)
    .await?;
    Ok(())
}
