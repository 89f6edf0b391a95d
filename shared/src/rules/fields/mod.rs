//! What each leaf may hold: which keys there are, the shape of each value and its range.
//!
//! Maxima and shapes are asked of every change. Minima of texts that are typed letter by letter
//! (a title, a summary) are asked at submission, in [`super::complete`]: a draft is saved while it
//! is being written. Four lists are one leaf each (`co_branches`, `partners`,
//! `clinic.departments`, `volunteering.beneficiaries`); two have a leaf per element
//! (`participants/<id>`, `clinic.services/<service>`).

mod numbers;
mod people;
mod value;

pub use numbers::personal_numbers;
pub use value::Why;

use serde_json::Value;

use super::Denied;
use crate::{
    digest,
    ids::{BranchId, MediaId},
    limits,
    model::{
        ActivityKind, Leaves,
        activity::Phase,
        fields::{Beneficiary, EntryPoint, People, Service, key},
    },
    wire::problem::Code,
};
use value::{count, distinct, line, names, read, text};

/// What is wrong with one value; the refusal names the key beside it.
type Checked = Result<(), Why>;

/// Whether this build knows what stands under the key of an entry, media item or quote. An app
/// that meets an unknown one may return the entry, but not approve what it cannot show.
pub fn known(key: &str) -> bool {
    let none = Value::Null;
    [entry_leaf, media_leaf, quote_leaf].iter().any(|leaf| leaf(key, &none) != Err(Why::Unknown))
}

/// Checks a value that is to stand under an entry's key. Source: 2019 notice 三(二), 四2; ranges
/// in [`limits`]. Fails with [`Code::InvalidField`], naming `field` and `why` (see [`Why`]).
pub fn check_entry_leaf(key: &str, value: &Value) -> Result<(), Denied> {
    check(key, value, entry_leaf)
}

/// Checks a value that is to stand under a media item's key: `caption`, `phase`, `people`.
/// Fails as [`check_entry_leaf`].
pub fn check_media_leaf(key: &str, value: &Value) -> Result<(), Denied> {
    check(key, value, media_leaf)
}

/// Checks a value that is to stand under a quote's key: `text`, `speaker`, `phase`, `voice`.
/// Fails as [`check_entry_leaf`].
pub fn check_quote_leaf(key: &str, value: &Value) -> Result<(), Denied> {
    check(key, value, quote_leaf)
}

/// Checks what no single leaf shows, on the leaves as a change leaves them: sizes of lists with a
/// leaf per element. Fails with [`Code::TooMany`], naming `field` and `max`.
pub fn check_entry_whole(leaves: &Leaves) -> Result<(), Denied> {
    let prefix = format!("{}/", key::PARTICIPANTS);
    if leaves.0.keys().filter(|key| key.starts_with(&prefix)).count() > limits::PARTICIPANTS_MAX {
        return Err(Denied::too_many(key::PARTICIPANTS, limits::PARTICIPANTS_MAX));
    }
    Ok(())
}

/// The other branches that take part (联合开展), as far as the leaf can be read.
pub fn co_branches(leaves: &Leaves) -> Vec<BranchId> {
    leaves.get(key::CO_BRANCHES).unwrap_or_default()
}

fn check(key: &str, value: &Value, leaf: fn(&str, &Value) -> Checked) -> Result<(), Denied> {
    let checked = leaf(key, value);
    let checked = if checked.is_ok() && !digest::is_canonical(value) { Err(Why::Form) } else { checked };
    checked.map_err(|why| {
        // A key that is none of ours is somebody's text: it is neither recorded nor given back.
        let field = if why == Why::Unknown { "key" } else { key };
        Denied::from(Code::InvalidField).with("field", field).with("why", why)
    })
}

fn entry_leaf(key: &str, value: &Value) -> Checked {
    if let Some((list, element)) = key.split_once('/') {
        return element_leaf(list, element, value);
    }
    match key {
        key::KIND => read::<ActivityKind>(value).map(drop),
        key::TITLE => line(value, limits::TITLE_MIN, limits::TITLE_MAX),
        key::SUMMARY => text(value, limits::SUMMARY_MIN, limits::SUMMARY_MAX),
        key::STARTED_AT | key::ENDED_AT => people::local_time(value),
        key::PLACE => people::place(value),
        key::BEFORE_NOTE | key::DURING_NOTE | key::AFTER_NOTE => text(value, 0, limits::NOTE_MAX),
        key::OTHERS_COUNT => count(value, limits::COUNT_MAX),
        key::CO_BRANCHES => distinct::<BranchId>(value, limits::CO_BRANCHES_MAX),
        key::PARTNERS => names(value, limits::PARTNERS_MAX, limits::GUEST_NAME_MIN, limits::PARTNER_NAME_MAX),
        key::EXTERNAL_REF => people::external_ref(value),
        _ => block_leaf(key, value),
    }
}

fn block_leaf(key: &str, value: &Value) -> Checked {
    match key {
        key::CLINIC_HOST | key::VOLUNTEERING_ORGANISER => {
            line(value, limits::UNIT_NAME_MIN, limits::UNIT_NAME_MAX)
        }
        key::CLINIC_FILING => people::filing(value),
        key::CLINIC_VISITS
        | key::CLINIC_REFERRALS
        | key::CLINIC_LEAFLETS
        | key::MEETING_PRESENT
        | key::MEETING_ABSENT => count(value, limits::COUNT_MAX),
        key::CLINIC_DEPARTMENTS => names(value, limits::DEPARTMENTS_MAX, 1, limits::UNIT_NAME_MAX),
        key::VOLUNTEERING_BENEFICIARIES => distinct::<Beneficiary>(value, Beneficiary::ALL.len()),
        key::VOLUNTEERING_BENEFICIARY_COUNT => count(value, limits::BENEFICIARY_COUNT_MAX),
        key::MEETING_TOPIC => line(value, limits::TOPIC_MIN, limits::TOPIC_MAX),
        key::TEACHING_ENTRY_POINT => read::<EntryPoint>(value).map(drop),
        _ => Err(Why::Unknown),
    }
}

fn element_leaf(list: &str, element: &str, value: &Value) -> Checked {
    match list {
        key::PARTICIPANTS => people::participant(element, value),
        key::CLINIC_SERVICES if Service::ALL.iter().any(|service| service.name() == element) => {
            count(value, limits::COUNT_MAX)
        }
        _ => Err(Why::Unknown),
    }
}

fn media_leaf(key: &str, value: &Value) -> Checked {
    match key {
        key::CAPTION => text(value, 0, limits::CAPTION_MAX),
        key::PHASE => read::<Phase>(value).map(drop),
        key::PEOPLE => read::<People>(value).map(drop),
        _ => Err(Why::Unknown),
    }
}

fn quote_leaf(key: &str, value: &Value) -> Checked {
    match key {
        key::TEXT => people::quote_text(value),
        key::SPEAKER => people::speaker(value),
        key::PHASE => read::<Phase>(value).map(drop),
        key::VOICE => read::<MediaId>(value).map(drop),
        _ => Err(Why::Unknown),
    }
}

#[cfg(test)]
mod tests;
