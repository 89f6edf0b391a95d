//! Which branches the caller may look into, and what they let be published of themselves.

use axum::http::StatusCode;
use shared::{
    ids::BranchId,
    limits::LIST_ROWS_MAX,
    model::{Actor, Publicity, Role, Scope},
    wire::session::BranchName,
};

use super::{
    publish::{Change, changed},
    store,
};
use crate::{
    App,
    db::{self, Conn},
    error::Result,
    extract::{After, Caller, Json},
};

/// Branches whose approved entries the caller may read, a page at a time in the order of their ids.
pub async fn list(app: App, caller: Caller, After(after): After<BranchId>) -> Result<Json<Vec<BranchName>>> {
    let mut db = app.db.read().await?;
    Ok(Json(readable(&mut db, &caller, after).await?))
}

/// Writes the caller's own choice, which phones of their branches learn by their next pull. Nobody chooses for another.
pub async fn choose_publicity(app: App, caller: Caller, Json(said): Json<Publicity>) -> Result<StatusCode> {
    let mut tx = app.db.write().await?;
    if store::set_publicity(&mut tx, caller.person, said, app.now()).await? {
        changed(&mut tx, &[Change::Person(caller.person)]).await?;
        tx.commit().await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// The caller's own branches, those of their committees, or all for the school.
pub async fn readable(db: &mut Conn, actor: &Actor, after: Option<BranchId>) -> db::Result<Vec<BranchName>> {
    let mut found = Vec::new();
    if actor.in_school() {
        found = store::branch_names(db, None, after).await?;
    } else {
        for (_, grant) in &actor.grants {
            match (grant.role, grant.scope) {
                (Role::Committee, Scope::Committee(id)) => {
                    found.extend(store::branch_names(db, Some(id), after).await?);
                }
                (Role::Member | Role::Secretary | Role::Deputy, Scope::Branch(id)) if Some(id) > after => {
                    let body = store::branch_body(db, id).await?;
                    found.extend(body.map(|body| (id, body.name)));
                }
                _ => {}
            }
        }
    }
    found.sort();
    found.dedup();
    found.truncate(LIST_ROWS_MAX);
    Ok(found.into_iter().map(|(id, name)| BranchName { grants: held_in(actor, id), id, name }).collect())
}

fn held_in(actor: &Actor, branch: BranchId) -> Vec<shared::model::Grant> {
    let there = actor.grants.iter().filter(|(_, grant)| grant.scope == Scope::Branch(branch));
    there.map(|(_, grant)| *grant).collect()
}
