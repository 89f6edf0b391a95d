//! Tables `account` and `activation_code`: what is there, not who may do what.

use shared::ids::{AccountId, PersonId};

use super::Number;
use crate::db::{self, Conn, at};

/// What signing in looks at.
pub struct Credentials {
    /// The account.
    pub account: AccountId,
    /// PHC string; `None` before activation and after a reset.
    pub password_hash: Option<String>,
    /// Whether it may no longer sign in.
    pub closed: bool,
}

/// An account as its administrator sees it.
#[derive(Clone, Debug)]
pub struct Account {
    /// The account.
    pub id: AccountId,
    /// Whose.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Their number.
    pub number: String,
    /// Has a password.
    pub active: bool,
    /// Since when it may not sign in, ms.
    pub closed_at: Option<i64>,
}

/// Adds an account without a password.
pub async fn insert(
    db: &mut Conn,
    id: AccountId,
    person: PersonId,
    number: &Number,
    now: i64,
) -> db::Result<()> {
    sqlx::query("INSERT INTO account (id, person_id, number, created_at) VALUES ($1, $2, $3, $4)")
        .bind(id.to_string())
        .bind(person.to_string())
        .bind(number.as_str())
        .bind(now)
        .execute(db)
        .await?;
    Ok(())
}

/// What is known of a number, or `None` where nobody has it.
pub async fn credentials(db: &mut Conn, number: &Number) -> db::Result<Option<Credentials>> {
    let row: Option<(String, Option<String>, Option<i64>)> =
        sqlx::query_as("SELECT id, password_hash, closed_at FROM account WHERE number = $1")
            .bind(number.as_str())
            .fetch_optional(db)
            .await?;
    let Some((id, password_hash, closed_at)) = row else { return Ok(None) };
    let account = at("account", &id).parse("id", &id)?;
    Ok(Some(Credentials { account, password_hash, closed: closed_at.is_some() }))
}

/// The stored hash of a living account's password, or `None`.
pub async fn password_hash(db: &mut Conn, id: AccountId) -> db::Result<Option<String>> {
    let row: Option<(Option<String>,)> =
        sqlx::query_as("SELECT password_hash FROM account WHERE id = $1 AND closed_at IS NULL")
            .bind(id.to_string())
            .fetch_optional(db)
            .await?;
    Ok(row.and_then(|(hash,)| hash))
}

/// Sets or, with `None`, takes away the password.
pub async fn set_password_hash(db: &mut Conn, id: AccountId, hash: Option<&str>) -> db::Result<()> {
    let done = sqlx::query("UPDATE account SET password_hash = $1 WHERE id = $2")
        .bind(hash)
        .bind(id.to_string())
        .execute(db)
        .await?;
    db::Error::one_row(done.rows_affected(), "account", &id.to_string())
}

/// Ends or, with `None`, reopens an account.
pub async fn set_closed(db: &mut Conn, id: AccountId, closed_at: Option<i64>) -> db::Result<()> {
    let done = sqlx::query("UPDATE account SET closed_at = $1 WHERE id = $2")
        .bind(closed_at)
        .bind(id.to_string())
        .execute(db)
        .await?;
    db::Error::one_row(done.rows_affected(), "account", &id.to_string())
}

#[derive(sqlx::FromRow)]
struct AccountRow {
    id: String,
    person_id: String,
    name: String,
    number: String,
    active: i64,
    closed_at: Option<i64>,
}

impl TryFrom<AccountRow> for Account {
    type Error = db::Error;

    fn try_from(row: AccountRow) -> db::Result<Account> {
        let at = at("account", &row.id);
        Ok(Account {
            id: at.parse("id", &row.id)?,
            person: at.parse("person_id", &row.person_id)?,
            name: row.name.clone(),
            number: row.number.clone(),
            active: row.active == 1,
            closed_at: row.closed_at,
        })
    }
}

/// One account.
pub async fn find(db: &mut Conn, id: AccountId) -> db::Result<Option<Account>> {
    let row: Option<AccountRow> = sqlx::query_as(
        "SELECT account.id, account.person_id, person.name, account.number, account.closed_at, \
                CASE WHEN account.password_hash IS NULL THEN 0 ELSE 1 END AS active \
         FROM account JOIN person ON person.id = account.person_id WHERE account.id = $1 LIMIT 1",
    )
    .bind(id.to_string())
    .fetch_optional(db)
    .await?;
    row.map(Account::try_from).transpose()
}

/// A page of all accounts in the order of their ids, after `after`.
pub async fn list_after(db: &mut Conn, after: Option<AccountId>, limit: i64) -> db::Result<Vec<Account>> {
    let rows: Vec<AccountRow> = sqlx::query_as(
        "SELECT account.id, account.person_id, person.name, account.number, account.closed_at, \
                CASE WHEN account.password_hash IS NULL THEN 0 ELSE 1 END AS active \
         FROM account JOIN person ON person.id = account.person_id \
         WHERE account.id > $1 ORDER BY account.id LIMIT $2",
    )
    .bind(db::key_or_empty(after))
    .bind(limit)
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Account::try_from).collect()
}

/// Adds a code and takes away the account's earlier ones: only the newest opens.
pub async fn replace_code(
    db: &mut Conn,
    id: AccountId,
    hash: &[u8; 32],
    now: i64,
    until: i64,
) -> db::Result<()> {
    sqlx::query("UPDATE activation_code SET used_at = $1 WHERE account_id = $2 AND used_at IS NULL")
        .bind(now)
        .bind(id.to_string())
        .execute(&mut *db)
        .await?;
    sqlx::query(
        "INSERT INTO activation_code (hash, account_id, made_at, expires_at) VALUES ($1, $2, $3, $4)",
    )
    .bind(hash.to_vec())
    .bind(id.to_string())
    .bind(now)
    .bind(until)
    .execute(db)
    .await?;
    Ok(())
}

/// Uses a code up. False when the account has no such code that may still be used.
pub async fn use_code(db: &mut Conn, id: AccountId, hash: &[u8; 32], now: i64) -> db::Result<bool> {
    let done = sqlx::query(
        "UPDATE activation_code SET used_at = $1 \
         WHERE hash = $2 AND account_id = $3 AND used_at IS NULL AND expires_at > $1",
    )
    .bind(now)
    .bind(hash.to_vec())
    .bind(id.to_string())
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether a code is out with which the account could be activated.
pub async fn has_code(db: &mut Conn, id: AccountId, now: i64) -> db::Result<bool> {
    let row: Option<(i64,)> = sqlx::query_as(
        "SELECT made_at FROM activation_code WHERE account_id = $1 AND used_at IS NULL AND expires_at > $2 LIMIT 1",
    )
    .bind(id.to_string())
    .bind(now)
    .fetch_optional(db)
    .await?;
    Ok(row.is_some())
}
