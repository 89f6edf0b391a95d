//! Brings the tables in line with a roster, in one transaction: all of it or nothing.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use shared::{
    ids::{AccountId, BranchId, CommitteeId, PersonId},
    model::{Grant, Role, Scope},
};

use super::{
    PersonLine, Place, Roster,
    report::{Done, Report, RowDone, Summary},
};
use crate::{
    App,
    accounts::{self, command::new_code},
    audit,
    db::{self, Poke, Tx},
    grants,
    org::{
        publish::{self, Change},
        store::{self, Branch},
    },
};

/// A code that was drawn for an account that has no password yet.
#[derive(Clone, Debug)]
pub struct IssuedCode {
    /// Number to activate with.
    pub number: String,
    /// Whose.
    pub name: String,
    /// Branch or committee, for handing over.
    pub unit: String,
    /// The code in clear.
    pub code: String,
}

/// Whether an import is to last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Everything is done and then undone.
    DryRun,
    /// It lasts.
    Commit,
}

/// How a file is taken.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// Whether it lasts.
    pub mode: Mode,
    /// The file holds everybody of the branches it names: who is missing from it has left.
    pub whole: bool,
}

/// Imports. `keep` gets the codes before anything lasts: when it fails, nothing does.
///
/// # Errors
/// When `keep` fails, or the database does.
pub async fn import(
    app: &App,
    roster: &Roster,
    wish: Wish,
    keep: impl FnOnce(&[IssuedCode]) -> Result<()>,
) -> Result<Report> {
    let tx = app.db.write().await?;
    let today = today(app)?;
    let mut import = Import {
        app,
        tx,
        today,
        summary: Summary::default(),
        done: Vec::new(),
        changes: BTreeSet::new(),
        codes: Vec::new(),
    };
    let units = import.units(roster).await?;
    let mut rows = Vec::with_capacity(roster.people.len());
    for line in &roster.people {
        import.person(&units, line).await.with_context(|| format!("row {} of the roster", line.row))?;
        let (row, number, name) = (Some(line.row), line.number.as_str().to_owned(), line.name.clone());
        rows.push(RowDone { row, number, name, done: std::mem::take(&mut import.done) });
    }
    if wish.whole {
        rows.extend(import.leavers(&units, roster).await?);
    }
    let Import { mut tx, mut summary, changes, codes, .. } = import;
    summary.codes = codes.len();
    publish::changed(&mut tx, &Vec::from_iter(changes)).await?;
    match wish.mode {
        Mode::DryRun => tx.rollback().await?,
        Mode::Commit => {
            keep(&codes)?;
            tx.commit().await?;
        }
    }
    Ok(Report { summary, rows })
}

/// The day in the school's time zone.
fn today(app: &App) -> Result<String> {
    let now = jiff::Timestamp::from_millisecond(app.now()).context("the clock is outside all calendars")?;
    let there = now.in_tz("Asia/Shanghai").context("the time zone is built in")?;
    Ok(there.date().to_string())
}

/// Committees and branches of the file by name.
pub(super) struct Units {
    committees: BTreeMap<String, CommitteeId>,
    pub(super) branches: BTreeMap<String, BranchId>,
}

/// An import under way.
pub(super) struct Import<'a> {
    pub(super) app: &'a App,
    pub(super) tx: Tx,
    pub(super) today: String,
    pub(super) summary: Summary,
    /// What happened to the person whose turn it is.
    pub(super) done: Vec<Done>,
    pub(super) changes: BTreeSet<Change>,
    codes: Vec<IssuedCode>,
}

