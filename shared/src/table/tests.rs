//! Tables and sets against `BTreeMap` and `BTreeSet`, step by step.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Step {
    Insert(u8, u16),
    Remove(u8),
    Make(u8, u16),
    Change(u8, u16),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (0..40_u8, any::<u16>()).prop_map(|(key, value)| Step::Insert(key, value)),
        (0..40_u8).prop_map(Step::Remove),
        (0..40_u8, any::<u16>()).prop_map(|(key, value)| Step::Make(key, value)),
        (0..40_u8, any::<u16>()).prop_map(|(key, value)| Step::Change(key, value)),
    ];
    prop::collection::vec(step, 0..80)
}

proptest! {
    #[test]
    fn a_table_does_what_a_tree_does(steps in steps()) {
        let (mut table, mut tree) = (Table::new(), BTreeMap::new());
        for step in steps {
            match step {
                Step::Insert(key, value) => prop_assert_eq!(table.insert(key, value), tree.insert(key, value)),
                Step::Remove(key) => prop_assert_eq!(table.remove(&key), tree.remove(&key)),
                Step::Make(key, value) => {
                    prop_assert_eq!(table.get_or_insert_with(key, || value), tree.entry(key).or_insert(value));
                }
                Step::Change(key, value) => {
                    let (one, other) = (table.get_mut(&key), tree.get_mut(&key));
                    prop_assert_eq!(&one, &other);
                    one.into_iter().chain(other).for_each(|there| *there = value);
                }
            }
            prop_assert!(table.iter().eq(tree.iter()));
            prop_assert!((0..40).all(|key| table.get(&key) == tree.get(&key)));
            prop_assert_eq!(table.len(), tree.len());
        }
        prop_assert!(tree.clone().into_iter().collect::<Table<_, _>>().into_iter().eq(tree));
    }

    #[test]
    fn a_set_does_what_a_tree_does(keys in prop::collection::vec((any::<bool>(), 0..40_u8), 0..80)) {
        let (mut set, mut tree) = (Set::new(), BTreeSet::new());
        for (put, key) in keys {
            if put {
                prop_assert_eq!(set.insert(key), tree.insert(key));
            } else {
                prop_assert_eq!(set.remove(&key), tree.remove(&key));
            }
            prop_assert!(set.iter().eq(tree.iter()));
            prop_assert!((0..40).all(|key| set.contains(&key) == tree.contains(&key)));
        }
        let others: BTreeSet<u8> = (10..20).collect();
        prop_assert!(set.union(&others.iter().copied().collect()).into_iter().eq(tree.union(&others)));
    }

    #[test]
    fn both_are_written_and_read_as_trees_are(tree in prop::collection::btree_map(".{0,3}", any::<u8>(), 0..9)) {
        let text = serde_json::to_string(&tree).expect("text");
        let table: Table<String, u8> = serde_json::from_str(&text).expect("a table");
        prop_assert_eq!(serde_json::to_string(&table).expect("text"), text);
        let keys: Set<&String> = tree.keys().collect();
        let text = serde_json::to_string(&keys).expect("text");
        prop_assert_eq!(&text, &serde_json::to_string(&tree.keys().collect::<BTreeSet<_>>()).expect("text"));
        let read: Set<String> = serde_json::from_str(&text).expect("a set");
        prop_assert!(read.iter().eq(tree.keys()));
    }
}
