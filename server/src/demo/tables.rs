//! Reads the tables of `assets/demo`, which are part of the program. Types: [`super::content`].

use anyhow::{Context, Result};
use serde::Deserialize;

use super::content::{Entry, Org};

const ORG: &str = include_str!("../../assets/demo/org.toml");

/// In the order in which they are told; the twelve come first.
const ENTRIES: [(&str, &str); 8] = [
    ("story-1", include_str!("../../assets/demo/story-1.toml")),
    ("story-2", include_str!("../../assets/demo/story-2.toml")),
    ("year-b1", include_str!("../../assets/demo/year-b1.toml")),
    ("year-b2", include_str!("../../assets/demo/year-b2.toml")),
    ("year-b3", include_str!("../../assets/demo/year-b3.toml")),
    ("year-b4", include_str!("../../assets/demo/year-b4.toml")),
    ("year-b5", include_str!("../../assets/demo/year-b5.toml")),
    ("year-b6", include_str!("../../assets/demo/year-b6.toml")),
];

/// Reads who there is.
///
/// # Errors
/// Where the table is wrong; a test keeps it right.
pub fn org() -> Result<Org> {
    toml::from_str(ORG).context("assets/demo/org.toml")
}

/// Reads all entries.
///
/// # Errors
/// Where a table is wrong; a test keeps it right.
pub fn entries() -> Result<Vec<Entry>> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Table {
        entry: Vec<Entry>,
    }
    let mut entries = Vec::new();
    for (name, text) in ENTRIES {
        let table: Table = toml::from_str(text).with_context(|| format!("assets/demo/{name}.toml"))?;
        entries.extend(table.entry);
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_read_and_tell_twelve_entries_and_a_year() {
        let entries = entries().unwrap();
        let told = |number| entries.iter().filter(|entry| entry.number == Some(number)).count();
        assert_eq!((1..=12).map(told).collect::<Vec<_>>(), [1, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
        assert_eq!(entries.iter().filter(|entry| entry.number.is_none()).count(), 50);
        let people: Vec<_> = org().unwrap().branch.iter().map(|branch| branch.people.len()).collect();
        assert_eq!(people, [14, 22, 11, 9, 18, 5, 8]);
    }
}
