//! Tables `committee`, `branch`, `person` and `membership`.

use shared::{
    ids::{AccountId, BranchId, CommitteeId, PersonId},
    limits::{GRANTS_MAX, LIST_ROWS_MAX},
    model::{
        BranchBody, PersonBody, Publicity, Scope,
        activity::{Basis, BranchKind, WorkLine},
        org::Seat,
    },
};

use crate::{
    db::{self, Conn, at, key_or_empty, text_of, word},
    grants,
};

/// A branch as the roster describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// The committee above it.
    pub committee: CommitteeId,
    /// Full name.
    pub name: String,
    /// Staff or student.
    pub kind: BranchKind,
    /// What a staff branch does.
    pub basis: Option<Basis>,
    /// 类别.
    pub work_line: WorkLine,
    /// Day it was founded, where known.
    pub founded_on: Option<String>,
    /// Made for a field trip.
    pub temporary: bool,
}

/// How a person belongs to a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Belonging {
    /// The one organisation somebody belongs to.
    Formal,
    /// A field team.
    Temporary,
}

/// The committee of this name.
pub async fn committee_named(db: &mut Conn, name: &str) -> db::Result<Option<CommitteeId>> {
    let row: Option<(String,)> =
        sqlx::query_as("SELECT id FROM committee WHERE name = $1").bind(name).fetch_optional(db).await?;
    row.map(|(id,)| at("committee", &id).parse("id", &id)).transpose()
}

/// Adds a committee.
pub async fn insert_committee(db: &mut Conn, id: CommitteeId, name: &str, now: i64) -> db::Result<()> {
    sqlx::query("INSERT INTO committee (id, name, created_at) VALUES ($1, $2, $3)")
        .bind(id.to_string())
        .bind(name)
        .bind(now)
        .execute(db)
        .await?;
    Ok(())
}

/// The branch of this name.
pub async fn branch_named(db: &mut Conn, name: &str) -> db::Result<Option<BranchId>> {
    let row: Option<(String,)> =
        sqlx::query_as("SELECT id FROM branch WHERE name = $1").bind(name).fetch_optional(db).await?;
    row.map(|(id,)| at("branch", &id).parse("id", &id)).transpose()
}

