//! Reads approved copies and what waits for a decision by `entry_index`.

use shared::ids::{AccountId, BranchId, EntryId, PersonId};
use uuid::Uuid;

use crate::db::{Conn, Result, at, rows};

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

/// A submitted entry that nobody in its branch may decide.
#[derive(Debug)]
pub struct Waiting {
    /// Which entry.
    pub entry: EntryId,
    /// Its branch.
    pub branch: BranchId,
    /// Its last submission, in ms since 1970 UTC.
    pub submitted_at: i64,
}

/// Submitted entries below an account's committees, or in all branches for the school's, that have no living
/// approver in their branch but those who wrote them. Oldest submission first, after a place.
pub async fn list_waiting(
    db: &mut Conn,
    account: AccountId,
    after: Option<(i64, EntryId)>,
    limit: i64,
) -> Result<Vec<Waiting>> {
    let (at_ms, entry) = after.map_or((None, None), |(at, entry)| (Some(at), Some(entry.to_string())));
    let rows: Vec<(String, String, i64)> = sqlx::query_as(
        "SELECT i.entry_id, i.branch_id, i.submitted_at
         FROM branch b JOIN entry_index i ON i.branch_id = b.id AND i.state = 'submitted'
         WHERE i.submitted_at IS NOT NULL AND ($1 IS NULL OR (i.submitted_at, i.entry_id) > ($1, $2))
         AND EXISTS (SELECT 1 FROM account_grant g WHERE g.account_id = $3
             AND g.confirmed_at IS NOT NULL AND g.ended_at IS NULL
             AND (g.role = 'school' OR (g.role = 'committee' AND g.scope_id = b.committee_id)))
         AND NOT EXISTS (SELECT 1 FROM account_grant g JOIN account a ON a.id = g.account_id
             WHERE g.scope_kind = 'branch' AND g.scope_id = b.id AND g.role IN ('secretary', 'deputy')
             AND g.confirmed_at IS NOT NULL AND g.ended_at IS NULL AND a.closed_at IS NULL
             AND g.account_id <> i.author_id
             AND NOT EXISTS (SELECT 1 FROM writer_index w
                 WHERE w.entry_id = i.entry_id AND w.account_id = g.account_id))
         ORDER BY i.submitted_at, i.entry_id LIMIT $4",
    )
    .bind(at_ms)
    .bind(entry)
    .bind(account.to_string())
    .bind(limit)
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|(entry, branch, submitted_at)| {
            let at = at("entry_index", &entry);
            Ok(Waiting {
                entry: at.parse("entry_id", &entry)?,
                branch: at.parse("branch_id", &branch)?,
                submitted_at,
            })
        })
        .collect()
}

/// A person's record.
#[derive(Debug)]
pub struct PersonRow {
    /// Who.
    pub id: PersonId,
    /// The record's revision.
    pub rev: u64,
    /// Its body.
    pub body: String,
}

/// People in one statement; an entry names fewer.
const PEOPLE_AT_ONCE: usize = 1_000;

/// Reads as many people as stand between the two.
const NAMED_PEOPLE: (&str, &str) = (
    "WITH named (id) AS (VALUES ",
    ") SELECT r.id, r.rev, r.body FROM named n LEFT JOIN account a ON a.id = n.id
     JOIN record r ON r.kind = 'person' AND r.id = COALESCE(a.person_id, n.id) ORDER BY r.id LIMIT 1000",
);

/// The records of people named by their own ids or by their accounts'; who is named twice comes twice.
pub async fn people(db: &mut Conn, named: &[Uuid]) -> Result<Vec<PersonRow>> {
    let mut people = Vec::with_capacity(named.len());
    for some in named.chunks(PEOPLE_AT_ONCE) {
        let text = rows(some.len(), 1).within(NAMED_PEOPLE.0, NAMED_PEOPLE.1);
        let query = some.iter().fold(sqlx::query_as(text), |query, id| query.bind(id.to_string()));
        let found: Vec<(String, i64, String)> = query.fetch_all(&mut *db).await?;
        for (id, rev, body) in found {
            people.push(PersonRow {
                id: at("record", &id).parse("id", &id)?,
                rev: rev.cast_unsigned(),
                body,
            });
        }
    }
    Ok(people)
}
