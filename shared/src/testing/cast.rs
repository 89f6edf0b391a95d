//! Who is who: one person for each role around one branch, and who has left it.

use uuid::Uuid;

use crate::{
    ids::{AccountId, BranchId, CommitteeId, EntryId, GrantId, PersonId},
    model::{Actor, Grant, Role, Scope},
    rules::Office,
};

/// A UUIDv7 of a fixed time: `kind` keeps ids of different things apart.
pub const fn uuid(kind: u8, number: u128) -> Uuid {
    Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000 | (kind as u128) << 40 | number)
}

/// The branch whose entry it is.
pub const HOME: BranchId = BranchId(uuid(0x0b, 1));

/// A branch by number: 1 is [`HOME`], 2 takes part, 3 is somewhere else.
pub const fn branch(number: u128) -> BranchId {
    BranchId(uuid(0x0b, number))
}

/// The committee above [`HOME`].
pub const fn committee() -> CommitteeId {
    CommitteeId(uuid(0x0c, 1))
}

/// The one entry.
pub const fn entry_id() -> EntryId {
    EntryId(uuid(0x0e, 1))
}

/// The account of one of the cast.
pub const fn account(part: Part) -> AccountId {
    AccountId(uuid(0x0a, part as u128))
}

/// One of the cast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Writes the entry; secretary where [`Cast::secretary_writes`].
    Author,
    /// Named contributor.
    Contributor,
    /// Another member.
    Member,
    /// Secretary, where the author is not.
    Secretary,
    /// Deputy, where the branch has one.
    Deputy,
    /// In the committee above.
    Committee,
    /// In another committee.
    OtherCommittee,
    /// In an office of the school.
    School,
    /// Administrator.
    Admin,
    /// Member of the branch that takes part.
    CoMember,
    /// Secretary of that branch.
    CoSecretary,
    /// Member of a branch that has nothing to do with it.
    Outsider,
    /// Has left the branch, and holds nothing.
    Former,
}

impl Part {
    /// Everybody.
    pub const ALL: &[Self] = &[
        Self::Author,
        Self::Contributor,
        Self::Member,
        Self::Secretary,
        Self::Deputy,
        Self::Committee,
        Self::OtherCommittee,
        Self::School,
        Self::Admin,
        Self::CoMember,
        Self::CoSecretary,
        Self::Outsider,
        Self::Former,
    ];
}

/// How the branch is staffed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cast {
    /// There is a second approver.
    pub has_deputy: bool,
    /// The committee lets an approver decide their own entry.
    pub self_approval: bool,
    /// The author is the secretary.
    pub secretary_writes: bool,
}

impl Cast {
    /// Secretary and deputy, and a member who writes.
    pub fn ordinary() -> Self {
        Self { has_deputy: true, self_approval: false, secretary_writes: false }
    }

    /// What somebody holds.
    pub fn grants(self, part: Part) -> Vec<Grant> {
        let over = |role, number| Grant { role, scope: Scope::Branch(branch(number)) };
        let one = match part {
            Part::Author if self.secretary_writes => over(Role::Secretary, 1),
            Part::Author | Part::Contributor | Part::Member => over(Role::Member, 1),
            Part::Secretary if self.secretary_writes => over(Role::Member, 1),
            Part::Secretary => over(Role::Secretary, 1),
            Part::Deputy if self.has_deputy => over(Role::Deputy, 1),
            Part::Deputy => over(Role::Member, 1),
            Part::Committee => Grant { role: Role::Committee, scope: Scope::Committee(committee()) },
            Part::OtherCommittee => {
                let other = CommitteeId(uuid(0x0c, 2));
                Grant { role: Role::Committee, scope: Scope::Committee(other) }
            }
            Part::School => Grant { role: Role::School, scope: Scope::School },
            Part::Admin => Grant { role: Role::Admin, scope: Scope::School },
            Part::CoMember => over(Role::Member, 2),
            Part::CoSecretary => over(Role::Secretary, 2),
            Part::Outsider => over(Role::Member, 3),
            Part::Former => return Vec::new(),
        };
        vec![one]
    }

    /// Somebody as the rules know them.
    pub fn actor(self, part: Part) -> Actor {
        let grants = self.grants(part).into_iter();
        let grants = grants.map(|grant| (GrantId(uuid(0x0d, part as u128)), grant)).collect();
        Actor { account: account(part), person: PersonId(uuid(0x09, part as u128)), grants }
    }

    /// Who decides in the branch, and above it.
    pub fn office(self) -> Office {
        let accounts = |holds: fn(&Actor) -> bool| {
            let fitting = Part::ALL.iter().filter(|part| holds(&self.actor(**part)));
            fitting.map(|part| account(*part)).collect::<Vec<_>>()
        };
        Office {
            members: accounts(|actor| actor.in_branch(HOME)),
            approvers: accounts(|actor| actor.in_office(HOME)),
            committee: Some(committee()),
            committee_accounts: accounts(|actor| actor.in_committee(committee())),
            self_approval: self.self_approval,
        }
    }
}
