//! Hours of service, computed when read and never typed in by an office.
//!
//! Counted minutes per person and local day are the smaller of the sum of what was entered and
//! the length of the union of those entries' windows, over entries of all branches: two tables at
//! one 义诊 do not make two afternoons (志愿服务条例 2017 §16: true, accurate, complete).

use super::complete;
use crate::{
    ids::{EntryId, PersonId},
    json::{self, Read, Write},
    limits,
    model::{
        ActivityKind, EntryState, Leaves,
        fields::{LocalTime, Participant, Who, key},
    },
    table::{Set, Table},
};

const DAY_MINUTES: i64 = 24 * 60;

/// What may be said of minutes. States are never added to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum HourState {
    /// In an approved copy: the only ones that count.
    Approved,
    /// Submitted, undecided.
    Waiting,
    /// Returned to the author.
    Refused,
}

impl HourState {
    /// What the content of an entry in this state says of its minutes. An approved or reopened
    /// entry is counted by its approved copy; a draft and a voided entry count nowhere.
    pub fn of(state: EntryState) -> Option<Self> {
        match state {
            EntryState::Submitted => Some(Self::Waiting),
            EntryState::Returned => Some(Self::Refused),
            EntryState::Draft | EntryState::Approved | EntryState::Reopened | EntryState::Voided => None,
        }
    }
}

/// One version of one entry. The same one given twice counts once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim<'a> {
    /// The entry.
    pub entry: EntryId,
    /// What its minutes are.
    pub state: HourState,
    /// Its content in that state.
    pub leaves: &'a Leaves,
}

/// One person's minutes on one local day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct DayHours {
    /// Who.
    pub person: PersonId,
    /// Days since 1970-01-01, local.
    pub day: i64,
    /// Minutes that count.
    pub approved_minutes: u32,
    /// Minutes that would count alone if all that waits were approved.
    pub waiting_minutes: u32,
    /// Minutes that would count alone of what was returned.
    pub refused_minutes: u32,
}

/// Counts minutes by person and local day, in that order; days without any are left out. Guests
/// are nobody in the roster and are not counted. Only kinds that count hours do
/// ([`ActivityKind::counts_hours`]).
pub fn count(claims: &[Claim]) -> Vec<DayHours> {
    let mut once = Set::new();
    let mut days: Table<(PersonId, i64), Table<HourState, Day>> = Table::new();
    for claim in claims.iter().filter(|claim| once.insert((claim.entry, claim.state)) && counts(claim.leaves))
    {
        let window = window(claim.leaves);
        for (person, day, minutes) in minutes(claim.leaves) {
            let of_state = days
                .get_or_insert_with((person, day), Table::new)
                .get_or_insert_with(claim.state, Day::default);
            of_state.sum += minutes;
            of_state.windows.extend(window.and_then(|window| window.on(day)));
        }
    }
    let counted = days.into_iter().map(|((person, day), states)| {
        let of = |state| states.get(&state).map_or(0, Day::counted);
        DayHours {
            person,
            day,
            approved_minutes: of(HourState::Approved),
            waiting_minutes: of(HourState::Waiting),
            refused_minutes: of(HourState::Refused),
        }
    });
    counted.filter(|day| day.approved_minutes + day.waiting_minutes + day.refused_minutes > 0).collect()
}

/// Whether an entry's minutes count at all.
pub fn counts(leaves: &Leaves) -> bool {
    let kind: Option<ActivityKind> = leaves.get(key::KIND);
    kind.is_some_and(|kind| kind.counts_hours(complete::has_volunteering(leaves)))
}

fn minutes(leaves: &Leaves) -> impl Iterator<Item = (PersonId, i64, u32)> {
    let participants = leaves.elements(key::PARTICIPANTS);
    participants.filter_map(|(_, value)| json::read::<Participant>(value)).flat_map(|one| {
        let person = match one.who {
            Who::Person(person) => Some(person),
            Who::Guest { .. } => None,
        };
        person.into_iter().flat_map(move |person| {
            let days = one.days.clone();
            days.into_iter().map(move |day| (person, day.day, day.minutes.min(limits::DAY_MINUTES_MAX)))
        })
    })
}

/// When an activity took place, on the wall clock of its start: the end may have been written in
/// another zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    from: i64,
    to: i64,
}

/// The window of an entry; `None` where its times are absent, erased or the wrong way round.
pub fn window(leaves: &Leaves) -> Option<Window> {
    let start: LocalTime = leaves.get(key::STARTED_AT)?;
    let end: LocalTime = leaves.get(key::ENDED_AT)?;
    let length = end.utc_minute() - start.utc_minute();
    (length >= 0).then_some(Window { from: start.minute, to: start.minute + length })
}

impl Window {
    /// Its part on a local day, as minutes of that day; `None` where it does not touch it.
    pub fn on(self, day: i64) -> Option<(i64, i64)> {
        let midnight = day * DAY_MINUTES;
        let from = (self.from - midnight).clamp(0, DAY_MINUTES);
        let to = (self.to - midnight).clamp(0, DAY_MINUTES);
        (from < to).then_some((from, to))
    }
}

#[derive(Debug, Default)]
struct Day {
    sum: u32,
    windows: Vec<(i64, i64)>,
}

impl Day {
    fn counted(&self) -> u32 {
        self.sum.min(u32::try_from(union(&self.windows)).unwrap_or(0))
    }
}

/// Length of the union of spans.
fn union(spans: &[(i64, i64)]) -> i64 {
    let mut sorted = spans.to_vec();
    sorted.sort_unstable();
    let mut length = 0;
    let mut reached = i64::MIN;
    for (from, to) in sorted {
        length += (to - from.max(reached)).max(0);
        reached = reached.max(to);
    }
    length
}

#[cfg(test)]
mod tests;
