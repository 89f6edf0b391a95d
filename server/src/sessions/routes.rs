//! Signing in, refreshing, signing out. The answers give an access token, the media cookie, and who one is.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use shared::{
    ids::{AccountId, DeviceId},
    limits::{ACCOUNT_NUMBER_MAX, DEVICES_MAX},
    wire::{
        Code,
        session::{Me, Refresh, Session, SignIn},
    },
};

use super::{
    attempt::Attempt,
    device_name,
    refresh::{Verdict, decide},
    secret_hash, store,
    token::{self, Audience, Bearer},
};
use crate::{
    App,
    accounts::{self, Number, password::Password, store::Credentials},
    audit,
    clock::DAY_MS,
    db::{Conn, Poke, Tx},
    devices::{self, Device, Why, store::SecretHash},
    error::Result,
    extract::{Caller, Json, Network},
    org,
};

/// A session that was opened or went on, with its cookie.
pub struct Opened {
    session: Session,
    cookie: String,
}

impl IntoResponse for Opened {
    fn into_response(self) -> Response {
        let cookie = HeaderValue::from_str(&self.cookie).expect("a cookie of ours is plain ASCII");
        ([(header::SET_COOKIE, cookie)], Json(self.session)).into_response()
    }
}

/// Signs in. A wrong number, a wrong password and a closed account answer alike and take as long.
pub async fn create(app: App, from: Network, Json(body): Json<SignIn>) -> Result<Opened> {
    let first = First::read(&body.next, &body.device_name)?;
    let typed: String = body.number.chars().take(ACCOUNT_NUMBER_MAX + 1).collect();
    let password = Password::typed(&body.password);
    let mut db = app.db.read().await?;
    let found = find(&mut db, &typed).await?;
    let known = known_device(&mut db, found.as_ref(), body.device).await?;
    drop(db);
    let attempt = Attempt { typed: &typed, from };
    if known.is_none() {
        attempt.begin(&app).await?;
    }
    let stored = found.as_ref().filter(|found| !found.closed).and_then(|found| found.password_hash.clone());
    if !app.hasher.verify(password, stored.as_deref()).await? {
        return Err(accounts::wrong());
    }
    let account = found.map(|found| found.account).ok_or_else(accounts::wrong)?;
    let mut tx = app.db.write().await?;
    if accounts::store::password_hash(&mut tx, account).await? != stored {
        // Reset or closed while the password was being checked.
        return Err(accounts::wrong());
    }
    attempt.succeeded(&mut tx).await?;
    let device = first.put(&app, &mut tx, account, known).await?;
    tx.commit().await?;
    open(&app, Bearer { account, device }).await
}

async fn find(db: &mut Conn, typed: &str) -> Result<Option<Credentials>> {
    match Number::parse(typed) {
        Some(number) => Ok(accounts::store::credentials(db, &number).await?),
        None => Ok(None),
    }
}

/// The device that the caller says it is, if it lives and is the account's.
async fn known_device(
    db: &mut Conn,
    found: Option<&Credentials>,
    id: Option<DeviceId>,
) -> Result<Option<DeviceId>> {
    let (Some(found), Some(id)) = (found, id) else { return Ok(None) };
    let device = devices::store::find(db, id).await?;
    Ok(device
        .filter(|device| device.account == found.account && device.revoked_at.is_none())
        .map(|device| device.id))
}

/// The secret and the name that a phone begins with.
pub(crate) struct First {
    secret: SecretHash,
    name: String,
}

impl First {
    /// Reads both.
    pub(crate) fn read(next: &str, name: &str) -> Result<First> {
        Ok(First { secret: secret_hash(next)?, name: device_name(name)? })
    }

    /// Gives a known device the new secret, or adds a device; ends those beyond the most an account may have.
    pub(crate) async fn put(
        self,
        app: &App,
        tx: &mut Tx,
        account: AccountId,
        known: Option<DeviceId>,
    ) -> Result<DeviceId> {
        let now = app.now();
        if let Some(id) = known {
            devices::store::lock(tx, id).await?;
            if devices::store::secret(tx, id).await? != self.secret {
                devices::store::rotate(tx, id, &self.secret, now, forget_before(app)).await?;
            }
            return Ok(id);
        }
        let id = app.clock.id();
        let device = Device { id, account, name: self.name, created_at: now, seen_at: now, revoked_at: None };
        devices::store::insert(tx, &device, &self.secret).await?;
        devices::store::revoke_beyond(tx, account, DEVICES_MAX as i64, now).await?;
        tx.poke(Poke::Account { id: account.to_string() });
        Ok(id)
    }
}

