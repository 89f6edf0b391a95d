//! Who is in a branch and who decides there: read under the feeds' locks, which every change of a grant takes too.

pub mod store;

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    ids::{AccountId, BranchId, CommitteeId, PersonId},
    model::{Actor, Scope},
    rules::Office,
};
use uuid::Uuid;

use crate::{
    db::{Conn, Result},
    grants,
};

/// Who an account is and what it holds now; a closed one holds nothing.
pub async fn actor(db: &mut Conn, account: AccountId) -> Result<Actor> {
    Ok(actors(db, &[account]).await?.remove(&account).unwrap_or_else(|| nobody(account)))
}

/// As [`actor`], for those of some accounts that are not closed.
pub async fn actors(db: &mut Conn, accounts: &[AccountId]) -> Result<BTreeMap<AccountId, Actor>> {
    grants::store::actors(store::holding(db, accounts).await?)
}

/// An account that may nothing.
pub fn nobody(account: AccountId) -> Actor {
    Actor { account, person: PersonId(Uuid::nil()), grants: Vec::new() }
}

/// The office of a branch as it is now; empty where there is no such branch.
pub async fn load(db: &mut Conn, branch: BranchId) -> Result<Office> {
    Ok(load_all(db, &[branch]).await?.remove(&branch).unwrap_or_default())
}

/// The offices of some branches as they are now; none where there is no such branch.
pub async fn load_all(db: &mut Conn, branches: &[BranchId]) -> Result<BTreeMap<BranchId, Office>> {
    let places = store::places(db, branches).await?;
    let above: BTreeSet<CommitteeId> = places.values().map(|(committee, _)| *committee).collect();
    let scopes = places.keys().map(|branch| Scope::Branch(*branch));
    let scopes: Vec<Scope> = scopes.chain(above.into_iter().map(Scope::Committee)).collect();
    let holders = store::holders(db, &scopes).await?;
    let nobody = BTreeSet::new();
    let of = |scope: Scope| holders.get(&scope).unwrap_or(&nobody);
    let office = |(branch, (committee, self_approval)): (&BranchId, &(CommitteeId, bool))| {
        let with = |roles: &[&str]| -> Vec<AccountId> {
            let here = of(Scope::Branch(*branch)).iter();
            let mut accounts: Vec<AccountId> = here
                .filter(|(_, role)| roles.contains(&role.as_str()))
                .map(|(account, _)| *account)
                .collect();
            accounts.dedup();
            accounts
        };
        let office = Office {
            members: with(&["member", "secretary", "deputy"]),
            approvers: with(&["secretary", "deputy"]),
            committee: Some(*committee),
            committee_accounts: of(Scope::Committee(*committee))
                .iter()
                .map(|(account, _)| *account)
                .collect(),
            self_approval: *self_approval,
        };
        (*branch, office)
    };
    Ok(places.iter().map(office).collect())
}
