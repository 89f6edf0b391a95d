//! An entry's life: nothing unseen is decided, nobody decides their own, nothing is lost.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::{
    digest,
    model::{Body, EntryState, Leaf, Leaves, Move, RecordId, RecordKind},
    rules::{Decision, World, laws::played},
    testing::{Cast, Part, Plan, Stage, Step, any_digest, any_edit, any_part, any_stage, any_step},
    wire::Act,
};

/// A submitted entry with a photo and a quote.
fn submitted() -> Stage {
    let mut stage = Stage::new(Cast::ordinary());
    let author = |plan| (Part::Author, plan);
    let begin = [Plan::Create, Plan::AddMedia(0, 0), Plan::AddQuote(0, 0), Plan::Submit];
    played(&mut stage, &begin.map(author));
    stage
}

fn tried(stage: &Stage, step: &Step) -> (Option<Decision>, World) {
    let mut after = stage.clone();
    let decision = after.play(step);
    (decision, after.world)
}

proptest! {
    #[test]
    fn an_unseen_digest_is_never_decided(
        stage in any_stage(), part in any_part(), other in any_digest(),
        yes in any::<bool>(), current in any::<bool>(),
    ) {
        let standing = stage.world.digest();
        let seen = if current { standing.unwrap_or(other) } else { other };
        let plan = if yes { Plan::Approve { seen: true } } else { Plan::Return { seen: true } };
        let Some(mut op) = stage.op(&Step { part, plan }) else { return Ok(()) };
        match &mut op.act {
            Act::EntryApprove { digest, .. } | Act::EntryReturn { digest, .. } => *digest = seen,
            _ => {}
        }
        let actor = stage.cast.actor(part);
        if let Decision::Applied(effect) = crate::rules::decide(&stage.world, &actor, &op, stage.now()) {
            let before = stage.world.entry().expect("decided entries exist");
            prop_assert_eq!(standing, Some(seen));
            prop_assert_eq!(before.rest.submitted.as_ref().map(|one| one.digest), Some(seen));
            let mut after = stage.world.clone();
            effect.apply(&mut after);
            if yes {
                let copy = after.approved().expect("an approval makes a copy");
                let items: Vec<_> = copy.items.iter().map(|one| (one.item, one.digest)).collect();
                prop_assert_eq!(copy.digest, seen);
                prop_assert_eq!(digest::entry(after.entry_id.0, &copy.content, &items), seen);
            }
        }
    }

    #[test]
    fn every_applied_op_raises_the_entry_and_what_it_touches_by_one(stage in any_stage(), step in any_step()) {
        let (decision, after) = tried(&stage, &step);
        let Some(Decision::Applied(effect)) = decision else {
            prop_assert_eq!(after, stage.world);
            return Ok(());
        };
        if after.entry().is_some() {
            prop_assert_eq!(after.rev(), stage.world.rev() + 1);
            prop_assert_eq!(effect.rev, after.rev());
            prop_assert_eq!(effect.digest, after.digest());
        }
        for record in &effect.puts {
            let before = stage.world.records.get(&record.record_id());
            // An approved copy counts with its entry.
            let count = if record.record_id().kind == RecordKind::Approved { after.rev() }
                else { before.map_or(0, |before| before.rev) + 1 };
            prop_assert_eq!(record.rev, count, "{}", record.record_id());
        }
    }

    #[test]
    fn the_same_op_in_the_same_world_gets_the_same_answer(stage in any_stage(), step in any_step()) {
        prop_assert_eq!(tried(&stage, &step), tried(&stage, &step));
    }

    #[test]
    fn nobody_decides_their_own_entry_unless_the_committee_lets_them(
        stage in any_stage(), part in any_part(), own in any::<bool>(), yes in any::<bool>(),
    ) {
        let plan = if yes { Plan::Approve { seen: true } } else { Plan::Return { seen: true } };
        let part = if own { Part::Author } else { part };
        let (decision, after) = tried(&stage, &Step { part, plan });
        let Some(Decision::Applied(effect)) = decision else { return Ok(()) };
        let verdict = effect.puts.iter().find_map(|record| match &record.body {
            Body::Verdict(verdict) => Some(verdict),
            _ => None,
        }).expect("a decision leaves a verdict");
        let own = after.entry().map(|entry| entry.content.author) == Some(verdict.by);
        prop_assert!(!own || stage.cast.self_approval);
        prop_assert_eq!(verdict.own, own, "marked wherever it is shown");
        let recorded = stage.world.all_media().any(|(_, one)| one.content.recorder == verdict.by);
        prop_assert!(!recorded || verdict.contributed);
    }

    #[test]
    fn an_edit_is_taken_or_kept_as_a_proposal(stage in any_stage(), plan in any_edit()) {
        let step = Step { part: Part::Author, plan };
        let Some(op) = stage.op(&step) else { return Ok(()) };
        let (decision, after) = tried(&stage, &step);
        let (Act::EntryEdit { changes, .. }, Some(Decision::Applied(effect))) = (&op.act, decision) else {
            return Ok(());
        };
        let before = &stage.world.entry().expect("edited entries exist").content.leaves;
        let entry = after.entry().expect("an edit ends nothing");
        for change in changes {
            let stood = before.value(&change.key);
            let stands = entry.content.leaves.value(&change.key);
            let waits = entry.rest.proposals.iter().any(|one| {
                (one.op, &one.key, &one.value, one.salt) == (op.id, &change.key, &change.to, change.salt)
            });
            if stood == change.to.as_ref() {
                prop_assert_eq!(stands, stood, "no change");
                prop_assert!(!waits);
            } else if stood == change.from.as_ref() {
                prop_assert_eq!(stands, change.to.as_ref(), "the writer knew the value");
                prop_assert!(!waits);
            } else {
                prop_assert_eq!(stands, stood, "somebody else's value stands");
                prop_assert!(waits);
            }
            prop_assert_eq!(effect.proposals.len(), usize::from(waits));
        }
        let kept = stage.world.entry().map_or(0, |entry| entry.rest.proposals.len());
        prop_assert!(entry.rest.proposals.len() >= kept, "an edit that answers none takes none away");
    }

    #[test]
    fn erasing_a_leaf_leaves_the_digest_as_it_was(stage in any_stage(), pick in any::<prop::sample::Index>()) {
        let mut world = stage.world.clone();
        let digest = world.digest();
        let mut places: Vec<(RecordId, String)> = Vec::new();
        for (name, record) in &world.records {
            if let Some(leaves) = leaves_of(&record.body) {
                places.extend(leaves.0.keys().map(|key| (*name, key.clone())));
            }
        }
        if places.is_empty() { return Ok(()) }
        let (name, key) = pick.get(&places).clone();
        let record = world.records.get_mut(&name).expect("it was just listed");
        let leaves = leaves_mut(&mut record.body).expect("it was just listed");
        let leaf = leaves.0.get_mut(&key).expect("it was just listed");
        *leaf = Leaf::Erased { erased: digest::leaf(name, &key, leaf) };
        prop_assert_eq!(world.digest(), digest);
    }

    #[test]
    fn undo_puts_back_what_stood_before(stage in any_stage(), comment in any::<bool>()) {
        let mut stage = stage;
        let plan = if comment { Plan::Return { seen: true } } else { Plan::Approve { seen: true } };
        let before = stage.world.clone();
        let Some(Decision::Applied(_)) = stage.play(&Step { part: Part::Secretary, plan }) else { return Ok(()) };
        played(&mut stage, &[(Part::Secretary, Plan::Undo)]);
        let (then, now) = (before.entry().expect("it was"), stage.world.entry().expect("it is"));
        prop_assert_eq!(now.rest.state, EntryState::Submitted);
        prop_assert_eq!(now.rest.approved, then.rest.approved);
        prop_assert_eq!(stage.world.approved(), before.approved());
        prop_assert_eq!(&now.content, &then.content);
        let moves: Vec<Move> = stage.world.all_verdicts().map(|(_, one)| one.decision).collect();
        prop_assert_eq!(moves.len(), before.all_verdicts().count() + 2, "both acts stay in the history");
    }

    #[test]
    fn what_counts_is_never_touched_by_an_author(stage in any_stage(), step in any_step()) {
        let (_, after) = tried(&stage, &Step { part: Part::Author, plan: step.plan });
        let own_office = stage.cast.secretary_writes;
        prop_assert!(own_office || after.approved() == stage.world.approved());
    }
}

