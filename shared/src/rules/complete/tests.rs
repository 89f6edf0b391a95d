//! What is asked of each kind, and that what is asked suffices.

use serde_json::{Value, json};

use super::*;
use crate::ids::Salt;

fn leaves(pairs: &[(&str, Value)]) -> Leaves {
    let mut leaves = Leaves::default();
    for (key, value) in pairs {
        leaves.set(key, Some(value.clone()), Salt([7; 8]));
    }
    leaves
}

fn common(kind: ActivityKind) -> Vec<(&'static str, Value)> {
    vec![
        (key::KIND, json!(kind)),
        (key::TITLE, json!("石槽村义诊")),
        (key::SUMMARY, json!("在村委会院里为乡亲们义诊半天。")),
        (key::STARTED_AT, json!({"minute": 26_150_000, "offset": 480})),
        (key::ENDED_AT, json!({"minute": 26_150_240, "offset": 480})),
        ("participants/01930000-0000-7000-8000-00000000000a", json!({"who": {"guest": {"name": "王磊"}}})),
    ]
}

fn whole(kind: ActivityKind) -> Leaves {
    let mut pairs = common(kind);
    pairs.extend([
        (key::PLACE, json!({"name": "石槽村"})),
        (key::CLINIC_HOST, json!("石槽村委会")),
        (key::CLINIC_FILING, json!("not_asked")),
        (key::CLINIC_VISITS, json!(0)),
        ("clinic.services/tuina", json!(0)),
        (key::VOLUNTEERING_ORGANISER, json!("骨伤科党支部")),
        (key::VOLUNTEERING_BENEFICIARIES, json!(["elderly"])),
        (key::MEETING_TOPIC, json!("道地药材")),
        (key::TEACHING_ENTRY_POINT, json!("design")),
    ]);
    leaves(&pairs)
}

#[test]
fn an_empty_entry_lacks_what_every_entry_needs() {
    let expected = ["kind", "title", "summary", "started_at", "ended_at", "participants"];
    assert_eq!(missing(&Leaves::default()), expected);
    let denied = check(&Leaves::default()).expect_err("nothing is there");
    assert_eq!(denied.code, Code::Incomplete);
    assert_eq!(denied.detail["keys"], expected.join(","));
}

#[test]
fn each_kind_asks_for_its_blocks_and_no_other() {
    let clinic = ["clinic.host", "clinic.filing", "clinic.visits", "clinic.services"];
    let volunteering = ["volunteering.organiser", "volunteering.beneficiaries"];
    for kind in ActivityKind::ALL {
        let asked = missing(&leaves(&common(*kind)));
        let has = |block: Block| kind.blocks().contains(&block);
        assert_eq!(clinic.iter().all(|key| asked.contains(key)), has(Block::Clinic), "{kind:?}");
        assert_eq!(clinic.iter().any(|key| asked.contains(key)), has(Block::Clinic), "{kind:?}");
        assert_eq!(volunteering.iter().all(|key| asked.contains(key)), has(Block::Volunteering), "{kind:?}");
        assert_eq!(volunteering.iter().any(|key| asked.contains(key)), has(Block::Volunteering), "{kind:?}");
        assert_eq!(asked.contains(&"meeting.topic"), has(Block::Meeting), "{kind:?}");
        assert_eq!(asked.contains(&"teaching.entry_point"), has(Block::Teaching), "{kind:?}");
        let outside = has(Block::Clinic) || has(Block::Volunteering);
        assert_eq!(asked.contains(&"place"), outside, "{kind:?}");
    }
}

#[test]
fn a_whole_entry_of_any_kind_may_be_submitted() {
    for kind in ActivityKind::ALL {
        assert_eq!(check(&whole(*kind)), Ok(()), "{kind:?}");
    }
}

#[test]
fn a_theme_day_with_service_completes_the_volunteering_block() {
    let mut day = common(ActivityKind::ThemeDay);
    day.push((key::MEETING_TOPIC, json!("道地药材")));
    assert_eq!(check(&leaves(&day)), Ok(()));
    day.push((key::VOLUNTEERING_BENEFICIARY_COUNT, json!(12)));
    let expected = ["place", "volunteering.organiser", "volunteering.beneficiaries"];
    assert_eq!(missing(&leaves(&day)), expected);
}

#[test]
fn a_text_under_its_minimum_is_missing() {
    for (key, value) in [
        (key::TITLE, json!("义 ")),
        (key::SUMMARY, json!("九个字九个字九个字")),
        (key::PLACE, json!({"name": "村"})),
        (key::CLINIC_HOST, json!(" ")),
        (key::VOLUNTEERING_BENEFICIARIES, json!([])),
    ] {
        let mut entry = whole(ActivityKind::OutreachTeaching);
        entry.set(key, Some(value), Salt([7; 8]));
        assert_eq!(missing(&entry), [key]);
    }
}

#[test]
fn an_erased_field_is_no_gap() {
    let mut entry = whole(ActivityKind::FreeClinic);
    let erased = crate::digest::sha256(b"gone");
    entry.0.insert(key::SUMMARY.to_owned(), crate::model::Leaf::Erased { erased });
    assert_eq!(check(&entry), Ok(()));
}

#[test]
fn an_activity_ends_after_it_starts_and_within_thirty_one_days() {
    let days = 31 * 24 * 60;
    for (length, fits) in [(-1, false), (0, true), (days, true), (days + 1, false)] {
        let mut entry = whole(ActivityKind::FreeClinic);
        let end = json!({"minute": 26_150_000 + length, "offset": 480});
        entry.set(key::ENDED_AT, Some(end), Salt([7; 8]));
        assert_eq!(check(&entry).is_ok(), fits, "{length} minutes");
    }
    // The same wall clock further west is later.
    let mut entry = whole(ActivityKind::FreeClinic);
    entry.set(key::ENDED_AT, Some(json!({"minute": 26_150_000, "offset": 540})), Salt([7; 8]));
    assert_eq!(check(&entry).expect_err("an hour before the start").detail["field"], key::ENDED_AT);
}