/// Adds a branch or writes its description anew. True when something changed.
pub async fn put_branch(db: &mut Conn, id: BranchId, branch: &Branch, now: i64) -> db::Result<bool> {
    let done = sqlx::query(
        "INSERT INTO branch (id, committee_id, name, kind, basis, work_line, founded_on, temporary, self_approval, \
                             created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9) \
         ON CONFLICT (id) DO UPDATE SET committee_id = excluded.committee_id, kind = excluded.kind, \
             basis = excluded.basis, work_line = excluded.work_line, founded_on = excluded.founded_on, \
             temporary = excluded.temporary \
         WHERE branch.committee_id <> excluded.committee_id OR branch.kind <> excluded.kind \
            OR branch.basis IS DISTINCT FROM excluded.basis OR branch.work_line <> excluded.work_line \
            OR branch.founded_on IS DISTINCT FROM excluded.founded_on OR branch.temporary <> excluded.temporary",
    )
    .bind(id.to_string())
    .bind(branch.committee.to_string())
    .bind(&branch.name)
    .bind(word(&branch.kind))
    .bind(branch.basis.as_ref().map(word))
    .bind(word(&branch.work_line))
    .bind(&branch.founded_on)
    .bind(i64::from(branch.temporary))
    .bind(now)
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Adds a person or writes their name anew. True when something changed.
pub async fn put_person(db: &mut Conn, id: PersonId, name: &str, now: i64) -> db::Result<bool> {
    let done = sqlx::query(
        "INSERT INTO person (id, name, created_at) VALUES ($1, $2, $3) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE person.name <> excluded.name",
    )
    .bind(id.to_string())
    .bind(name)
    .bind(now)
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A person who comes into a branch.
pub struct Joining<'a> {
    /// Id of the membership, where it is new.
    pub id: String,
    /// Who.
    pub person: PersonId,
    /// Where.
    pub branch: BranchId,
    /// For good or for a field trip.
    pub belonging: Belonging,
    /// From which day on.
    pub from_on: &'a str,
}

/// Puts a person into a branch; a formal membership elsewhere ends that day. Answers the branch that was left,
/// and whether the person is new here or here in another way.
pub async fn put_membership(db: &mut Conn, joining: &Joining<'_>) -> db::Result<(Option<BranchId>, bool)> {
    let mut left = None;
    if joining.belonging == Belonging::Formal {
        let ended: Option<(String,)> = sqlx::query_as(
            "UPDATE membership SET to_on = $1 \
             WHERE person_id = $2 AND kind = 'formal' AND to_on IS NULL AND branch_id <> $3 RETURNING branch_id",
        )
        .bind(joining.from_on)
        .bind(joining.person.to_string())
        .bind(joining.branch.to_string())
        .fetch_optional(&mut *db)
        .await?;
        left = ended.map(|(id,)| at("membership", &id).parse("branch_id", &id)).transpose()?;
    }
    let done = sqlx::query(
        "INSERT INTO membership (id, person_id, branch_id, kind, from_on) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (person_id, branch_id) WHERE to_on IS NULL DO UPDATE SET kind = excluded.kind \
         WHERE membership.kind <> excluded.kind",
    )
    .bind(&joining.id)
    .bind(joining.person.to_string())
    .bind(joining.branch.to_string())
    .bind(word(&joining.belonging))
    .bind(joining.from_on)
    .execute(db)
    .await?;
    Ok((left, done.rows_affected() == 1))
}

/// Somebody who stands in a branch now and has an account that lives.
#[derive(Clone, Debug)]
pub struct Seated {
    /// Who.
    pub person: PersonId,
    /// Their account.
    pub account: AccountId,
    /// Its number.
    pub number: String,
    /// Their name.
    pub name: String,
}

/// People of one branch; some twenty, a field team has more.
const SEATED_MAX: i64 = 5_000;

/// Who stands in a branch now, by number.
pub async fn seated(db: &mut Conn, branch: BranchId) -> db::Result<Vec<Seated>> {
    let rows: Vec<(String, String, String, String)> = sqlx::query_as(
        "SELECT person.id, account.id, account.number, person.name FROM membership \
         JOIN person ON person.id = membership.person_id \
         JOIN account ON account.person_id = person.id AND account.closed_at IS NULL \
         WHERE membership.branch_id = $1 AND membership.to_on IS NULL ORDER BY account.number LIMIT $2",
    )
    .bind(branch.to_string())
    .bind(SEATED_MAX)
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|(person, account, number, name)| {
            let at = at("membership", &person);
            Ok(Seated {
                person: at.parse("person_id", &person)?,
                account: at.parse("id", &account)?,
                number,
                name,
            })
        })
        .collect()
}

/// Ends a person's seat in a branch on a day.
pub async fn end_seat(db: &mut Conn, person: PersonId, branch: BranchId, day: &str) -> db::Result<()> {
    let done = sqlx::query(
        "UPDATE membership SET to_on = $1 WHERE person_id = $2 AND branch_id = $3 AND to_on IS NULL",
    )
    .bind(day)
    .bind(person.to_string())
    .bind(branch.to_string())
    .execute(db)
    .await?;
    db::Error::one_row(done.rows_affected(), "membership", &person.to_string())
}

/// Whether a scope names something that lives.
pub async fn scope_exists(db: &mut Conn, scope: Scope) -> db::Result<bool> {
    let found: Option<(String,)> = match scope {
        Scope::School => return Ok(true),
        Scope::Branch(id) => {
            let query = sqlx::query_as("SELECT id FROM branch WHERE id = $1 AND closed_at IS NULL");
            query.bind(id.to_string()).fetch_optional(db).await?
        }
        Scope::Committee(id) => {
            let query = sqlx::query_as("SELECT id FROM committee WHERE id = $1");
            query.bind(id.to_string()).fetch_optional(db).await?
        }
    };
    Ok(found.is_some())
}

/// Where a person belongs now, with the committees above.
pub async fn seats(db: &mut Conn, person: PersonId) -> db::Result<Vec<Seat>> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT branch.id, branch.committee_id FROM membership JOIN branch ON branch.id = membership.branch_id \
         WHERE membership.person_id = $1 AND membership.to_on IS NULL ORDER BY branch.id LIMIT $2",
    )
    .bind(person.to_string())
    .bind(GRANTS_MAX as i64)
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|(id, committee)| {
            let at = at("branch", id);
            Ok(Seat { branch: at.parse("id", id)?, committee: at.parse("committee_id", committee)? })
        })
        .collect()
}

