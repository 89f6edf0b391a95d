//! Composed values: times, places, participants, speakers, filings, references.

use serde_json::Value;

use super::{
    Checked, Why,
    value::{line, name, read, text, within_range},
};
use crate::{
    ids::{PersonId, parse_uuid},
    limits,
    model::fields::{DayMinutes, ExternalRef, Filing, LocalTime, Participant, Place, Speaker, Who},
    table::Set,
};

const DAY_MINUTES: i64 = 24 * 60;

/// A wall-clock time between 1970 and [`limits::DAY_MAX`], with an offset that exists on Earth.
pub(super) fn local_time(value: &Value) -> Checked {
    let time: LocalTime = read(value)?;
    within_range(time.minute, 0, (i64::from(limits::DAY_MAX) + 1) * DAY_MINUTES - 1)?;
    within_range(i64::from(time.offset), -14 * 60, 14 * 60)
}

fn day(day: i64) -> Checked {
    within_range(day, 0, i64::from(limits::DAY_MAX))
}

/// A place: its name's minimum is asked at submission.
pub(super) fn place(value: &Value) -> Checked {
    let place: Place = read(value)?;
    line(&Value::String(place.name), limits::PLACE_MIN, limits::PLACE_MAX)?;
    if let Some(county) = place.county {
        let digits = county.len() == 6 && county.bytes().all(|byte| byte.is_ascii_digit());
        if !digits {
            return Err(Why::Shape);
        }
    }
    if let Some(point) = place.point {
        within_range(i64::from(point.lat_centi), -9_000, 9_000)?;
        within_range(i64::from(point.lon_centi), -18_000, 18_000)?;
    }
    Ok(())
}

/// A participant under the element's key: a person of the roster stands under their own id, so
/// that two phones which add the same person add one line.
pub(super) fn participant(element: &str, value: &Value) -> Checked {
    let id = parse_uuid(element).map_err(|_| Why::Unknown)?;
    let participant: Participant = read(value)?;
    match participant.who {
        Who::Person(person) if person != PersonId(id) => return Err(Why::OtherId),
        Who::Person(_) => {}
        Who::Guest { name: guest, unit } => {
            name(&guest, limits::GUEST_NAME_MIN, limits::GUEST_NAME_MAX)?;
            name(&unit, 0, limits::PARTNER_NAME_MAX)?;
        }
    }
    days(&participant.days)
}

/// Minutes by local day: no day twice, none over the maximum, and no more days than an activity of
/// the longest kind can touch.
fn days(days: &[DayMinutes]) -> Checked {
    let longest = limits::ENTRY_DAYS_MAX as usize + 1;
    if days.len() > longest {
        return Err(Why::range(0, longest));
    }
    for one in days {
        day(one.day)?;
        within_range(i64::from(one.minutes), 0, i64::from(limits::DAY_MINUTES_MAX))?;
    }
    let distinct: Set<_> = days.iter().map(|one| one.day).collect();
    if distinct.len() < days.len() { Err(Why::Repeated) } else { Ok(()) }
}

/// A filing with the health authority (义诊备案, 卫生部 2001).
pub(super) fn filing(value: &Value) -> Checked {
    match read::<Filing>(value)? {
        Filing::NotAsked | Filing::NotNeeded => Ok(()),
        Filing::Filed { authority, on } => {
            name(&authority, 0, limits::UNIT_NAME_MAX)?;
            day(on)
        }
    }
}

/// The number in another system.
pub(super) fn external_ref(value: &Value) -> Checked {
    let reference: ExternalRef = read(value)?;
    name(&reference.number, 1, limits::EXTERNAL_NUMBER_MAX)
}

/// Words somebody said: at least one character, breaks allowed.
pub(super) fn quote_text(value: &Value) -> Checked {
    text(value, 1, limits::QUOTE_TEXT_MAX)?;
    let said = value.as_str().unwrap_or_default();
    if said.trim().is_empty() { Err(Why::range(1, limits::QUOTE_TEXT_MAX)) } else { Ok(()) }
}

/// A kind of person and a label, never a name.
pub(super) fn speaker(value: &Value) -> Checked {
    let speaker: Speaker = read(value)?;
    name(&speaker.label, 0, limits::SPEAKER_LABEL_MAX)
}
