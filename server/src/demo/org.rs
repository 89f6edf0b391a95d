//! Brings the demo's people in, through the stores that a roster import fills: committees, branches, people,
//! accounts, memberships and grants, all in one transaction.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use shared::{
    ids::{AccountId, BranchId, ClientId, CommitteeId, PersonId},
    model::{Grant, Publicity, Role, Scope},
};

use super::content::{self, Org};
use crate::{
    App,
    accounts::{self, Number},
    audit,
    db::Tx,
    grants,
    org::{
        publish::{self, Change},
        store::{self, Belonging, Joining},
    },
};

/// Day from which everybody belongs to their branch.
const BELONG_FROM: &str = "2019-09-01";

/// Somebody with an account.
#[derive(Clone, Debug)]
pub struct Member {
    /// Who.
    pub person: PersonId,
    /// How they sign in.
    pub account: AccountId,
    /// Their staff or student number.
    pub number: Number,
    /// The queue of their phone.
    pub client: ClientId,
}

/// A branch with its people.
#[derive(Clone, Debug)]
pub struct Seat {
    /// Which.
    pub id: BranchId,
    /// Names; secretary first, then deputies.
    pub people: Vec<String>,
}

/// Everybody by name, every branch by its key.
#[derive(Debug, Default)]
pub struct Cast {
    people: BTreeMap<String, Member>,
    branches: BTreeMap<String, Seat>,
}

impl Cast {
    /// Somebody.
    ///
    /// # Errors
    /// When nobody has the name.
    pub fn person(&self, name: &str) -> Result<&Member> {
        self.people.get(name).with_context(|| format!("nobody is called {name}"))
    }

    /// A branch.
    ///
    /// # Errors
    /// When none has the key.
    pub fn branch(&self, key: &str) -> Result<&Seat> {
        self.branches.get(key).with_context(|| format!("no branch {key}"))
    }
}

/// The transaction that brings them in.
struct Entrance<'a> {
    app: &'a App,
    tx: Tx,
    cast: Cast,
    changes: Vec<Change>,
}

/// Brings in everybody of the table.
///
/// # Errors
/// When the database fails, or a name is used wrongly in the table.
pub async fn bring_in(app: &App, org: &Org) -> Result<Cast> {
    let tx = app.db.write().await?;
    let mut entrance = Entrance { app, tx, cast: Cast::default(), changes: Vec::new() };
    let mut committees = BTreeMap::new();
    for (at, committee) in org.committee.iter().enumerate() {
        committees.insert(committee.key.as_str(), entrance.committee(at, committee).await?);
    }
    for (at, branch) in org.branch.iter().enumerate() {
        let committee = committees.get(branch.committee.as_str()).context("a branch names its committee")?;
        entrance.branch(at, branch, *committee).await?;
    }
    for (at, login) in org.login.iter().enumerate() {
        if login.unit.is_some() {
            let account = entrance.person(&login.name, &format!("1900{at:02}")).await?;
            entrance.give(account, Grant { role: login.role, scope: Scope::School }).await?;
        }
    }
    let Entrance { mut tx, cast, changes, .. } = entrance;
    publish::changed(&mut tx, &changes).await?;
    tx.commit().await?;
    Ok(cast)
}

impl Entrance<'_> {
    async fn committee(&mut self, at: usize, committee: &content::Committee) -> Result<CommitteeId> {
        let id = self.app.clock.id();
        store::insert_committee(&mut self.tx, id, &committee.name, self.app.now()).await?;
        let clerk = self.person(&committee.clerk, &format!("1910{at:02}")).await?;
        self.give(clerk, Grant { role: Role::Committee, scope: Scope::Committee(id) }).await?;
        Ok(id)
    }

    async fn branch(&mut self, at: usize, branch: &content::Branch, committee: CommitteeId) -> Result<()> {
        let id = self.app.clock.id();
        let described = store::Branch {
            committee,
            name: branch.name.clone(),
            kind: branch.kind,
            basis: branch.basis,
            work_line: branch.work_line,
            founded_on: Some(branch.founded_on.clone()),
            temporary: branch.temporary,
        };
        store::put_branch(&mut self.tx, id, &described, self.app.now()).await?;
        let (belonging, from) = match branch.temporary {
            true => (Belonging::Temporary, branch.founded_on.as_str()),
            false => (Belonging::Formal, BELONG_FROM),
        };
        for (place, name) in branch.people.iter().enumerate() {
            let account = self.person(name, &format!("19{:02}{place:02}", at + 20)).await?;
            let person = self.cast.person(name)?.person;
            let membership = self.app.clock.id::<uuid::Uuid>().to_string();
            let joining = Joining { id: membership, person, branch: id, belonging, from_on: from };
            store::put_membership(&mut self.tx, &joining).await?;
            if branch.unpictured.contains(name) {
                let said = Publicity { named: Some(true), pictured: Some(false) };
                store::set_publicity(&mut self.tx, person, said, self.app.now()).await?;
            }
            let role = match place {
                0 => Role::Secretary,
                place if place <= branch.deputies => Role::Deputy,
                _ => Role::Member,
            };
            for role in [Role::Member].into_iter().chain((role != Role::Member).then_some(role)) {
                self.give(account, Grant { role, scope: Scope::Branch(id) }).await?;
            }
        }
        self.changes.push(Change::Branch(id));
        self.cast.branches.insert(branch.key.clone(), Seat { id, people: branch.people.clone() });
        Ok(())
    }

    /// Adds a person with an account, or finds the one of that name.
    async fn person(&mut self, name: &str, number: &str) -> Result<AccountId> {
        if let Some(known) = self.cast.people.get(name) {
            return Ok(known.account);
        }
        let clock = &self.app.clock;
        let number = Number::parse(number).context("numbers of the demo are digits")?;
        let member = Member { person: clock.id(), account: clock.id(), number, client: clock.id() };
        let now = self.app.now();
        store::put_person(&mut self.tx, member.person, name, now).await?;
        accounts::store::insert(&mut self.tx, member.account, member.person, &member.number, now).await?;
        audit::record(&mut self.tx, clock, &audit::Event::about(audit::Kind::AccountMade, member.account))
            .await?;
        self.changes.push(Change::Person(member.person));
        let account = member.account;
        self.cast.people.insert(name.to_owned(), member);
        Ok(account)
    }

    async fn give(&mut self, account: AccountId, grant: Grant) -> Result<()> {
        let given = grants::give_by_command(self.app, &mut self.tx, account, grant).await?;
        self.changes.extend(given.map(Change::Grant));
        Ok(())
    }
}
