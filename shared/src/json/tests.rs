//! What serde's derives and ours make of one type is the same JSON, and both take and refuse the same.

use proptest::{prelude::*, sample::Index};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;

use super::*;
use crate::{
    model::{
        Body, BranchBody, Grant, GrantBody, PersonBody, Publicity, Role, Scope,
        activity::{BranchKind, WorkLine},
        fields::{Filing, Place},
    },
    testing::{Part, account, any_op, any_stage, branch, committee},
    wire::Op,
};

#[test]
fn what_is_missing_is_named() {
    assert_eq!(parse::<Place>("{}"), Err(Unreadable("name")));
    assert_eq!(parse::<Place>("{"), Err(Unreadable("no JSON")));
}

#[test]
fn a_variant_is_a_name_or_a_name_over_its_content() {
    let values = [
        json!("not_asked"),
        json!("asked"),
        json!({"filed": {"authority": "县卫健局", "on": 18_160}}),
        json!({"filed": {"authority": "县卫健局"}}),
        json!({"filed": {"authority": "县卫健局", "on": 1}, "not_asked": 1}),
        json!({"filed": 1}),
        json!({}),
        json!("filed"),
        json!(["filed"]),
    ];
    for value in values {
        assert_eq!(read::<Filing>(&value), serde_json::from_value(value.clone()).ok(), "{value}");
    }
}

#[test]
fn numbers_have_the_range_of_their_type() {
    let texts =
        ["0", "-0", "7", "-1", "4294967295", "4294967296", "18446744073709551615", "18446744073709551616"];
    for text in
        texts.into_iter().chain(["-9223372036854775808", "-9223372036854775809", "1.0", "1e2", "\"1\""])
    {
        assert_eq!(parse::<u32>(text).ok(), serde_json::from_str(text).ok(), "{text}");
        assert_eq!(parse::<u64>(text).ok(), serde_json::from_str(text).ok(), "{text}");
        assert_eq!(parse::<i32>(text).ok(), serde_json::from_str(text).ok(), "{text}");
        assert_eq!(parse::<i64>(text).ok(), serde_json::from_str(text).ok(), "{text}");
    }
}

#[test]
fn a_number_that_is_no_integer_stays_one_that_rules_refuse() {
    for text in ["1.5", "-0", "18446744073709551616", "1e2"] {
        let value: Value = parse(text).expect("a number");
        assert!(!crate::digest::is_canonical(&value), "{text}");
    }
}

#[test]
fn values_lie_in_each_other_only_so_deep() {
    for depth in [127, 128] {
        let text = "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!(parse::<Value>(&text).is_ok(), serde_json::from_str::<Value>(&text).is_ok(), "{depth}");
    }
}

/// One way to spoil a JSON value: another value for some place inside it, or none.
fn spoilt(mut value: Value, at: Index, with: Option<Value>) -> Value {
    fn places(value: &Value, here: String, into: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                members.iter().for_each(|(name, item)| {
                    places(item, format!("{here}/{}", name.replace('/', "~1")), into)
                });
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(at, item)| places(item, format!("{here}/{at}"), into));
            }
            _ => {}
        }
        into.push(here);
    }
    let mut all = Vec::new();
    places(&value, String::new(), &mut all);
    let place = &all[at.index(all.len())];
    match with {
        Some(other) => {
            let there = value.pointer_mut(place).expect("a place of this value");
            // serde takes a list for a struct, by the order of its members. Nobody writes one, and ours refuses it.
            if !(there.is_object() && other.is_array()) {
                *there = other;
            }
        }
        None => {
            let (parent, name) = place.rsplit_once('/').unwrap_or_default();
            if let Some(Value::Object(members)) = value.pointer_mut(parent) {
                members.remove(&name.replace("~1", "/"));
            }
        }
    }
    value
}

fn any_spoiling() -> impl Strategy<Value = Option<Value>> {
    let others =
        [json!(null), json!(0), json!(-1), json!(true), json!("x"), json!([]), json!({}), json!({"x": 1})];
    prop_oneof![Just(None), prop::sample::select(others.to_vec()).prop_map(Some)]
}

