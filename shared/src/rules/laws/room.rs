//! Lists that grow with every op have an end, and the end never protects what must not be shown.

use crate::{
    limits,
    model::ConsentStatus,
    rules::{Decision, laws::played},
    testing::{Cast, Part, Plan, Stage, Step},
    wire::problem::Code,
};

fn fact(status: ConsentStatus) -> Plan {
    Plan::Consent { item: 0, photo: true, status, loosens: false }
}

/// A submitted entry with one photo.
fn submitted() -> Stage {
    let mut stage = Stage::new(Cast::ordinary());
    let begin = [Plan::Create, Plan::AddMedia(0, 0), Plan::Submit];
    played(&mut stage, &begin.map(|plan| (Part::Author, plan)));
    stage
}

/// The list that was full, with its maximum.
fn full(stage: &mut Stage, part: Part, plan: Plan) -> (String, String) {
    match stage.play(&Step { part, plan }) {
        Some(Decision::Refused(denied)) if denied.code == Code::TooMany => {
            (denied.detail["field"].clone(), denied.detail["max"].clone())
        }
        other => panic!("not full: {other:?}"),
    }
}

#[test]
fn facts_about_an_item_end_and_a_withdrawal_is_still_taken() {
    let mut stage = submitted();
    for _ in 0..limits::CONSENTS_MAX {
        played(&mut stage, &[(Part::Author, fact(ConsentStatus::Granted))]);
    }
    let max = ("consents".to_owned(), limits::CONSENTS_MAX.to_string());
    assert_eq!(full(&mut stage, Part::Author, fact(ConsentStatus::Granted)), max);
    played(&mut stage, &[(Part::Author, fact(ConsentStatus::Withdrawn))]);
    assert!(stage.world.all_media().all(|(_, media)| media.rest.barred));
    assert_eq!(full(&mut stage, Part::Author, fact(ConsentStatus::Refused)), max);
}

#[test]
fn an_entry_full_of_facts_takes_no_new_item_and_still_a_withdrawal() {
    let mut stage = submitted();
    played(&mut stage, &[(Part::Author, fact(ConsentStatus::Granted))]);
    let one = stage.world.records.values().find(|record| record.record_id().kind.name() == "consent");
    let one = one.cloned().expect("it was just written");
    for number in 0..limits::ENTRY_CONSENTS_MAX {
        let mut copy = one.clone();
        copy.id = crate::testing::uuid(0x08, number as u128);
        if let crate::model::Body::Consent(fact) = &mut copy.body {
            fact.item.id = copy.id;
        }
        stage.world.records.insert(copy.record_id(), copy);
    }
    let max = ("consents".to_owned(), limits::ENTRY_CONSENTS_MAX.to_string());
    assert_eq!(full(&mut stage, Part::Author, fact(ConsentStatus::Granted)), max);
    assert_eq!(full(&mut stage, Part::Contributor, Plan::AddQuote(1, 0)), max);
    played(&mut stage, &[(Part::Author, fact(ConsentStatus::Withdrawn))]);
}

#[test]
fn verdicts_end_and_voiding_is_still_taken() {
    let mut stage = submitted();
    for _ in 0..limits::VERDICTS_MAX / 2 {
        played(&mut stage, &[Plan::Approve { seen: true }, Plan::Undo].map(|plan| (Part::Secretary, plan)));
    }
    let max = ("verdicts".to_owned(), limits::VERDICTS_MAX.to_string());
    assert_eq!(full(&mut stage, Part::Secretary, Plan::Approve { seen: true }), max);
    played(&mut stage, &[(Part::Secretary, Plan::Void)]);
}
