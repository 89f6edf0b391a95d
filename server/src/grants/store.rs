//! Table `account_grant`.

use std::collections::BTreeMap;

use shared::{
    ids::{AccountId, BranchId, GrantId},
    limits::GRANTS_MAX,
    model::Actor,
};

use super::{Granted, read_grant, role_column, scope_columns};
use crate::db::{self, Conn, at, text_of};

#[derive(sqlx::FromRow)]
struct GrantRow {
    id: String,
    account_id: String,
    role: String,
    scope_kind: String,
    scope_id: String,
    made_at: i64,
    made_by: Option<String>,
    confirmed_at: Option<i64>,
    ended_at: Option<i64>,
}

impl TryFrom<GrantRow> for Granted {
    type Error = db::Error;

    fn try_from(row: GrantRow) -> db::Result<Granted> {
        let at = at("account_grant", &row.id);
        Ok(Granted {
            id: at.parse("id", &row.id)?,
            account: at.parse("account_id", &row.account_id)?,
            grant: read_grant(at, &row.role, &row.scope_kind, &row.scope_id)?,
            made_at: row.made_at,
            made_by: at.parse_some("made_by", row.made_by.as_deref())?,
            confirmed_at: row.confirmed_at,
            ended_at: row.ended_at,
        })
    }
}

/// Adds a grant. False when the account holds the same one already.
pub async fn insert(db: &mut Conn, granted: &Granted) -> db::Result<bool> {
    let (kind, id) = scope_columns(granted.grant.scope);
    let done = sqlx::query(
        "INSERT INTO account_grant (id, account_id, role, scope_kind, scope_id, made_at, made_by, confirmed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         ON CONFLICT (account_id, role, scope_kind, scope_id) WHERE ended_at IS NULL DO NOTHING",
    )
    .bind(granted.id.to_string())
    .bind(granted.account.to_string())
    .bind(role_column(granted.grant))
    .bind(kind)
    .bind(id)
    .bind(granted.made_at)
    .bind(text_of(granted.made_by))
    .bind(granted.confirmed_at)
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// One grant, in whatever state.
pub async fn find(db: &mut Conn, id: GrantId) -> db::Result<Option<Granted>> {
    let row: Option<GrantRow> = sqlx::query_as(
        "SELECT id, account_id, role, scope_kind, scope_id, made_at, made_by, confirmed_at, ended_at \
         FROM account_grant WHERE id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(db)
    .await?;
    row.map(Granted::try_from).transpose()
}

/// An account's grants that last, waiting ones among them.
pub async fn list_of(db: &mut Conn, account: AccountId) -> db::Result<Vec<Granted>> {
    let rows: Vec<GrantRow> = sqlx::query_as(
        "SELECT id, account_id, role, scope_kind, scope_id, made_at, made_by, confirmed_at, ended_at \
         FROM account_grant WHERE account_id = $1 AND ended_at IS NULL ORDER BY id LIMIT $2",
    )
    .bind(account.to_string())
    .bind(GRANTS_MAX as i64)
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Granted::try_from).collect()
}

/// An account with one grant in force, or with none at all.
#[derive(sqlx::FromRow)]
pub struct HolderRow {
    account_id: String,
    person_id: String,
    grant_id: Option<String>,
    role: Option<String>,
    scope_kind: Option<String>,
    scope_id: Option<String>,
}

/// The accounts of some rows with all that they hold, in the order of the grants' ids.
pub fn actors(rows: Vec<HolderRow>) -> db::Result<BTreeMap<AccountId, Actor>> {
    let mut actors = BTreeMap::new();
    for row in &rows {
        let at_account = at("account", &row.account_id);
        let account = at_account.parse("id", &row.account_id)?;
        let person = at_account.parse("person_id", &row.person_id)?;
        let actor = actors.entry(account).or_insert(Actor { account, person, grants: Vec::new() });
        let columns = (&row.grant_id, &row.role, &row.scope_kind, &row.scope_id);
        if let (Some(id), Some(role), Some(kind), Some(scope)) = columns {
            let at = at("account_grant", id);
            actor.grants.push((at.parse("id", id)?, read_grant(at, role, kind, scope)?));
        }
    }
    for actor in actors.values_mut() {
        actor.grants.sort_unstable_by_key(|(id, _)| *id);
    }
    Ok(actors)
}

/// Puts a waiting grant in force.
pub async fn confirm(db: &mut Conn, id: GrantId, by: AccountId, now: i64) -> db::Result<()> {
    let done = sqlx::query(
        "UPDATE account_grant SET confirmed_at = $1, confirmed_by = $2 \
         WHERE id = $3 AND confirmed_at IS NULL AND ended_at IS NULL",
    )
    .bind(now)
    .bind(by.to_string())
    .bind(id.to_string())
    .execute(db)
    .await?;
    db::Error::one_row(done.rows_affected(), "account_grant", &id.to_string())
}

/// Ends a grant; `by` is absent for the command line.
pub async fn end(db: &mut Conn, id: GrantId, by: Option<AccountId>, now: i64) -> db::Result<()> {
    let done = sqlx::query(
        "UPDATE account_grant SET ended_at = $1, ended_by = $2 WHERE id = $3 AND ended_at IS NULL",
    )
    .bind(now)
    .bind(text_of(by))
    .bind(id.to_string())
    .execute(db)
    .await?;
    db::Error::one_row(done.rows_affected(), "account_grant", &id.to_string())
}

/// Living secretaries and deputies of a branch.
pub async fn approvers(db: &mut Conn, branch: BranchId) -> db::Result<Vec<AccountId>> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT DISTINCT account_grant.account_id FROM account_grant \
         JOIN account ON account.id = account_grant.account_id \
         WHERE account_grant.scope_kind = 'branch' AND account_grant.scope_id = $1 \
           AND account_grant.role IN ('secretary', 'deputy') AND account_grant.ended_at IS NULL \
           AND account_grant.confirmed_at IS NOT NULL AND account.closed_at IS NULL \
         ORDER BY account_grant.account_id LIMIT $2",
    )
    .bind(branch.to_string())
    .bind(GRANTS_MAX as i64)
    .fetch_all(db)
    .await?;
    rows.iter().map(|(id,)| at("account_grant", id).parse("account_id", id)).collect()
}
