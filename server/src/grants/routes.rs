//! Giving, confirming and ending grants. A change locks the branch it is about, tells the account and its feeds.

use shared::{
    ids::{AccountId, GrantId},
    limits::GRANTS_MAX,
    rules::accounts as rules,
    wire::{
        Code,
        account::{GrantRow, MakeGrant},
    },
};

use super::{Granted, branch_of, store};
use crate::{
    App, accounts, audit,
    db::{Poke, Tx},
    error::Result,
    extract::{Caller, Json, Path},
    org,
};

impl From<Granted> for GrantRow {
    fn from(granted: Granted) -> GrantRow {
        GrantRow {
            id: granted.id,
            account: granted.account,
            grant: granted.grant,
            made_at: granted.made_at,
            made_by: granted.made_by,
            confirmed_at: granted.confirmed_at,
            ended_at: granted.ended_at,
        }
    }
}

/// An account's grants that last.
pub async fn list(app: App, _: Caller, Path(account): Path<AccountId>) -> Result<Json<Vec<GrantRow>>> {
    let mut db = app.db.read().await?;
    let grants = store::list_of(&mut db, account).await?;
    Ok(Json(grants.into_iter().map(GrantRow::from).collect()))
}

/// Gives a role; one for the school waits for a second person.
pub async fn create(
    app: App,
    caller: Caller,
    Path(account): Path<AccountId>,
    Json(body): Json<MakeGrant>,
) -> Result<Json<GrantRow>> {
    rules::give(&caller, account, body.grant)?;
    let mut tx = app.db.write().await?;
    let found = accounts::store::find(&mut tx, account).await?;
    found.filter(|found| found.closed_at.is_none()).ok_or(Code::NotFound)?;
    if !org::store::scope_exists(&mut tx, body.grant.scope).await? {
        return Err(Code::NotFound.into());
    }
    if store::list_of(&mut tx, account).await?.len() >= GRANTS_MAX {
        return Err(Code::Conflict.into());
    }
    let now = app.now();
    let granted = Granted {
        id: app.clock.id(),
        account,
        grant: body.grant,
        made_at: now,
        made_by: Some(caller.account),
        confirmed_at: (!rules::needs_second(body.grant)).then_some(now),
        ended_at: None,
    };
    if !store::insert(&mut tx, &granted).await? {
        return Err(Code::Conflict.into());
    }
    changed(&app, &mut tx, &granted, audit::Kind::GrantMade, caller.account).await?;
    tx.commit().await?;
    Ok(Json(granted.into()))
}

/// Puts a waiting grant in force, as the second person.
pub async fn confirm(app: App, caller: Caller, Path(id): Path<GrantId>) -> Result<Json<GrantRow>> {
    let mut tx = app.db.write().await?;
    let granted = lasting(&mut tx, id).await?;
    rules::confirm(&caller, granted.account, granted.made_by)?;
    if granted.confirmed_at.is_some() {
        return Err(Code::Conflict.into());
    }
    store::confirm(&mut tx, id, caller.account, app.now()).await?;
    let granted = Granted { confirmed_at: Some(app.now()), ..granted };
    changed(&app, &mut tx, &granted, audit::Kind::GrantConfirmed, caller.account).await?;
    tx.commit().await?;
    Ok(Json(granted.into()))
}

/// Ends a grant. The account's next request is decided without it.
pub async fn end(app: App, caller: Caller, Path(id): Path<GrantId>) -> Result<Json<GrantRow>> {
    let mut tx = app.db.write().await?;
    let granted = lasting(&mut tx, id).await?;
    rules::end(&caller, granted.account)?;
    store::end(&mut tx, id, Some(caller.account), app.now()).await?;
    let granted = Granted { ended_at: Some(app.now()), ..granted };
    changed(&app, &mut tx, &granted, audit::Kind::GrantEnded, caller.account).await?;
    tx.commit().await?;
    Ok(Json(granted.into()))
}

async fn lasting(tx: &mut Tx, id: GrantId) -> Result<Granted> {
    let found = store::find(tx, id).await?;
    Ok(found.filter(|granted| granted.ended_at.is_none()).ok_or(Code::NotFound)?)
}

/// What every change of a grant brings: an audit line, the records that phones hold, and a poke.
async fn changed(app: &App, tx: &mut Tx, granted: &Granted, kind: audit::Kind, by: AccountId) -> Result<()> {
    let branch = branch_of(granted.grant);
    let event = audit::Event::about(kind, granted.account).by(by).within(branch);
    audit::record(tx, &app.clock, &event).await?;
    let person = accounts::store::find(tx, granted.account).await?.map(|account| account.person);
    let mut changes = vec![org::publish::Change::Grant(granted.id)];
    changes.extend(branch.map(org::publish::Change::Branch));
    changes.extend(person.map(org::publish::Change::Person));
    org::publish::changed(tx, &changes).await?;
    tx.poke(Poke::Account { id: granted.account.to_string() });
    Ok(())
}
