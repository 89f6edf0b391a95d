//! From what a person does to an op: `from` values as shown, salts, the facts that a consent
//! loosens. The rules are asked before anything is queued; a refusal costs nothing and is said at
//! once, in the words the server would use.

use super::{
    Command, Engine, Values,
    kinds::is_beginning,
    outbox::Own,
    rows::{MediaRow, SEEN, SeenRow, Sketch, Transfer},
    turn::Turn,
    words::{edit_of, entry_of, is_empty, leaves_at, leaves_of, replace_values, verdict_of},
};
use crate::{
    digest,
    ids::{BranchId, ConsentId, EntryId, OpId},
    model::{Leaves, RecordId, RecordKind},
    rules::{Decision, Denied, decide},
    wire::{Act, Op, problem::Code},
};

impl Engine {
    pub(super) fn act(&mut self, command: Command, english: bool, turn: &mut Turn) {
        let done = match command {
            Command::Resend { op, values } => self.resend(op, &values, turn),
            Command::Discard { entry } => self.discard(entry, turn),
            Command::PutBack { op, entry, media } => self.put_back(op, entry, &media, turn),
            Command::CopyRefused { op, entry } => self.copy_refused(op, entry, turn),
            Command::DropRefused { op } => {
                self.bin(op, turn);
                Ok(())
            }
            other => self.perform(other, turn),
        };
        if let Err(denied) = done {
            turn.denied(denied.code.problem(english, denied.detail, ""));
        }
    }

    pub(super) fn perform(&mut self, command: Command, turn: &mut Turn) -> Result<(), Denied> {
        if self.take_back(&command, turn) {
            return Ok(());
        }
        let Some((act, branch)) = self.act_of(command, turn)? else { return Ok(()) };
        if matches!(act, Act::EntryApprove { .. } | Act::EntryReturn { .. }) {
            self.remember_seen(act.entry(), turn);
        }
        self.queue(act, branch, turn)
    }

    /// Asks the rules and queues the act.
    pub(super) fn queue(&mut self, act: Act, branch: BranchId, turn: &mut Turn) -> Result<(), Denied> {
        let actor = self.actor().ok_or(Code::SignedOut)?;
        let op = Op {
            id: OpId(turn.entropy.uuid(turn.now)),
            v: 1,
            epoch: self.place.epoch,
            made_at: turn.now,
            branch,
            needs: Vec::new(),
            act,
        };
        let entry = op.act.entry();
        let mut world = self.world_or_empty(entry, branch);
        world.elsewhere = self.beside(&world, &op.act);
        if let Decision::Refused(denied) = decide(&world, &actor, &op, turn.now) {
            return Err(denied);
        }
        if let Act::MediaAdd { media, sha256, size_bytes, kind, provenance, .. } = &op.act {
            let sketch = provenance.sketch.map(|sha256| Sketch { sha256, transfer: Transfer::default() });
            let known = self.media.get(media).cloned();
            let row = known.map(|row| MediaRow { entry, ..row }).unwrap_or_else(|| MediaRow {
                entry,
                kind: *kind,
                sha256: *sha256,
                size_bytes: *size_bytes,
                added_at: turn.now,
                original: Transfer::default(),
                sketch,
                lost: false,
            });
            self.keep_file(*media, row, turn);
        }
        self.outbox.push(op, turn.now, &mut turn.rows);
        turn.entry_changed(entry);
        self.refresh(turn);
        Ok(())
    }

