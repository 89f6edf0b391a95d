//! Feeds and the access table say the same: nobody gets too much, nobody too little.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::{
    ids::FeedId,
    model::{Actor, RecordId, Scope},
    rules::{access::may_see, feeds::feeds_of, laws::played},
    testing::{Cast, Part, Plan, Stage, any_stage},
};

/// The feeds that somebody holds.
fn held(actor: &Actor) -> BTreeSet<FeedId> {
    let mut held = BTreeSet::from([FeedId::Org, FeedId::Account(actor.account)]);
    for (_, grant) in &actor.grants {
        if let Scope::Branch(branch) = grant.scope {
            held.insert(FeedId::Branch(branch));
            if actor.in_office(branch) {
                held.insert(FeedId::Office(branch));
            }
        }
    }
    held
}

/// They read by paged queries, not by feeds.
fn reads_online(part: Part) -> bool {
    matches!(part, Part::Committee | Part::OtherCommittee | Part::School | Part::Admin)
}

fn got(stage: &Stage, part: Part) -> BTreeSet<RecordId> {
    let held = held(&stage.cast.actor(part));
    let feeds = feeds_of(&stage.world);
    feeds
        .into_iter()
        .filter(|(_, feeds)| feeds.iter().any(|feed| held.contains(feed)))
        .map(|(name, _)| name)
        .collect()
}

fn allowed(stage: &Stage, part: Part) -> BTreeSet<RecordId> {
    let actor = stage.cast.actor(part);
    stage.world.records.keys().copied().filter(|name| may_see(&actor, &stage.world, *name)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn feeds_carry_what_the_access_table_allows_and_nothing_else(stage in any_stage()) {
        for part in Part::ALL {
            let (got, allowed) = (got(&stage, *part), allowed(&stage, *part));
            let state = stage.world.entry().map(|entry| entry.rest.state);
            prop_assert!(got.is_subset(&allowed), "{part:?} gets too much in {state:?}: {got:?}, not {allowed:?}");
            let too_little = !reads_online(*part) && got != allowed;
            prop_assert!(!too_little, "{part:?} gets too little in {state:?}: {got:?}, not {allowed:?}");
        }
    }
}

#[test]
fn a_refused_photo_leaves_every_reader_but_office_recorder_and_author() {
    let mut stage = Stage::new(Cast::ordinary());
    let refuse =
        Plan::Consent { item: 0, photo: true, status: crate::model::ConsentStatus::Refused, loosens: false };
    played(
        &mut stage,
        &[
            (Part::Author, Plan::Create),
            (Part::Author, Plan::Joint(true)),
            (Part::Contributor, Plan::AddMedia(0, 0)),
            (Part::Author, Plan::Submit),
            (Part::Secretary, Plan::Approve { seen: true }),
        ],
    );
    let (media, _) = stage.world.all_media().next().expect("a photo");
    let name = RecordId::new(crate::model::RecordKind::Media, media.0);
    let who = |stage: &Stage| {
        Part::ALL.iter().copied().filter(|part| got(stage, *part).contains(&name)).collect::<Vec<_>>()
    };
    let before = who(&stage);
    assert!(
        before.contains(&Part::Member)
            && before.contains(&Part::CoMember)
            && !before.contains(&Part::Outsider)
    );
    played(&mut stage, &[(Part::Secretary, refuse)]);
    assert_eq!(who(&stage), [Part::Author, Part::Contributor, Part::Secretary, Part::Deputy]);
}
