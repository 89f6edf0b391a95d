//! S12: hours counted minute by minute, by nothing that the rules use.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};
use shared::model::{Body, Leaves};

use super::State;
use crate::run::Run;

/// Minutes of a day.
const DAY: i64 = 1_440;

/// Holds everybody's approved hours against the approved copies that their phone has.
pub fn check(run: &mut Run<'_>) -> Result<()> {
    for phone in 0..run.phones.len() {
        let phone = &run.phones[phone];
        let shown = phone.engine.hours();
        let held = |id: uuid::Uuid| phone.disk.contains_key(&("record".to_owned(), format!("approved/{id}")));
        let counted = minutes(&run.state, &phone.seat.person.to_string(), held);
        ensure!(
            shown.approved == counted,
            "S12: {} is shown {} approved minutes, and has {counted}",
            phone.seat.name,
            shown.approved
        );
        run.tally.saw("S12");
    }
    Ok(())
}

/// Approved minutes of a person: each local day the sum, and never more than the minutes in which something was held.
fn minutes(state: &State, person: &str, held: impl Fn(uuid::Uuid) -> bool) -> u32 {
    let mut days: BTreeMap<i64, (i64, BTreeSet<i64>)> = BTreeMap::new();
    for record in state.0.values() {
        let Body::Approved(copy) = &record.body else { continue };
        if !held(record.id) {
            continue;
        }
        let leaves = &copy.content.leaves;
        let Some(list) = leaves.value(&format!("participants/{person}")).and_then(|one| one.get("days"))
        else {
            continue;
        };
        for day in list.as_array().into_iter().flatten() {
            let number = |name: &str| day.get(name).and_then(serde_json::Value::as_i64).unwrap_or_default();
            let (sum, minutes) = days.entry(number("day")).or_default();
            *sum += number("minutes");
            minutes.extend(window(leaves, number("day")));
        }
    }
    let total: i64 = days.values().map(|(sum, minutes)| (*sum).min(minutes.len() as i64)).sum();
    u32::try_from(total).unwrap_or(u32::MAX)
}

/// The minutes of a local day in which an entry was held.
fn window(leaves: &Leaves, day: i64) -> Vec<i64> {
    // Minutes since 1970 by the wall clock where it was.
    let local = |key: &str| leaves.value(key)?.get("minute")?.as_i64();
    let (Some(from), Some(to)) = (local("started_at"), local("ended_at")) else { return Vec::new() };
    (from.max(day * DAY)..to.min((day + 1) * DAY)).collect()
}
