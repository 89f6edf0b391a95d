//! Activation by code, the own password, and what administrators do with accounts.

use axum::http::StatusCode;
use shared::{
    ids::AccountId,
    limits::{ACCOUNT_NUMBER_MAX, LIST_ROWS_MAX},
    rules::accounts as rules,
    wire::{
        Code,
        account::{self as wire, ChangePassword, NewCode},
        session::Activate,
    },
};

use super::{
    Number,
    code::ActivationCode,
    command::reset_in,
    password::Password,
    store::{self, Account},
    wrong,
};
use crate::{
    App, audit,
    db::Poke,
    devices::{self, Why},
    error::Result,
    extract::{After, Caller, Json, Network, Path},
    org,
    sessions::{
        attempt::Attempt,
        routes::{First, Opened, open},
        token::Bearer,
    },
};

/// Sets a password by a one-time code and signs in. A wrong number, a wrong code and an old one answer alike.
pub async fn activate(app: App, from: Network, Json(body): Json<Activate>) -> Result<Opened> {
    let first = First::read(&body.next, &body.device_name)?;
    let password = Password::choose(&body.password)?;
    let typed: String = body.number.chars().take(ACCOUNT_NUMBER_MAX + 1).collect();
    let attempt = Attempt { typed: &typed, from };
    attempt.begin(&app).await?;
    let (number, code) = (Number::parse(&typed), ActivationCode::parse(&body.code));
    let hash = app.hasher.hash(password).await?;
    let mut tx = app.db.write().await?;
    let (Some(number), Some(code)) = (number, code) else { return Err(wrong()) };
    let found = store::credentials(&mut tx, &number).await?;
    let account = found.filter(|found| !found.closed).ok_or_else(wrong)?.account;
    if !store::use_code(&mut tx, account, &code.hash(), app.now()).await? {
        return Err(wrong());
    }
    store::set_password_hash(&mut tx, account, Some(&hash)).await?;
    attempt.succeeded(&mut tx).await?;
    audit::record(&mut tx, &app.clock, &audit::Event::about(audit::Kind::AccountActivated, account)).await?;
    let device = first.put(&app, &mut tx, account, None).await?;
    tx.commit().await?;
    open(&app, Bearer { account, device }).await
}

/// Changes the own password; every other device signs in anew.
pub async fn change_password(
    app: App,
    caller: Caller,
    from: Network,
    Json(body): Json<ChangePassword>,
) -> Result<StatusCode> {
    let password = Password::choose(&body.password)?;
    let attempt_key = caller.account.to_string();
    let attempt = Attempt { typed: &attempt_key, from };
    attempt.begin(&app).await?;
    let stored = store::password_hash(&mut *app.db.read().await?, caller.account).await?;
    if !app.hasher.verify(Password::typed(&body.current), stored.as_deref()).await? {
        return Err(wrong());
    }
    let hash = app.hasher.hash(password).await?;
    let mut tx = app.db.write().await?;
    if store::password_hash(&mut tx, caller.account).await? != stored {
        return Err(Code::Conflict.into());
    }
    attempt.succeeded(&mut tx).await?;
    store::set_password_hash(&mut tx, caller.account, Some(&hash)).await?;
    let (keep, why) = (Some(caller.device), Why::PasswordChanged);
    devices::store::revoke_all(&mut tx, caller.account, keep, why, app.now()).await?;
    let event = audit::Event::about(audit::Kind::PasswordChanged, caller.account).by(caller.account);
    audit::record(&mut tx, &app.clock, &event).await?;
    tx.poke(Poke::Account { id: caller.account.to_string() });
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<Account> for wire::Account {
    fn from(account: Account) -> wire::Account {
        wire::Account {
            id: account.id,
            person: account.person,
            name: account.name,
            number: account.number,
            active: account.active,
            closed_at: account.closed_at,
        }
    }
}

/// All accounts, a page at a time in the order of their ids.
pub async fn list(app: App, _: Caller, After(after): After<AccountId>) -> Result<Json<Vec<wire::Account>>> {
    let mut db = app.db.read().await?;
    let accounts = store::list_after(&mut db, after, LIST_ROWS_MAX as i64).await?;
    Ok(Json(accounts.into_iter().map(wire::Account::from).collect()))
}

/// Takes an account's password and devices away and answers a new code, shown once.
pub async fn reset(app: App, caller: Caller, Path(id): Path<AccountId>) -> Result<Json<NewCode>> {
    let mut tx = app.db.write().await?;
    let account = store::find(&mut tx, id).await?.filter(|account| account.closed_at.is_none());
    let account = account.ok_or(Code::NotFound)?;
    let seats = org::store::seats(&mut tx, account.person).await?;
    rules::reset(&caller, id, &seats)?;
    let (code, expires_at) = reset_in(&app, &mut tx, &account, Some(caller.account)).await?;
    tx.commit().await?;
    Ok(Json(NewCode { code: code.text(), expires_at }))
}