    /// Throwing away what was never numbered leaves no trace: its ops are dropped, none is made.
    fn take_back(&mut self, command: &Command, turn: &mut Turn) -> bool {
        let (entry, name) = match command {
            Command::Discard { entry } => (*entry, RecordId::new(RecordKind::Entry, entry.0)),
            Command::RemoveMedia { entry, media } => (*entry, RecordId::new(RecordKind::Media, media.0)),
            Command::RemoveQuote { entry, quote } => (*entry, RecordId::new(RecordKind::Quote, quote.0)),
            _ => return false,
        };
        let begun = |own: &Own| own.open() && is_beginning(&own.op.act) && own.op.act.target() == name;
        if !self.outbox.of_entry(entry).any(|(_, own)| begun(own)) {
            return false;
        }
        let about = |act: &Act| match act {
            Act::ConsentAdd { item, .. } => *item == name,
            other => other.target() == name,
        };
        let whole = name.kind == RecordKind::Entry;
        let places: Vec<u64> = self
            .outbox
            .of_entry(entry)
            .filter(|(_, own)| own.open() && (whole || about(&own.op.act)))
            .map(|(place, _)| place)
            .collect();
        for place in places {
            if let Some(own) = self.outbox.remove(place, &mut turn.rows)
                && let Act::MediaAdd { media, .. } = own.op.act
            {
                self.forget_file(media, turn);
            }
        }
        turn.entry_changed(entry);
        true
    }

    /// The act a command comes to, and the branch it names; `None` where it changes nothing.
    fn act_of(&self, command: Command, turn: &mut Turn) -> Result<Option<(Act, BranchId)>, Denied> {
        let chance = &mut turn.entropy;
        if let Command::Create { entry, branch, values } = command {
            let leaves = leaves_of(values, chance);
            return Ok(Some((
                Act::EntryCreate { entry, created_at: turn.now, leaves, contributors: Vec::new() },
                branch,
            )));
        }
        let entry = entry_of(&command).ok_or(Code::UnknownRecord)?;
        let world = self.world(entry).ok_or(Code::UnknownRecord)?;
        let branch = world.entry().ok_or(Code::UnknownRecord)?.content.branch;
        let act = match command {
            Command::AddMedia { media, kind, sha256, size_bytes, values, provenance, .. } => {
                let leaves = leaves_of(values, chance);
                Some(Act::MediaAdd { media, entry, sha256, size_bytes, kind, leaves, provenance })
            }
            Command::AddQuote { quote, values, .. } => {
                Some(Act::QuoteAdd { quote, entry, leaves: leaves_of(values, chance) })
            }
            Command::RemoveMedia { media, .. } => Some(Act::MediaRemove { media, entry }),
            Command::RemoveQuote { quote, .. } => Some(Act::QuoteRemove { quote, entry }),
            Command::Consent { item, consent, .. } => {
                let fact = ConsentId(chance.uuid(turn.now));
                Some(Act::ConsentAdd {
                    consent: fact,
                    entry,
                    item,
                    status: consent.status,
                    scope: consent.scope,
                    how: consent.how,
                    reason: digest::nfc(&consent.reason),
                    loosens: super::view::loosened_by(world, item, consent.status),
                })
            }
            other => match edit_of(world, &other, chance)? {
                Some(act) => Some(act).filter(|act| !is_empty(act)),
                None => verdict_of(other),
            },
        };
        Ok(act.map(|act| (act, branch)))
    }

    /// Keeps what an approver has before them, to show later changes against.
    pub(super) fn remember_seen(&mut self, entry: EntryId, turn: &mut Turn) {
        let Some(world) = self.world(entry) else { return };
        let Some(digest) = world.digest() else { return };
        if self.seen.get(&entry).is_some_and(|seen| seen.digest == digest) {
            return;
        }
        let row = SeenRow { digest, at: turn.now, leaves: super::view::flat(world) };
        turn.rows.put(SEEN, entry, &row);
        self.seen.insert(entry, row);
        turn.changed();
    }

    /// Makes a card's ops anew on what is shown now. The card goes only if the rules take all.
    fn resend(&mut self, root: OpId, values: &Values, turn: &mut Turn) -> Result<(), Denied> {
        let before: Vec<u64> = self.outbox.iter().map(|(place, _)| place).collect();
        let card = self.card(root);
        let target = card.first().map(|(_, op)| op.act.target());
        for (_, op) in card {
            let mut fresh = self.fresh(&op, turn);
            if Some(fresh.target()) == target {
                replace_values(&mut fresh, values, &mut turn.entropy);
            }
            if let Err(denied) = self.queue(fresh, op.branch, turn) {
                self.undo_queued(&before, turn);
                return Err(denied);
            }
        }
        self.drop_card(root, turn);
        Ok(())
    }

