//! An entry of the tables as the leaves that a phone would send: dates become local minutes, names become ids.

use anyhow::{Context, Result};
use jiff::{civil::DateTime, tz::TimeZone};
use serde::Serialize;
use serde_json::Value;
use shared::{
    ids::{PersonId, Salt},
    model::{
        Leaves,
        fields::{DayMinutes, Duty, Filing, LocalTime, Participant, Place, Speaker, Who, key},
    },
};

use super::{
    content::{Clinic, Entry, Item, Meeting, Part, Plain, Quote, Volunteering},
    org::Cast,
};
use crate::{chance, clock::MINUTE_MS};

/// Minutes east of UTC of everybody's phone.
const OFFSET_MINUTES: i32 = 8 * 60;
const DAY_MINUTES: i64 = 24 * 60;
/// Days before a 义诊 at which it was filed.
const FILED_DAYS: i64 = 10;

/// Leaves being written, each with a salt of its own.
#[derive(Default)]
struct Page(Leaves);

impl Page {
    fn put(&mut self, key: &str, value: &impl Serialize) {
        let value = serde_json::to_value(value).expect("demo values have string keys");
        if value != Value::String(String::new()) && value != Value::Array(Vec::new()) && !value.is_null() {
            self.0.set(key, Some(value), Salt(chance::bytes()));
        }
    }
}

/// Reads a local time like `2019-09-21 08:30`.
///
/// # Errors
/// When it is none.
pub fn local(text: &str) -> Result<LocalTime> {
    let time = DateTime::strptime("%Y-%m-%d %H:%M", text).with_context(|| format!("no time: {text}"))?;
    let seconds = TimeZone::UTC.to_timestamp(time)?.as_second();
    Ok(LocalTime { minute: seconds / 60, offset: OFFSET_MINUTES })
}

/// The instant of a local time, in ms since 1970 UTC.
pub fn instant(time: LocalTime) -> i64 {
    time.utc_minute() * MINUTE_MS
}

/// All leaves of an entry.
///
/// # Errors
/// When a name is nobody's or a time is none.
pub fn entry(entry: &Entry, cast: &Cast) -> Result<Leaves> {
    let (start, end) = (local(&entry.start)?, local(&entry.end)?);
    let mut page = Page::default();
    page.put(key::KIND, &entry.kind);
    page.put(key::TITLE, &entry.title);
    page.put(key::SUMMARY, &entry.summary);
    page.put(key::STARTED_AT, &start);
    page.put(key::ENDED_AT, &end);
    page.put(key::PLACE, &Place { name: entry.place.clone(), county: None, point: None });
    page.put(key::BEFORE_NOTE, &entry.before);
    page.put(key::DURING_NOTE, &entry.during);
    page.put(key::AFTER_NOTE, &entry.after);
    page.put(key::OTHERS_COUNT, &entry.others);
    page.put(key::PARTNERS, &entry.partners);
    let co_branches = entry.co_branches.iter().map(|key| cast.branch(key).map(|branch| branch.id));
    page.put(key::CO_BRANCHES, &co_branches.collect::<Result<Vec<_>>>()?);
    for (id, participant) in participants(entry, cast)? {
        page.put(&format!("{}/{id}", key::PARTICIPANTS), &participant);
    }
    if let Some(clinic) = &entry.clinic {
        clinic_block(&mut page, clinic, start);
    }
    if let Some(Volunteering { organiser, beneficiaries, count }) = &entry.volunteering {
        page.put(key::VOLUNTEERING_ORGANISER, organiser);
        page.put(key::VOLUNTEERING_BENEFICIARIES, beneficiaries);
        page.put(key::VOLUNTEERING_BENEFICIARY_COUNT, count);
    }
    if let Some(Meeting { topic, present, absent }) = &entry.meeting {
        page.put(key::MEETING_TOPIC, topic);
        page.put(key::MEETING_PRESENT, present);
        page.put(key::MEETING_ABSENT, absent);
    }
    page.put(key::TEACHING_ENTRY_POINT, &entry.teaching);
    Ok(page.0)
}

