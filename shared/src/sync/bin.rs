//! The bin: refused cards and drafts that a person threw away. What lies in it is kept for 30 days,
//! bytes and all, and given back on demand.

use super::{
    Engine,
    rows::{self, TrayRow},
    turn::Turn,
};
use crate::{
    ids::{EntryId, MediaId, OpId, QuoteId},
    json,
    model::{Leaf, fields::key},
    rules::Denied,
    table::Table,
    wire::{Act, Op, problem::Code},
};

const HOUR_MS: i64 = 60 * 60 * 1_000;
/// The most that the bin ages between two looks, whatever the clock says.
const LOOK_MS_MAX: i64 = 24 * HOUR_MS;
/// 30 days.
pub const BIN_MS: i64 = 30 * LOOK_MS_MAX;

/// New ids for the media of a draft that is put back: the old ones are used up at the server.
pub type Renamed = Table<MediaId, MediaId>;

impl Engine {
    /// Throws a draft away: into the bin, as the ops that would write it anew. What others added to
    /// it goes back to them and does not come along.
    pub(super) fn discard(&mut self, entry: EntryId, turn: &mut Turn) -> Result<(), Denied> {
        let kept = self.written_anew(entry, turn);
        let names: Vec<OpId> = kept.iter().map(|op| op.id).collect();
        self.lay_in(kept, turn);
        let done = self.perform(super::Command::Discard { entry }, turn);
        if done.is_err() {
            for id in names {
                self.tray.remove(&id);
                turn.rows.drop(rows::TRAY, id);
            }
        }
        done
    }

    /// The ops that would write an own draft as it is shown.
    fn written_anew(&self, entry: EntryId, turn: &mut Turn) -> Vec<Op> {
        let Some((me, world)) = self.me.as_ref().zip(self.world(entry)) else { return Vec::new() };
        let Some(body) = world.entry() else { return Vec::new() };
        let begin = Act::EntryCreate {
            entry,
            created_at: body.content.created_at,
            leaves: body.content.leaves.clone(),
            contributors: Vec::new(),
        };
        let media = world.all_media().filter(|(_, one)| one.content.recorder == me.account);
        let media = media.map(|(media, one)| Act::MediaAdd {
            media,
            entry,
            sha256: one.content.sha256,
            size_bytes: one.content.size_bytes,
            kind: one.content.kind,
            leaves: one.content.leaves.clone(),
            provenance: one.content.provenance.clone(),
        });
        let quotes = world.all_quotes().filter(|(_, one)| one.content.recorder == me.account);
        let quotes =
            quotes.map(|(quote, one)| Act::QuoteAdd { quote, entry, leaves: one.content.leaves.clone() });
        let acts = std::iter::once(begin).chain(media).chain(quotes);
        let (now, branch) = (turn.now, body.content.branch);
        let mut op = |act| Op {
            id: OpId(turn.entropy.uuid(now)),
            v: 1,
            epoch: None,
            made_at: now,
            branch,
            needs: Vec::new(),
            act,
        };
        acts.map(&mut op).collect()
    }

    fn lay_in(&mut self, ops: Vec<Op>, turn: &mut Turn) {
        let Some(root) = ops.first().map(|op| op.id) else { return };
        self.age_bin(turn);
        for (place, op) in (0..).zip(ops) {
            let row = TrayRow {
                root,
                place,
                op: json::text(&op),
                code: Code::Discarded,
                detail: Default::default(),
                at: turn.now,
                binned_at: Some(turn.now),
            };
            turn.rows.put(rows::TRAY, op.id, &row);
            self.tray.insert(op.id, row);
        }
        turn.changed();
    }

    /// Puts a refused card into the bin.
    pub(super) fn bin(&mut self, root: OpId, turn: &mut Turn) {
        self.age_bin(turn);
        self.lay(root, Some(turn.now), turn);
    }

    fn lay(&mut self, root: OpId, binned_at: Option<i64>, turn: &mut Turn) {
        let others = |row: &&mut TrayRow| row.root == root && row.binned_at.is_some() != binned_at.is_some();
        for row in self.tray.values_mut().filter(others) {
            row.binned_at = binned_at;
        }
        for (id, row) in self.tray.iter().filter(|(_, row)| row.root == root) {
            turn.rows.put(rows::TRAY, id, row);
        }
        turn.all_changed();
    }

