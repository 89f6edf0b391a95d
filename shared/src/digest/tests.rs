//! Golden vectors: what was hashed once is hashed so for ever. Each was computed apart from this
//! code, from the bytes that its function's documentation names. A vector that changes breaks
//! every approval, chain and cursor in use.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    ids::{AccountId, EntryId},
    model::{MediaKind, media::Provenance},
};

const ID: Uuid = Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0001);
const OTHER: Uuid = Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0002);

fn leaves(pairs: &[(&str, Value)]) -> Leaves {
    let mut leaves = Leaves::default();
    for (key, value) in pairs {
        leaves.set(key, Some(value.clone()), Salt([1, 2, 3, 4, 5, 6, 7, 8]));
    }
    leaves
}

fn content() -> EntryContent {
    EntryContent {
        branch: BranchId(ID),
        author: AccountId(OTHER),
        created_at: 1_569_049_200_000,
        leaves: leaves(&[("title", json!("石槽村义诊")), ("clinic.visits", json!(63))]),
    }
}

fn quote_content() -> QuoteContent {
    QuoteContent {
        entry: EntryId(ID),
        branch: BranchId(ID),
        recorder: AccountId(OTHER),
        leaves: leaves(&[("text", json!("敢迈步了。"))]),
    }
}

fn media_content() -> MediaContent {
    MediaContent {
        entry: EntryId(ID),
        branch: BranchId(ID),
        recorder: AccountId(OTHER),
        sha256: sha256(b"a photo"),
        size_bytes: 7,
        kind: MediaKind::Photo,
        leaves: leaves(&[("caption", json!("院子里"))]),
        provenance: Provenance::default(),
    }
}

#[test]
fn canonical_form() {
    let value = json!({"b": [1, -2, true, null], "a": "e\u{301}\"\\\n\u{1f}石/", "Z": {"é": 0, "e": {}}});
    let text = r#"{"Z":{"e":{},"é":0},"a":"é\"\\\n\u001f石/","b":[1,-2,true,null]}"#;
    assert_eq!(canonical(&value).as_deref(), Ok(text));
    assert_eq!(canonical(&json!(u64::MAX)).as_deref(), Ok("18446744073709551615"));
    assert_eq!(canonical(&json!([1.0])), Err(NotCanonical));
    assert!(!is_canonical(&value) && !is_canonical(&json!(0.5)) && is_canonical(&json!({"é": 1})));
}

#[test]
fn a_leaf() {
    let owner = RecordId::new(RecordKind::Entry, ID);
    let salted = Leaf::Live { salt: Salt([1, 2, 3, 4, 5, 6, 7, 8]), value: json!("石槽村义诊") };
    let golden = "203e77f1f9c3f51211f94601b45f8aa5d92c777b27e53fa2697cc19ff7720c13";
    assert_eq!(leaf(owner, "title", &salted).to_string(), golden);
    let erased = Leaf::Erased { erased: golden.parse().expect("a digest") };
    assert_eq!(leaf(owner, "title", &erased).to_string(), golden);
}

#[test]
fn an_item_and_an_entry() {
    let (photo, words) = (media(ID, &media_content()), quote(OTHER, &quote_content()));
    assert_eq!(photo.to_string(), "fb855014fc3a1bcb131135ac4f468eb128ac39b7e7722fbbd51edf7c1c1eb502");
    assert_eq!(words.to_string(), "906830abad0e0b6fbf67add610007a456491ae6e77b21ce16cd4f3a51c8e78ac");
    let items =
        [(RecordId::new(RecordKind::Media, ID), photo), (RecordId::new(RecordKind::Quote, OTHER), words)];
    let whole = entry(ID, &content(), &items);
    assert_eq!(whole.to_string(), "a5d4ce4b99bd59323b62d33f5559f0f14a4ce7ce719946360c66a996ba7f024b");
    assert_eq!(entry(ID, &content(), &[items[1], items[0]]), whole, "in any order");
    assert_eq!(
        entry(ID, &content(), &[]).to_string(),
        "033d1194f998c9210b5577975c42ef83f388ed938b46ce5e4220840edc1c30e8"
    );
}

#[test]
fn a_chain() {
    let first = first_link(BranchId(ID));
    assert_eq!(first.to_string(), "89d37b4850efd4f751a6f2ff36784e18f5692fdc4b542d9df125ef904bb86b98");
    let event = json!({"rev": 1, "id": ID, "op": "entry.submit"});
    assert_eq!(
        link(first, &event).to_string(),
        "a3af985fbf2026d7e4c87632ed2d55ecd051495ee828b119fc8e0605ba2dab65"
    );
}

#[test]
fn a_ledger_head() {
    let one = ledger_head(Digest([0; 32]), r#"{"op":"entry.submit"}"#);
    assert_eq!(one.to_string(), "b7777a6f1fee5acbabd49e861f12b95673c31cf40d4950b34ba60a96249b2ac3");
    assert_eq!(
        ledger_head(one, "{}").to_string(),
        "62aaef3445bf48c3414168c82ded459266c990d1dfaf53d0b0b6e9daa7677ebc"
    );
}

#[test]
fn a_row_and_a_checksum() {
    let one = row("entry", ID, 3, "{}");
    assert_eq!(one.to_string(), "c6f75ee526ed84ce");
    let sum = toggle(toggle(Checksum([0; 8]), one), row("media", ID, 1, "{}"));
    assert_eq!(sum.to_string(), "3556c52687e38380");
    assert_eq!(toggle(toggle(sum, one), one), sum, "taken out as it was put in");
}

fn any_value() -> impl Strategy<Value = Value> {
    let plain = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-zé石\u{301}\"\\\\\n]{0,6}".prop_map(Value::from),
    ];
    plain.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-c石]{1,2}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn canonical_form_is_json_and_is_its_own_canonical_form(value in any_value()) {
        let once = canonical(&value).expect("no fractions here");
        let read: Value = serde_json::from_str(&once).expect("it is JSON");
        prop_assert!(is_canonical(&read));
        prop_assert_eq!(canonical(&read), Ok(once));
        if is_canonical(&value) { prop_assert_eq!(read, value); }
    }

    #[test]
    fn another_value_key_salt_or_owner_is_another_leaf(value in any_value(), other in any_value(), salt in any::<[u8; 8]>()) {
        let owner = RecordId::new(RecordKind::Entry, ID);
        let hash = |owner, key, salt, value: &Value| leaf(owner, key, &Leaf::Live { salt: Salt(salt), value: value.clone() });
        let one = hash(owner, "title", salt, &value);
        let same = canonical(&value) == canonical(&other);
        prop_assert_eq!(hash(owner, "title", salt, &other) == one, same);
        prop_assert_ne!(hash(owner, "summary", salt, &value), one);
        prop_assert_ne!(hash(RecordId::new(RecordKind::Media, ID), "title", salt, &value), one);
        let mut turned = salt;
        turned[0] ^= 1;
        prop_assert_ne!(hash(owner, "title", turned, &value), one);
    }

    #[test]
    fn a_checksum_knows_no_order(revs in proptest::collection::vec(0..4_u64, 0..6)) {
        let rows: Vec<Checksum> = revs.iter().zip(0_u128..).map(|(rev, id)| row("entry", Uuid::from_u128(id), *rev, "{}")).collect();
        let sum = |rows: &[Checksum]| rows.iter().fold(Checksum([0; 8]), |sum, row| toggle(sum, *row));
        let mut turned = rows.clone();
        turned.reverse();
        prop_assert_eq!(sum(&rows), sum(&turned));
    }
}