fn clinic_block(page: &mut Page, clinic: &Clinic, start: LocalTime) {
    page.put(key::CLINIC_HOST, &clinic.host);
    let filing = match &clinic.filing {
        Some(authority) => Filing::Filed { authority: authority.clone(), on: start.day() - FILED_DAYS },
        None => Filing::NotNeeded,
    };
    page.put(key::CLINIC_FILING, &filing);
    page.put(key::CLINIC_VISITS, &clinic.visits);
    for (service, visits) in &clinic.services {
        page.put(&format!("{}/{}", key::CLINIC_SERVICES, service.name()), visits);
    }
    page.put(key::CLINIC_DEPARTMENTS, &clinic.departments);
    page.put(key::CLINIC_REFERRALS, &clinic.referrals);
    page.put(key::CLINIC_LEAFLETS, &clinic.leaflets);
}

/// Everybody who took part, under the id of their line.
fn participants(entry: &Entry, cast: &Cast) -> Result<Vec<(PersonId, Participant)>> {
    let days = days(entry)?;
    let mut lines = Vec::new();
    let mut add = |name: &str, duty: Option<Duty>| -> Result<()> {
        let person = cast.person(name)?.person;
        lines.push((person, Participant { who: Who::Person(person), duty, days: days.clone() }));
        Ok(())
    };
    for (part, names) in &entry.duty {
        let duty = match part {
            Part::Duty(duty) => Some(*duty),
            Part::Plain(Plain::None) => None,
        };
        names.iter().try_for_each(|name| add(name, duty))?;
    }
    let people = &cast.branch(&entry.branch)?.people;
    let author =
        people.iter().position(|name| *name == entry.author).context("the author is in the branch")?;
    people.iter().cycle().skip(author).take(entry.count).try_for_each(|name| add(name, None))?;
    if let Some(guests) = &entry.guests {
        for name in &guests.student {
            let who = Who::Guest { name: name.clone(), unit: guests.unit.clone() };
            let id = PersonId(super::moment::id(instant(local(&entry.start)?)));
            lines.push((id, Participant { who, duty: Some(Duty::Student), days: days.clone() }));
        }
    }
    Ok(lines)
}

/// Minutes of service by local day; none for kinds that count no hours.
fn days(entry: &Entry) -> Result<Vec<DayMinutes>> {
    if !entry.kind.counts_hours(entry.volunteering.is_some()) {
        return Ok(Vec::new());
    }
    let (start, end) = (local(&entry.start)?, local(&entry.end)?);
    let of = |day: i64| {
        let (from, to) = (start.minute.max(day * DAY_MINUTES), end.minute.min((day + 1) * DAY_MINUTES));
        let whole = u32::try_from(to - from).expect("an entry ends after it starts");
        DayMinutes { day, minutes: entry.minutes.map_or(whole, |minutes| minutes.min(whole)) }
    };
    Ok((start.day()..=end.day()).map(of).filter(|one| one.minutes > 0).collect())
}

/// The leaves of a media item.
pub fn media(item: &Item) -> Leaves {
    let mut page = Page::default();
    page.put(key::CAPTION, &item.caption);
    page.put(key::PHASE, &item.phase);
    page.put(key::PEOPLE, &item.people);
    page.0
}

/// The leaves of a quote; `voice` is the item it can be heard in.
pub fn quote(quote: &Quote, voice: Option<shared::ids::MediaId>) -> Leaves {
    let mut page = Page::default();
    page.put(key::TEXT, &quote.text);
    page.put(key::SPEAKER, &Speaker { kind: quote.kind, label: quote.label.clone() });
    page.put(key::PHASE, &quote.phase);
    page.put(key::VOICE, &voice.filter(|_| quote.voice));
    page.0
}
