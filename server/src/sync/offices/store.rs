//! SQL of offices: grants in force, seen from a branch.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    ids::{AccountId, BranchId, CommitteeId},
    limits::GRANTS_MAX,
    model::Scope,
};

use crate::{
    db::{self, Conn, Result, at, lists},
    grants::{read_scope, scope_columns, store::HolderRow},
};

/// Accounts with a role in one branch or committee. Branches have some twenty people.
const HOLDERS_MAX: i64 = 5_000;

/// The grants in force of accounts that are not closed; one that holds nothing is a row too.
pub async fn holding(db: &mut Conn, accounts: &[AccountId]) -> Result<Vec<HolderRow>> {
    let mut holding = Vec::new();
    for part in lists(accounts.iter().copied()) {
        let text = db::rows(1, part.len()).numbered_from(2).within(
            "SELECT a.id AS account_id, a.person_id, g.id AS grant_id, g.role, g.scope_kind, g.scope_id FROM account a
             LEFT JOIN account_grant g ON g.account_id = a.id AND g.ended_at IS NULL AND g.confirmed_at IS NOT NULL
             WHERE a.closed_at IS NULL AND a.id IN ",
            " LIMIT $1",
        );
        let query = sqlx::query_as(text).bind((GRANTS_MAX * part.len()).cast_signed() as i64);
        let query = part.iter().fold(query, |query, account| query.bind(account.to_string()));
        let rows: Vec<HolderRow> = query.fetch_all(&mut *db).await?;
        holding.extend(rows);
    }
    Ok(holding)
}

/// Places of branches: the committee above each, and whether that lets approvers decide their own entries.
pub async fn places(db: &mut Conn, branches: &[BranchId]) -> Result<BTreeMap<BranchId, (CommitteeId, bool)>> {
    let mut places = BTreeMap::new();
    for part in lists(branches.iter().copied()) {
        let text = db::rows(1, part.len())
            .within("SELECT id, committee_id, self_approval FROM branch WHERE id IN ", " LIMIT 64");
        let query = part.iter().fold(sqlx::query_as(text), |query, branch| query.bind(branch.to_string()));
        let rows: Vec<(String, String, i64)> = query.fetch_all(&mut *db).await?;
        for (id, committee, own) in rows {
            let at = at("branch", &id);
            places.insert(at.parse("id", &id)?, (at.parse("committee_id", &committee)?, own == 1));
        }
    }
    Ok(places)
}

/// Who holds what over a scope, by the role's name.
type Holders = BTreeMap<Scope, BTreeSet<(AccountId, String)>>;

/// Living accounts with a role over one of some scopes.
pub async fn holders(db: &mut Conn, scopes: &[Scope]) -> Result<Holders> {
    let mut holders = Holders::new();
    for part in lists(scopes.iter().copied()) {
        let text = db::rows(part.len(), 2).numbered_from(2).within(
            "WITH wanted (scope_kind, scope_id) AS (VALUES ",
            ") SELECT w.scope_kind, w.scope_id, g.account_id, g.role FROM wanted w
             JOIN account_grant g ON g.scope_kind = w.scope_kind AND g.scope_id = w.scope_id
             JOIN account a ON a.id = g.account_id
             WHERE g.confirmed_at IS NOT NULL AND g.ended_at IS NULL AND a.closed_at IS NULL LIMIT $1",
        );
        let mut query = sqlx::query_as(text).bind(HOLDERS_MAX * part.len().cast_signed() as i64);
        for scope in &part {
            let (kind, id) = scope_columns(*scope);
            query = query.bind(kind).bind(id);
        }
        let rows: Vec<(String, String, String, String)> = query.fetch_all(&mut *db).await?;
        for (kind, id, account, role) in rows {
            let at = at("account_grant", &account);
            let held = (at.parse("account_id", &account)?, role);
            holders.entry(read_scope(at, &kind, &id)?).or_default().insert(held);
        }
    }
    Ok(holders)
}
