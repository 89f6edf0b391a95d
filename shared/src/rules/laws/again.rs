//! What comes again, from another clock or too late: a draft begun twice, the same ops decided at another time, a
//! move of what was submitted before.

use proptest::prelude::*;
use serde_json::json;

use crate::{
    ids::{AccountId, BranchId, GrantId, Salt},
    model::{Actor, Body, Grant, Leaf, Leaves, Role, Scope, fields::key},
    rules::{Decision, Denied, World, decide, laws::played},
    testing::{Cast, HOME, Part, Plan, Stage, Step, any_history, branch, uuid},
    wire::{Act, problem::Code},
};

const YEAR_MS: i64 = 365 * 24 * 60 * 60 * 1_000;

/// Begins the entry once more, with these leaves and nobody named.
fn begun_again(stage: &Stage, part: Part, leaves: &Leaves) -> Decision {
    let mut op = stage.op(&Step { part, plan: Plan::Create }).expect("anybody may try to begin it");
    if let Act::EntryCreate { leaves: begun, contributors, .. } = &mut op.act {
        *begun = leaves.clone();
        contributors.clear();
    }
    decide(&stage.world, &stage.cast.actor(part), &op, stage.now())
}

#[test]
fn a_draft_begun_again_by_its_author_is_merged_field_by_field() {
    let mut stage = Stage::new(Cast::ordinary());
    let edit = Plan::Edit { key: 0, value: Some(2), knows: true };
    played(
        &mut stage,
        &[(Part::Author, Plan::Create), (Part::Author, Plan::AddMedia(0, 0)), (Part::Author, edit)],
    );
    let stood = stage.world.clone();
    let before = stood.entry().expect("it was begun");
    let mut leaves = Leaves::default();
    leaves.set(key::TITLE, Some(json!("石槽村巡诊")), Salt([8; 8]));
    leaves.set(key::BEFORE_NOTE, Some(json!("带上血压计")), Salt([9; 8]));
    let Decision::Applied(effect) = begun_again(&stage, Part::Author, &leaves) else { panic!("refused") };
    effect.apply(&mut stage.world);
    let after = stage.world.entry().expect("it is still there");
    assert_eq!(after.content.leaves.value(key::TITLE), before.content.leaves.value(key::TITLE));
    assert_eq!(after.content.leaves.0.get(key::BEFORE_NOTE), leaves.0.get(key::BEFORE_NOTE));
    let waiting: Vec<_> =
        after.rest.proposals.iter().map(|one| (one.key.as_str(), one.value.clone())).collect();
    assert_eq!(waiting, [(key::TITLE, Some(json!("石槽村巡诊")))], "the other text waits and is not lost");
    assert_eq!(after.content.leaves.0.len(), before.content.leaves.0.len() + 1, "nothing is thrown away");
    assert_eq!(
        (after.content.created_at, after.content.author),
        (before.content.created_at, before.content.author)
    );
    assert_eq!(after.rest.contributors, before.rest.contributors);
    assert_eq!(stage.world.all_media().count(), 1);
    assert_eq!(stage.world.rev(), stood.rev() + 1);
}

#[test]
fn an_entrys_id_is_taken_for_everybody_else_and_nothing_more_is_said() {
    let mut stage = Stage::new(Cast::ordinary());
    for step in [Plan::Create, Plan::Submit] {
        played(&mut stage, &[(Part::Author, step)]);
        for part in [Part::Contributor, Part::Member, Part::Secretary, Part::Deputy] {
            let refused = Decision::Refused(Denied::from(Code::IdTaken));
            assert_eq!(begun_again(&stage, part, &Leaves::default()), refused, "{part:?}");
        }
        let outside = Decision::Refused(Denied::from(Code::Forbidden));
        assert_eq!(
            begun_again(&stage, Part::Outsider, &Leaves::default()),
            outside,
            "not even that it is taken"
        );
    }
}

