//! Refused ops: kept with their text and reason until a person throws them away (see `bin`). A
//! refusal takes along what cannot be without the op: one card. Other records go on.

use super::{
    Engine,
    outbox::Own,
    rows::{self, TrayRow},
    turn::Turn,
};
use crate::{
    ids::OpId,
    json,
    wire::{Op, problem::Code, push::Refused},
};

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
        ops.sort_unstable_by_key(|(place, ..)| *place);
        ops.into_iter().map(|(_, id, op)| (id, op)).collect()
    }
}
