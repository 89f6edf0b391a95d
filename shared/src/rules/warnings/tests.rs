//! Each warning where it is due, and only there.

use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::{
    ids::{AccountId, BranchId, EntryId, Salt},
    model::{EntryBody, EntryContent, EntryRest, EntryState, Record, RecordId, RecordKind},
    rules::Office,
};

const PERSON: &str = "participants/01930000-0000-7000-8000-00000000000a";
const DAY: i64 = 18_160;
const START: i64 = DAY * DAY_MINUTES + 9 * 60;

/// An entry of the ordinary 义诊 with these fields changed.
fn entry(id: u128, changes: &[(&str, Value)]) -> World {
    let mut leaves = Leaves::default();
    let mut set = |key: &str, value: Value| leaves.set(key, Some(value), Salt([5; 8]));
    set(key::KIND, json!("free_clinic"));
    set(key::TITLE, json!("石槽村义诊"));
    set(key::STARTED_AT, json!({"minute": START, "offset": 480}));
    set(key::ENDED_AT, json!({"minute": START + 180, "offset": 480}));
    set(key::CLINIC_VISITS, json!(60));
    set("clinic.services/tuina", json!(31));
    set("clinic.services/acupuncture", json!(29));
    for (key, value) in changes {
        set(key, value.clone());
    }
    let id = EntryId(Uuid::from_u128(id));
    let content = EntryContent {
        branch: BranchId(Uuid::from_u128(2)),
        author: AccountId(Uuid::from_u128(3)),
        created_at: 0,
        leaves,
    };
    let rest = EntryRest::begun(0);
    let mut world = World::empty(id, Office::default());
    let record = Record { id: id.0, rev: 1, body: EntryBody { content, rest }.into() };
    world.records.insert(RecordId::new(RecordKind::Entry, id.0), record);
    world
}

fn told(changes: &[(&str, Value)], now: i64) -> Vec<Warning> {
    warnings(&entry(1, changes), std::iter::empty(), now).into_iter().collect()
}

/// What the ordinary entry is told beside another one.
fn beside(ours: &[(&str, Value)], theirs: &[(&str, Value)]) -> Vec<Warning> {
    let others = [entry(1, ours), entry(9, theirs)];
    warnings(&others[0], others.iter(), end_ms()).into_iter().collect()
}

/// The instant at which the activity of [`told`] ends.
const fn end_ms() -> i64 {
    (START + 180 - 480) * MINUTE_MS
}

#[test]
fn an_ordinary_entry_is_told_nothing() {
    assert_eq!(told(&[], end_ms()), []);
}

#[test]
fn services_below_visits_are_told() {
    let expected = Warning::ServicesBelowVisits { services: 60, visits: 61 };
    assert_eq!(told(&[(key::CLINIC_VISITS, json!(61))], end_ms()), [expected]);
    assert_eq!(told(&[(key::CLINIC_VISITS, json!(61)), (key::KIND, json!("other"))], end_ms()), []);
}

#[test]
fn students_who_treat_need_a_supervisor() {
    let on_duty = |duty: &str| json!({"who": {"guest": {"name": "王磊"}}, "duty": duty});
    let other = "participants/01930000-0000-7000-8000-00000000000b";
    let student = (PERSON, on_duty("student"));
    assert_eq!(told(std::slice::from_ref(&student), end_ms()), [Warning::NoSupervisor]);
    assert_eq!(told(&[student, (other, on_duty("supervisor"))], end_ms()), []);
}

#[test]
fn long_days_and_days_outside_are_told() {
    let days = |day: i64, minutes: u32| {
        let value = json!({"who": {"guest": {"name": "王磊"}}, "days": [{"day": day, "minutes": minutes}]});
        told(&[(PERSON, value)], end_ms())
    };
    let participant = PERSON.trim_start_matches("participants/").to_owned();
    assert_eq!(days(DAY, 600), []);
    let long = Warning::LongDay { participant: participant.clone(), day: DAY, minutes: 601 };
    assert_eq!(days(DAY, 601), [long]);
    assert_eq!(days(DAY + 1, 10), [Warning::DayOutside { participant, day: DAY + 1 }]);
}

#[test]
fn a_number_of_a_person_is_told_with_its_place() {
    let expected = Warning::PersonalNumber { key: key::SUMMARY.to_owned() };
    assert_eq!(told(&[(key::SUMMARY, json!("联系 13812345678"))], end_ms()), [expected]);
}

#[test]
fn delay_and_a_start_to_come_are_told() {
    let day_ms = DAY_MINUTES * MINUTE_MS;
    assert_eq!(told(&[], end_ms() + 7 * day_ms - 1), []);
    assert_eq!(told(&[], end_ms() + 7 * day_ms), [Warning::Late { days: 7 }]);
    assert_eq!(told(&[], end_ms() - 180 * MINUTE_MS - 1), [Warning::StartsLater]);
}

#[test]
fn another_entry_at_the_same_time_may_be_the_same_activity() {
    let same =
        Warning::SameActivity { entry: EntryId(Uuid::from_u128(9)), title: "石槽村义诊".to_owned() };
    assert_eq!(beside(&[], &[]), std::slice::from_ref(&same));
    let after = (key::STARTED_AT, json!({"minute": START + 180, "offset": 480}));
    let end = (key::ENDED_AT, json!({"minute": START + 300, "offset": 480}));
    assert_eq!(beside(&[], &[after, end]), [], "one begins when the other ends");
    let other_zone = [
        (key::STARTED_AT, json!({"minute": START + 60, "offset": 540})),
        (key::ENDED_AT, json!({"minute": START + 240, "offset": 540})),
    ];
    assert_eq!(beside(&[], &other_zone), std::slice::from_ref(&same), "the same instants on another wall");
    let (kind, place) = ((key::KIND, json!("other")), (key::PLACE, json!({"name": "石槽村"})));
    assert_eq!(beside(&[], std::slice::from_ref(&kind)), []);
    assert_eq!(beside(std::slice::from_ref(&place), &[kind, place.clone()]), [same]);
}

#[test]
fn one_person_in_two_entries_at_the_same_time_is_told() {
    let days = json!([{"day": DAY, "minutes": 60}]);
    let person = json!({"who": {"person": PERSON.trim_start_matches("participants/")}, "days": days});
    let guest = json!({"who": {"guest": {"name": "王磊"}}, "days": days});
    let hours = |found: Vec<Warning>| {
        found.into_iter().filter(|one| matches!(one, Warning::OverlappingHours { .. })).count()
    };
    assert_eq!(hours(beside(&[(PERSON, person.clone())], &[(PERSON, person.clone())])), 1);
    assert_eq!(
        hours(beside(&[(PERSON, guest.clone())], &[(PERSON, guest)])),
        0,
        "names of guests meet by chance"
    );
    let meeting = (key::KIND, json!("branch_assembly"));
    assert_eq!(hours(beside(&[(PERSON, person.clone())], &[(PERSON, person), meeting])), 0, "no hours count");
}

#[test]
fn warnings_name_a_few_neighbours_and_none_that_is_void() {
    let many: Vec<World> = (1..30).map(|id| entry(id, &[])).collect();
    let count = warnings(&many[0], many.iter(), end_ms()).into_iter().count();
    assert_eq!(count, limits::NEIGHBOURS_MAX);
    let mut void = entry(9, &[]);
    for record in void.records.values_mut() {
        if let crate::model::Body::Entry(body) = &mut record.body {
            body.rest.state = EntryState::Voided;
        }
    }
    assert_eq!(warnings(&many[0], std::iter::once(&void), end_ms()).into_iter().count(), 0);
}
