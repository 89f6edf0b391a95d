//! A branch's audit, for its secretary and deputies.

use shared::{
    ids::BranchId,
    limits::LIST_ROWS_MAX,
    wire::{Code, account::AuditRow},
};

use crate::{
    App,
    error::Result,
    extract::{Caller, Json, Path},
};

/// The newest lines about accounts and originals of the branch.
pub async fn list(app: App, caller: Caller, Path(branch): Path<BranchId>) -> Result<Json<Vec<AuditRow>>> {
    if !caller.in_office(branch) {
        return Err(Code::NotFound.into());
    }
    let mut db = app.db.read().await?;
    Ok(Json(super::list_of_branch(&mut db, branch, LIST_ROWS_MAX as i64).await?))
}
