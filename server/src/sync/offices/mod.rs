//! Who is in a branch and who decides there: read under the feeds' locks, which every change of a grant takes too.

pub mod store;

use shared::{
    ids::{AccountId, BranchId, PersonId},
    model::Actor,
    rules::Office,
};
use uuid::Uuid;

use crate::{
    accounts,
    db::{Conn, Result},
    grants,
};

/// Who an account is and what it holds now; a closed one holds nothing.
pub async fn actor(db: &mut Conn, account: AccountId) -> Result<Actor> {
    let found = accounts::store::find(db, account).await?.filter(|found| found.closed_at.is_none());
    let Some(found) = found else {
        return Ok(Actor { account, person: PersonId(Uuid::nil()), grants: Vec::new() });
    };
    Ok(Actor { account, person: found.person, grants: grants::store::in_force(db, account).await? })
}

/// The office of a branch as it is now; empty where there is no such branch.
pub async fn load(db: &mut Conn, branch: BranchId) -> Result<Office> {
    let Some((committee, self_approval)) = store::place(db, branch).await? else {
        return Ok(Office::default());
    };
    let here = store::in_branch(db, branch).await?;
    let with = |roles: &[&str]| -> Vec<AccountId> {
        let mut accounts: Vec<_> = here
            .iter()
            .filter(|(_, role)| roles.contains(&role.as_str()))
            .map(|(account, _)| *account)
            .collect();
        accounts.dedup();
        accounts
    };
    let above = store::in_committee(db, committee).await?;
    Ok(Office {
        members: with(&["member", "secretary", "deputy"]),
        approvers: with(&["secretary", "deputy"]),
        committee: Some(committee),
        committee_accounts: above.into_iter().map(|(account, _)| account).collect(),
        self_approval,
    })
}
