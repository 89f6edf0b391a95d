//! What screens show: read-only answers from what the phone holds with its own ops on top. One
//! question, one answer; nothing here changes the engine.

mod content;
mod entries;
mod entry;
mod hours;
mod items;
mod lists;
mod outbox;
mod types;

pub use content::{differences, flat};
pub(super) use items::loosened_by;
pub use lists::lists;
pub use types::*;

use super::Engine;
use crate::{
    ids::{AccountId, BranchId, Digest, EntryId},
    json::{self, Read},
    model::{Actor, Role},
    rules::access::{self, Look, Relation, Seen},
    wire::problem::{Code, Detail},
};

/// A screen's question.
#[derive(Debug, Clone, PartialEq, Eq, Read)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(tag = "view", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Query {
    /// Who this is and what may be offered; answers [`MeView`] or `null` before the first sign-in.
    Me,
    /// Entries, newest first; answers [`EntryRow`]s.
    Entries {
        /// Of one branch; of all when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        branch: Option<BranchId>,
    },
    /// One entry in full; answers [`EntryView`] or `null`.
    Entry {
        /// Which.
        entry: EntryId,
    },
    /// Submitted entries that this person may decide, oldest first; answers [`EntryRow`]s.
    Review,
    /// What changed in an entry since its content had a digest; answers [`Difference`]s, or `null`
    /// where the phone no longer knows what was seen.
    Changes {
        /// Which entry.
        entry: EntryId,
        /// The digest seen.
        #[cfg_attr(feature = "ts", tsify(type = "string"))]
        seen: Digest,
    },
    /// Own hours; answers [`HoursView`].
    Hours,
    /// What is not at the server; answers [`OutboxView`].
    Outbox,
    /// Bytes that may be sent now, most useful first; answers [`super::UploadTask`]s.
    Uploads,
    /// All branches by name, without the temporary ones; answers [`BranchLabel`]s.
    Branches,
    /// People of a branch by name; answers [`PersonRow`]s.
    People {
        /// Which branch.
        branch: BranchId,
    },
}

impl Engine {
    /// Answers a screen as JSON text. `now` is in ms since 1970 UTC.
    pub fn view(&self, query: &Query, now: i64, english: bool) -> String {
        match query {
            Query::Me => json::text(&self.me_view()),
            Query::Entries { branch } => json::text(&self.entries(*branch)),
            Query::Entry { entry } => json::text(&self.entry(*entry, now, english)),
            Query::Review => json::text(&self.review()),
            Query::Changes { entry, seen } => json::text(&self.changes(*entry, *seen)),
            Query::Hours => json::text(&self.hours()),
            Query::Outbox => json::text(&self.outbox_view(english)),
            Query::Uploads => json::text(&self.uploads()),
            Query::Branches => json::text(&self.branches()),
            Query::People { branch } => json::text(&self.people(*branch)),
        }
    }

    /// Who this is and what may be offered.
    pub fn me_view(&self) -> Option<MeView> {
        let me = self.me.as_ref()?;
        let actor = self.actor()?;
        let branches: Vec<BranchLabel> = self
            .own_branches()
            .into_iter()
            .map(|id| BranchLabel { id, name: self.branch_name(id) })
            .collect();
        let roles: Vec<_> = actor.grants.iter().map(|(_, grant)| *grant).collect();
        let holds = |role: Role| roles.iter().any(|grant| grant.role == role);
        Some(MeView {
            account: me.account,
            person: me.person,
            name: me.name.clone(),
            publicity: self.base.people.get(&me.person).map(|person| person.publicity),
            records: !branches.is_empty(),
            review: roles.iter().any(|grant| decides(grant.role)),
            above: holds(Role::Committee) || holds(Role::School),
            gallery: !me.branches.is_empty(),
            originals: access::seen(Look::Original, &relations_of(&actor)) == Seen::WithReason,
            offices: branches.iter().filter(|branch| actor.in_office(branch.id)).cloned().collect(),
            accounts: actor.is_admin(),
            waiting: u32::try_from(self.review().len()).unwrap_or(u32::MAX),
            branches,
            roles,
        })
    }

    /// Branches one is in, in the order of their ids.
    fn own_branches(&self) -> Vec<BranchId> {
        let Some(actor) = self.actor() else { return Vec::new() };
        let mut branches: Vec<BranchId> = actor
            .grants
            .iter()
            .filter_map(|(_, grant)| match grant.scope {
                crate::model::Scope::Branch(branch) if actor.in_branch(branch) => Some(branch),
                _ => None,
            })
            .collect();
        branches.sort_unstable();
        branches.dedup();
        branches
    }

    /// All branches by name; a field team is nobody's partner.
    pub fn branches(&self) -> Vec<BranchLabel> {
        let lasting = self.base.branches.iter().filter(|(_, body)| !body.temporary);
        let mut labels: Vec<BranchLabel> =
            lasting.map(|(id, body)| BranchLabel { id: *id, name: body.name.clone() }).collect();
        labels.sort_unstable_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        labels
    }

    fn branch_name(&self, branch: BranchId) -> String {
        let told =
            || self.me.as_ref()?.branches.iter().find(|one| one.id == branch).map(|one| one.name.clone());
        let synced = self.base.branches.get(&branch).map(|body| body.name.clone());
        synced.or_else(told).unwrap_or_default()
    }

    fn account_name(&self, account: AccountId) -> String {
        let own = self.me.as_ref().filter(|me| me.account == account).map(|me| me.name.clone());
        let told = self.base.name_of(account).or_else(|| self.visited.name_of(account));
        own.or_else(|| told.map(str::to_owned)).unwrap_or_default()
    }

    /// People of a branch by name.
    pub fn people(&self, branch: BranchId) -> Vec<PersonRow> {
        let told = self.base.people.iter().chain(&self.visited.people);
        let inside = told.filter(|(_, person)| person.branches.contains(&branch));
        let mut rows: Vec<PersonRow> = inside
            .map(|(id, person)| PersonRow {
                id: *id,
                name: person.name.clone(),
                account: person.account,
                publicity: person.publicity,
            })
            .collect();
        rows.sort_unstable_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        rows
    }

    /// What changed since the content had this digest.
    pub fn changes(&self, entry: EntryId, digest: Digest) -> Option<Vec<Difference>> {
        let seen = self.seen.get(&entry).filter(|seen| seen.digest == digest)?;
        let world = self.world(entry)?;
        Some(differences(&seen.leaves, &flat(world)))
    }
}

/// Who the actor is to a branch that they are not in.
fn relations_of(actor: &Actor) -> Vec<Relation> {
    let above = actor.grants.iter().any(|(_, grant)| grant.role == Role::Committee);
    [(Relation::Committee, above), (Relation::School, actor.in_school())]
        .into_iter()
        .filter_map(|(relation, holds)| holds.then_some(relation))
        .collect()
}

fn decides(role: Role) -> bool {
    matches!(role, Role::Secretary | Role::Deputy | Role::Committee | Role::School)
}

/// A refusal for a screen.
fn reason(code: Code, detail: &Detail, english: bool) -> Reason {
    Reason { code: code.name(), message: code.sentence(english, detail) }
}
