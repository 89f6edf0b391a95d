//! What a submission must hold. Media and quotes are never required, and no clock decides: what
//! else should be looked at is told by `rules::warnings`, which refuses nothing.

use super::{Denied, fields};
use crate::{
    limits,
    model::{
        ActivityKind, Leaves,
        activity::Block,
        fields::{Beneficiary, LocalTime, Place, key},
    },
    wire::problem::Code,
};

/// Checks that an entry may be submitted. Fails with [`Code::Incomplete`], naming in `keys` what
/// is [`missing`] (and in `fields` the same for the sentence, until the phone puts labels there),
/// or with [`Code::InvalidField`] where it ends before it starts or is over 31 days long.
pub fn check(leaves: &Leaves) -> Result<(), Denied> {
    let missing = missing(leaves);
    if !missing.is_empty() {
        return Err(Denied::from(Code::Incomplete)
            .with("keys", missing.join(","))
            .with("fields", missing.join("、")));
    }
    let times: (Option<LocalTime>, Option<LocalTime>) =
        (leaves.get(key::STARTED_AT), leaves.get(key::ENDED_AT));
    let (Some(start), Some(end)) = times else { return Ok(()) };
    let longest = i64::from(limits::ENTRY_DAYS_MAX);
    if !(0..=longest * 24 * 60).contains(&(end.utc_minute() - start.utc_minute())) {
        let why = fields::Why::Range { min: 0, max: longest };
        return Err(Denied::from(Code::InvalidField).with("field", key::ENDED_AT).with("why", why));
    }
    Ok(())
}

/// Keys of the fields that an entry still needs before it is submitted: absent ones, and texts
/// shorter than their minimum. In the order of the form, each once.
///
/// Source: the notice's 四2 (what, when, where, who); blocks by [`ActivityKind::blocks`]. A block
/// that was added by hand, or a theme day's volunteering, is not asked to be complete unless the
/// kind asks for it or it counts hours.
pub fn missing(leaves: &Leaves) -> Vec<&'static str> {
    let kind: Option<ActivityKind> = leaves.get(key::KIND);
    let blocks = blocks(kind, leaves);
    let place_needed = blocks.contains(&Block::Clinic) || blocks.contains(&Block::Volunteering);
    let mut gaps = Gaps { leaves, missing: Vec::new() };
    gaps.need(key::KIND, kind.is_some());
    gaps.need_text(key::TITLE, limits::TITLE_MIN);
    gaps.need_text(key::SUMMARY, limits::SUMMARY_MIN);
    gaps.need_present(key::STARTED_AT);
    gaps.need_present(key::ENDED_AT);
    let place: Option<Place> = leaves.get(key::PLACE);
    let named = |place: &Place| place.name.trim().chars().count() >= limits::PLACE_MIN;
    gaps.need(key::PLACE, place.as_ref().map_or(!place_needed, named));
    gaps.need(key::PARTICIPANTS, leaves.elements(key::PARTICIPANTS).next().is_some());
    for block in blocks {
        gaps.need_block(block);
    }
    gaps.missing
}

/// Which blocks must be complete: those of the kind, and on a theme day the volunteering block
/// once anything stands in it, because hours then count.
pub fn blocks(kind: Option<ActivityKind>, leaves: &Leaves) -> Vec<Block> {
    let mut blocks = kind.map(ActivityKind::blocks).unwrap_or_default().to_vec();
    if kind == Some(ActivityKind::ThemeDay) && has_volunteering(leaves) {
        blocks.push(Block::Volunteering);
    }
    blocks
}

/// Whether anything stands in the volunteering block.
pub fn has_volunteering(leaves: &Leaves) -> bool {
    [key::VOLUNTEERING_ORGANISER, key::VOLUNTEERING_BENEFICIARIES, key::VOLUNTEERING_BENEFICIARY_COUNT]
        .iter()
        .any(|key| leaves.value(key).is_some_and(|value| *value != serde_json::json!([]) && value != ""))
}

struct Gaps<'a> {
    leaves: &'a Leaves,
    missing: Vec<&'static str>,
}

impl Gaps<'_> {
    fn need(&mut self, key: &'static str, there: bool) {
        // An erased field is no gap: the person whose it was asked for its removal.
        let erased = self.leaves.0.get(key).is_some_and(|leaf| leaf.value().is_none());
        if !there && !erased && !self.missing.contains(&key) {
            self.missing.push(key);
        }
    }

    fn need_present(&mut self, key: &'static str) {
        self.need(key, self.leaves.value(key).is_some());
    }

    fn need_text(&mut self, key: &'static str, min: usize) {
        let text = self.leaves.value(key).and_then(|value| value.as_str());
        self.need(key, text.is_some_and(|text| text.trim().chars().count() >= min));
    }

    fn need_block(&mut self, block: Block) {
        match block {
            Block::Clinic => {
                self.need_text(key::CLINIC_HOST, limits::UNIT_NAME_MIN);
                self.need_present(key::CLINIC_FILING);
                self.need_present(key::CLINIC_VISITS);
                self.need(key::CLINIC_SERVICES, self.leaves.elements(key::CLINIC_SERVICES).next().is_some());
            }
            Block::Volunteering => {
                self.need_text(key::VOLUNTEERING_ORGANISER, limits::UNIT_NAME_MIN);
                let served: Option<Vec<Beneficiary>> = self.leaves.get(key::VOLUNTEERING_BENEFICIARIES);
                self.need(key::VOLUNTEERING_BENEFICIARIES, served.is_some_and(|list| !list.is_empty()));
            }
            Block::Meeting => self.need_text(key::MEETING_TOPIC, limits::TOPIC_MIN),
            Block::Teaching => self.need_present(key::TEACHING_ENTRY_POINT),
        }
    }
}

#[cfg(test)]
mod tests;
