//! What an author is asked before submitting and an approver is shown besides the entry. Facts,
//! not faults: none of them refuses anything.

mod neighbours;

use super::{World, complete, fields};
use crate::{
    ids::{EntryId, MediaId},
    json::{self, Read, Write},
    limits,
    model::{
        ActivityKind, Leaves,
        activity::Block,
        fields::{Duty, LocalTime, Participant, Service, key},
    },
    table::Set,
};

/// Something to look at again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Warning {
    /// Visits by service sum to less than the visits; each visit had at least one service.
    ServicesBelowVisits {
        /// Sum over services.
        services: u32,
        /// 人次.
        visits: u32,
    },
    /// Students treated, and no supervising physician is named (带教; 医学教育临床实践管理暂行规定
    /// 2008).
    NoSupervisor,
    /// More than ten hours of one participant on one day: 确定吗.
    LongDay {
        /// The participant's key.
        participant: String,
        /// Days since 1970-01-01, local.
        day: i64,
        /// What was entered.
        minutes: u32,
    },
    /// Minutes on a day on which the activity did not take place; they count nothing.
    DayOutside {
        /// The participant's key.
        participant: String,
        /// Days since 1970-01-01, local.
        day: i64,
    },
    /// A text holds what looks like an ID or mobile number; neither is to be recorded.
    PersonalNumber {
        /// The leaf, with `media/<id>/` or `quote/<id>/` before it where it is an item's.
        key: String,
    },
    /// 补录: submitted long after it ended.
    Late {
        /// Whole days between.
        days: u32,
    },
    /// It starts in the server's future; phone clocks are wrong now and then.
    StartsLater,
    /// 请再看一眼: an original shows something else than the sketch that was approved.
    LookAgain {
        /// Which item.
        #[cfg_attr(feature = "ts", tsify(type = "string"))]
        media: MediaId,
    },
    /// 这可能是同一次活动: another entry of the branch at the same time, of the same kind or at the
    /// same place.
    SameActivity {
        /// Which.
        #[cfg_attr(feature = "ts", tsify(type = "string"))]
        entry: EntryId,
        /// Its title.
        title: String,
    },
    /// A participant has minutes in another entry at the same time. What counts is computed when
    /// read, so nothing is wrong; somebody may have been entered by mistake.
    OverlappingHours {
        /// The participant's key.
        participant: String,
        /// The other entry.
        #[cfg_attr(feature = "ts", tsify(type = "string"))]
        entry: EntryId,
        /// Its title.
        title: String,
    },
}

/// Services that only a physician gives, or a student under one.
const TREATMENTS: &[Service] = &[
    Service::BloodSugar,
    Service::Consultation,
    Service::Acupuncture,
    Service::Tuina,
    Service::Cupping,
    Service::Moxibustion,
    Service::EarSeeds,
];

const MINUTE_MS: i64 = 60_000;
const DAY_MINUTES: i64 = 24 * 60;

/// All warnings of an entry as it stands, among the `others` that are known. Delay is measured to its
/// submission, or to `now` (ms since 1970 UTC) before that. In the order of [`Warning`], each once.
pub fn warnings<'a>(world: &World, others: impl Iterator<Item = &'a World>, now: i64) -> Set<Warning> {
    let Some(entry) = world.entry() else { return Set::new() };
    let leaves = &entry.content.leaves;
    let until = entry.rest.submitted.as_ref().map_or(now, |submitted| submitted.at);
    let mut found = Set::new();
    found.extend(clinic(leaves));
    found.extend(days(leaves));
    found.extend(times(leaves, until));
    found.extend(numbers(world, leaves));
    found.extend(look_again(world).map(|media| Warning::LookAgain { media }));
    found.extend(neighbours::of(world, leaves, others));
    found
}

/// Items whose original shows something else than their sketch, found since the last approval: until
/// somebody has looked at them they are no evidence of anything.
pub fn look_again(world: &World) -> impl Iterator<Item = MediaId> {
    let looked = world.approved().map(|copy| copy.at);
    let unseen = move |found: i64| looked.is_none_or(|looked| looked < found);
    world.all_media().filter(move |(_, body)| body.rest.differs_at.is_some_and(unseen)).map(|(id, _)| id)
}

fn clinic(leaves: &Leaves) -> Vec<Warning> {
    let kind: Option<ActivityKind> = leaves.get(key::KIND);
    if !complete::blocks(kind, leaves).contains(&Block::Clinic) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let services = leaves.elements(key::CLINIC_SERVICES);
    let given: Vec<(&str, u32)> =
        services.filter_map(|(name, visits)| Some((name, u32::try_from(visits.as_u64()?).ok()?))).collect();
    let services: u32 = given.iter().map(|(_, visits)| visits).sum();
    let visits: u32 = leaves.get(key::CLINIC_VISITS).unwrap_or(0);
    if services < visits {
        found.push(Warning::ServicesBelowVisits { services, visits });
    }
    let duties: Set<Duty> = participants(leaves).filter_map(|(_, one)| one.duty).collect();
    let treated = TREATMENTS.iter().any(|service| given.iter().any(|(name, _)| *name == service.name()));
    if treated && duties.contains(&Duty::Student) && !duties.contains(&Duty::Supervisor) {
        found.push(Warning::NoSupervisor);
    }
    found
}

fn participants(leaves: &Leaves) -> impl Iterator<Item = (&str, Participant)> {
    leaves.elements(key::PARTICIPANTS).filter_map(|(id, value)| Some((id, json::read(value)?)))
}

fn days(leaves: &Leaves) -> Vec<Warning> {
    let held = super::hours::window(leaves);
    let mut found = Vec::new();
    for (participant, one) in participants(leaves) {
        for of_day in &one.days {
            let (participant, day, minutes) = (participant.to_owned(), of_day.day, of_day.minutes);
            if minutes > limits::DAY_MINUTES_ASK {
                found.push(Warning::LongDay { participant: participant.clone(), day, minutes });
            }
            if minutes > 0 && held.is_some_and(|held| held.on(day).is_none()) {
                found.push(Warning::DayOutside { participant, day });
            }
        }
    }
    found
}

fn times(leaves: &Leaves, until: i64) -> Vec<Warning> {
    let mut found = Vec::new();
    let until = until.div_euclid(MINUTE_MS);
    let start: Option<LocalTime> = leaves.get(key::STARTED_AT);
    if start.is_some_and(|start| start.utc_minute() > until) {
        found.push(Warning::StartsLater);
    }
    let end: Option<LocalTime> = leaves.get(key::ENDED_AT);
    let delay = end.map_or(0, |end| (until - end.utc_minute()).div_euclid(DAY_MINUTES));
    if delay >= i64::from(limits::LATE_DAYS) {
        found.push(Warning::Late { days: u32::try_from(delay).unwrap_or(u32::MAX) });
    }
    found
}

fn numbers(world: &World, leaves: &Leaves) -> Vec<Warning> {
    let own = fields::personal_numbers(leaves);
    let in_items = |name: &str, leaves: &Leaves| {
        let keys = fields::personal_numbers(leaves);
        keys.into_iter().map(|key| format!("{name}/{key}")).collect::<Vec<_>>()
    };
    let media = world.all_media().flat_map(|(id, one)| in_items(&format!("media/{id}"), &one.content.leaves));
    let quotes =
        world.all_quotes().flat_map(|(id, one)| in_items(&format!("quote/{id}"), &one.content.leaves));
    own.into_iter().chain(media).chain(quotes).map(|key| Warning::PersonalNumber { key }).collect()
}

#[cfg(test)]
mod tests;
