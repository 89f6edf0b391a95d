//! One entry in full, with what may be done with it. Buttons are asked of the rules by trying each
//! act on a copy of the world; no role is compared here.

use uuid::Uuid;

use super::{AccountLabel, BranchLabel, EntryView, May, ProposalView, Todo, VerdictView};
use crate::{
    ids::{Digest, EntryId, OpId},
    model::{
        Actor, EntryBody, Leaf, Leaves, MediaKind,
        activity::Block,
        fields::{Classify, key},
        media::Provenance,
    },
    rules::{
        Decision, World, complete, decide, fields, hours,
        warnings::{self, Warning},
    },
    sync::Engine,
    table::Set,
    wire::{Act, Op, problem::Code},
};

impl Engine {
    /// One entry in full; `None` where the phone has none of that id.
    pub fn entry(&self, id: EntryId, now: i64, english: bool) -> Option<EntryView> {
        let world = self.world(id)?;
        let entry = world.entry()?;
        let leaves = &entry.content.leaves;
        let digest = world.digest();
        let live = leaves.0.iter().filter_map(|(key, leaf)| Some((key.clone(), leaf.value()?.clone())));
        let accounts = entry.rest.contributors.iter();
        let warnings: Vec<Warning> = warnings::warnings(world, self.worlds(), now).into_iter().collect();
        let seen = self.seen.get(&id).map(|seen| seen.digest).filter(|seen| Some(*seen) != digest);
        Some(EntryView {
            id,
            branch: entry.content.branch,
            branch_name: self.branch_name(entry.content.branch),
            author: self.account_name(entry.content.author),
            own: self.is_own(entry),
            created_at: entry.content.created_at,
            state: self.state_word(id, entry),
            stage: entry.rest.state,
            version: entry.rest.version,
            values: live.collect(),
            blocks: blocks(leaves),
            media: world.all_media().map(|(id, body)| self.media_view(world, id, body, english)).collect(),
            quotes: world.all_quotes().map(|(id, body)| self.quote_view(world, id, body)).collect(),
            strengths: world.classification().map(|body| body.strengths.clone()).unwrap_or_default(),
            contributors: accounts
                .map(|account| AccountLabel { account: *account, name: self.account_name(*account) })
                .collect(),
            proposals: self.proposals(entry),
            may: self.may(world, entry, &warnings),
            todo: complete::missing(leaves).into_iter().map(|key| Todo { key: key.to_owned() }).collect(),
            warnings,
            verdicts: self.verdicts(world),
            digest,
            submitted: entry.rest.submitted.as_ref().map(|submitted| submitted.digest),
            seen,
            minutes: self.own_minutes(leaves),
            counts: hours::counts(leaves),
            absorbed: entry.rest.absorbed.iter().map(|one| self.account_name(one.author)).collect(),
            combined_into: entry.rest.combined_into,
            stands: world.approved().is_some(),
            refused: self.cards(english, |row| self.tray_entry(row) == Some(id) && row.binned_at.is_none()),
        })
    }

    fn proposals(&self, entry: &EntryBody) -> Vec<ProposalView> {
        let hand = |one: &crate::model::Proposal| entry.rest.hands.get(&one.key);
        let view = |one: &crate::model::Proposal| ProposalView {
            op: one.op,
            key: one.key.clone(),
            value: one.value.clone().unwrap_or_default(),
            by: self.account_name(one.by),
            at: one.at,
            holder: self.account_name(hand(one).map_or(entry.content.author, |hand| hand.by)),
            since: hand(one).map(|hand| hand.at),
        };
        entry.rest.proposals.iter().map(view).collect()
    }

    fn verdicts(&self, world: &World) -> Vec<VerdictView> {
        let pending = |id: OpId| {
            self.outbox.find(id).and_then(|place| self.outbox.get(place)).is_some_and(|own| own.pending())
        };
        let view = |(id, body): (Uuid, &crate::model::VerdictBody)| VerdictView {
            id: OpId(id),
            decision: body.decision,
            comment: body.comment.clone(),
            by: self.account_name(body.by),
            contributed: body.contributed,
            own: body.own,
            at: body.at,
            pending: pending(OpId(id)),
        };
        world.all_verdicts().map(view).collect()
    }

