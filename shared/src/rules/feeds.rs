//! Who gets a record. Whoever holds a feed may see all of it, so nothing is filtered later.
//! `rules::access` says the same from the reader's side; a property compares the two.

use super::World;
use crate::{
    digest,
    ids::{AccountId, BranchId, FeedId},
    model::{Body, ConsentBody, EntryBody, EntryState, Record, RecordId, RecordKind, fields::key},
    table::{Set, Table},
};

/// The feeds of every record of an entry's world. Records of other entries are not among them.
pub fn feeds_of(world: &World) -> Table<RecordId, Set<FeedId>> {
    world.records.values().map(|record| (record.record_id(), of_record(world, record))).collect()
}

fn of_record(world: &World, record: &Record) -> Set<FeedId> {
    match &record.body {
        Body::Entry(entry) => of_entry(world, entry),
        Body::Media(_) | Body::Quote(_) => of_item(world, record),
        Body::Consent(consent) => of_consent(world, consent),
        Body::Classification(_) | Body::Verdict(_) => {
            world.entry().map(|entry| of_entry(world, entry)).unwrap_or_default()
        }
        Body::Approved(approved) => {
            let mut feeds = readers_of_approved(world);
            feeds.insert(FeedId::Account(approved.content.author));
            feeds
        }
        Body::Branch(_) => Set::from([FeedId::Org]),
        Body::Person(person) => person.branches.iter().map(|branch| FeedId::Branch(*branch)).collect(),
        Body::Grant(grant) => Set::from([FeedId::Account(grant.account)]),
        Body::Outcome(_) => Set::new(),
    }
}

fn of_entry(world: &World, entry: &EntryBody) -> Set<FeedId> {
    let mut feeds = Set::from([FeedId::Account(entry.content.author)]);
    match entry.rest.state {
        EntryState::Draft => feeds.extend(contributors(world, entry).map(FeedId::Account)),
        EntryState::Submitted | EntryState::Returned | EntryState::Reopened | EntryState::Approved => {
            feeds.insert(FeedId::Branch(entry.content.branch));
        }
        EntryState::Voided => {
            feeds.insert(FeedId::Office(entry.content.branch));
        }
    }
    feeds
}

/// Named contributors who are in the branch now.
fn contributors<'a>(world: &'a World, entry: &'a EntryBody) -> impl Iterator<Item = AccountId> + 'a {
    entry.rest.contributors.iter().copied().filter(|account| world.office.members.contains(account))
}

/// The entry's branch and its co-branches, as the approved copy names them.
fn readers_of_approved(world: &World) -> Set<FeedId> {
    let Some(approved) = world.approved() else { return Set::new() };
    let co_branches: Vec<BranchId> = approved.content.leaves.get(key::CO_BRANCHES).unwrap_or_default();
    co_branches.into_iter().chain([approved.content.branch]).map(FeedId::Branch).collect()
}

fn of_item(world: &World, record: &Record) -> Set<FeedId> {
    let (recorder, barred, offered, digest) = match &record.body {
        Body::Media(body) => (
            body.content.recorder,
            body.rest.barred,
            body.rest.offered,
            digest::media(record.id, &body.content),
        ),
        Body::Quote(body) => (
            body.content.recorder,
            body.rest.barred,
            body.rest.offered,
            digest::quote(record.id, &body.content),
        ),
        _ => return Set::new(),
    };
    // A recorder always has their own, also after the entry was voided or discarded.
    let mut feeds = Set::from([FeedId::Account(recorder)]);
    let Some(entry) = world.entry() else { return feeds };
    feeds.insert(FeedId::Account(entry.content.author));
    if barred || offered {
        // Others' drafts are hidden from the office too.
        if entry.rest.state != EntryState::Draft {
            feeds.insert(FeedId::Office(entry.content.branch));
        }
    } else {
        feeds.extend(of_entry(world, entry));
        // Others read an item as it was approved, never as it is being changed.
        let as_approved = world.approved().is_some_and(|approved| {
            approved.items.iter().any(|item| item.item == record.record_id() && item.digest == digest)
        });
        if as_approved {
            feeds.extend(readers_of_approved(world));
        }
    }
    feeds
}

fn of_consent(world: &World, consent: &ConsentBody) -> Set<FeedId> {
    let mut feeds = Set::from([FeedId::Account(consent.by)]);
    if let Some(item) = world.records.get(&consent.item) {
        feeds.extend(of_item(world, item));
    } else if let Some(entry) = world.entry() {
        // The fact outlives its item: the bytes may stand elsewhere.
        feeds.insert(FeedId::Account(entry.content.author));
        if entry.rest.state != EntryState::Draft {
            feeds.insert(FeedId::Office(consent.branch));
        }
    }
    feeds
}

/// The feeds that a record outside any entry belongs to: branches, people, grants.
pub fn of_org(record: &Record) -> Set<FeedId> {
    let nowhere = World::empty(crate::ids::EntryId(record.id), super::Office::default());
    debug_assert!(matches!(
        record.record_id().kind,
        RecordKind::Branch | RecordKind::Person | RecordKind::Grant
    ));
    of_record(&nowhere, record)
}
