//! Branches, people and roles (党支部, 人员, 授权) as phones know them.

use serde::{Deserialize, Serialize};

use super::activity::{Basis, BranchKind, WorkLine};
use crate::{
    ids::{AccountId, BranchId, CommitteeId, GrantId, PersonId},
    json::{Read, Write, read_by_text},
};

/// The record of kind `branch`, in the feed `org`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BranchBody {
    /// Full name.
    pub name: String,
    /// The committee above it.
    pub committee: CommitteeId,
    /// That committee's name.
    pub committee_name: String,
    /// Staff or student.
    pub kind: BranchKind,
    /// What a staff branch does.
    pub basis: Option<Basis>,
    /// 类别 (notice 四1).
    pub work_line: WorkLine,
    /// Made for a field trip.
    #[serde(default)]
    pub temporary: bool,
    /// Accounts that may decide its entries now: living secretaries and deputies.
    #[serde(default)]
    pub approvers: Vec<AccountId>,
    /// The committee lets an approver decide their own entry; off unless it says so.
    #[serde(default)]
    pub self_approval: bool,
}

/// The record of kind `person`, in the feeds of their branches: a name and what they let be published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PersonBody {
    /// As the roster writes it.
    pub name: String,
    /// Their account, if any.
    pub account: Option<AccountId>,
    /// Branches they are in now.
    pub branches: Vec<BranchId>,
    /// What they let be published of themselves.
    #[serde(default, skip_serializing_if = "Publicity::is_unsaid")]
    pub publicity: Publicity,
}

/// What a person lets be published of themselves, said by nobody but them and changed at any time. What was not
/// said counts as no. Source: 志愿服务条例 2017 §21, 民法典 §1019; `PUT /api/v1/me/publicity` takes it whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Publicity {
    /// 可署名: their name may stand beside what they did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named: Option<bool>,
    /// 可出镜: they may be seen and heard in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pictured: Option<bool>,
}

impl Publicity {
    /// Nothing was said yet.
    pub fn is_unsaid(&self) -> bool {
        *self == Self::default()
    }
}

/// The record of kind `grant`, in the feed of its account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GrantBody {
    /// Who holds it.
    pub account: AccountId,
    /// What and where.
    pub grant: Grant,
}

/// A role over a scope.
#[derive(Debug, Clone, Copy, PartialOrd, Ord, Hash, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// Over what.
    pub scope: Scope,
}

/// What an account may do.
#[derive(Debug, Clone, Copy, PartialOrd, Ord, Hash, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 党员.
    Member,
    /// 支部书记.
    Secretary,
    /// 副书记, or a named 支委.
    Deputy,
    /// 二级党组织.
    Committee,
    /// 组织部, 宣传部, 党委办公室.
    School,
    /// 管理员.
    Admin,
}

/// Over what a role is held.
#[derive(Debug, Clone, Copy, PartialOrd, Ord, Hash, PartialEq, Eq, Serialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", tag = "of", content = "id")]
pub enum Scope {
    /// One branch.
    Branch(BranchId),
    /// A committee and the branches below it.
    Committee(CommitteeId),
    /// The whole school.
    School,
}

/// A branch that a person belongs to, with the committee above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seat {
    /// The branch.
    pub branch: BranchId,
    /// The committee above it.
    pub committee: CommitteeId,
}

read_by_text!(Scope);

/// Who acts: read from the database at each request, or from the phone's own grants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct Actor {
    /// The account.
    pub account: AccountId,
    /// The person behind it.
    pub person: PersonId,
    /// Grants in force.
    pub grants: Vec<(GrantId, Grant)>,
}

impl Actor {
    /// Holds this role over exactly this scope.
    pub fn holds(&self, role: Role, scope: Scope) -> bool {
        self.grants.iter().any(|(_, grant)| grant.role == role && grant.scope == scope)
    }

    /// Is in the branch: as member, secretary or deputy.
    pub fn in_branch(&self, branch: BranchId) -> bool {
        let scope = Scope::Branch(branch);
        self.holds(Role::Member, scope) || self.in_office(branch)
    }

    /// Is secretary or deputy of the branch.
    pub fn in_office(&self, branch: BranchId) -> bool {
        let scope = Scope::Branch(branch);
        self.holds(Role::Secretary, scope) || self.holds(Role::Deputy, scope)
    }

    /// Works in the committee.
    pub fn in_committee(&self, committee: CommitteeId) -> bool {
        self.holds(Role::Committee, Scope::Committee(committee))
    }

    /// Works in an office of the school.
    pub fn in_school(&self) -> bool {
        self.holds(Role::School, Scope::School)
    }

    /// Is an administrator.
    pub fn is_admin(&self) -> bool {
        self.holds(Role::Admin, Scope::School)
    }
}
