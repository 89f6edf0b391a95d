//! A branch's approved entries, for the branch, its committee and the school; and what waits for the latter two.

use anyhow::Context;
use serde_json::value::RawValue;
use shared::{
    ids::{BranchId, EntryId},
    limits::LIST_ROWS_MAX,
    model::RecordKind,
    rules::access::may_browse,
    wire::{
        Code, Row,
        entries::{EntryPage, ReviewPage},
    },
};

use super::{
    store::{self, ApprovedRow},
    waiting,
};
use crate::{
    App,
    error::Result,
    extract::{After, Caller, Json, Path},
    place::Place,
    sync::offices,
};

/// Approved copies, latest day first. A branch that the caller may not browse is answered like none.
pub async fn list(
    app: App,
    caller: Caller,
    Path(branch): Path<BranchId>,
    After(after): After<Place<EntryId>>,
) -> Result<Json<EntryPage>> {
    let mut tx = app.db.snapshot().await?;
    let office = offices::load(&mut tx, branch).await?;
    if !may_browse(&caller, branch, office.committee) {
        return Err(Code::NotFound.into());
    }
    let after = after.map(|Place(day, entry)| (day, entry));
    let mut rows = store::list_approved(&mut tx, branch, after, LIST_ROWS_MAX as i64 + 1).await?;
    tx.rollback().await?;
    let more = rows.len() > LIST_ROWS_MAX;
    rows.truncate(LIST_ROWS_MAX);
    let next = rows.last().filter(|_| more).map(|last| Place(last.day, last.entry).to_string());
    let entries = rows.into_iter().map(row).collect::<Result<_>>()?;
    Ok(Json(EntryPage { entries, next }))
}

/// Entries that wait for the caller, since nobody in their branch may decide them. They are decided by the same ops
/// as on a phone of the branch.
pub async fn review(
    app: App,
    caller: Caller,
    After(after): After<Place<EntryId>>,
) -> Result<Json<ReviewPage>> {
    let mut tx = app.db.snapshot().await?;
    let page = waiting::page(&mut tx, &caller, after).await?;
    tx.rollback().await?;
    Ok(Json(page))
}

fn row(found: ApprovedRow) -> Result<Row> {
    let body = RawValue::from_string(found.body)
        .with_context(|| format!("the approved copy of entry {} is no JSON", found.entry))?;
    let kind = RecordKind::Approved.name().to_owned();
    Ok(Row { kind, id: found.entry.0, rev: found.rev, gone: false, body: Some(body) })
}
