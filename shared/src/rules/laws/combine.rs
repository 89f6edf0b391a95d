//! Combining: nothing is lost, nothing is summed, and who wrote either entry decides neither.

use proptest::prelude::*;
use uuid::Uuid;

use crate::{
    ids::{EntryId, OpId},
    model::{Body, EntryState, RecordKind},
    rules::{Decision, World, decide},
    testing::{HOME, Part, Stage, any_stage, entry_id, op_id},
    wire::{Act, Op},
};

/// Where the other entry's ids begin.
const OTHER: u128 = 1 << 64;

fn moved(id: Uuid) -> Uuid {
    Uuid::from_u128(id.as_u128() ^ OTHER)
}

/// The same world under other ids: another entry of the branch.
fn other(world: &World) -> World {
    let mut other = World::empty(EntryId(moved(world.entry_id.0)), world.office.clone());
    for record in world.records.values() {
        let mut record = record.clone();
        record.id = moved(record.id);
        match &mut record.body {
            Body::Verdict(one) => one.entry = other.entry_id,
            Body::Approved(one) => one.entry = other.entry_id,
            Body::Classification(one) => one.entry = other.entry_id,
            Body::Consent(one) => {
                one.item.id = moved(one.item.id);
                one.loosens = one.loosens.iter().map(|id| moved(id.0).into()).collect();
            }
            _ => {}
        }
        record.set_entry(other.entry_id);
        other.records.insert(record.record_id(), record);
    }
    let digest = other.digest();
    for record in other.records.values_mut() {
        if let (Body::Entry(one), Some(digest)) = (&mut record.body, digest)
            && let Some(submitted) = &mut one.rest.submitted
        {
            submitted.digest = digest;
        }
    }
    other
}

fn op(act: Act) -> Op {
    Op { id: OpId(op_id(900).0), v: 1, epoch: None, made_at: 0, branch: HOME, needs: Vec::new(), act }
}

/// The first stage's entry beside the second's, which is known by other ids.
fn beside(first: &Stage, second: &Stage) -> World {
    let mut world = first.world.clone();
    world.elsewhere = vec![other(&second.world)];
    world
}

fn items(world: &World) -> usize {
    let kinds = [RecordKind::Media, RecordKind::Quote, RecordKind::Consent];
    world.records.keys().filter(|name| kinds.contains(&name.kind)).count()
}

proptest! {
    #[test]
    fn combining_moves_everything_and_sums_nothing(first in any_stage(), second in any_stage(), deputy in any::<bool>()) {
        let mut world = beside(&first, &second);
        let part = if deputy { Part::Deputy } else { Part::Secretary };
        let into = world.elsewhere[0].entry_id;
        let combine = op(Act::EntryCombine { entry: entry_id(), into });
        let (one, two) = (world.clone(), world.elsewhere[0].clone());
        let Decision::Applied(effect) = decide(&world, &first.cast.actor(part), &combine, 1) else { return Ok(()) };
        effect.apply(&mut world);
        let kept = &world.elsewhere[0];
        prop_assert_eq!(items(&world), 0);
        prop_assert_eq!(items(kept), items(&one) + items(&two));
        for record in kept.records.values() {
            prop_assert_eq!(record.entry(), Some(into), "{}", record.record_id());
            let before = one.records.get(&record.record_id()).or(two.records.get(&record.record_id()));
            let rev = before.map_or(1, |before| before.rev);
            prop_assert!((rev..=rev + 2).contains(&record.rev));
        }
        let (ended, stays) = (world.entry().expect("voided"), kept.entry().expect("it stays"));
        prop_assert_eq!((ended.rest.state, ended.rest.combined_into), (EntryState::Voided, Some(into)));
        let (theirs, ours) = (&one.entry().expect("it was").content.leaves, &two.entry().expect("it was").content.leaves);
        for (key, leaf) in &theirs.0 {
            let stands = stays.content.leaves.value(key);
            match ours.value(key) {
                Some(ours) => {
                    prop_assert_eq!(stands, Some(ours), "what stood stands");
                    let waits = stays.rest.proposals.iter().any(|one| one.op == combine.id && &one.key == key);
                    prop_assert_eq!(waits, leaf.value() != Some(ours), "{}", key);
                }
                None => prop_assert_eq!(stands, leaf.value(), "what only the other had comes along"),
            }
        }
        if stays.rest.state == EntryState::Submitted {
            prop_assert_eq!(stays.rest.submitted.as_ref().map(|one| one.digest), kept.digest());
        }
        prop_assert!(stays.is_by(ended.content.author));
    }

    #[test]
    fn nobody_decides_what_absorbed_their_own(first in any_stage(), second in any_stage()) {
        let mut world = beside(&first, &second);
        let writer = first.cast.actor(Part::Secretary);
        if let Some(record) = world.records.values_mut().find(|one| one.body.kind() == RecordKind::Entry)
            && let Body::Entry(entry) = &mut record.body
        {
            entry.content.author = writer.account;
        }
        let into = world.elsewhere[0].entry_id;
        let combine = op(Act::EntryCombine { entry: entry_id(), into });
        let Decision::Applied(effect) = decide(&world, &first.cast.actor(Part::Deputy), &combine, 1) else {
            return Ok(());
        };
        effect.apply(&mut world);
        let kept = world.elsewhere.remove(0);
        let Some(digest) = kept.entry().and_then(|entry| entry.rest.submitted.as_ref()).map(|one| one.digest) else {
            return Ok(());
        };
        let approve = op(Act::EntryApprove { entry: into, digest, sketches: Vec::new(), classify: None });
        let applied = matches!(decide(&kept, &writer, &approve, 2), Decision::Applied(_));
        prop_assert!(!applied || second.cast.self_approval);
    }
}
