//! Near-duplicates within a branch (相似的照片), for who decides about an entry or picks among its photos. Compared in
//! memory when they are asked for: the newest `ALIKE_COMPARED_MAX` photos of the branch, some 30 bytes each. What the
//! caller may not see is neither shown nor a link between two others. Nothing is ever removed.

mod store;

use std::collections::BTreeMap;

use shared::ids::{EntryId, MediaId};
use shared::limits::{ALIKE_COMPARED_MAX, ALIKE_ENTRIES_MAX, ALIKE_REACHED_MAX, ALIKE_SHOWN_MAX};
use shared::model::fields::key;
use shared::model::{Actor, RecordId, RecordKind};
use shared::rules::World;
use shared::rules::access::{CopyKind, Seen, may_fetch_media, may_see};
use shared::wire::Code;
use shared::wire::alike::{Alike, AlikeGroup, AlikeItem};

use crate::App;
use crate::db::Conn;
use crate::derive::alike::{self, Mark, Nearness};
use crate::error::Result;
use crate::sync::records;
use store::Row;

/// What looks like an entry's photos, as far as the actor may see it.
///
/// # Errors
/// `NotFound` for who may not see the entry, as where there is none.
pub async fn of_entry(app: &App, actor: &Actor, entry: EntryId) -> Result<Alike> {
    let mut db = app.db.snapshot().await?;
    let world =
        self::world(&mut db, entry).await?.filter(|world| sees_entry(actor, world)).ok_or(Code::NotFound)?;
    let Some(branch) = world.entry().map(|entry| entry.content.branch) else {
        return Err(Code::NotFound.into());
    };
    let rows = store::list(&mut db, branch, ALIKE_COMPARED_MAX).await?;
    let marks: Vec<Mark> = rows.iter().map(|row| row.mark).collect();
    let own: Vec<usize> = (0..rows.len()).filter(|at| rows[*at].entry == entry).collect();
    let own: Vec<usize> = own.into_iter().filter(|at| fetches(actor, &world, rows[*at].media)).collect();
    let reached = alike::reach(&marks, &own, ALIKE_REACHED_MAX);
    let mut worlds = BTreeMap::from([(entry, Some(world))]);
    let mut shown: Vec<(&Row, AlikeItem)> = Vec::new();
    for row in reached.into_iter().map(|at| &rows[at]) {
        if !worlds.contains_key(&row.entry) {
            if worlds.len() > ALIKE_ENTRIES_MAX {
                continue;
            }
            let found = self::world(&mut db, row.entry).await?;
            worlds.insert(row.entry, found);
        }
        let world = worlds.get(&row.entry).and_then(Option::as_ref);
        if let Some(world) = world.filter(|world| fetches(actor, world, row.media)) {
            shown.extend(item(actor, world, row).map(|item| (row, item)));
        }
    }
    Ok(Alike { groups: groups(entry, &shown) })
}

/// The world of an entry that is there.
async fn world(db: &mut Conn, entry: EntryId) -> Result<Option<World>> {
    let found = records::store::find(db, RecordId::new(RecordKind::Entry, entry.0)).await?;
    let Some(branch) = found.and_then(|found| found.record.branch()) else { return Ok(None) };
    Ok(Some(records::load(db, entry, branch).await?.world))
}

fn sees_entry(actor: &Actor, world: &World) -> bool {
    let sees = |kind| may_see(actor, world, RecordId::new(kind, world.entry_id.0));
    sees(RecordKind::Entry) || sees(RecordKind::Approved)
}

fn fetches(actor: &Actor, world: &World, media: MediaId) -> bool {
    may_fetch_media(actor, world, media, CopyKind::Thumb) == Seen::Full
}

/// What is shown of an item. Who reads only the approved copy is told that copy's title.
fn item(actor: &Actor, world: &World, row: &Row) -> Option<AlikeItem> {
    let body = world.media(row.media)?;
    let works = may_see(actor, world, RecordId::new(RecordKind::Entry, row.entry.0));
    let leaves = match works {
        true => world.entry().map(|entry| &entry.content.leaves),
        false => world.approved().map(|approved| &approved.content.leaves),
    };
    Some(AlikeItem {
        media: row.media,
        entry: row.entry,
        title: leaves.and_then(|leaves| leaves.get(key::TITLE)).unwrap_or_default(),
        caption: body.content.leaves.get(key::CAPTION).unwrap_or_default(),
        barred: body.rest.barred,
        thumb_hash: body.rest.thumb_hash.clone(),
    })
}

/// Groups what may be shown; each holds a photo of the entry and something beside it.
fn groups(entry: EntryId, shown: &[(&Row, AlikeItem)]) -> Vec<AlikeGroup> {
    let marks: Vec<Mark> = shown.iter().map(|(row, _)| row.mark).collect();
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, group) in alike::groups(&marks).into_iter().enumerate() {
        members.entry(group).or_default().push(at);
    }
    let is_own = |at: &usize| shown[*at].0.entry == entry;
    let list = |mut chosen: Vec<usize>| {
        chosen.sort_by_key(|at| (!is_own(at), std::cmp::Reverse(shown[*at].0.media)));
        chosen.into_iter().take(ALIKE_SHOWN_MAX).map(|at| shown[at].1.clone()).collect::<Vec<_>>()
    };
    let mut found = Vec::new();
    for same in members.into_values().filter(|members| members.iter().any(is_own)) {
        let own: Vec<usize> = same.iter().copied().filter(is_own).collect();
        let is_near = |at: &usize| {
            !same.contains(at) && own.iter().any(|own| marks[*own].to(marks[*at]) == Some(Nearness::Near))
        };
        let near: Vec<usize> = (0..shown.len()).filter(is_near).collect();
        if same.len() + near.len() > 1 {
            found.push(AlikeGroup { same: list(same), near: list(near) });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_links_nobody() {
        let entry = EntryId(uuid::Uuid::from_u128(1));
        let row = |n: u128, entry, light| Row {
            media: MediaId(uuid::Uuid::from_u128(n)),
            entry,
            mark: Mark { scan: None, light: Some(light) },
        };
        let other = EntryId(uuid::Uuid::from_u128(2));
        let rows =
            [row(10, entry, 0), row(11, other, 0x3F), row(12, other, 0xFFF), row(13, other, 0xFF << 20)];
        let item = |row: &Row| AlikeItem {
            media: row.media,
            entry: row.entry,
            title: String::new(),
            caption: String::new(),
            barred: false,
            thumb_hash: None,
        };
        let of = |shown: &[usize]| {
            let shown: Vec<_> = shown.iter().map(|at| (&rows[*at], item(&rows[*at]))).collect();
            let ids =
                |items: &[AlikeItem]| items.iter().map(|item| item.media.0.as_u128()).collect::<Vec<_>>();
            groups(entry, &shown).iter().map(|group| (ids(&group.same), ids(&group.near))).collect::<Vec<_>>()
        };
        assert_eq!(of(&[0, 1, 2, 3]), [(vec![10, 12, 11], vec![13])]);
        assert_eq!(of(&[0, 2]), [], "the one between them is hidden");
        assert_eq!(of(&[1, 2]), [], "no photo of the entry is among them");
        assert_eq!(of(&[0]), []);
    }
}
