//! Feeds and the access table say the same: nobody gets too much, nobody too little.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::{
    ids::FeedId,
    model::{Actor, ConsentStatus, RecordId, RecordKind, Scope},
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

    #[test]
    fn who_left_keeps_what_they_made_and_nothing_else(stage in any_stage()) {
        for part in Part::ALL {
            let mut gone = stage.cast.actor(*part);
            gone.grants.clear();
            let mut world = stage.world.clone();
            world.office.members.retain(|account| *account != gone.account);
            let held = held(&gone);
            let feeds = feeds_of(&world);
            let got = feeds.into_iter().filter(|(_, feeds)| feeds.iter().any(|feed| held.contains(feed)));
            let got: BTreeSet<RecordId> = got.map(|(name, _)| name).collect();
            let seen = world.records.keys().copied().filter(|name| may_see(&gone, &world, *name));
            prop_assert_eq!(got, seen.collect::<BTreeSet<_>>(), "{:?}", part);
        }
    }
}

/// An approved joint entry with a photo of the contributor's and a quote.
fn approved() -> Stage {
    let mut stage = Stage::new(Cast::ordinary());
    played(
        &mut stage,
        &[
            (Part::Author, Plan::Create),
            (Part::Author, Plan::Joint(true)),
            (Part::Contributor, Plan::AddMedia(0, 0)),
            (Part::Author, Plan::AddQuote(0, 0)),
            (Part::Author, Plan::Submit),
            (Part::Secretary, Plan::Approve { seen: true }),
        ],
    );
    stage
}

fn readers(stage: &Stage, name: RecordId) -> Vec<Part> {
    Part::ALL.iter().copied().filter(|part| got(stage, *part).contains(&name)).collect()
}

#[test]
fn an_approved_copy_holds_ids_and_hashes_of_its_items_and_none_of_their_words() {
    let stage = approved();
    let copy = stage.world.approved().expect("an approved copy");
    let listed: Vec<RecordId> = copy.items.iter().map(|one| one.item).collect();
    let items = [RecordKind::Media, RecordKind::Quote];
    let there = stage.world.records.keys().copied().filter(|name| items.contains(&name.kind));
    assert_eq!(listed, there.collect::<Vec<_>>());
    let text = stage.world.records.values().find(|record| record.body.kind() == RecordKind::Approved);
    let text = text.expect("an approved copy").body.to_json();
    for words in ["院子里", "敢迈步了", "caption", "speaker"] {
        assert!(!text.contains(words), "{words} stands in {text}");
    }
}

#[test]
fn a_withdrawn_quote_and_what_was_said_of_it_are_the_offices_the_recorders_and_the_authors() {
    let mut stage = approved();
    let quote = stage.world.all_quotes().next().expect("a quote").0;
    let name = RecordId::new(RecordKind::Quote, quote.0);
    let before = readers(&stage, name);
    assert!(before.contains(&Part::CoMember) && before.contains(&Part::Member), "{before:?}");
    let withdraw = Plan::Consent { item: 0, photo: false, status: ConsentStatus::Withdrawn, loosens: false };
    played(&mut stage, &[(Part::Author, withdraw)]);
    let fact = stage.world.all_consents().next().expect("a fact").0;
    for name in [name, RecordId::new(RecordKind::Consent, fact)] {
        assert_eq!(readers(&stage, name), [Part::Author, Part::Secretary, Part::Deputy], "{name}");
    }
}

#[test]
fn a_refused_photo_leaves_every_reader_but_office_recorder_and_author() {
    let mut stage = approved();
    let (media, _) = stage.world.all_media().next().expect("a photo");
    let name = RecordId::new(RecordKind::Media, media.0);
    let before = readers(&stage, name);
    assert!(
        before.contains(&Part::Member)
            && before.contains(&Part::CoMember)
            && !before.contains(&Part::Outsider)
    );
    let refuse = Plan::Consent { item: 0, photo: true, status: ConsentStatus::Refused, loosens: false };
    played(&mut stage, &[(Part::Secretary, refuse)]);
    assert_eq!(readers(&stage, name), [Part::Author, Part::Contributor, Part::Secretary, Part::Deputy]);
}