/// The name of a person.
pub async fn person_name(db: &mut Conn, id: PersonId) -> db::Result<Option<String>> {
    let row: Option<(String,)> = sqlx::query_as("SELECT name FROM person WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(db)
        .await?;
    Ok(row.map(|(name,)| name))
}

/// A page of living branches by id: of one committee, or of all.
pub async fn branch_names(
    db: &mut Conn,
    committee: Option<CommitteeId>,
    after: Option<BranchId>,
) -> db::Result<Vec<(BranchId, String)>> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT id, name FROM branch WHERE closed_at IS NULL AND ($1 IS NULL OR committee_id = $1) AND id > $2 \
         ORDER BY id LIMIT $3",
    )
    .bind(text_of(committee))
    .bind(key_or_empty(after))
    .bind(LIST_ROWS_MAX as i64)
    .fetch_all(db)
    .await?;
    rows.into_iter().map(|(id, name)| Ok((at("branch", &id).parse("id", &id)?, name))).collect()
}

#[derive(sqlx::FromRow)]
struct BranchRow {
    name: String,
    committee_id: String,
    committee_name: String,
    kind: String,
    basis: Option<String>,
    work_line: String,
    temporary: i64,
    self_approval: i64,
}

/// A branch as phones know it.
pub async fn branch_body(db: &mut Conn, id: BranchId) -> db::Result<Option<BranchBody>> {
    let row: Option<BranchRow> = sqlx::query_as(
        "SELECT branch.name, branch.committee_id, committee.name AS committee_name, branch.kind, branch.basis, \
                branch.work_line, branch.temporary, branch.self_approval \
         FROM branch JOIN committee ON committee.id = branch.committee_id WHERE branch.id = $1 LIMIT 1",
    )
    .bind(id.to_string())
    .fetch_optional(&mut *db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let text = id.to_string();
    let at = at("branch", &text);
    Ok(Some(BranchBody {
        committee: at.parse("committee_id", &row.committee_id)?,
        kind: at.word("kind", &row.kind)?,
        basis: row.basis.as_deref().map(|basis| at.word("basis", basis)).transpose()?,
        work_line: at.word("work_line", &row.work_line)?,
        name: row.name,
        committee_name: row.committee_name,
        temporary: row.temporary == 1,
        approvers: grants::store::approvers(db, id).await?,
        self_approval: row.self_approval == 1,
    }))
}

/// Writes what a person lets be published of themselves. True when something changed.
pub async fn set_publicity(db: &mut Conn, id: PersonId, said: Publicity, now: i64) -> db::Result<bool> {
    let done = sqlx::query(
        "UPDATE person SET named = $1, pictured = $2, publicity_at = $3 \
         WHERE id = $4 AND (named IS DISTINCT FROM $1 OR pictured IS DISTINCT FROM $2)",
    )
    .bind(said.named.map(i64::from))
    .bind(said.pictured.map(i64::from))
    .bind(now)
    .bind(id.to_string())
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

#[derive(sqlx::FromRow)]
struct PersonRow {
    name: String,
    account_id: Option<String>,
    named: Option<i64>,
    pictured: Option<i64>,
}

/// A person as phones know them.
pub async fn person_body(db: &mut Conn, id: PersonId) -> db::Result<Option<PersonBody>> {
    let row: Option<PersonRow> = sqlx::query_as(
        "SELECT person.name, account.id AS account_id, person.named, person.pictured FROM person \
         LEFT JOIN account ON account.person_id = person.id AND account.closed_at IS NULL \
         WHERE person.id = $1 LIMIT 1",
    )
    .bind(id.to_string())
    .fetch_optional(&mut *db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let yes = |said: i64| said == 1;
    Ok(Some(PersonBody {
        name: row.name,
        account: at("account", &id.to_string()).parse_some("id", row.account_id.as_deref())?,
        branches: seats(db, id).await?.into_iter().map(|seat| seat.branch).collect(),
        publicity: Publicity { named: row.named.map(yes), pictured: row.pictured.map(yes) },
    }))
}
