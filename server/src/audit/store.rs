//! Table `audit_event`: insert and list, nothing else. A branch's list tells of looks at its originals too, which
//! `media` writes down.

use shared::{ids::BranchId, wire::account::AuditRow};
use uuid::Uuid;

use super::Event;
use crate::{
    clock::Clock,
    db::{self, Conn, at, text_of, word},
};

/// Adds a line, in the transaction that does what it tells of.
pub async fn record(db: &mut Conn, clock: &Clock, event: &Event) -> db::Result<()> {
    sqlx::query(
        "INSERT INTO audit_event (id, at, kind, actor_id, account_id, branch_id) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(clock.id::<Uuid>().to_string())
    .bind(clock.now())
    .bind(word(&event.kind))
    .bind(text_of(event.actor))
    .bind(text_of(event.account))
    .bind(text_of(event.branch))
    .execute(db)
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct EventRow {
    id: String,
    at: i64,
    kind: String,
    actor_id: Option<String>,
    actor_name: Option<String>,
    account_id: Option<String>,
    account_name: Option<String>,
    media_id: Option<String>,
    reason: Option<String>,
}

impl EventRow {
    fn within(self, branch: BranchId) -> db::Result<AuditRow> {
        let row = at("audit_event", &self.id);
        Ok(AuditRow {
            at: self.at,
            actor: row.parse_some("actor_id", self.actor_id.as_deref())?,
            account: row.parse_some("account_id", self.account_id.as_deref())?,
            actor_name: self.actor_name,
            account_name: self.account_name,
            branch: Some(branch),
            media: row.parse_some("media_id", self.media_id.as_deref())?,
            reason: self.reason,
            kind: self.kind,
            id: self.id,
        })
    }
}

/// The newest lines of a branch.
pub async fn list_of_branch(db: &mut Conn, branch: BranchId, limit: i64) -> db::Result<Vec<AuditRow>> {
    let rows: Vec<EventRow> = sqlx::query_as(
        "SELECT e.id, e.at, e.kind, e.actor_id, by_person.name AS actor_name, e.account_id,
                to_person.name AS account_name, e.media_id, e.reason
         FROM (
             SELECT id, at, kind, actor_id, account_id, NULL AS media_id, NULL AS reason FROM (
                 SELECT id, at, kind, actor_id, account_id FROM audit_event WHERE branch_id = $1
                 ORDER BY id DESC LIMIT $2
             ) events
             UNION ALL
             SELECT id, at, 'original_read', account_id, NULL, media_id, reason FROM (
                 SELECT id, at, account_id, media_id, reason FROM original_read WHERE branch_id = $1
                 ORDER BY id DESC LIMIT $2
             ) readings
         ) e
         LEFT JOIN account by_account ON by_account.id = e.actor_id
         LEFT JOIN person by_person ON by_person.id = by_account.person_id
         LEFT JOIN account to_account ON to_account.id = e.account_id
         LEFT JOIN person to_person ON to_person.id = to_account.person_id
         ORDER BY e.id DESC LIMIT $2",
    )
    .bind(branch.to_string())
    .bind(limit)
    .fetch_all(db)
    .await?;
    rows.into_iter().map(|row| row.within(branch)).collect()
}