fn leaves_of(body: &Body) -> Option<&Leaves> {
    match body {
        Body::Entry(one) => Some(&one.content.leaves),
        Body::Media(one) if !one.rest.offered => Some(&one.content.leaves),
        Body::Quote(one) if !one.rest.offered => Some(&one.content.leaves),
        _ => None,
    }
}

fn leaves_mut(body: &mut Body) -> Option<&mut Leaves> {
    match body {
        Body::Entry(one) => Some(&mut one.content.leaves),
        Body::Media(one) => Some(&mut one.content.leaves),
        Body::Quote(one) => Some(&mut one.content.leaves),
        _ => None,
    }
}

#[test]
fn undo_restores_the_copy_that_an_earlier_approval_made() {
    let mut stage = submitted();
    played(&mut stage, &[(Part::Secretary, Plan::Approve { seen: true })]);
    let first = stage.world.approved().cloned().expect("approved");
    let edit = Plan::Edit { key: 0, value: Some(2), knows: true };
    played(
        &mut stage,
        &[
            (Part::Secretary, Plan::Reopen),
            (Part::Author, edit),
            (Part::Author, Plan::Submit),
            (Part::Deputy, Plan::Approve { seen: true }),
        ],
    );
    assert_ne!(stage.world.approved(), Some(&first));
    played(&mut stage, &[(Part::Deputy, Plan::Undo)]);
    assert_eq!(stage.world.approved(), Some(&first));
}

#[test]
fn the_writer_of_a_late_item_offers_it_and_the_approval_stands() {
    let mut stage = submitted();
    let digest = stage.world.digest();
    played(&mut stage, &[(Part::Contributor, Plan::AddMedia(1, 1))]);
    assert_eq!(stage.world.digest(), digest);
    assert!(stage.world.all_media().any(|(_, one)| one.rest.offered));
    played(&mut stage, &[(Part::Secretary, Plan::Approve { seen: true })]);
    assert_eq!(stage.world.approved().map(|copy| copy.digest), digest);
}

#[test]
fn discarding_gives_contributors_their_items_back() {
    let mut stage = Stage::new(Cast::ordinary());
    played(
        &mut stage,
        &[
            (Part::Author, Plan::Create),
            (Part::Author, Plan::AddMedia(0, 0)),
            (Part::Contributor, Plan::AddMedia(1, 1)),
            (Part::Author, Plan::Discard),
        ],
    );
    let kinds: BTreeMap<_, _> = stage.world.records.keys().map(|name| (name.kind, name.id)).collect();
    assert_eq!(kinds.keys().copied().collect::<Vec<_>>(), [RecordKind::Media]);
    assert_eq!(stage.world.all_media().count(), 1);
    assert!(stage.world.discarded);
}
