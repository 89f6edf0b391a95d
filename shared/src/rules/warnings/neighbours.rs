//! Other entries at the same time: perhaps the same activity entered twice, perhaps one person in two places.

use super::{Warning, participants};
use crate::{
    limits::NEIGHBOURS_MAX,
    model::{
        ActivityKind, EntryState, Leaves,
        fields::{LocalTime, Participant, Place, Who, key},
    },
    rules::{World, hours},
};

/// An activity's instants, minutes since 1970 UTC; one without a length lasts a minute.
#[derive(Clone, Copy)]
struct Span {
    from: i64,
    to: i64,
}

impl Span {
    fn of(leaves: &Leaves) -> Option<Self> {
        let start: LocalTime = leaves.get(key::STARTED_AT)?;
        let end: LocalTime = leaves.get(key::ENDED_AT)?;
        let from = start.utc_minute();
        Some(Self { from, to: end.utc_minute().max(from + 1) })
    }

    fn meets(self, other: Self) -> bool {
        self.from < other.to && other.from < self.to
    }
}

/// What the others give to look at; of each cause the first few, so that a wrong date does not list a year.
pub fn of<'a>(world: &World, leaves: &Leaves, others: impl Iterator<Item = &'a World>) -> Vec<Warning> {
    let (Some(span), Some(entry)) = (Span::of(leaves), world.entry()) else { return Vec::new() };
    let (mut same, mut overlapping) = (Vec::new(), Vec::new());
    for other in others.filter(|other| other.entry_id != world.entry_id) {
        let Some(body) = other.entry().filter(|body| body.rest.state != EntryState::Voided) else { continue };
        let theirs = &body.content.leaves;
        if !Span::of(theirs).is_some_and(|other| other.meets(span)) {
            continue;
        }
        let title: String = theirs.get(key::TITLE).unwrap_or_default();
        if body.content.branch == entry.content.branch && alike(leaves, theirs) && same.len() < NEIGHBOURS_MAX
        {
            same.push(Warning::SameActivity { entry: other.entry_id, title: title.clone() });
        }
        for participant in twice(leaves, theirs) {
            if overlapping.len() < NEIGHBOURS_MAX {
                let (entry, title) = (other.entry_id, title.clone());
                overlapping.push(Warning::OverlappingHours { participant, entry, title });
            }
        }
    }
    same.into_iter().chain(overlapping).collect()
}

/// The same kind or the same place.
fn alike(ours: &Leaves, theirs: &Leaves) -> bool {
    let kind = |leaves: &Leaves| leaves.get::<ActivityKind>(key::KIND);
    let place = |leaves: &Leaves| leaves.get::<Place>(key::PLACE).map(|place| place.name);
    let kinds = kind(ours).is_some() && kind(ours) == kind(theirs);
    kinds || (place(ours).is_some() && place(ours) == place(theirs))
}

/// People of the roster whose minutes count in both, by their keys.
fn twice(ours: &Leaves, theirs: &Leaves) -> Vec<String> {
    if !hours::counts(ours) || !hours::counts(theirs) {
        return Vec::new();
    }
    let served = |one: &Participant| one.days.iter().any(|day| day.minutes > 0);
    let there: Vec<Who> =
        participants(theirs).filter(|(_, one)| served(one)).map(|(_, one)| one.who).collect();
    participants(ours)
        .filter(|(_, one)| matches!(one.who, Who::Person(_)) && served(one) && there.contains(&one.who))
        .map(|(key, _)| key.to_owned())
        .collect()
}
