//! Cases for people, and the laws of counting.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::ids::Salt;

const DAY: i64 = 18_160;

/// An afternoon's service of some people: from, length, and minutes of each on each day.
#[derive(Debug, Clone)]
struct Service {
    entry: u128,
    kind: ActivityKind,
    state: HourState,
    from: i64,
    length: i64,
    entered: Vec<(u128, i64, u32)>,
}

impl Service {
    fn leaves(&self) -> Leaves {
        let mut leaves = Leaves::default();
        let salt = Salt([3; 8]);
        leaves.set(key::KIND, Some(json!(self.kind)), salt);
        let at = |minute: i64| Some(json!({"minute": minute, "offset": 480}));
        leaves.set(key::STARTED_AT, at(self.from), salt);
        leaves.set(key::ENDED_AT, at(self.from + self.length), salt);
        let mut by_person: BTreeMap<u128, BTreeMap<i64, u32>> = BTreeMap::new();
        for (person, day, minutes) in &self.entered {
            by_person.entry(*person).or_default().insert(*day, *minutes);
        }
        for (person, days) in by_person {
            let id = Uuid::from_u128(person);
            let days: Vec<_> =
                days.iter().map(|(day, minutes)| json!({"day": day, "minutes": minutes})).collect();
            let value = json!({"who": {"person": id}, "days": days});
            leaves.set(&format!("{}/{id}", key::PARTICIPANTS), Some(value), salt);
        }
        leaves
    }
}

fn counted(services: &[Service]) -> Vec<DayHours> {
    let leaves: Vec<Leaves> = services.iter().map(Service::leaves).collect();
    let claims: Vec<Claim> = services
        .iter()
        .zip(&leaves)
        .map(|(service, leaves)| Claim {
            entry: EntryId(Uuid::from_u128(service.entry)),
            state: service.state,
            leaves,
        })
        .collect();
    count(&claims)
}

fn clinic(entry: u128, hours: (i64, i64), entered: &[(u128, i64, u32)]) -> Service {
    Service {
        entry,
        kind: ActivityKind::FreeClinic,
        state: HourState::Approved,
        from: DAY * DAY_MINUTES + hours.0 * 60,
        length: (hours.1 - hours.0) * 60,
        entered: entered.to_vec(),
    }
}

fn approved(services: &[Service]) -> Vec<(i64, u32)> {
    counted(services).into_iter().map(|day| (day.day, day.approved_minutes)).collect()
}

#[test]
fn two_records_of_one_afternoon_count_one_afternoon() {
    let one = clinic(1, (9, 12), &[(7, DAY, 180)]);
    let same = clinic(2, (10, 12), &[(7, DAY, 120)]);
    assert_eq!(approved(&[one.clone(), same]), [(DAY, 180)]);
    let later = clinic(3, (14, 16), &[(7, DAY, 90)]);
    assert_eq!(approved(&[one, later]), [(DAY, 270)]);
}

#[test]
fn a_night_counts_on_both_its_days() {
    let night = Service {
        kind: ActivityKind::UrgentTask,
        from: DAY * DAY_MINUTES + 23 * 60 + 40,
        length: 330,
        ..clinic(1, (0, 0), &[(7, DAY, 60), (7, DAY + 1, 300)])
    };
    assert_eq!(approved(&[night]), [(DAY, 20), (DAY + 1, 300)]);
}

#[test]
fn meetings_and_guests_count_nothing() {
    for kind in [ActivityKind::BranchAssembly, ActivityKind::PartyLecture, ActivityKind::ThemeDay] {
        assert_eq!(approved(&[Service { kind, ..clinic(1, (9, 12), &[(7, DAY, 60)]) }]), []);
    }
    let mut leaves = clinic(1, (9, 12), &[]).leaves();
    let guest = json!({"who": {"guest": {"name": "王磊"}}, "days": [{"day": DAY, "minutes": 60}]});
    leaves.set("participants/01930000-0000-7000-8000-00000000000a", Some(guest), Salt([3; 8]));
    let entry = EntryId(Uuid::from_u128(1));
    assert_eq!(count(&[Claim { entry, state: HourState::Approved, leaves: &leaves }]), []);
}