/// The same pair again gives the same effect, however long its answer was lost. An old secret with another
/// successor ends the device; its phone keeps its unsent work.
pub async fn refresh(app: App, Json(body): Json<Refresh>) -> Result<Opened> {
    let (current, next) = (secret_hash(&body.current)?, secret_hash(&body.next)?);
    let now = app.now();
    let mut tx = app.db.write().await?;
    if !devices::store::lock(&mut tx, body.device).await? {
        return Err(Code::SignedOut.into());
    }
    let device = devices::store::find(&mut tx, body.device).await?.ok_or(Code::SignedOut)?;
    let idle_ms = i64::from(app.config.tokens.refresh_days) * DAY_MS;
    if device.revoked_at.is_some() || now - device.seen_at > idle_ms {
        return Err(Code::SignedOut.into());
    }
    let in_force = devices::store::secret(&mut tx, device.id).await?;
    let successor = devices::store::successor(&mut tx, device.id, &current).await?;
    match decide(&in_force, successor.as_ref(), &current, &next) {
        Verdict::Rotate => {
            if devices::store::successor(&mut tx, device.id, &next).await?.is_some() {
                return Err(Code::BadRequest.into());
            }
            devices::store::rotate(&mut tx, device.id, &next, now, forget_before(&app)).await?;
        }
        Verdict::Again => devices::store::seen(&mut tx, device.id, now).await?,
        Verdict::Stolen => {
            end_stolen(&app, &mut tx, &device).await?;
            tx.commit().await?;
            return Err(Code::SignedOut.into());
        }
        Verdict::Unknown => return Err(Code::SignedOut.into()),
    }
    tx.commit().await?;
    open(&app, Bearer { account: device.account, device: device.id }).await
}

async fn end_stolen(app: &App, tx: &mut Tx, device: &Device) -> Result<()> {
    devices::store::revoke(tx, device.id, Why::SecretReused, app.now()).await?;
    let event = audit::Event::about(audit::Kind::SecretReused, device.account);
    audit::record(tx, &app.clock, &event).await?;
    tx.poke(Poke::Account { id: device.account.to_string() });
    Ok(())
}

/// Spent secrets are remembered as long as a device may be silent.
fn forget_before(app: &App) -> i64 {
    app.now() - i64::from(app.config.tokens.refresh_days) * DAY_MS
}

/// Signs this device out. Repeating it is no error.
pub async fn end(app: App, caller: Caller) -> Result<Response> {
    let mut tx = app.db.write().await?;
    devices::store::revoke(&mut tx, caller.device, Why::SignedOut, app.now()).await?;
    tx.poke(Poke::Account { id: caller.account.to_string() });
    tx.commit().await?;
    let cookie = token::cookie("", 0, app.config.is_https());
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// Tokens for a device, and who its person is now.
pub(crate) async fn open(app: &App, bearer: Bearer) -> Result<Opened> {
    let mut db = app.db.read().await?;
    let actor = store::actor(&mut db, bearer).await?.ok_or(Code::SignedOut)?;
    let me = me_of(&mut db, &actor).await?;
    let (now, seconds) = (app.now(), app.config.tokens.access_seconds);
    let issue = |audience| token::issue(&app.secrets.token, audience, bearer, now, seconds);
    let cookie = token::cookie(&issue(Audience::Media), seconds, app.config.is_https());
    let access = issue(Audience::Api);
    Ok(Opened { session: Session { device: bearer.device, access, expires_in_s: seconds, me }, cookie })
}

/// Who the caller is, what they may do and where.
pub async fn me(app: App, caller: Caller) -> Result<Json<Me>> {
    let mut db = app.db.read().await?;
    Ok(Json(me_of(&mut db, &caller).await?))
}

async fn me_of(db: &mut Conn, actor: &shared::model::Actor) -> Result<Me> {
    let grant_of = |grant| shared::model::GrantBody { account: actor.account, grant };
    Ok(Me {
        account: actor.account,
        person: actor.person,
        name: org::store::person_name(db, actor.person).await?.unwrap_or_default(),
        grants: actor.grants.iter().map(|(_, grant)| grant_of(*grant)).collect(),
        branches: org::routes::readable(db, actor, None).await?,
    })
}
