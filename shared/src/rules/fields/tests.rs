//! A table of values for people, each at its limit and just past it.

use serde_json::{Value, json};

use super::*;
use crate::ids::Salt;

const PERSON: &str = "01930000-0000-7000-8000-00000000000a";
const OTHER: &str = "01930000-0000-7000-8000-00000000000b";

fn long(count: usize) -> String {
    "字".repeat(count)
}

fn why(checked: Result<(), Denied>) -> Option<String> {
    checked.err().map(|denied| {
        assert_eq!(denied.code, Code::InvalidField);
        denied.detail["why"].clone()
    })
}

fn entry(key: &str, value: Value) -> Option<String> {
    why(check_entry_leaf(key, &value))
}

fn some(why: &str) -> Option<String> {
    Some(why.to_owned())
}

#[test]
fn every_text_takes_its_maximum_and_not_one_more() {
    for (key, max, range) in [
        (key::TITLE, 60, "2–60"),
        (key::SUMMARY, 300, "10–300"),
        (key::BEFORE_NOTE, 3_000, "0–3000"),
        (key::DURING_NOTE, 3_000, "0–3000"),
        (key::AFTER_NOTE, 3_000, "0–3000"),
        (key::CLINIC_HOST, 60, "2–60"),
        (key::VOLUNTEERING_ORGANISER, 60, "2–60"),
        (key::MEETING_TOPIC, 100, "2–100"),
    ] {
        assert_eq!(entry(key, json!(long(max))), None, "{key}");
        assert_eq!(entry(key, json!(long(max + 1))), some(range), "{key}");
        assert_eq!(entry(key, json!(7)), some("shape"), "{key}");
    }
}

#[test]
fn every_count_takes_its_maximum_and_not_one_more() {
    for (key, max) in [
        (key::OTHERS_COUNT, 5_000),
        (key::CLINIC_VISITS, 5_000),
        (key::CLINIC_REFERRALS, 5_000),
        (key::CLINIC_LEAFLETS, 5_000),
        (key::MEETING_PRESENT, 5_000),
        (key::MEETING_ABSENT, 5_000),
        ("clinic.services/acupuncture", 5_000),
        (key::VOLUNTEERING_BENEFICIARY_COUNT, 50_000),
    ] {
        assert_eq!(entry(key, json!(0)), None, "{key}");
        assert_eq!(entry(key, json!(max)), None, "{key}");
        assert_eq!(entry(key, json!(max + 1)), some(&format!("0–{max}")), "{key}");
        assert_eq!(entry(key, json!(-1)), some(&format!("0–{max}")), "{key}");
        assert_eq!(entry(key, json!(1.5)), some("shape"), "{key}");
    }
}

#[test]
fn a_value_of_another_shape_or_form_is_refused() {
    for (key, value, expected) in [
        ("track", json!([1, 2]), "unknown"),
        ("participants", json!([]), "unknown"),
        ("participants/Lin", json!({"who": {"person": PERSON}}), "unknown"),
        ("clinic.services/surgery", json!(1), "unknown"),
        (key::KIND, json!("party"), "shape"),
        (key::TITLE, json!("两\n行"), "one_line"),
        (key::TITLE, json!("e\u{301}cole"), "form"),
        (key::PLACE, json!({"name": "石槽村", "track": [1]}), "shape"),
        (key::PLACE, json!({"name": "石槽村", "county": "11011"}), "shape"),
        (key::PLACE, json!({"name": "石槽村", "point": {"lat_centi": 9_001, "lon_centi": 0}}), "-9000–9000"),
        (key::STARTED_AT, json!({"minute": -1, "offset": 480}), "0–120968639"),
        (key::STARTED_AT, json!({"minute": 0, "offset": 841}), "-840–840"),
        (key::PARTNERS, json!(["柳溪村党支部", "柳溪村党支部"]), "repeated"),
        (key::PARTNERS, json!(["柳"]), "2–40"),
        (key::CO_BRANCHES, json!([PERSON, "x"]), "shape"),
        (key::EXTERNAL_REF, json!({"system": "e_pioneer", "number": ""}), "1–60"),
        (key::CLINIC_FILING, json!({"filed": {"authority": long(61), "on": 18_000}}), "0–60"),
        (key::CLINIC_DEPARTMENTS, json!(["针灸科", ""]), "1–60"),
    ] {
        assert_eq!(entry(key, value), some(expected), "{key}");
    }
}

