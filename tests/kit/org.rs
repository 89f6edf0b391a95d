//! The organisation of a test, as an operator would have filled it in: committees, branches, people with accounts
//! and roles. Everybody comes with a phone that is signed in.

use miaopu_server::db::Tx;
use miaopu_server::org::publish::{self, Change};
use miaopu_server::org::store::{self, Belonging};
use miaopu_server::{accounts, grants};
use shared::ids::{AccountId, BranchId, CommitteeId, PersonId};
use shared::model::activity::{Basis, BranchKind, WorkLine};
use shared::model::{Grant, Role, Scope};

use crate::app::App;
use crate::ids::id;
use crate::phone::Phone;

/// The password of everybody in a test.
pub const PASSWORD: &str = "当归黄芪党参甘草 2019";

/// A branch and the committee above it.
#[derive(Clone, Copy, Debug)]
pub struct Branch {
    pub id: BranchId,
    pub committee: CommitteeId,
}

/// Somebody with an account and a phone.
pub struct Person {
    pub id: PersonId,
    pub account: AccountId,
    /// What they sign in with, beside [`PASSWORD`].
    pub number: String,
    pub name: String,
    pub phone: Phone,
}

impl App {
    /// A new committee with one branch.
    pub async fn branch(&self) -> Branch {
        let committee = id();
        let app = self.operator().await;
        let mut tx = app.db.write().await.expect("a transaction");
        let name = format!("党委 {committee}");
        store::insert_committee(&mut tx, committee, &name, app.now()).await.expect("a committee is written");
        tx.commit().await.expect("it is stored");
        self.branch_below(committee).await
    }

    /// A new branch below a committee.
    pub async fn branch_below(&self, committee: CommitteeId) -> Branch {
        let id: BranchId = id();
        let branch = store::Branch {
            committee,
            name: format!("党支部 {id}"),
            kind: BranchKind::Staff,
            basis: Some(Basis::Professional),
            work_line: WorkLine::Medical,
            founded_on: None,
            temporary: false,
        };
        let app = self.operator().await;
        let mut tx = app.db.write().await.expect("a transaction");
        store::put_branch(&mut tx, id, &branch, app.now()).await.expect("a branch is written");
        publish::changed(&mut tx, &[Change::Branch(id)]).await.expect("phones are told");
        tx.commit().await.expect("it is stored");
        Branch { id, committee }
    }

    /// A member of a branch.
    pub async fn member(&self, branch: Branch) -> Person {
        self.person(Some(branch), &[Grant { role: Role::Member, scope: Scope::Branch(branch.id) }]).await
    }

    /// A secretary of a branch, who is a member too.
    pub async fn secretary(&self, branch: Branch) -> Person {
        let scope = Scope::Branch(branch.id);
        self.person(Some(branch), &[Role::Member, Role::Secretary].map(|role| Grant { role, scope })).await
    }

    /// A deputy of a branch, who is a member too.
    pub async fn deputy(&self, branch: Branch) -> Person {
        let scope = Scope::Branch(branch.id);
        self.person(Some(branch), &[Role::Member, Role::Deputy].map(|role| Grant { role, scope })).await
    }

    /// Somebody who works in the committee above a branch.
    pub async fn committee(&self, branch: Branch) -> Person {
        self.person(None, &[Grant { role: Role::Committee, scope: Scope::Committee(branch.committee) }]).await
    }

    /// Somebody who works in an office of the school.
    pub async fn school(&self) -> Person {
        self.person(None, &[Grant { role: Role::School, scope: Scope::School }]).await
    }

    /// An administrator.
    pub async fn admin(&self) -> Person {
        self.person(None, &[Grant { role: Role::Admin, scope: Scope::School }]).await
    }

    /// Somebody new with these roles, in a branch or in none.
    pub async fn person(&self, branch: Option<Branch>, roles: &[Grant]) -> Person {
        let (id, account): (PersonId, AccountId) = (id(), id());
        let number = format!("T{}", account.0.simple().to_string()[..12].to_uppercase());
        let name = format!("人员 {}", &number[6..]);
        let app = self.operator().await;
        let mut tx = app.db.write().await.expect("a transaction");
        store::put_person(&mut tx, id, &name, app.now()).await.expect("a person is written");
        let parsed = accounts::Number::parse(&number).expect("a number");
        accounts::store::insert(&mut tx, account, id, &parsed, app.now())
            .await
            .expect("an account is written");
        if let Some(branch) = branch {
            self.join(&mut tx, id, branch).await;
        }
        let mut changes = vec![Change::Person(id)];
        for grant in roles {
            let granted =
                grants::give_by_command(&app, &mut tx, account, *grant).await.expect("a grant is written");
            changes.extend(granted.map(Change::Grant));
            changes.extend(grants::branch_of(*grant).map(Change::Branch));
        }
        publish::changed(&mut tx, &changes).await.expect("phones are told");
        tx.commit().await.expect("it is stored");
        let code = accounts::command::reset(&app, &number).await.expect("a code is drawn");
        let phone = self.activate(&number, &code, PASSWORD).await;
        Person { id, account, number, name, phone }
    }

    async fn join(&self, tx: &mut Tx, person: PersonId, branch: Branch) {
        let joining = store::Joining {
            id: id::<uuid::Uuid>().to_string(),
            person,
            branch: branch.id,
            belonging: Belonging::Formal,
            from_on: "2019-09-01",
        };
        store::put_membership(tx, &joining).await.expect("a seat");
    }

    /// Gives a role as the command line does: at once.
    pub async fn give(&self, account: AccountId, grant: Grant) {
        let app = self.operator().await;
        let mut tx = app.db.write().await.expect("a transaction");
        let granted =
            grants::give_by_command(&app, &mut tx, account, grant).await.expect("a grant is written");
        let mut changes: Vec<Change> = granted.into_iter().map(Change::Grant).collect();
        changes.extend(grants::branch_of(grant).map(Change::Branch));
        publish::changed(&mut tx, &changes).await.expect("phones are told");
        tx.commit().await.expect("it is stored");
    }

    /// Takes all roles over a scope away, as an administrator's route does.
    pub async fn take(&self, account: AccountId, scope: Scope) {
        let app = self.operator().await;
        let mut tx = app.db.write().await.expect("a transaction");
        let mut changes = Vec::new();
        for granted in grants::store::list_of(&mut tx, account).await.expect("the grants are read") {
            if granted.grant.scope == scope {
                grants::store::end(&mut tx, granted.id, None, app.now()).await.expect("a grant ends");
                changes.push(Change::Grant(granted.id));
                changes.extend(grants::branch_of(granted.grant).map(Change::Branch));
            }
        }
        publish::changed(&mut tx, &changes).await.expect("phones are told");
        tx.poke(miaopu_server::db::Poke::Account { id: account.to_string() });
        tx.commit().await.expect("it is stored");
    }
}
