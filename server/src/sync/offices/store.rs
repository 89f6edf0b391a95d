//! SQL of offices: grants in force, seen from a branch.

use shared::ids::{AccountId, BranchId, CommitteeId};

use crate::db::{Conn, Result, at};

/// Accounts with a role in one branch or committee. Branches have some twenty people.
const HOLDERS_MAX: i64 = 5_000;

/// A branch's place: the committee above it, and whether that lets approvers decide their own entries.
pub async fn place(db: &mut Conn, branch: BranchId) -> Result<Option<(CommitteeId, bool)>> {
    let id = branch.to_string();
    let row: Option<(String, i64)> =
        sqlx::query_as("SELECT committee_id, self_approval FROM branch WHERE id = $1")
            .bind(&id)
            .fetch_optional(db)
            .await?;
    row.map(|(committee, own)| Ok((at("branch", &id).parse("committee_id", &committee)?, own == 1)))
        .transpose()
}

/// Living accounts with a role over a branch, with that role's name.
pub async fn in_branch(db: &mut Conn, branch: BranchId) -> Result<Vec<(AccountId, String)>> {
    holders(db, "branch", &branch.to_string()).await
}

/// Living accounts with a role over a committee.
pub async fn in_committee(db: &mut Conn, committee: CommitteeId) -> Result<Vec<(AccountId, String)>> {
    holders(db, "committee", &committee.to_string()).await
}

async fn holders(db: &mut Conn, scope_kind: &str, scope_id: &str) -> Result<Vec<(AccountId, String)>> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT g.account_id, g.role FROM account_grant g JOIN account a ON a.id = g.account_id
         WHERE g.scope_kind = $1 AND g.scope_id = $2 AND g.confirmed_at IS NOT NULL AND g.ended_at IS NULL
         AND a.closed_at IS NULL ORDER BY g.account_id, g.role LIMIT $3",
    )
    .bind(scope_kind)
    .bind(scope_id)
    .bind(HOLDERS_MAX)
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|(id, role)| Ok((at("account_grant", &id).parse("account_id", &id)?, role)))
        .collect()
}