#[test]
fn lists_take_their_maximum_and_not_one_more() {
    let ids = |count: u32| {
        json!((0..count).map(|at| format!("01930000-0000-7000-8000-{at:012}")).collect::<Vec<_>>())
    };
    assert_eq!(entry(key::CO_BRANCHES, ids(10)), None);
    assert_eq!(entry(key::CO_BRANCHES, ids(11)), some("0–10"));
    let units = |count: u32| json!((0..count).map(|at| format!("单位{at}")).collect::<Vec<_>>());
    assert_eq!(entry(key::PARTNERS, units(10)), None);
    assert_eq!(entry(key::PARTNERS, units(11)), some("0–10"));
    assert_eq!(entry(key::CLINIC_DEPARTMENTS, units(20)), None);
    assert_eq!(entry(key::CLINIC_DEPARTMENTS, units(21)), some("0–20"));
}

#[test]
fn a_participant_stands_under_their_own_id() {
    let key = format!("participants/{PERSON}");
    let at = |value| entry(&key, value);
    assert_eq!(
        at(json!({"who": {"person": PERSON}, "duty": "nurse", "days": [{"day": 18_160, "minutes": 960}]})),
        None
    );
    assert_eq!(at(json!({"who": {"person": OTHER}})), some("other_id"));
    assert_eq!(at(json!({"who": {"guest": {"name": "王磊"}}})), None);
    assert_eq!(at(json!({"who": {"guest": {"name": "王"}}})), some("2–20"));
    assert_eq!(at(json!({"who": {"guest": {"name": "王磊", "unit": long(41)}}})), some("0–40"));
    assert_eq!(at(json!({"who": {"person": PERSON}, "phone": "1"})), some("shape"));
    let twice = json!([{"day": 1, "minutes": 1}, {"day": 1, "minutes": 1}]);
    assert_eq!(at(json!({"who": {"person": PERSON}, "days": twice})), some("repeated"));
    let over = json!([{"day": 1, "minutes": 961}]);
    assert_eq!(at(json!({"who": {"person": PERSON}, "days": over})), some("0–960"));
}

#[test]
fn items_have_leaves_of_their_own() {
    assert_eq!(why(check_media_leaf(key::CAPTION, &json!(long(140)))), None);
    assert_eq!(why(check_media_leaf(key::CAPTION, &json!(long(141)))), some("0–140"));
    assert_eq!(why(check_media_leaf(key::PEOPLE, &json!("minor"))), None);
    assert_eq!(why(check_media_leaf(key::TITLE, &json!("题目"))), some("unknown"));
    assert_eq!(why(check_quote_leaf(key::TEXT, &json!(long(500)))), None);
    assert_eq!(why(check_quote_leaf(key::TEXT, &json!(long(501)))), some("1–500"));
    assert_eq!(why(check_quote_leaf(key::TEXT, &json!(" \n"))), some("1–500"));
    assert_eq!(
        why(check_quote_leaf(key::SPEAKER, &json!({"kind": "served", "label": long(31)}))),
        some("0–30")
    );
    assert_eq!(why(check_quote_leaf(key::VOICE, &json!(PERSON))), None);
    assert_eq!(why(check_quote_leaf(key::VOICE, &json!("voice.ogg"))), some("shape"));
}

#[test]
fn keys_of_a_newer_app_are_unknown() {
    assert!(known(key::TITLE) && known(key::CAPTION) && known(key::VOICE));
    assert!(known(&format!("participants/{PERSON}")) && known("clinic.services/other"));
    assert!(!known("weather") && !known("clinic.services/yoga") && !known("title/a"));
}

fn leaves(pairs: impl IntoIterator<Item = (String, Value)>) -> Leaves {
    let mut leaves = Leaves::default();
    for (key, value) in pairs {
        leaves.set(&key, Some(value), Salt([0; 8]));
    }
    leaves
}

#[test]
fn an_entry_has_at_most_three_hundred_participants() {
    let crowd = |count: u32| {
        leaves((0..count).map(|at| (format!("participants/01930000-0000-7000-8000-{at:012}"), json!({}))))
    };
    assert_eq!(check_entry_whole(&crowd(300)), Ok(()));
    let denied = check_entry_whole(&crowd(301)).expect_err("one too many");
    assert_eq!((denied.code, denied.detail["max"].as_str()), (Code::TooMany, "300"));
}

#[test]
fn numbers_of_persons_are_pointed_out() {
    for text in [
        "电话13812345678。",
        "138 1234 5678",
        "110101199003074518",
        "１１０１０１１９９００３０７４５１Ｘ",
        "2019-09-21 13812345678",
    ] {
        let found = personal_numbers(&leaves([(key::SUMMARY.to_owned(), json!(text))]));
        assert_eq!(found, [key::SUMMARY], "{text}");
    }
    for text in
        ["服务 118 人次", "2019-09-21 09:00-11:30", "12812345678", "138123456789", "110101209013074518"]
    {
        assert!(personal_numbers(&leaves([(key::SUMMARY.to_owned(), json!(text))])).is_empty(), "{text}");
    }
    let meant = json!({"system": "volunteer_beijing", "number": "13812345678"});
    assert!(personal_numbers(&leaves([(key::EXTERNAL_REF.to_owned(), meant)])).is_empty());
}
