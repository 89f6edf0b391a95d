//! Refused ops: kept with their text and reason until a person throws them away, and for 30 days
//! after. A refusal takes along what cannot be without the op: one card. Other records go on.

use super::{
    Engine,
    outbox::Own,
    rows::{self, TrayRow},
    turn::Turn,
};
use crate::{
    ids::OpId,
    json,
    wire::{Act, Op, problem::Code, push::Refused},
};

/// 30 days.
pub const BIN_MS: i64 = 30 * 24 * 60 * 60 * 1_000;

impl Engine {
    /// Moves an op, and the unsealed ones that need it, to the tray. A sealed one that needs it
    /// joins when its own answer comes.
    pub(super) fn refuse(&mut self, place: u64, refused: &Refused, turn: &mut Turn) {
        let along = self.outbox.dependents(place);
        let Some(own) = self.outbox.remove(place, &mut turn.rows) else { return };
        let root = self.root_of(&own.op, refused.code);
        self.put_away(place, own, (root, refused.clone()), turn);
        for place in along {
            if let Some(own) = self.outbox.remove(place, &mut turn.rows) {
                let why = Refused { code: Code::NeedsRefused, detail: Default::default(), current: None };
                self.put_away(place, own, (root, why), turn);
            }
        }
    }

    /// The card an op belongs on: that of an op it needs, if that was refused before it.
    fn root_of(&self, op: &Op, code: Code) -> OpId {
        let needed = op.needs.iter().find_map(|id| self.tray.get(id));
        match needed {
            Some(card) if code == Code::NeedsRefused => card.root,
            _ => op.id,
        }
    }

    fn put_away(&mut self, place: u64, own: Own, (root, why): (OpId, Refused), turn: &mut Turn) {
        turn.entry_changed(own.op.act.entry());
        let Refused { code, detail, .. } = why;
        let row = TrayRow { root, place, op: own.bytes, code, detail, at: turn.now, binned_at: None };
        turn.rows.put(rows::TRAY, own.op.id, &row);
        self.tray.insert(own.op.id, row);
    }

    /// The ops of a card in the order in which they were made.
    pub(super) fn card(&self, root: OpId) -> Vec<(OpId, Op)> {
        let mut ops: Vec<_> = self
            .tray
            .iter()
            .filter(|(_, row)| row.root == root)
            .filter_map(|(id, row)| Some((row.place, *id, json::parse::<Op>(&row.op).ok()?)))
            .collect();
        ops.sort_by_key(|(place, ..)| *place);
        ops.into_iter().map(|(_, id, op)| (id, op)).collect()
    }

    /// Puts a card into the bin; from the bin nothing is taken but by time.
    pub(super) fn bin(&mut self, root: OpId, turn: &mut Turn) {
        for (id, row) in self.tray.iter_mut().filter(|(_, row)| row.root == root && row.binned_at.is_none()) {
            row.binned_at = Some(turn.now);
            turn.rows.put(rows::TRAY, id, row);
        }
        turn.all_changed();
    }

    /// Drops what has lain in the bin for 30 days.
    pub(super) fn empty_bin(&mut self, turn: &mut Turn) {
        let over = |row: &TrayRow| row.binned_at.is_some_and(|at| at.saturating_add(BIN_MS) <= turn.now);
        let old: Vec<OpId> = self.tray.iter().filter(|(_, row)| over(row)).map(|(id, _)| *id).collect();
        for id in old {
            let op = self.tray.remove(&id).and_then(|row| json::parse::<Op>(&row.op).ok());
            if let Some(Act::MediaAdd { media, .. }) = op.map(|op| op.act) {
                self.forget_file(media, turn);
            }
            turn.rows.drop(rows::TRAY, id);
            turn.changed();
        }
    }
}
