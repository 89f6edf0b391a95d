//! An op's bytes are read back as they were written; names stay what they are.

use proptest::prelude::*;

use super::*;
use crate::testing::{any_op, any_stage};

proptest! {
    #[test]
    fn an_op_is_read_back_as_it_was_written(op in any_op()) {
        let bytes = serde_json::to_string(&op).expect("ops have string keys only");
        prop_assert_eq!(parse(&bytes), Parsed::Known(Box::new(op.clone())));
        prop_assert_eq!(serde_json::to_string(&op).ok(), Some(bytes));
    }

    #[test]
    fn a_body_is_read_back_as_it_was_written(stage in any_stage()) {
        for record in stage.world.records.values() {
            let text = record.body.to_json();
            let read = crate::model::Body::from_json(record.body.kind(), &text);
            prop_assert_eq!(read.expect("a body it has written"), record.body.clone());
        }
    }

    #[test]
    fn hostile_bytes_are_never_a_panic(bytes in "\\PC{0,40}", at in any::<prop::sample::Index>(), op in any_op()) {
        let _ = parse(&bytes);
        let mut text: Vec<char> = serde_json::to_string(&op).expect("an op").chars().collect();
        text.truncate(at.index(text.len()));
        let cut: String = text.into_iter().collect();
        prop_assert!(matches!(parse(&cut), Parsed::Malformed(_)));
    }
}

/// As a phone of the first version writes it. It is understood for ever.
const SUBMIT: &str = r#"{"id":"01930000-0000-7000-8000-000000000001","v":1,"made_at":1569049200000,"branch":"01930000-0000-7000-8000-000000000002","op":"entry.submit","args":{"entry":"01930000-0000-7000-8000-000000000003"}}"#;

#[test]
fn an_op_has_these_bytes() {
    let Parsed::Known(op) = parse(SUBMIT) else { panic!("not read") };
    assert_eq!(serde_json::to_string(&op).expect("an op"), SUBMIT);
    assert!(matches!(op.act, Act::EntrySubmit { .. }));
}

#[test]
fn a_newer_name_or_version_is_unknown_and_never_malformed() {
    let newer = SUBMIT.replace("entry.submit", "entry.archive");
    assert_eq!(parse(&newer), Parsed::Unknown { name: "entry.archive".to_owned(), v: 1 });
    let newer = SUBMIT.replace("\"v\":1", "\"v\":2");
    assert_eq!(parse(&newer), Parsed::Unknown { name: "entry.submit".to_owned(), v: 2 });
}

#[test]
fn text_with_nul_is_malformed() {
    let void = |reason: &str| {
        let entry = "\"entry\":\"01930000-0000-7000-8000-000000000003\"";
        let bytes = SUBMIT.replace("entry.submit", "entry.void");
        bytes.replace(entry, &format!("{entry},\"reason\":\"{reason}\""))
    };
    assert!(matches!(parse(&void("重复录入")), Parsed::Known(_)));
    assert_eq!(parse(&void("重复\\u0000")), Parsed::Malformed("text with U+0000".to_owned()));
    assert!(matches!(parse(&void("重复\0")), Parsed::Malformed(_)));
    assert!(matches!(parse(&void("输入 \\\\u0000 试试")), Parsed::Known(_)), "spelled out it is text");
}
