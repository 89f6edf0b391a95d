//! What `miaopu account` does, and the steps it shares with the administrator's routes.

use anyhow::{Context, Result, bail, ensure};
use shared::{
    ids::AccountId,
    model::{Grant, Role, Scope},
};

use super::{
    Number,
    code::ActivationCode,
    store::{self, Account},
};
use crate::{
    App, audit,
    clock::DAY_MS,
    db::{self, Poke, Tx},
    devices::{self, Why},
    grants,
    org::{self, publish::Change},
};

/// Longest name of a person, in characters.
pub const PERSON_NAME_MAX: usize = 40;

/// Reads a person's name.
#[must_use]
pub fn person_name(text: &str) -> Option<String> {
    let name = text.trim();
    let fits = (1..=PERSON_NAME_MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    fits.then(|| name.to_owned())
}

/// Makes an administrator: the first one comes into being nowhere else. Answers the code to hand over.
///
/// # Errors
/// When number or name is none, or the number is taken.
pub async fn create_admin(app: &App, number: &str, name: &str) -> Result<String> {
    let number = parse_number(number)?;
    let name =
        person_name(name).with_context(|| format!("--name takes 1 to {PERSON_NAME_MAX} characters"))?;
    let mut tx = app.db.write().await?;
    if store::credentials(&mut tx, &number).await?.is_some() {
        bail!("an account with this number exists: use `miaopu account reset NUMBER` for a new code");
    }
    let (person, account) = (app.clock.id(), app.clock.id());
    org::store::put_person(&mut tx, person, &name, app.now()).await?;
    store::insert(&mut tx, account, person, &number, app.now()).await?;
    audit::record(&mut tx, &app.clock, &audit::Event::about(audit::Kind::AccountMade, account)).await?;
    let grant = Grant { role: Role::Admin, scope: Scope::School };
    let granted = grants::give_by_command(app, &mut tx, account, grant).await?;
    let changes: Vec<_> = granted.into_iter().map(Change::Grant).collect();
    org::publish::changed(&mut tx, &changes).await?;
    let (code, _) = new_code(app, &mut tx, account).await?;
    tx.commit().await?;
    Ok(code.text())
}

/// Gives an account a new code and takes its password and devices away. Answers the code to hand over.
///
/// # Errors
/// When nobody has the number, or the account is closed.
pub async fn reset(app: &App, number: &str) -> Result<String> {
    let mut tx = app.db.write().await?;
    let account = living(&mut tx, number).await?;
    let (code, _) = reset_in(app, &mut tx, &account, None).await?;
    tx.commit().await?;
    Ok(code.text())
}

/// Closes an account: nobody signs in to it any more, its devices and grants end, its name stays in records.
///
/// # Errors
/// When nobody has the number, or the account is closed already.
pub async fn close(app: &App, number: &str) -> Result<()> {
    let mut tx = app.db.write().await?;
    let account = living(&mut tx, number).await?;
    let mut changes = close_in(app, &mut tx, account.id).await?;
    changes.push(Change::Person(account.person));
    org::publish::changed(&mut tx, &changes).await?;
    Ok(tx.commit().await?)
}

/// Closes an account within a transaction; answers the grants and branches that phones are to be told of.
pub(crate) async fn close_in(app: &App, tx: &mut Tx, account: AccountId) -> db::Result<Vec<Change>> {
    let now = app.now();
    store::set_closed(tx, account, Some(now)).await?;
    devices::store::revoke_all(tx, account, None, Why::AccountReset, now).await?;
    let mut changes = Vec::new();
    for granted in grants::store::list_of(tx, account).await? {
        grants::store::end(tx, granted.id, None, now).await?;
        changes.push(Change::Grant(granted.id));
        changes.extend(grants::branch_of(granted.grant).map(Change::Branch));
    }
    audit::record(tx, &app.clock, &audit::Event::about(audit::Kind::AccountClosed, account)).await?;
    tx.poke(Poke::Account { id: account.to_string() });
    Ok(changes)
}

/// Takes password and devices away, leaves a line in the audit of each of the person's branches, and draws a code.
pub(super) async fn reset_in(
    app: &App,
    tx: &mut Tx,
    account: &Account,
    by: Option<AccountId>,
) -> db::Result<(ActivationCode, i64)> {
    let now = app.now();
    store::set_password_hash(tx, account.id, None).await?;
    devices::store::revoke_all(tx, account.id, None, Why::AccountReset, now).await?;
    let about = audit::Event::about(audit::Kind::AccountReset, account.id);
    let event = by.map_or(about, |by| about.by(by));
    let branches = org::store::seats(tx, account.person).await?;
    for branch in branches.iter().map(|seat| Some(seat.branch)).chain([None]) {
        audit::record(tx, &app.clock, &event.within(branch)).await?;
    }
    tx.poke(Poke::Account { id: account.id.to_string() });
    new_code(app, tx, account.id).await
}

/// Draws a code that replaces earlier ones. Answers it with the instant from which it is refused, in ms.
pub(crate) async fn new_code(
    app: &App,
    tx: &mut Tx,
    account: AccountId,
) -> db::Result<(ActivationCode, i64)> {
    let now = app.now();
    let code = ActivationCode::draw();
    let expires_at = now + i64::from(app.config.tokens.activation_days) * DAY_MS;
    store::replace_code(tx, account, &code.hash(), now, expires_at).await?;
    Ok((code, expires_at))
}

async fn living(tx: &mut Tx, number: &str) -> Result<Account> {
    let number = parse_number(number)?;
    let found =
        store::credentials(tx, &number).await?.context("nobody has this number: look at the roster")?;
    ensure!(!found.closed, "this account is closed");
    store::find(tx, found.account).await?.context("the account has no person")
}

fn parse_number(text: &str) -> Result<Number> {
    Number::parse(text).context("a number has 1 to 32 letters, digits and hyphens")
}
