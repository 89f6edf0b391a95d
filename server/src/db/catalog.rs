//! What tables there are, asked from the database itself: for dumps, which know no table by name.

use std::collections::{BTreeMap, BTreeSet};

use super::{Engine, Result, Tx, text};

/// What a column holds: all that the schema uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// TEXT.
    Text,
    /// BIGINT.
    Number,
    /// BYTEA.
    Bytes,
}

/// A column by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// As the schema writes it.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
}

/// A table of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// As the schema writes it.
    pub name: String,
    /// In the order of the schema.
    pub columns: Vec<Column>,
}

impl Table {
    /// The columns as a list of SQL.
    pub(super) fn column_names(&self) -> String {
        self.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ")
    }
}

const SQLITE_COLUMNS: &str = "SELECT m.name, p.name, p.type FROM sqlite_master m, pragma_table_info(m.name) p \
     WHERE m.type = 'table' ORDER BY m.name, p.cid LIMIT $1";
const POSTGRES_COLUMNS: &str = "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), CAST(data_type AS TEXT) \
     FROM information_schema.columns WHERE table_schema = current_schema() \
     ORDER BY table_name, ordinal_position LIMIT $1";

const SQLITE_REFERENCES: &str = "SELECT m.name, f.\"table\" FROM sqlite_master m, pragma_foreign_key_list(m.name) f \
     WHERE m.type = 'table' LIMIT $1";
const POSTGRES_REFERENCES: &str = "SELECT CAST(c.relname AS TEXT), CAST(t.relname AS TEXT) FROM pg_constraint k \
     JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid WHERE k.contype = 'f' LIMIT $1";

/// Columns and references of the largest schema we would ever have.
const FACTS_MAX: i64 = 10_000;

impl Tx {
    /// Our tables, those that others refer to first. Empty where no migration has run.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tables(&mut self) -> Result<Vec<Table>> {
        let (columns, references) = match self.engine {
            Engine::Sqlite => (SQLITE_COLUMNS, SQLITE_REFERENCES),
            Engine::Postgres => (POSTGRES_COLUMNS, POSTGRES_REFERENCES),
        };
        let columns: Vec<(String, String, String)> =
            sqlx::query_as(columns).bind(FACTS_MAX).fetch_all(&mut *self.inner).await?;
        let references: Vec<(String, String)> =
            sqlx::query_as(references).bind(FACTS_MAX).fetch_all(&mut *self.inner).await?;
        let mut tables = BTreeMap::<String, Vec<Column>>::new();
        for (table, name, kind) in columns {
            if let Some(kind) = kind_named(&kind).filter(|_| is_ours(&table)) {
                tables.entry(table).or_default().push(Column { name, kind });
            }
        }
        Ok(ordered(tables, &references))
    }

    /// A table that has a row, if any does.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn filled_table(&mut self) -> Result<Option<String>> {
        for table in self.tables().await? {
            let found: Option<i64> =
                sqlx::query_scalar(text::any_row(&table)).fetch_optional(&mut *self.inner).await?;
            if found.is_some() {
                return Ok(Some(table.name));
            }
        }
        Ok(None)
    }
}

/// Not the engine's own, and not where migrations are noted.
fn is_ours(table: &str) -> bool {
    !table.starts_with("sqlite_") && !table.starts_with("_sqlx")
}

fn kind_named(text: &str) -> Option<Kind> {
    match text.to_ascii_uppercase().as_str() {
        "TEXT" => Some(Kind::Text),
        "BIGINT" => Some(Kind::Number),
        "BYTEA" => Some(Kind::Bytes),
        _ => None,
    }
}

/// Parents before children; by name where neither refers to the other.
fn ordered(mut left: BTreeMap<String, Vec<Column>>, references: &[(String, String)]) -> Vec<Table> {
    let mut tables = Vec::with_capacity(left.len());
    let mut placed = BTreeSet::new();
    while !left.is_empty() {
        let is_free = |name: &str| {
            let mut parents = references.iter().filter(|(child, _)| child == name);
            parents.all(|(child, parent)| child == parent || placed.contains(parent))
        };
        let next = left.keys().find(|name| is_free(name)).or_else(|| left.keys().next()).cloned();
        let Some((name, columns)) = next.and_then(|name| left.remove_entry(&name)) else { break };
        placed.insert(name.clone());
        tables.push(Table { name, columns });
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_comes_after_those_it_refers_to() {
        let left = ["account", "device", "person"].map(|name| (name.to_owned(), Vec::new()));
        let refers = |child: &str, parent: &str| (child.to_owned(), parent.to_owned());
        let tables = ordered(left.into(), &[refers("account", "person"), refers("device", "account")]);
        let names: Vec<_> = tables.iter().map(|table| table.name.as_str()).collect();
        assert_eq!(names, ["person", "account", "device"]);
    }
}