impl Import<'_> {
    async fn units(&mut self, roster: &Roster) -> db::Result<Units> {
        let now = self.app.now();
        let mut units = Units { committees: BTreeMap::new(), branches: BTreeMap::new() };
        for name in &roster.committees {
            let id = match store::committee_named(&mut self.tx, name).await? {
                Some(id) => id,
                None => {
                    let id = self.app.clock.id();
                    store::insert_committee(&mut self.tx, id, name, now).await?;
                    id
                }
            };
            units.committees.insert(name.clone(), id);
        }
        for (name, line) in &roster.branches {
            let known = store::branch_named(&mut self.tx, name).await?;
            let id = known.unwrap_or_else(|| self.app.clock.id());
            let branch = Branch {
                committee: units.committees[&line.committee],
                name: name.clone(),
                kind: line.kind,
                basis: line.basis,
                work_line: line.work_line,
                founded_on: line.founded_on.clone(),
                temporary: line.temporary,
            };
            if store::put_branch(&mut self.tx, id, &branch, now).await? {
                self.summary.branches += 1;
                self.changes.insert(Change::Branch(id));
            }
            units.branches.insert(name.clone(), id);
        }
        Ok(units)
    }

    async fn person(&mut self, units: &Units, line: &PersonLine) -> db::Result<()> {
        let (account, person) = self.account(line).await?;
        let grant = match &line.place {
            Place::School => Grant { role: Role::School, scope: Scope::School },
            Place::Committee(name) => {
                Grant { role: Role::Committee, scope: Scope::Committee(units.committees[name]) }
            }
            Place::Branch { name, belonging, role } => {
                let branch = units.branches[name];
                let id = self.app.clock.id::<uuid::Uuid>().to_string();
                let joined =
                    store::Joining { id, person, branch, belonging: *belonging, from_on: &self.today };
                let (left, moved) = store::put_membership(&mut self.tx, &joined).await?;
                if moved || left.is_some() {
                    self.summary.people += 1;
                    self.changes.insert(Change::Person(person));
                    self.done.push(Done::Joined(name.clone()));
                }
                if let Some(left) = left {
                    self.done.push(Done::Moved);
                    self.end_others(account, left, None).await?;
                }
                self.end_others(account, branch, Some(*role)).await?;
                Grant { role: *role, scope: Scope::Branch(branch) }
            }
        };
        self.give(account, grant).await?;
        self.code(line, account).await
    }

    /// The account of a number and the person behind it, made where the number is new.
    async fn account(&mut self, line: &PersonLine) -> db::Result<(AccountId, PersonId)> {
        let now = self.app.now();
        let known = match accounts::store::credentials(&mut self.tx, &line.number).await? {
            Some(known) => accounts::store::find(&mut self.tx, known.account).await?,
            None => None,
        };
        if let Some(known) = known {
            if known.closed_at.is_some() {
                // Who was gone comes back by a new code: an old password opens nothing.
                accounts::store::set_closed(&mut self.tx, known.id, None).await?;
                accounts::store::set_password_hash(&mut self.tx, known.id, None).await?;
                let event = audit::Event::about(audit::Kind::AccountReopened, known.id);
                audit::record(&mut self.tx, &self.app.clock, &event).await?;
                self.changes.insert(Change::Person(known.person));
                self.done.push(Done::Reopened);
            }
            if store::put_person(&mut self.tx, known.person, &line.name, now).await? {
                self.summary.people += 1;
                self.changes.insert(Change::Person(known.person));
                self.done.push(Done::Renamed);
            }
            return Ok((known.id, known.person));
        }
        let (account, person) = (self.app.clock.id(), self.app.clock.id());
        store::put_person(&mut self.tx, person, &line.name, now).await?;
        accounts::store::insert(&mut self.tx, account, person, &line.number, now).await?;
        let event = audit::Event::about(audit::Kind::AccountMade, account);
        audit::record(&mut self.tx, &self.app.clock, &event).await?;
        self.summary.accounts += 1;
        self.done.push(Done::Made);
        self.changes.insert(Change::Person(person));
        Ok((account, person))
    }

    async fn give(&mut self, account: AccountId, grant: Grant) -> db::Result<()> {
        if let Some(id) = grants::give_by_command(self.app, &mut self.tx, account, grant).await? {
            self.summary.grants_given += 1;
            self.done.push(Done::Given(grant.role));
            self.changes.insert(Change::Grant(id));
            self.changes.extend(grants::branch_of(grant).map(Change::Branch));
        }
        Ok(())
    }

    /// Ends what an account holds over a branch, but for the role `keep`.
    pub(super) async fn end_others(
        &mut self,
        account: AccountId,
        branch: BranchId,
        keep: Option<Role>,
    ) -> db::Result<()> {
        for granted in grants::store::list_of(&mut self.tx, account).await? {
            if granted.grant.scope != Scope::Branch(branch) || Some(granted.grant.role) == keep {
                continue;
            }
            grants::store::end(&mut self.tx, granted.id, None, self.app.now()).await?;
            let event = audit::Event::about(audit::Kind::GrantEnded, account).within(Some(branch));
            audit::record(&mut self.tx, &self.app.clock, &event).await?;
            self.tx.poke(Poke::Account { id: account.to_string() });
            self.summary.grants_ended += 1;
            self.done.push(Done::Ended(granted.grant.role));
            self.changes.extend([Change::Grant(granted.id), Change::Branch(branch)]);
        }
        Ok(())
    }

    /// A code for an account that has neither a password nor a code that still opens.
    async fn code(&mut self, line: &PersonLine, account: AccountId) -> db::Result<()> {
        let now = self.app.now();
        let active = accounts::store::password_hash(&mut self.tx, account).await?.is_some();
        if active || accounts::store::has_code(&mut self.tx, account, now).await? {
            return Ok(());
        }
        let (code, _) = new_code(self.app, &mut self.tx, account).await?;
        let unit = match &line.place {
            Place::Branch { name, .. } | Place::Committee(name) => name.clone(),
            Place::School => String::new(),
        };
        let number = line.number.as_str().to_owned();
        self.done.push(Done::Code);
        self.codes.push(IssuedCode { number, name: line.name.clone(), unit, code: code.text() });
        Ok(())
    }
}