    /// Takes back what was queued in this turn.
    fn undo_queued(&mut self, before: &[u64], turn: &mut Turn) {
        let queued: Vec<u64> =
            self.outbox.iter().map(|(place, _)| place).filter(|place| !before.contains(place)).collect();
        for place in queued {
            if let Some(own) = self.outbox.remove(place, &mut turn.rows) {
                turn.entry_changed(own.op.act.entry());
            }
        }
        self.refresh(turn);
    }

    /// The same act with `from` as shown now; a verdict names what was looked at since it was refused.
    fn fresh(&self, op: &Op, turn: &mut Turn) -> Act {
        let mut act = op.act.clone();
        let Some(world) = self.world(act.entry()) else { return act };
        let target = act.target();
        if let Act::EntryEdit { changes, .. }
        | Act::MediaDescribe { changes, .. }
        | Act::QuoteEdit { changes, .. } = &mut act
            && let Some(leaves) = leaves_at(world, target)
        {
            for change in changes {
                change.from = leaves.value(&change.key).cloned();
                change.salt = turn.entropy.salt();
            }
        }
        if let Some(seen) = self.seen.get(&act.entry()).filter(|seen| world.digest() == Some(seen.digest)) {
            match &mut act {
                Act::EntryReturn { digest, .. } => *digest = seen.digest,
                Act::EntryApprove { digest, sketches, .. } => {
                    *digest = seen.digest;
                    *sketches =
                        world.all_media().filter_map(|(_, one)| one.content.provenance.sketch).collect();
                }
                _ => {}
            }
        }
        act
    }

    /// Makes a new draft of what a refused card holds.
    fn copy_refused(&mut self, root: OpId, entry: EntryId, turn: &mut Turn) -> Result<(), Denied> {
        let items = self.items_of(root, entry);
        self.copy_card(root, entry, items, turn)
    }

    /// The media and quotes that a card would add, for another entry.
    pub(super) fn items_of(&self, root: OpId, entry: EntryId) -> Vec<Act> {
        let item = |(_, op): (OpId, Op)| match op.act {
            Act::MediaAdd { media, sha256, size_bytes, kind, leaves, provenance, .. } => {
                Some(Act::MediaAdd { media, entry, sha256, size_bytes, kind, leaves, provenance })
            }
            Act::QuoteAdd { quote, leaves, .. } => Some(Act::QuoteAdd { quote, entry, leaves }),
            _ => None,
        };
        self.card(root).into_iter().filter_map(item).collect()
    }

    /// Makes a new draft of a card's fields and these items; the card goes only if the rules take all.
    pub(super) fn copy_card(
        &mut self,
        root: OpId,
        entry: EntryId,
        items: Vec<Act>,
        turn: &mut Turn,
    ) -> Result<(), Denied> {
        let card = self.card(root);
        let branch = card.first().map(|(_, op)| op.branch).ok_or(Code::UnknownRecord)?;
        let mut leaves = Leaves::default();
        for (_, op) in card {
            match op.act {
                Act::EntryCreate { leaves: new, .. } => leaves.0.extend(new.0),
                Act::EntryEdit { changes, .. } => {
                    changes.into_iter().for_each(|change| leaves.set(&change.key, change.to, change.salt));
                }
                _ => {}
            }
        }
        let first = Act::EntryCreate { entry, created_at: turn.now, leaves, contributors: Vec::new() };
        let before: Vec<u64> = self.outbox.iter().map(|(place, _)| place).collect();
        for act in std::iter::once(first).chain(items) {
            if let Err(denied) = self.queue(act, branch, turn) {
                self.undo_queued(&before, turn);
                return Err(denied);
            }
        }
        self.drop_card(root, turn);
        Ok(())
    }

    fn drop_card(&mut self, root: OpId, turn: &mut Turn) {
        for (id, _) in self.card(root) {
            self.tray.remove(&id);
            turn.rows.drop(super::rows::TRAY, id);
        }
        turn.changed();
    }
}
