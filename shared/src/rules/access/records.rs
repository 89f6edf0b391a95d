//! The table applied: which records of an entry's world somebody may see, and which copies of its
//! media they may fetch.

use super::{Look, Relation, Seen, seen};
use crate::{
    digest,
    ids::{AccountId, BranchId, CommitteeId, Digest, MediaId},
    model::{Actor, Body, ConsentBody, EntryBody, EntryState, Record, RecordId, RecordKind},
    rules::{World, fields, standing},
};

/// Which bytes of a media item are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyKind {
    /// 320 px, made by the server.
    Thumb,
    /// 1600 px, made by the server.
    Preview,
    /// What is played of a clip or voice, made by the server.
    Played,
    /// Made on the phone and encoded again here.
    Sketch,
    /// The same picture without metadata: what offices and exports get.
    PositionFree,
    /// The exact bytes.
    Original,
}

/// Who the actor is to the entry, besides what they own of it.
pub fn relations(actor: &Actor, world: &World) -> Vec<Relation> {
    let Some(entry) = world.entry() else { return Vec::new() };
    let branch = entry.content.branch;
    let co_branches =
        world.approved().map(|copy| fields::co_branches(&copy.content.leaves)).unwrap_or_default();
    let committee = world.office.committee;
    [
        (Relation::Contributor, standing::contributes(entry, actor)),
        (Relation::Member, actor.in_branch(branch)),
        (Relation::Office, actor.in_office(branch)),
        (Relation::Decider, standing::decides_from_above(world, entry, actor)),
        (Relation::Committee, committee.is_some_and(|committee| actor.in_committee(committee))),
        (Relation::School, actor.in_school()),
        (Relation::CoBranch, co_branches.iter().any(|branch| actor.in_branch(*branch))),
        (Relation::Admin, actor.is_admin()),
    ]
    .into_iter()
    .filter_map(|(relation, holds)| holds.then_some(relation))
    .collect()
}

/// Whether the actor may read a record of this world, all of it. What the world does not hold
/// nobody sees.
pub fn may_see(actor: &Actor, world: &World, name: RecordId) -> bool {
    let reader = Reader { me: actor.account, world, relations: relations(actor, world) };
    world.records.get(&name).is_some_and(|record| reader.record(actor, record) == Seen::Full)
}

/// Whether the actor may fetch a copy of a media item: [`Seen::No`], [`Seen::WithReason`] or
/// [`Seen::Full`]. Who may not see the item may fetch none of its copies.
pub fn may_fetch_media(actor: &Actor, world: &World, media: MediaId, copy: CopyKind) -> Seen {
    let Some(body) = world.media(media) else { return Seen::No };
    if !may_see(actor, world, RecordId::new(RecordKind::Media, media.0)) {
        return Seen::No;
    }
    if copy != CopyKind::Original {
        return Seen::Full;
    }
    let mut relations = relations(actor, world);
    relations.extend((body.content.recorder == actor.account).then_some(Relation::Own));
    seen(Look::Original, &relations)
}

/// Whether the actor may page through what is approved in a branch. `committee` is the one above it;
/// a branch that does not exist has none.
pub fn may_browse(actor: &Actor, branch: BranchId, committee: Option<CommitteeId>) -> bool {
    let Some(committee) = committee else { return false };
    let relations = [
        (Relation::Member, actor.in_branch(branch)),
        (Relation::Committee, actor.in_committee(committee)),
        (Relation::School, actor.in_school()),
        (Relation::Admin, actor.is_admin()),
    ];
    let held: Vec<Relation> =
        relations.into_iter().filter_map(|(relation, holds)| holds.then_some(relation)).collect();
    seen(Look::Approved, &held) == Seen::Full
}

/// Somebody before one entry.
struct Reader<'a> {
    me: AccountId,
    world: &'a World,
    relations: Vec<Relation>,
}