/// Every live leaf of a world, with its salt.
fn salts(world: &World) -> Vec<Salt> {
    let leaves = world.records.values().filter_map(|record| match &record.body {
        Body::Entry(one) => Some(&one.content.leaves),
        Body::Media(one) => Some(&one.content.leaves),
        Body::Quote(one) => Some(&one.content.leaves),
        _ => None,
    });
    let live = leaves.flat_map(|leaves| leaves.0.values()).filter_map(|leaf| match leaf {
        Leaf::Live { salt, .. } => Some(*salt),
        Leaf::Erased { .. } => None,
    });
    live.collect()
}

proptest! {
    #[test]
    fn the_same_ops_decided_a_year_later_give_the_same_digest_with_the_salts_they_brought(history in any_history()) {
        let mut stage = Stage::new(history.cast);
        let mut later = stage.world.clone();
        let mut brought = String::new();
        for step in &history.steps {
            let Some(op) = stage.op(step) else { continue };
            brought.push_str(&crate::json::text(&op));
            let actor = history.cast.actor(step.part);
            if let Decision::Applied(effect) = decide(&later, &actor, &op, stage.now() + YEAR_MS) {
                effect.apply(&mut later);
            }
            stage.play(step);
            prop_assert_eq!(later.digest(), stage.world.digest());
            for salt in salts(&stage.world) {
                prop_assert!(brought.contains(&salt.to_string()), "no op brought {}", salt);
            }
        }
    }
}

/// The author, who is in a second branch too.
fn in_two_branches() -> Actor {
    let mut author = Cast::ordinary().actor(Part::Author);
    let grant = Grant { role: Role::Member, scope: Scope::Branch(branch(2)) };
    author.grants.push((GrantId(uuid(0x0d, 0xff)), grant));
    author
}

fn moved(stage: &Stage, author: &Actor, to: BranchId) -> Decision {
    let step = Step { part: Part::Author, plan: Plan::Edit { key: 0, value: None, knows: true } };
    let mut op = stage.op(&step).expect("there is an entry");
    if let Act::EntryEdit { changes, move_to, .. } = &mut op.act {
        changes.clear();
        *move_to = Some(to);
    }
    decide(&stage.world, author, &op, stage.now())
}

#[test]
fn only_what_was_never_submitted_moves_to_another_branch() {
    let author = in_two_branches();
    let mut stage = Stage::new(Cast::ordinary());
    let begin = [Plan::Create, Plan::AddMedia(0, 0), Plan::AddQuote(0, 0)];
    played(&mut stage, &begin.map(|plan| (Part::Author, plan)));
    let refused = |decision: Decision| match decision {
        Decision::Refused(denied) => denied.code,
        Decision::Applied(_) => panic!("it moved"),
    };
    assert_eq!(refused(moved(&stage, &author, branch(3))), Code::Forbidden, "only where the author is");
    assert_eq!(refused(moved(&stage, &Cast::ordinary().actor(Part::Author), branch(2))), Code::Forbidden);
    let Decision::Applied(effect) = moved(&stage, &author, branch(2)) else { panic!("a draft moves") };
    let mut there = stage.world.clone();
    effect.apply(&mut there);
    assert!(
        there.records.values().all(|record| record.branch() == Some(branch(2))),
        "with all that names it"
    );
    assert_eq!(there.entry().map(|entry| entry.rest.contributors.clone()), Some(Vec::<AccountId>::new()));
    for plan in [Plan::Submit, Plan::Withdraw] {
        played(&mut stage, &[(Part::Author, plan)]);
        let code = refused(moved(&stage, &author, branch(2)));
        assert!(matches!(code, Code::OnceSubmitted | Code::NotEditable), "{code:?}");
        assert_eq!(stage.world.entry().map(|entry| entry.content.branch), Some(HOME));
    }
    assert_eq!(
        refused(moved(&stage, &author, branch(2))),
        Code::OnceSubmitted,
        "withdrawn, it has a history"
    );
}
