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

fn told(changes: &[(&str, Value)], now: i64) -> Vec<Warning> {
    let mut leaves = Leaves::default();
    let mut set = |key: &str, value: Value| leaves.set(key, Some(value), Salt([5; 8]));
    set(key::KIND, json!("free_clinic"));
    set(key::STARTED_AT, json!({"minute": START, "offset": 480}));
    set(key::ENDED_AT, json!({"minute": START + 180, "offset": 480}));
    set(key::CLINIC_VISITS, json!(60));
    set("clinic.services/tuina", json!(31));
    set("clinic.services/acupuncture", json!(29));
    for (key, value) in changes {
        set(key, value.clone());
    }
    let id = EntryId(Uuid::from_u128(1));
    let content = EntryContent {
        branch: BranchId(Uuid::from_u128(2)),
        author: AccountId(Uuid::from_u128(3)),
        created_at: 0,
        leaves,
    };
    let rest = EntryRest {
        state: EntryState::Draft,
        version: 0,
        submitted: None,
        decided: None,
        approved: None,
        contributors: Vec::new(),
        proposals: Vec::new(),
        hands: Default::default(),
        changed_at: 0,
    };
    let mut world = World::empty(id, Office::default());
    let record = Record { id: id.0, rev: 1, body: EntryBody { content, rest }.into() };
    world.records.insert(RecordId::new(RecordKind::Entry, id.0), record);
    warnings(&world, now).into_iter().collect()
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