impl Reader<'_> {
    fn record(&self, actor: &Actor, record: &Record) -> Seen {
        match &record.body {
            Body::Entry(_) => self.entry(),
            Body::Approved(_) => self.look(Look::Approved, self.is_author()),
            Body::Classification(_) => self.entry().max(self.office_of_approved()),
            Body::Verdict(_) => {
                let counts = self.world.approved().is_some_and(|copy| copy.verdict.0 == record.id);
                self.entry().max(if counts { self.office_of_approved() } else { Seen::No })
            }
            Body::Media(_) | Body::Quote(_) => self.item(record),
            Body::Consent(fact) => self.consent(fact),
            Body::Branch(_) => Seen::Full,
            Body::Person(person) => full_if(person.branches.iter().any(|branch| actor.in_branch(*branch))),
            Body::Grant(grant) => full_if(grant.account == self.me || actor.is_admin()),
            Body::Outcome(_) => Seen::No,
        }
    }

    fn look(&self, look: Look, own: bool) -> Seen {
        let own = if own { seen(look, &[Relation::Own]) } else { Seen::No };
        own.max(seen(look, &self.relations))
    }

    fn is_author(&self) -> bool {
        self.world.entry().is_some_and(|entry| entry.content.author == self.me)
    }

    /// The entry's own record. Committee and school read the approved copy instead.
    fn entry(&self) -> Seen {
        self.world.entry().map_or(Seen::No, |entry| self.look(look_of(entry), self.is_author()))
    }

    /// Committee and school see what belongs to an approved copy; co-branches see the copy alone.
    fn office_of_approved(&self) -> Seen {
        let above = self.relations.iter().any(|one| matches!(one, Relation::Committee | Relation::School));
        full_if(above && self.world.approved().is_some())
    }

    fn item(&self, record: &Record) -> Seen {
        let Some(item) = Item::of(record) else { return Seen::No };
        let own = item.recorder == self.me || self.is_author();
        let Some(entry) = self.world.entry() else { return full_if(own) };
        let draft = entry.rest.state == EntryState::Draft;
        match (item.barred || item.offered, draft) {
            // Others' drafts are hidden from the office too.
            (true, true) => full_if(own),
            (true, false) if item.barred => self.look(Look::Barred, own),
            (true, false) => self.look(Look::Offered, own),
            (false, _) => {
                let working = self.look(look_of(entry), own);
                let approved = self.world.approved().is_some_and(|copy| {
                    copy.items.iter().any(|one| one.item == record.record_id() && one.digest == item.digest)
                });
                if approved { working.max(self.look(Look::Approved, own)) } else { working }
            }
        }
    }

    /// A fact about consent is seen with its item. It outlives it, because the bytes may stand
    /// elsewhere; then author and office see it.
    fn consent(&self, fact: &ConsentBody) -> Seen {
        if fact.by == self.me {
            return Seen::Full;
        }
        if let Some(item) = self.world.records.get(&fact.item) {
            return self.item(item);
        }
        let submitted = self.world.entry().is_some_and(|entry| entry.rest.state != EntryState::Draft);
        let office = submitted && self.relations.contains(&Relation::Office);
        full_if(self.is_author() || office)
    }
}

fn full_if(allowed: bool) -> Seen {
    if allowed { Seen::Full } else { Seen::No }
}

fn look_of(entry: &EntryBody) -> Look {
    match entry.rest.state {
        EntryState::Draft => Look::Draft,
        EntryState::Submitted | EntryState::Returned | EntryState::Reopened | EntryState::Approved => {
            Look::Working
        }
        EntryState::Voided => Look::Voided,
    }
}

/// What media and quotes have in common here.
struct Item {
    recorder: AccountId,
    barred: bool,
    offered: bool,
    digest: Digest,
}

impl Item {
    fn of(record: &Record) -> Option<Self> {
        match &record.body {
            Body::Media(one) => Some(Self {
                recorder: one.content.recorder,
                barred: one.rest.barred,
                offered: one.rest.offered,
                digest: digest::media(record.id, &one.content),
            }),
            Body::Quote(one) => Some(Self {
                recorder: one.content.recorder,
                barred: one.rest.barred,
                offered: one.rest.offered,
                digest: digest::quote(record.id, &one.content),
            }),
            _ => None,
        }
    }
}
