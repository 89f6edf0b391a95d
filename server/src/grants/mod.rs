//! Grants: roles that accounts hold over branches, committees or the school. Read anew at every request.
//!
//! States: waiting (a school grant before its second person), in force, ended. Who may do what stands in
//! `shared::rules::accounts`; a change reaches phones by the account's feed and ends open streams.

pub mod routes;
pub mod store;

use shared::{
    ids::{AccountId, BranchId, CommitteeId, GrantId},
    model::{Grant, Scope},
};

use crate::{
    App, audit,
    db::{self, At, Poke, Tx, word},
};

/// A grant with its history, as stored.
#[derive(Clone, Debug)]
pub struct Granted {
    /// Which.
    pub id: GrantId,
    /// Who holds it.
    pub account: AccountId,
    /// What and where.
    pub grant: Grant,
    /// When it was given, ms.
    pub made_at: i64,
    /// By whom; `None`: the command line.
    pub made_by: Option<AccountId>,
    /// Since when it is in force, ms; `None` while it waits.
    pub confirmed_at: Option<i64>,
    /// Since when it is over, ms.
    pub ended_at: Option<i64>,
}

/// A scope in its two columns.
pub(crate) fn scope_columns(scope: Scope) -> (&'static str, String) {
    match scope {
        Scope::Branch(id) => ("branch", id.to_string()),
        Scope::Committee(id) => ("committee", id.to_string()),
        Scope::School => ("school", String::new()),
    }
}

/// A grant out of its three columns.
pub(crate) fn read_grant(at: At<'_>, role: &str, kind: &str, id: &str) -> db::Result<Grant> {
    Ok(Grant { role: at.word("role", role)?, scope: read_scope(at, kind, id)? })
}

/// A scope out of its two columns.
pub(crate) fn read_scope(at: At<'_>, kind: &str, id: &str) -> db::Result<Scope> {
    Ok(match kind {
        "branch" => Scope::Branch(at.parse::<BranchId>("scope_id", id)?),
        "committee" => Scope::Committee(at.parse::<CommitteeId>("scope_id", id)?),
        "school" => Scope::School,
        _ => return Err(at.broken("scope_kind")),
    })
}

/// The role as stored.
pub(crate) fn role_column(grant: Grant) -> String {
    word(&grant.role)
}

/// The branch that a grant is about, if it is about one.
#[must_use]
pub fn branch_of(grant: Grant) -> Option<BranchId> {
    match grant.scope {
        Scope::Branch(id) => Some(id),
        Scope::Committee(_) | Scope::School => None,
    }
}

/// A role that the command line gives: it stands at once, because who runs commands on the server's machine
/// is a second person beside the one who sent the roster.
pub async fn give_by_command(
    app: &App,
    tx: &mut Tx,
    account: AccountId,
    grant: Grant,
) -> db::Result<Option<GrantId>> {
    let now = app.now();
    let id = app.clock.id();
    let granted =
        Granted { id, account, grant, made_at: now, made_by: None, confirmed_at: Some(now), ended_at: None };
    if !store::insert(tx, &granted).await? {
        return Ok(None);
    }
    let event = audit::Event::about(audit::Kind::GrantMade, account).within(branch_of(grant));
    audit::record(tx, &app.clock, &event).await?;
    tx.poke(Poke::Account { id: account.to_string() });
    Ok(Some(id))
}
