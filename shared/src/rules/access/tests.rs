//! The table read back as people would ask: who sees this record, who fetches that copy.

use proptest::prelude::*;

use super::*;
use crate::{
    ids::MediaId,
    model::{ConsentStatus, RecordId, RecordKind},
    rules::laws::played,
    testing::{Cast, Part, Plan, Stage, any_part, any_stage, entry_id},
};

use Part::{Author as A, Secretary as S};

const SUBMIT: (Part, Plan) = (A, Plan::Submit);
const APPROVE: (Part, Plan) = (S, Plan::Approve { seen: true });

/// A joint entry with a photo of the author (0) and one of the contributor (1).
fn staged(way: &[(Part, Plan)]) -> Stage {
    let mut stage = Stage::new(Cast::ordinary());
    let begin = [
        (A, Plan::Create),
        (A, Plan::Joint(true)),
        (A, Plan::AddMedia(0, 0)),
        (Part::Contributor, Plan::AddMedia(1, 1)),
    ];
    played(&mut stage, &begin);
    played(&mut stage, way);
    stage
}

fn photo(stage: &Stage, at: usize) -> MediaId {
    stage.world.all_media().nth(at).expect("two photos").0
}

fn who(fits: impl Fn(Part) -> bool) -> Vec<Part> {
    Part::ALL.iter().copied().filter(|part| fits(*part)).collect()
}

fn who_sees(stage: &Stage, kind: RecordKind) -> Vec<Part> {
    let name = RecordId::new(kind, entry_id().0);
    who(|part| may_see(&stage.cast.actor(part), &stage.world, name))
}

fn who_fetches(stage: &Stage, at: usize, copy: CopyKind) -> Vec<(Part, Seen)> {
    let media = photo(stage, at);
    let answer = |part: &Part| (*part, may_fetch_media(&stage.cast.actor(*part), &stage.world, media, copy));
    Part::ALL.iter().map(answer).filter(|(_, seen)| *seen != Seen::No).collect()
}

fn in_full(parts: &[Part]) -> Vec<(Part, Seen)> {
    parts.iter().map(|part| (*part, Seen::Full)).collect()
}

const BRANCH: [Part; 5] = [A, Part::Contributor, Part::Member, S, Part::Deputy];

#[test]
fn a_draft_is_its_writers_alone() {
    let stage = staged(&[]);
    assert_eq!(who_sees(&stage, RecordKind::Entry), [A, Part::Contributor]);
    assert_eq!(who_fetches(&stage, 0, CopyKind::Preview), in_full(&[A, Part::Contributor]));
    let withdrawn = staged(&[SUBMIT, (A, Plan::Withdraw)]);
    assert_eq!(who_sees(&withdrawn, RecordKind::Entry), [A, Part::Contributor]);
}

#[test]
fn what_is_submitted_is_the_branchs() {
    let returned = [SUBMIT, (S, Plan::Return { seen: true })];
    for way in [&[SUBMIT][..], &returned] {
        let stage = staged(way);
        assert_eq!(who_sees(&stage, RecordKind::Entry), BRANCH);
        assert_eq!(who_fetches(&stage, 0, CopyKind::Thumb), in_full(&BRANCH));
    }
}

#[test]
fn what_is_approved_is_read_above_and_beside_by_its_copy() {
    let everybody: Vec<Part> = BRANCH
        .into_iter()
        .chain([Part::Committee, Part::School, Part::CoMember, Part::CoSecretary])
        .collect();
    for way in [&[SUBMIT, APPROVE][..], &[SUBMIT, APPROVE, (S, Plan::Reopen)]] {
        let stage = staged(way);
        assert_eq!(who_sees(&stage, RecordKind::Approved), everybody);
        assert_eq!(who_sees(&stage, RecordKind::Entry), BRANCH);
        assert_eq!(who_fetches(&stage, 0, CopyKind::PositionFree), in_full(&everybody));
    }
}

#[test]
fn an_item_changed_since_is_read_by_nobody_outside_the_branch() {
    let stage = staged(&[SUBMIT, APPROVE, (S, Plan::Reopen), (A, Plan::Describe(0, 2))]);
    assert_eq!(who_fetches(&stage, 0, CopyKind::Preview), in_full(&BRANCH));
}