    /// Gives back what lies in the bin: a refused card waits again, a draft is written anew.
    pub(super) fn put_back(
        &mut self,
        root: OpId,
        entry: EntryId,
        media: &Renamed,
        turn: &mut Turn,
    ) -> Result<(), Denied> {
        let row = self.tray.get(&root).ok_or(Code::UnknownRecord)?;
        if row.code != Code::Discarded {
            self.lay(root, None, turn);
            return Ok(());
        }
        let old = self.media_of(root);
        let items = self.items_of(root, entry);
        let items = items.into_iter().filter_map(|act| renamed(act, media, turn)).collect();
        self.copy_card(root, entry, items, turn)?;
        old.into_iter().for_each(|media| self.forget_file(media, turn));
        Ok(())
    }

    /// The media that a card would add.
    pub(super) fn media_of(&self, root: OpId) -> Vec<MediaId> {
        self.card(root).into_iter().filter_map(|(_, op)| added(&op.act)).collect()
    }

    /// Whether an item lies in the bin: its bytes stay, and wait for nothing.
    pub(super) fn is_binned(&self, media: MediaId) -> bool {
        let binned = self.tray.values().filter(|row| row.binned_at.is_some());
        binned.filter_map(|row| json::parse::<Op>(&row.op).ok()).any(|op| added(&op.act) == Some(media))
    }

    /// Drops what has lain in the bin for 30 days, counting those on which the app was open: neither a clock that
    /// jumps by years nor a phone in a drawer takes away what its person may still want back.
    pub(super) fn empty_bin(&mut self, turn: &mut Turn) {
        self.age_bin(turn);
        let over = |row: &TrayRow| row.binned_at.is_some_and(|at| at.saturating_add(BIN_MS) <= turn.now);
        let old: Vec<OpId> = self.tray.iter().filter(|(_, row)| over(row)).map(|(id, _)| *id).collect();
        for id in old {
            let op = self.tray.remove(&id).and_then(|row| json::parse::<Op>(&row.op).ok());
            if let Some(media) = op.and_then(|op| added(&op.act)) {
                self.forget_file(media, turn);
            }
            turn.rows.drop(rows::TRAY, id);
            turn.changed();
        }
    }
}

impl Engine {
    /// Moves what lies in the bin along with time that does not count. Whatever is laid in comes after it, so that all in
    /// the bin is of one clock.
    fn age_bin(&mut self, turn: &mut Turn) {
        let first = self.place.bin_seen_at.is_none();
        let passed = turn.now.saturating_sub(self.place.bin_seen_at.unwrap_or(turn.now));
        let uncounted = passed - passed.clamp(0, LOOK_MS_MAX);
        let binned = |row: &TrayRow| row.binned_at.is_some();
        let seen_at = self.tray.values().any(binned).then_some(turn.now);
        if first || uncounted != 0 {
            for row in self.tray.values_mut().filter(|row| binned(row)) {
                let aged = |at: i64| if first { turn.now } else { at.saturating_add(uncounted) };
                row.binned_at = row.binned_at.map(aged);
            }
            for (id, row) in self.tray.iter().filter(|(_, row)| binned(row)) {
                turn.rows.put(rows::TRAY, id, row);
            }
        }
        let due = !(0..HOUR_MS).contains(&passed) || seen_at.is_some() != self.place.bin_seen_at.is_some();
        if due {
            self.place.bin_seen_at = seen_at;
            self.store_place(turn);
        }
    }
}

fn added(act: &Act) -> Option<MediaId> {
    match act {
        Act::MediaAdd { media, .. } => Some(*media),
        _ => None,
    }
}

/// The same item under a new id; `None` for media whose bytes are no longer on the phone.
fn renamed(act: Act, media: &Renamed, turn: &mut Turn) -> Option<Act> {
    match act {
        Act::MediaAdd { media: old, entry, sha256, size_bytes, kind, leaves, provenance } => {
            let media = *media.get(&old)?;
            Some(Act::MediaAdd { media, entry, sha256, size_bytes, kind, leaves, provenance })
        }
        Act::QuoteAdd { entry, mut leaves, .. } => {
            if let Some(voice) = leaves.get::<MediaId>(key::VOICE) {
                match media.get(&voice) {
                    Some(new) => {
                        let leaf = Leaf::Live { salt: turn.entropy.salt(), value: new.to_string().into() };
                        leaves.0.insert(key::VOICE.to_owned(), leaf);
                    }
                    None => drop(leaves.0.remove(key::VOICE)),
                }
            }
            Some(Act::QuoteAdd { quote: QuoteId(turn.entropy.uuid(turn.now)), entry, leaves })
        }
        other => Some(other),
    }
}
