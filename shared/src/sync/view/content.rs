//! An entry's content laid flat, so that two states of it can be compared leaf by leaf.

use serde_json::Value;

use super::Difference;
use crate::{
    model::Leaves,
    rules::World,
    table::{Set, Table},
};

/// Live values by leaf; items under `media/<id>` (its kind) with `media/<id>/caption` and the like,
/// quotes likewise. What was offered late is no content.
pub fn flat(world: &World) -> Table<String, Value> {
    let mut flat = Table::new();
    if let Some(entry) = world.entry() {
        add(&mut flat, "", &entry.content.leaves);
    }
    for (id, media) in world.all_media().filter(|(_, media)| !media.rest.offered) {
        let kind = crate::json::value_of(&media.content.kind);
        flat.insert(format!("media/{id}"), kind);
        add(&mut flat, &format!("media/{id}/"), &media.content.leaves);
    }
    for (id, quote) in world.all_quotes().filter(|(_, quote)| !quote.rest.offered) {
        add(&mut flat, &format!("quote/{id}/"), &quote.content.leaves);
    }
    flat
}

fn add(to: &mut Table<String, Value>, prefix: &str, leaves: &Leaves) {
    for (key, leaf) in &leaves.0 {
        if let Some(value) = leaf.value() {
            to.insert(format!("{prefix}{key}"), value.clone());
        }
    }
}

/// Leaves that differ, in the order of their keys.
pub fn differences(from: &Table<String, Value>, to: &Table<String, Value>) -> Vec<Difference> {
    let keys: Set<&String> = from.keys().chain(to.keys()).collect();
    let of = |side: &Table<String, Value>, key: &String| side.get(key).cloned().unwrap_or_default();
    keys.into_iter()
        .filter(|key| from.get(*key) != to.get(*key))
        .map(|key| Difference { key: key.clone(), from: of(from, key), to: of(to, key) })
        .collect()
}
