//! Records as they stand, an entry at a time: its world for the rules, with the feeds each record stands in.
//!
//! What is loaded under the feeds' locks stays true until the transaction ends.

pub mod store;
pub mod version;

use std::collections::BTreeMap;

use shared::{
    ids::{BranchId, Checksum, Digest, EntryId, FeedId},
    model::{Body, RecordId, RecordKind},
    rules::World,
    table::Set,
    wire::{Act, Op},
};

use super::{feeds, offices};
use crate::db::{Conn, Result};

/// An entry's world with what the rules do not look at.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// For the rules.
    pub world: World,
    /// What each record adds to checksums.
    pub sums: BTreeMap<RecordId, Checksum>,
    /// The feeds each record stands in.
    pub feeds: BTreeMap<RecordId, Set<FeedId>>,
}

impl Loaded {
    /// Whether an entry's world is here.
    pub fn holds(&self, entry: EntryId) -> bool {
        self.world.entry_id == entry || self.world.elsewhere.iter().any(|other| other.entry_id == entry)
    }

    /// Puts another entry's world beside this one.
    pub fn add(&mut self, other: Loaded) {
        self.sums.extend(other.sums);
        self.feeds.extend(other.feeds);
        self.world.elsewhere.push(other.world);
    }
}

/// Loads an entry, known or not. `branch` is where the op says it belongs: it counts while nothing else does.
pub async fn load(db: &mut Conn, entry: EntryId, branch: BranchId) -> Result<Loaded> {
    let loaded = load_without_offices(db, &BTreeMap::from([(entry, branch)])).await?;
    let (mut loaded, home) = loaded.into_iter().next().expect("one for each that is asked for");
    loaded.world.office = offices::load(db, home).await?;
    Ok(loaded)
}

/// As [`load`], for several and for who knows the offices of the branches that are answered beside them.
pub async fn load_without_offices(
    db: &mut Conn,
    entries: &BTreeMap<EntryId, BranchId>,
) -> Result<Vec<(Loaded, BranchId)>> {
    let names: Vec<EntryId> = entries.keys().copied().collect();
    let mut stored = store::of_entries(db, &names).await?;
    let mut stands = feeds::store::of_entries(db, &names).await?;
    let mut loaded = Vec::with_capacity(names.len());
    for (entry, branch) in entries {
        let mut world = World::empty(*entry, shared::rules::Office::default());
        let mut sums = BTreeMap::new();
        for one in stored.remove(entry).unwrap_or_default() {
            let name = one.record.record_id();
            sums.insert(name, one.sum);
            world.records.insert(name, one.record);
        }
        let mut feeds: BTreeMap<RecordId, Set<FeedId>> = BTreeMap::new();
        for (name, feed) in stands.remove(entry).unwrap_or_default() {
            feeds.entry(name).or_default().insert(feed);
        }
        let home = world.entry().map_or(*branch, |entry| entry.content.branch);
        loaded.push((Loaded { world, sums, feeds }, home));
    }
    let unknown = loaded.iter().filter(|(one, _)| one.world.entry().is_none());
    let unknown: Vec<EntryId> = unknown.map(|(one, _)| one.world.entry_id).collect();
    let discarded = store::discarded(db, &unknown).await?;
    for (one, _) in &mut loaded {
        one.world.discarded = discarded.contains(&one.world.entry_id);
    }
    Ok(loaded)
}

/// The bytes an op is about, where it concerns other entries that hold them.
pub fn bytes_of(op: &Op, world: &World) -> Option<Digest> {
    match &op.act {
        Act::MediaAdd { sha256, .. } => Some(*sha256),
        Act::ConsentAdd { item, .. } if item.kind == RecordKind::Media => {
            let mut worlds = std::iter::once(world).chain(&world.elsewhere);
            worlds.find_map(|world| world.media(item.id.into())).map(|media| media.content.sha256)
        }
        _ => None,
    }
}

/// The bytes of a media item, where there is one.
pub async fn bytes_at(db: &mut Conn, item: RecordId) -> Result<Option<Digest>> {
    if item.kind != RecordKind::Media {
        return Ok(None);
    }
    Ok(store::find(db, item).await?.and_then(|stored| match stored.record.body {
        Body::Media(media) => Some(media.content.sha256),
        _ => None,
    }))
}

/// The id that an op wants to give, if it makes something within an entry.
pub fn made_by(op: &Op) -> Option<RecordId> {
    let makes = matches!(op.act, Act::MediaAdd { .. } | Act::QuoteAdd { .. } | Act::ConsentAdd { .. });
    makes.then(|| op.act.target())
}

/// Whether an id is used up: by another entry's item, or by one that is no more.
pub async fn is_taken(db: &mut Conn, target: RecordId, entry: EntryId) -> Result<bool> {
    let elsewhere = store::entry_of(db, target).await?.is_some_and(|other| other != entry);
    Ok(elsewhere || store::ended(db, target).await?.is_some())
}
