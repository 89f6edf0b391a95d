//! From what a person does to an op: `from` values as shown, salts, the facts that a consent
//! loosens. The rules are asked before anything is queued; a refusal costs nothing and is said at
//! once, in the words the server would use.

use serde_json::Value;

use super::{
    Command, Engine, Values,
    entropy::Entropy,
    outbox::{Own, is_beginning},
    rows::{MediaRow, SEEN, SeenRow, Sketch, Transfer},
    turn::Turn,
};
use crate::{
    digest,
    ids::{BranchId, ConsentId, EntryId, OpId},
    model::{Change, Leaf, Leaves, RecordId, RecordKind, fields::Classify},
    rules::{Decision, Denied, World, decide},
    wire::{Act, Op, problem::Code},
};

impl Engine {
    pub(super) fn act(&mut self, command: Command, english: bool, turn: &mut Turn) {
        let done = match command {
            Command::Resend { op } => self.resend(op, turn),
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

    fn perform(&mut self, command: Command, turn: &mut Turn) -> Result<(), Denied> {
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
        if let Decision::Refused(denied) = decide(&self.world_or_empty(entry, branch), &actor, &op, turn.now)
        {
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
    fn resend(&mut self, root: OpId, turn: &mut Turn) -> Result<(), Denied> {
        let before: Vec<u64> = self.outbox.iter().map(|(place, _)| place).collect();
        for (_, op) in self.card(root) {
            let fresh = self.fresh(&op, turn);
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

    /// The same act with `from` as shown now.
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
        act
    }

    /// Makes a new draft of what a card holds: its fields, media and quotes.
    fn copy_refused(&mut self, root: OpId, entry: EntryId, turn: &mut Turn) -> Result<(), Denied> {
        let card = self.card(root);
        let branch = card.first().map(|(_, op)| op.branch).ok_or(Code::UnknownRecord)?;
        let mut leaves = Leaves::default();
        let mut items = Vec::new();
        for (_, op) in card {
            match op.act {
                Act::EntryCreate { leaves: new, .. } => leaves.0.extend(new.0),
                Act::EntryEdit { changes, .. } => {
                    changes.into_iter().for_each(|change| leaves.set(&change.key, change.to, change.salt));
                }
                Act::MediaAdd { media, sha256, size_bytes, kind, leaves, provenance, .. } => {
                    items.push(Act::MediaAdd { media, entry, sha256, size_bytes, kind, leaves, provenance });
                }
                Act::QuoteAdd { quote, leaves, .. } => items.push(Act::QuoteAdd { quote, entry, leaves }),
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

fn entry_of(command: &Command) -> Option<EntryId> {
    use Command as C;
    Some(match command {
        C::Create { entry, .. }
        | C::Edit { entry, .. }
        | C::Move { entry, .. }
        | C::Contributors { entry, .. }
        | C::Answer { entry, .. }
        | C::Submit { entry }
        | C::Withdraw { entry }
        | C::Discard { entry }
        | C::Approve { entry, .. }
        | C::Return { entry, .. }
        | C::Undo { entry, .. }
        | C::Reopen { entry, .. }
        | C::Void { entry, .. }
        | C::Classify { entry, .. }
        | C::AddMedia { entry, .. }
        | C::DescribeMedia { entry, .. }
        | C::RemoveMedia { entry, .. }
        | C::AddQuote { entry, .. }
        | C::EditQuote { entry, .. }
        | C::RemoveQuote { entry, .. }
        | C::Consent { entry, .. } => *entry,
        C::Resend { .. } | C::CopyRefused { .. } | C::DropRefused { .. } => return None,
    })
}

/// Acts that change fields; `None` for the others.
fn edit_of(world: &World, command: &Command, chance: &mut Entropy) -> Result<Option<Act>, Denied> {
    let entry = world.entry_id;
    let plain = |changes| Act::EntryEdit { entry, changes, move_to: None, contributors: None };
    let own = RecordId::new(RecordKind::Entry, entry.0);
    Ok(Some(match command {
        Command::Edit { values, .. } => plain(changes_of(world, own, values, chance)?),
        Command::Move { branch, .. } => {
            Act::EntryEdit { entry, changes: Vec::new(), move_to: Some(*branch), contributors: None }
        }
        Command::Contributors { accounts, .. } => {
            Act::EntryEdit { entry, changes: Vec::new(), move_to: None, contributors: Some(accounts.clone()) }
        }
        Command::DescribeMedia { media, values, .. } => {
            let name = RecordId::new(RecordKind::Media, media.0);
            Act::MediaDescribe { media: *media, entry, changes: changes_of(world, name, values, chance)? }
        }
        Command::EditQuote { quote, values, .. } => {
            let name = RecordId::new(RecordKind::Quote, quote.0);
            Act::QuoteEdit { quote: *quote, entry, changes: changes_of(world, name, values, chance)? }
        }
        Command::Answer { key, value, .. } => {
            let (name, leaf) = name_of(own, key);
            let change = answer(world, name, (key, leaf), (value, chance))?;
            match name.kind {
                RecordKind::Media => {
                    Act::MediaDescribe { media: name.id.into(), entry, changes: vec![change] }
                }
                RecordKind::Quote => Act::QuoteEdit { quote: name.id.into(), entry, changes: vec![change] },
                _ => plain(vec![change]),
            }
        }
        _ => return Ok(None),
    }))
}

fn is_empty(act: &Act) -> bool {
    match act {
        Act::EntryEdit { changes, move_to, contributors, .. } => {
            changes.is_empty() && move_to.is_none() && contributors.is_none()
        }
        Act::MediaDescribe { changes, .. } | Act::QuoteEdit { changes, .. } => changes.is_empty(),
        _ => false,
    }
}

/// Acts that move an entry through its life, and its classification.
fn verdict_of(command: Command) -> Option<Act> {
    let classify = |strengths| Classify { strengths, signature_activity: None, task: None };
    Some(match command {
        Command::Submit { entry } => Act::EntrySubmit { entry },
        Command::Withdraw { entry } => Act::EntryWithdraw { entry },
        Command::Discard { entry } => Act::EntryDiscard { entry },
        Command::Approve { entry, digest, sketches, strengths } => {
            let classify = (!strengths.is_empty()).then(|| classify(strengths));
            Act::EntryApprove { entry, digest, sketches, classify }
        }
        Command::Return { entry, digest, comment } => {
            Act::EntryReturn { entry, digest, comment: digest::nfc(&comment) }
        }
        Command::Undo { entry, verdict } => Act::EntryUndo { entry, verdict },
        Command::Reopen { entry, reason } => Act::EntryReopen { entry, reason: digest::nfc(&reason) },
        Command::Void { entry, reason } => Act::EntryVoid { entry, reason: digest::nfc(&reason) },
        Command::Classify { entry, strengths } => Act::Classify { entry, classify: classify(strengths) },
        _ => return None,
    })
}

/// The leaves of an entry or item.
fn leaves_at(world: &World, name: RecordId) -> Option<&Leaves> {
    match name.kind {
        RecordKind::Entry => Some(&world.entry()?.content.leaves),
        RecordKind::Media => Some(&world.media(name.id.into())?.content.leaves),
        RecordKind::Quote => Some(&world.quote(name.id.into())?.content.leaves),
        _ => None,
    }
}

/// Splits a key with an item's name before it.
fn name_of(own: RecordId, key: &str) -> (RecordId, &str) {
    let mut parts = key.splitn(3, '/');
    if let (Some(kind), Some(id), Some(leaf)) = (parts.next(), parts.next(), parts.next())
        && let (Ok(kind @ (RecordKind::Media | RecordKind::Quote)), Ok(id)) =
            (kind.parse(), id.parse::<uuid::Uuid>())
    {
        return (RecordId { kind, id }, leaf);
    }
    (own, key)
}

/// A change that names the proposals it answers, also where the value stays.
fn answer(
    world: &World,
    name: RecordId,
    (full, leaf): (&str, &str),
    (value, chance): (&Value, &mut Entropy),
) -> Result<Change, Denied> {
    let leaves = leaves_at(world, name).ok_or(Code::UnknownRecord)?;
    let proposals = &world.entry().ok_or(Code::UnknownRecord)?.rest.proposals;
    let answers = proposals.iter().filter(|one| one.key == full).map(|one| one.op).collect();
    let to = (!value.is_null()).then(|| normal(value));
    Ok(Change { key: leaf.to_owned(), from: leaves.value(leaf).cloned(), to, salt: chance.salt(), answers })
}

/// What really changes, with what is shown as `from`.
fn changes_of(
    world: &World,
    name: RecordId,
    values: &Values,
    chance: &mut Entropy,
) -> Result<Vec<Change>, Denied> {
    let leaves = leaves_at(world, name).ok_or(Code::UnknownRecord)?;
    let change = |(key, value): (&String, &Value)| {
        let from = leaves.value(key).cloned();
        let to = (!value.is_null()).then(|| normal(value));
        (from != to).then(|| Change { key: key.clone(), from, to, salt: chance.salt(), answers: Vec::new() })
    };
    Ok(values.iter().filter_map(change).collect())
}

fn leaves_of(values: Values, chance: &mut Entropy) -> Leaves {
    let live = values.into_iter().filter(|(_, value)| !value.is_null());
    Leaves(
        live.map(|(key, value)| (key, Leaf::Live { salt: chance.salt(), value: normal(&value) })).collect(),
    )
}

/// The value with every text in Unicode's form C, as it is hashed.
fn normal(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(digest::nfc(text)),
        Value::Array(items) => Value::Array(items.iter().map(normal).collect()),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(key, item)| (digest::nfc(key), normal(item))).collect())
        }
        other => other.clone(),
    }
}
