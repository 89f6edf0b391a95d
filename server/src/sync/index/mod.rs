//! Derived columns: what lists of entries, hours and galleries look for. A pure function of an entry's world,
//! written in the transaction that changes it; nothing in them is not in the records.

pub mod store;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use shared::{
    digest,
    ids::{AccountId, BranchId, Digest, EntryId, MediaId},
    model::{
        ActivityKind, EntryState, MediaKind, RecordId, RecordKind,
        activity::Phase,
        fields::{LocalTime, Participant, Who, key},
    },
    rules::World,
};

/// A row of `entry_index`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryRow {
    /// Its branch.
    pub branch: BranchId,
    /// Who wrote it.
    pub author: AccountId,
    /// Where it stands.
    pub state: EntryState,
    /// Last submission, ms since 1970 UTC.
    pub submitted_at: Option<i64>,
    /// As approved.
    pub kind: Option<ActivityKind>,
    /// Local day it began as approved, days since 1970-01-01.
    pub day: Option<i64>,
    /// When the copy that counts was approved, ms since 1970 UTC.
    pub approved_at: Option<i64>,
}

/// A row of `minute_index`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MinuteRow {
    /// The key of the participant: a person's id.
    pub person: String,
    /// Local day, days since 1970-01-01.
    pub day: i64,
    /// As approved.
    pub minutes: u32,
    /// The entry's window, minutes since 1970 UTC.
    pub window: (i64, i64),
}

/// A row of `media_index`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaRow {
    /// Which item.
    pub media: MediaId,
    /// Its branch.
    pub branch: BranchId,
    /// Who recorded it.
    pub recorder: AccountId,
    /// Of its bytes.
    pub sha256: Digest,
    /// What it is.
    pub kind: MediaKind,
    /// Before, during or after.
    pub phase: Option<Phase>,
    /// Refused or withdrawn.
    pub barred: bool,
    /// Local day of the approved entry, where it stands in the approved copy as it is now.
    pub day: Option<i64>,
}

/// All derived rows of one entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Derived {
    /// `None` where the entry is no more.
    pub entry: Option<EntryRow>,
    /// Who wrote the entries that it absorbed: the rows of `writer_index`.
    pub writers: BTreeSet<AccountId>,
    /// Of the approved copy.
    pub minutes: Vec<MinuteRow>,
    /// Of every media item.
    pub media: Vec<MediaRow>,
}

/// Derives the rows of an entry.
pub fn derive(world: &World) -> Derived {
    let leaves = world.approved().map(|approved| &approved.content.leaves);
    let began: Option<LocalTime> = leaves.and_then(|leaves| leaves.get(key::STARTED_AT));
    let day = began.map(LocalTime::day);
    let entry = world.entry().map(|entry| EntryRow {
        branch: entry.content.branch,
        author: entry.content.author,
        state: entry.rest.state,
        submitted_at: entry.rest.submitted.as_ref().map(|submitted| submitted.at),
        kind: leaves.and_then(|leaves| leaves.get(key::KIND)),
        day,
        approved_at: world.approved().map(|approved| approved.at),
    });
    let absorbed = world.entry().map(|entry| &entry.rest.absorbed[..]).unwrap_or_default();
    let writers = absorbed.iter().map(|one| one.author).collect();
    Derived { entry, writers, minutes: minutes(world), media: media(world, day) }
}

fn minutes(world: &World) -> Vec<MinuteRow> {
    let Some(approved) = world.approved() else { return Vec::new() };
    let leaves = &approved.content.leaves;
    let served = leaves.0.keys().any(|key| key.starts_with("volunteering."));
    let counts = leaves.get::<ActivityKind>(key::KIND).is_some_and(|kind| kind.counts_hours(served));
    let (Some(from), Some(to)) =
        (leaves.get::<LocalTime>(key::STARTED_AT), leaves.get::<LocalTime>(key::ENDED_AT))
    else {
        return Vec::new();
    };
    if !counts {
        return Vec::new();
    }
    let window = (from.utc_minute(), to.utc_minute());
    let days = leaves
        .elements(key::PARTICIPANTS)
        .filter_map(|(person, value)| Some((person.to_owned(), Participant::deserialize(value).ok()?)))
        .filter(|(_, participant)| matches!(participant.who, Who::Person(_)))
        .flat_map(|(person, participant)| participant.days.into_iter().map(move |day| (person.clone(), day)));
    let mut sums: BTreeMap<(String, i64), u32> = BTreeMap::new();
    for (person, day) in days {
        *sums.entry((person, day.day)).or_default() += day.minutes;
    }
    sums.into_iter().map(|((person, day), minutes)| MinuteRow { person, day, minutes, window }).collect()
}

fn media(world: &World, day: Option<i64>) -> Vec<MediaRow> {
    let approved: BTreeSet<(RecordId, Digest)> = world
        .approved()
        .map(|approved| approved.items.iter().map(|item| (item.item, item.digest)).collect())
        .unwrap_or_default();
    world
        .all_media()
        .map(|(media, body)| {
            let name = RecordId::new(RecordKind::Media, media.0);
            let as_approved = approved.contains(&(name, digest::media(media.0, &body.content)));
            MediaRow {
                media,
                branch: body.content.branch,
                recorder: body.content.recorder,
                sha256: body.content.sha256,
                kind: body.content.kind,
                phase: body.content.leaves.get(key::PHASE),
                barred: body.rest.barred,
                day: day.filter(|_| as_approved),
            }
        })
        .collect()
}

/// Brings the derived rows of an entry in step with its records.
pub async fn update(
    db: &mut crate::db::Conn,
    entry: EntryId,
    was: &Derived,
    now: &Derived,
) -> crate::db::Result<()> {
    if was.entry != now.entry {
        store::replace_entry(db, entry, now.entry.as_ref()).await?;
    }
    if was.writers != now.writers {
        store::replace_writers(db, entry, &now.writers).await?;
    }
    if was.minutes != now.minutes {
        store::replace_minutes(db, entry, &now.minutes).await?;
    }
    for row in &was.media {
        if !now.media.iter().any(|other| other.media == row.media) {
            store::remove_media(db, entry, row.media).await?;
        }
    }
    for row in &now.media {
        if !was.media.contains(row) {
            store::put_media(db, entry, row).await?;
        }
    }
    Ok(())
}