#[test]
fn a_theme_day_counts_where_service_was_done() {
    let day = Service { kind: ActivityKind::ThemeDay, ..clinic(1, (9, 12), &[]) };
    let mut leaves = day.leaves();
    assert!(!counts(&leaves));
    leaves.set(key::VOLUNTEERING_ORGANISER, Some(json!("中药资源党支部")), Salt([3; 8]));
    assert!(counts(&leaves));
}

#[test]
fn what_waits_is_never_added_to_what_counts() {
    let done = clinic(1, (9, 12), &[(7, DAY, 180)]);
    let waiting = Service { state: HourState::Waiting, ..clinic(2, (14, 16), &[(7, DAY, 120)]) };
    let refused = Service { state: HourState::Refused, ..clinic(3, (17, 18), &[(7, DAY, 60)]) };
    let days = counted(&[done, waiting, refused]);
    assert_eq!(days.len(), 1);
    let day = days[0];
    assert_eq!((day.approved_minutes, day.waiting_minutes, day.refused_minutes), (180, 120, 60));
}

fn any_service() -> impl Strategy<Value = Service> {
    let entered = proptest::collection::vec((1..=2_u128, DAY - 1..=DAY + 1, 0..=960_u32), 0..4);
    let kind = prop_oneof![
        4 => Just(ActivityKind::FreeClinic),
        1 => Just(ActivityKind::UrgentTask),
        1 => Just(ActivityKind::PartyLecture),
    ];
    let state = prop_oneof![3 => Just(HourState::Approved), 1 => Just(HourState::Waiting)];
    (kind, state, -300..1_800_i64, 0..2_000_i64, entered).prop_map(|(kind, state, from, length, entered)| {
        Service { entry: 0, kind, state, from: DAY * DAY_MINUTES + from, length, entered }
    })
}

fn any_services() -> impl Strategy<Value = Vec<Service>> {
    proptest::collection::vec(any_service(), 0..5).prop_map(|mut services| {
        for (service, entry) in services.iter_mut().zip(1..) {
            service.entry = entry;
        }
        services
    })
}

/// Minutes of a day in which some counting, approved entry of this person was held: minute by
/// minute, so that it shares nothing with the code.
fn minutes_held(services: &[Service], person: u128, day: i64) -> (u32, u32) {
    let mut held = vec![false; 1_440];
    let mut sum = 0;
    for service in services {
        let counts = service.kind != ActivityKind::PartyLecture && service.state == HourState::Approved;
        // A day entered twice stands in the leaf as last written.
        let entered = service.entered.iter().rev().find(|one| (one.0, one.1) == (person, day));
        let Some((_, _, minutes)) = entered.filter(|_| counts) else { continue };
        sum += minutes;
        for minute in service.from..service.from + service.length {
            if minute.div_euclid(1_440) == day {
                held[usize::try_from(minute.rem_euclid(1_440)).expect("a minute of a day")] = true;
            }
        }
    }
    (sum, held.iter().map(|held| u32::from(*held)).sum())
}

proptest! {
    #[test]
    fn counted_is_the_smaller_of_sum_and_union(services in any_services()) {
        let days = counted(&services);
        for person in 1..=2 {
            for day in DAY - 1..=DAY + 1 {
                let (sum, union) = minutes_held(&services, person, day);
                let id = PersonId(Uuid::from_u128(person));
                let found = days.iter().find(|one| one.person == id && one.day == day);
                prop_assert_eq!(found.map_or(0, |one| one.approved_minutes), sum.min(union));
            }
        }
        prop_assert!(days.iter().all(|day| day.approved_minutes <= 1_440 && day.waiting_minutes <= 1_440));
    }

    #[test]
    fn order_and_repetition_change_nothing(services in any_services(), turn in 0..5_usize) {
        let once = counted(&services);
        let mut shuffled = services.clone();
        shuffled.rotate_left(turn % services.len().max(1));
        shuffled.extend(services);
        shuffled.reverse();
        prop_assert_eq!(counted(&shuffled), once);
    }
}