    /// Which buttons may be drawn.
    fn may(&self, world: &World, entry: &EntryBody, warnings: &[Warning]) -> May {
        let Some(actor) = self.actor() else { return May::default() };
        let try_act = Trial { world, actor: &actor, entry };
        let id = world.entry_id;
        let digest = world.digest().unwrap_or(Digest([0; 32]));
        let said = "··".to_owned();
        let undo = entry.rest.decided.as_ref().map(|decided| decided.verdict);
        let classify = Classify { strengths: Vec::new(), signature_activity: None, task: None };
        // An app that cannot show all of it may return an entry, never approve it.
        let shows_all = super::flat(world).keys().all(|key| shown(key));
        let whole = entry.rest.submitted.as_ref().is_some_and(|submitted| submitted.digest == digest);
        let approve = Act::EntryApprove { entry: id, digest, sketches: Vec::new(), classify: None };
        May {
            edit: try_act.takes(Act::EntryEdit {
                entry: id,
                changes: Vec::new(),
                move_to: None,
                contributors: None,
            }),
            add_items: try_act.takes(any_item(id)),
            submit: try_act.takes_but_for(Act::EntrySubmit { entry: id }, Code::Incomplete),
            withdraw: try_act.takes(Act::EntryWithdraw { entry: id }),
            discard: try_act.takes(Act::EntryDiscard { entry: id }),
            approve: shows_all && whole && try_act.takes(approve),
            send_back: try_act.takes(Act::EntryReturn { entry: id, digest, comment: said.clone() }),
            undo: undo.filter(|verdict| try_act.takes(Act::EntryUndo { entry: id, verdict: *verdict })),
            reopen: try_act.takes(Act::EntryReopen { entry: id, reason: said.clone() }),
            void_entry: try_act.takes(Act::EntryVoid { entry: id, reason: said }),
            classify: try_act.takes(Act::Classify { entry: id, classify }),
            moves: self.moves(&try_act),
            combine: self.combines(&try_act, warnings),
            take_in: has_offers(world) && try_act.takes(Act::EntryTakeIn { entry: id, items: Vec::new() }),
        }
    }
}

impl Engine {
    /// Own branches that the entry may move to.
    fn moves(&self, try_act: &Trial) -> Vec<BranchLabel> {
        let entry = try_act.world.entry_id;
        let to =
            |branch| Act::EntryEdit { entry, changes: Vec::new(), move_to: Some(branch), contributors: None };
        let others = self.own_branches().into_iter().filter(|id| *id != try_act.entry.content.branch);
        let open = others.filter(|id| try_act.takes(to(*id)));
        open.map(|id| BranchLabel { id, name: self.branch_name(id) }).collect()
    }
}

impl Engine {
    /// Entries of what may be the same activity that this one may be combined into.
    fn combines(&self, try_act: &Trial, warnings: &[Warning]) -> Vec<EntryId> {
        let entry = try_act.world.entry_id;
        let others = warnings.iter().filter_map(|warning| match warning {
            Warning::SameActivity { entry, .. } => Some(*entry),
            _ => None,
        });
        let may = |into: &EntryId| {
            let act = Act::EntryCombine { entry, into: *into };
            let mut world = try_act.world.clone();
            world.elsewhere = self.beside(&world, &act);
            Trial { world: &world, ..*try_act }.takes(act)
        };
        others.filter(may).collect()
    }
}

/// Whether something came after the entry was submitted and is not taken in.
fn has_offers(world: &World) -> bool {
    world.all_media().any(|(_, one)| one.rest.offered) || world.all_quotes().any(|(_, one)| one.rest.offered)
}

struct Trial<'a> {
    world: &'a World,
    actor: &'a Actor,
    entry: &'a EntryBody,
}

impl Trial<'_> {
    fn decide(&self, act: Act) -> Decision {
        let (branch, made_at) = (self.entry.content.branch, self.entry.rest.changed_at);
        let op = Op { id: OpId(Uuid::nil()), v: 1, epoch: None, made_at, branch, needs: Vec::new(), act };
        decide(self.world, self.actor, &op, made_at)
    }

    fn takes(&self, act: Act) -> bool {
        matches!(self.decide(act), Decision::Applied(_))
    }

    fn takes_but_for(&self, act: Act, code: Code) -> bool {
        match self.decide(act) {
            Decision::Applied(_) => true,
            Decision::Refused(denied) => denied.code == code,
        }
    }
}

fn any_item(entry: EntryId) -> Act {
    Act::MediaAdd {
        media: Uuid::nil().into(),
        entry,
        sha256: Digest([0; 32]),
        size_bytes: 1,
        kind: MediaKind::Photo,
        leaves: Leaves::default(),
        provenance: Provenance::default(),
    }
}

/// Whether this build can show what stands under a flat key.
fn shown(key: &str) -> bool {
    let parts: Vec<&str> = key.splitn(3, '/').collect();
    match parts.as_slice() {
        ["media" | "quote", _] => true,
        ["media" | "quote", _, leaf] => fields::known(leaf),
        _ => fields::known(key),
    }
}

/// Blocks that the kind asks for, and those in which something stands.
fn blocks(leaves: &Leaves) -> Vec<Block> {
    let mut blocks: Set<Block> = complete::blocks(leaves.get(key::KIND), leaves).into_iter().collect();
    let prefixes = [
        ("clinic.", Block::Clinic),
        ("volunteering.", Block::Volunteering),
        ("meeting.", Block::Meeting),
        ("teaching.", Block::Teaching),
    ];
    for (key, leaf) in &leaves.0 {
        let filled = matches!(leaf, Leaf::Live { .. });
        blocks.extend(
            prefixes.iter().filter(|(prefix, _)| filled && key.starts_with(prefix)).map(|(_, block)| *block),
        );
    }
    blocks.into_iter().collect()
}
