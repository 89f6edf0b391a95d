//! Who may give, confirm and end grants and reset accounts. Source: the design's "Identity": nobody
//! changes own grants, school grants need two people, an approver never resets whom they approve.

use super::Denied;
use crate::{
    ids::AccountId,
    model::{Actor, Grant, Role, Scope, org::Seat},
    wire::Code,
};

/// Whether the role is one that is held over such a scope.
#[must_use]
pub fn fits(grant: Grant) -> bool {
    match grant.role {
        Role::Member | Role::Secretary | Role::Deputy => matches!(grant.scope, Scope::Branch(_)),
        Role::Committee => matches!(grant.scope, Scope::Committee(_)),
        Role::School | Role::Admin => grant.scope == Scope::School,
    }
}

/// Whether a grant waits for a second person before it is in force.
#[must_use]
pub fn needs_second(grant: Grant) -> bool {
    grant.role == Role::School
}

/// Gives a role.
///
/// # Errors
/// `forbidden` for who is no administrator and for oneself, `bad_request` for a role over a wrong scope.
pub fn give(actor: &Actor, to: AccountId, grant: Grant) -> Result<(), Denied> {
    if !actor.is_admin() || actor.account == to {
        return Err(Code::Forbidden.into());
    }
    if fits(grant) { Ok(()) } else { Err(Code::BadRequest.into()) }
}

/// Confirms, as a second person, a grant that `made_by` gave to `holder` (absent: the command line).
///
/// # Errors
/// `forbidden` for who is neither administrator nor school office, for its giver and its holder.
pub fn confirm(actor: &Actor, holder: AccountId, made_by: Option<AccountId>) -> Result<(), Denied> {
    let entitled = actor.is_admin() || actor.in_school();
    let involved = actor.account == holder || made_by == Some(actor.account);
    if entitled && !involved { Ok(()) } else { Err(Code::Forbidden.into()) }
}

/// Ends a role that `holder` has.
///
/// # Errors
/// `forbidden` for who is no administrator and for oneself.
pub fn end(actor: &Actor, holder: AccountId) -> Result<(), Denied> {
    if actor.is_admin() && actor.account != holder { Ok(()) } else { Err(Code::Forbidden.into()) }
}

/// Resets an account that belongs to the branches `seats`.
///
/// # Errors
/// `forbidden` for who is no administrator, for oneself, and for who decides entries of such a branch: they
/// could sign in as an author and then approve what they wrote.
pub fn reset(actor: &Actor, account: AccountId, seats: &[Seat]) -> Result<(), Denied> {
    let approves =
        seats.iter().any(|seat| actor.in_office(seat.branch) || actor.in_committee(seat.committee));
    if actor.is_admin() && actor.account != account && !approves {
        Ok(())
    } else {
        Err(Code::Forbidden.into())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::{BranchId, CommitteeId, GrantId, PersonId};

    const BRANCH: BranchId = BranchId(Uuid::from_u128(10));
    const COMMITTEE: CommitteeId = CommitteeId(Uuid::from_u128(20));
    const SEAT: Seat = Seat { branch: BRANCH, committee: COMMITTEE };

    fn grant(role: Role) -> Grant {
        let scope = match role {
            Role::Member | Role::Secretary | Role::Deputy => Scope::Branch(BRANCH),
            Role::Committee => Scope::Committee(COMMITTEE),
            Role::School | Role::Admin => Scope::School,
        };
        Grant { role, scope }
    }

    fn account(n: u128) -> AccountId {
        AccountId(Uuid::from_u128(n))
    }

    fn actor(n: u128, roles: &[Role]) -> Actor {
        let grants = roles.iter().map(|role| (GrantId(Uuid::from_u128(1)), grant(*role))).collect();
        Actor { account: account(n), person: PersonId(Uuid::from_u128(n)), grants }
    }

    const OTHERS: [Role; 5] = [Role::Member, Role::Secretary, Role::Deputy, Role::Committee, Role::School];

    #[test]
    fn nobody_changes_their_own_grants() {
        let admin = actor(1, &[Role::Admin]);
        assert!(give(&admin, account(2), grant(Role::Secretary)).is_ok());
        assert!(give(&admin, account(1), grant(Role::Secretary)).is_err());
        assert!(end(&admin, account(2)).is_ok());
        assert!(end(&admin, account(1)).is_err());
    }

    #[test]
    fn only_administrators_give_end_and_reset() {
        for role in OTHERS {
            let other = actor(1, &[role]);
            assert!(give(&other, account(2), grant(Role::Member)).is_err(), "{role:?}");
            assert!(end(&other, account(2)).is_err(), "{role:?}");
            assert!(reset(&other, account(2), &[SEAT]).is_err(), "{role:?}");
        }
    }

    #[test]
    fn a_school_grant_needs_two_people() {
        assert!(needs_second(grant(Role::School)) && !needs_second(grant(Role::Admin)));
        let (first, second, school) =
            (actor(1, &[Role::Admin]), actor(2, &[Role::Admin]), actor(3, &[Role::School]));
        let made_by = Some(first.account);
        assert!(confirm(&first, account(9), made_by).is_err());
        assert!(confirm(&second, account(9), made_by).is_ok());
        assert!(confirm(&school, account(9), made_by).is_ok());
        assert!(confirm(&second, second.account, made_by).is_err());
        assert!(confirm(&actor(4, &[Role::Secretary]), account(9), made_by).is_err());
    }

    #[test]
    fn an_approver_never_resets_whom_they_approve() {
        assert!(reset(&actor(1, &[Role::Admin]), account(2), &[SEAT]).is_ok());
        for role in [Role::Secretary, Role::Deputy, Role::Committee] {
            assert!(reset(&actor(1, &[Role::Admin, role]), account(2), &[SEAT]).is_err(), "{role:?}");
            assert!(reset(&actor(1, &[Role::Admin, role]), account(2), &[]).is_ok(), "{role:?}");
        }
        assert!(reset(&actor(1, &[Role::Admin]), account(1), &[]).is_err());
    }

    #[test]
    fn a_role_is_held_over_its_own_kind_of_scope() {
        for role in [Role::Member, Role::Committee, Role::Admin] {
            assert!(fits(grant(role)));
            assert!(!fits(Grant { role: Role::Secretary, scope: Scope::School }));
        }
        assert!(!fits(Grant { role: Role::Admin, scope: Scope::Branch(BRANCH) }));
    }
}