#[test]
fn what_is_voided_is_the_offices() {
    let stage = staged(&[SUBMIT, APPROVE, (S, Plan::Void)]);
    assert_eq!(who_sees(&stage, RecordKind::Entry), [A, S, Part::Deputy, Part::Committee]);
    assert_eq!(who_sees(&stage, RecordKind::Approved), []);
    let recorder = who_fetches(&stage, 1, CopyKind::Original);
    assert!(recorder.contains(&(Part::Contributor, Seen::Full)), "a recorder always has their own");
}

#[test]
fn exact_bytes_are_the_recorders_and_the_offices_or_need_a_reason() {
    let stage = staged(&[SUBMIT, APPROVE]);
    let mut expected = in_full(&[Part::Contributor, S, Part::Deputy]);
    expected.push((Part::School, Seen::WithReason));
    assert_eq!(who_fetches(&stage, 1, CopyKind::Original), expected);
}

#[test]
fn what_was_refused_is_seen_by_office_recorder_and_author() {
    let refuse = Plan::Consent { item: 1, photo: true, status: ConsentStatus::Withdrawn, loosens: false };
    let stage = staged(&[SUBMIT, APPROVE, (A, refuse.clone())]);
    let few = [A, Part::Contributor, S, Part::Deputy];
    assert_eq!(who_fetches(&stage, 1, CopyKind::Preview), in_full(&few));
    assert_eq!(who_fetches(&stage, 1, CopyKind::Original), in_full(&few[1..]));
    let draft = staged(&[(A, refuse)]);
    assert_eq!(who_fetches(&draft, 1, CopyKind::Preview), in_full(&[A, Part::Contributor]));
}

#[test]
fn who_left_keeps_what_they_made() {
    let stage = staged(&[SUBMIT, APPROVE]);
    let mut gone = stage.cast.actor(Part::Contributor);
    gone.grants.clear();
    assert_eq!(may_fetch_media(&gone, &stage.world, photo(&stage, 1), CopyKind::Original), Seen::Full);
    assert_eq!(may_fetch_media(&gone, &stage.world, photo(&stage, 0), CopyKind::Thumb), Seen::No);
}

#[test]
fn accounts_are_the_administrators_and_ones_own() {
    assert_eq!(seen(Look::Accounts, &[Relation::Admin]), Seen::Full);
    assert_eq!(seen(Look::Accounts, &[Relation::Office, Relation::School]), Seen::No);
    assert_eq!(seen(Look::Accounts, &[Relation::Member, Relation::Own]), Seen::Full);
}

#[test]
fn an_administrator_reads_nothing_that_people_wrote() {
    for look in
        [Look::Draft, Look::Working, Look::Approved, Look::Voided, Look::Original, Look::NamesAndHours]
    {
        assert_eq!(seen(look, &[Relation::Admin]), Seen::No, "{look:?}");
    }
}

proptest! {
    #[test]
    fn who_sees_no_item_fetches_no_copy_of_it(stage in any_stage(), part in any_part()) {
        let actor = stage.cast.actor(part);
        for (media, body) in stage.world.all_media() {
            let sees = may_see(&actor, &stage.world, RecordId::new(RecordKind::Media, media.0));
            let copies = [CopyKind::Thumb, CopyKind::Preview, CopyKind::Sketch, CopyKind::PositionFree];
            for copy in copies {
                let fetched = may_fetch_media(&actor, &stage.world, media, copy);
                prop_assert_eq!(fetched, if sees { Seen::Full } else { Seen::No });
            }
            let original = may_fetch_media(&actor, &stage.world, media, CopyKind::Original);
            prop_assert!(sees || original == Seen::No);
            prop_assert_ne!(original, Seen::Count);
            let recorded = body.content.recorder == actor.account;
            prop_assert!(!recorded || original == Seen::Full, "a recorder always has their own");
        }
    }

    #[test]
    fn who_sees_a_record_is_told_that_the_entry_exists(stage in any_stage(), part in any_part()) {
        let actor = stage.cast.actor(part);
        let sees_some = stage.world.records.iter().any(|(name, record)| {
            // A fact about consent is its writer's for ever; it tells of nothing else.
            record.body.kind() != RecordKind::Consent && may_see(&actor, &stage.world, *name)
        });
        let exists = crate::rules::standing::sees(&stage.world, &actor);
        let co_branch = matches!(part, Part::CoMember | Part::CoSecretary);
        prop_assert!(exists || !sees_some || co_branch || stage.world.entry().is_none());
        prop_assert!(!exists || sees_some, "{part:?} learns of what they may not see");
    }
}