/// Both write the value alike and read it back; what is spoilt both read alike or both refuse.
fn agree<T>(value: &T, at: Index, with: Option<Value>) -> Result<(), TestCaseError>
where
    T: Read + Write + Serialize + DeserializeOwned + PartialEq + fmt::Debug,
{
    let ours = text(value);
    prop_assert_eq!(&ours, &serde_json::to_string(value).expect("text keys only"));
    prop_assert_eq!(&parse::<T>(&ours).expect("what was written"), value);
    let other = spoilt(parse(&ours).expect("JSON"), at, with).to_string();
    prop_assert_eq!(parse::<T>(&other).ok(), serde_json::from_str::<T>(&other).ok(), "{}", other);
    Ok(())
}

fn org() -> (BranchBody, PersonBody, GrantBody) {
    let scope = Scope::Branch(branch(0));
    let branch = BranchBody {
        name: "本草支部".to_owned(),
        committee: committee(),
        committee_name: "中医学院".to_owned(),
        kind: BranchKind::Student,
        basis: None,
        work_line: WorkLine::MedicalTechnology,
        temporary: false,
        approvers: vec![account(Part::Member)],
        self_approval: true,
    };
    let person = PersonBody {
        name: "林\"\\\u{1}\n".to_owned(),
        account: Some(account(Part::Member)),
        branches: vec![],
        publicity: Publicity { named: Some(true), pictured: None },
    };
    (branch, person, GrantBody { account: account(Part::Member), grant: Grant { role: Role::Deputy, scope } })
}

proptest! {
    #[test]
    fn both_make_the_same_of_a_body(stage in any_stage(), at: Index, with in any_spoiling()) {
        for record in stage.world.records.values() {
            let with = with.clone();
            match &record.body {
                Body::Entry(body) => agree(&**body, at, with)?,
                Body::Media(body) => agree(&**body, at, with)?,
                Body::Quote(body) => agree(&**body, at, with)?,
                Body::Consent(body) => agree(&**body, at, with)?,
                Body::Classification(body) => agree(&**body, at, with)?,
                Body::Verdict(body) => agree(&**body, at, with)?,
                Body::Approved(body) => agree(&**body, at, with)?,
                Body::Branch(_) | Body::Person(_) | Body::Grant(_) | Body::Outcome(_) => {}
            }
        }
    }

    #[test]
    fn both_make_the_same_of_an_op(op in any_op(), at: Index, with in any_spoiling()) {
        agree::<Op>(&op, at, with)?;
    }

    #[test]
    fn both_make_the_same_of_org_data(at: Index, with in any_spoiling()) {
        let (branch, person, grant) = org();
        agree(&branch, at, with.clone())?;
        agree(&person, at, with.clone())?;
        agree(&grant, at, with)?;
    }

    #[test]
    fn both_write_a_text_alike(words in any::<String>()) {
        let ours = text(&words);
        prop_assert_eq!(&ours, &serde_json::to_string(&words).expect("a text"));
        prop_assert_eq!(parse::<String>(&ours), Ok(words));
    }

    #[test]
    fn both_read_an_escaped_text_alike(words in r#"(\\u[dD][89abCdEf][0-9a-f]{2}|\\[nrtbfu"/x\\]|[a-f0-9]|党){0,8}"#) {
        let quoted = format!("\"{words}\"");
        prop_assert_eq!(parse::<String>(&quoted).ok(), serde_json::from_str(&quoted).ok());
    }

    #[test]
    fn both_take_the_same_texts_as_json(words in r#"([\[\]{}:, \n]|"a"|"é\\n"|-?[0-9]{1,3}|0[.]5|1e-?1|null|true|fals|\\)"#.prop_map(String::from).prop_flat_map(|one| prop::collection::vec(Just(one), 1..3)), more in r#"[\[\]{}",:\\0-9.eE+ ntrufalse-]{0,12}"#) {
        let text = words.concat() + &more;
        let out_of_range = |why: &serde_json::Error| why.to_string().contains("out of range");
        match serde_json::from_str::<Value>(&text) {
            Err(why) if out_of_range(&why) => {}
            other => prop_assert_eq!(parse::<Value>(&text).is_ok(), other.is_ok(), "{}", text),
        }
    }
}
