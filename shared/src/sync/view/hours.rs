//! Own hours by approved, waiting and refused. Approved ones are counted from approved copies, so
//! a reopened entry still counts as it was approved.

use super::{HoursRow, HoursView};
use crate::{
    ids::EntryId,
    model::{
        Leaves,
        fields::{Participant, key},
    },
    rules::{
        World,
        hours::{Claim, HourState, count},
    },
    sync::Engine,
};

impl Engine {
    /// Own hours.
    pub fn hours(&self) -> HoursView {
        let person = self.me.as_ref().map(|me| me.person);
        let claims: Vec<Claim> = self.worlds().flat_map(claims_of).collect();
        let mine: Vec<_> = count(&claims).into_iter().filter(|day| Some(day.person) == person).collect();
        let mut rows: Vec<HoursRow> = claims
            .iter()
            .filter(|claim| crate::rules::hours::counts(claim.leaves))
            .flat_map(|claim| self.rows_of(claim.entry, claim.state, claim.leaves))
            .collect();
        rows.sort_unstable_by_key(|row| (std::cmp::Reverse(row.day), row.entry));
        HoursView {
            approved: mine.iter().map(|day| day.approved_minutes).sum(),
            waiting: mine.iter().map(|day| day.waiting_minutes).sum(),
            refused: mine.iter().map(|day| day.refused_minutes).sum(),
            rows,
        }
    }

    fn rows_of(&self, entry: EntryId, state: HourState, leaves: &Leaves) -> Vec<HoursRow> {
        let Some(me) = &self.me else { return Vec::new() };
        let own: Option<Participant> = leaves.get(&format!("{}/{}", key::PARTICIPANTS, me.person));
        let title: String = leaves.get(key::TITLE).unwrap_or_default();
        let days = own.map(|own| own.days).unwrap_or_default();
        days.into_iter()
            .map(|day| HoursRow { entry, title: title.clone(), day: day.day, minutes: day.minutes, state })
            .collect()
    }
}

fn claims_of(world: &World) -> Vec<Claim<'_>> {
    let entry = world.entry_id;
    let approved = world.approved().map(|copy| Claim {
        entry,
        state: HourState::Approved,
        leaves: &copy.content.leaves,
    });
    let open = world.entry().and_then(|body| {
        HourState::of(body.rest.state).map(|state| Claim { entry, state, leaves: &body.content.leaves })
    });
    approved.into_iter().chain(open).collect()
}
