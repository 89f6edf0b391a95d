//! Migrations: numbered, portable, and every table, column and index says what it is for.
//! That they run, and give both databases the same schema, is checked by `tests/store`.

use std::collections::BTreeSet;

use crate::sql;
use crate::tree::{self, Source};

const TYPES: [&str; 3] = ["TEXT", "BIGINT", "BYTEA"];
/// Words that open a line of a table which is no column.
const CONSTRAINTS: [&str; 5] = ["PRIMARY", "FOREIGN", "UNIQUE", "CHECK", "CONSTRAINT"];

fn wanted(source: &Source) -> bool {
    source.path.starts_with("migrations/") && source.ending() == "sql"
}

fn without_comments(text: &str) -> String {
    text.lines().map(|line| line.split("--").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

fn unportable(source: &Source) -> Vec<String> {
    let text = without_comments(&source.text);
    let mut at = 0;
    let mut faults = Vec::new();
    for statement in text.split_inclusive(';') {
        let lead = statement.len() - statement.trim_start().len();
        let line = text[..at + lead].matches('\n').count() + 1;
        faults.extend(sql::faults(statement).iter().map(|what| format!("{}:{line}: {what}", source.path)));
        at += statement.len();
    }
    faults
}

/// What the file's header explains for all: the row's id, when it was made, and the row it cannot be without.
fn explains_itself(column: &str, code: &str) -> bool {
    column == "id" || column == "created_at" || (code.contains("NOT NULL") && code.contains("REFERENCES"))
}

/// Walks the lines; a column carries its sentence on its line or on the comment lines right above.
fn undocumented(source: &Source) -> Vec<String> {
    let (mut in_table, mut depth, mut commented) = (false, 0_i32, false);
    let mut faults = Vec::new();
    for (n, line) in source.text.lines().enumerate() {
        let mut fault = |what: String| faults.push(format!("{}:{}: {what}", source.path, n + 1));
        let code = line.split("--").next().unwrap_or("").trim();
        let has_comment = line.contains("--");
        let first = code.split_whitespace().next().unwrap_or("");
        let opens = ["CREATE TABLE", "CREATE INDEX", "CREATE UNIQUE INDEX", "ALTER TABLE"];
        if opens.iter().any(|o| code.starts_with(o)) && !commented && !has_comment {
            fault(format!("`{code}` has no sentence above it"));
        }
        if in_table
            && depth == 1
            && !code.is_empty()
            && !code.starts_with(')')
            && !CONSTRAINTS.contains(&first)
        {
            let kind = code.split_whitespace().nth(1).unwrap_or("").trim_end_matches(',');
            if !TYPES.contains(&kind) {
                fault(format!("column `{first}` is `{kind}`, not TEXT, BIGINT or BYTEA"));
            }
            if !commented && !has_comment && !explains_itself(first, code) {
                fault(format!("column `{first}` has no sentence"));
            }
        }
        depth += i32::try_from(code.matches('(').count()).unwrap_or(0);
        depth -= i32::try_from(code.matches(')').count()).unwrap_or(0);
        in_table = (in_table || code.starts_with("CREATE TABLE")) && depth > 0;
        commented = code.is_empty() && has_comment;
    }
    faults
}

/// `0001_name.sql`, `0003_…`: four digits that no other file has; the number is the order.
fn misnumbered(paths: &[&str]) -> Vec<String> {
    let number =
        |path: &str| path.trim_start_matches("migrations/").split('_').next().unwrap_or("").to_owned();
    let mut seen = BTreeSet::new();
    let wrong = paths.iter().filter(|path| {
        let digits = number(path);
        digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_digit()) || !seen.insert(digits)
    });
    wrong.map(|path| format!("{path}: opens with four digits of its own")).collect()
}

#[test]
fn migrations_are_portable() {
    tree::tree_passes(wanted, unportable);
}

#[test]
fn every_table_column_and_index_has_its_sentence() {
    tree::tree_passes(wanted, undocumented);
}

#[test]
fn every_migration_has_a_number_of_its_own() {
    let paths: Vec<&str> = tree::sources().iter().filter(|s| wanted(s)).map(|s| s.path.as_str()).collect();
    tree::none(misnumbered(&paths));
    assert_eq!(
        misnumbered(&["migrations/0001_a.sql", "migrations/0001_b.sql", "migrations/2_c.sql"]).len(),
        2
    );
}

#[test]
fn a_silent_column_and_a_foreign_type_are_faults() {
    let text = "-- A thing.\nCREATE TABLE thing (\n  -- Its id.\n  id TEXT PRIMARY KEY,\n  n BIGINT,\n  \
                b BOOLEAN, -- Whether.\n  PRIMARY KEY (id)\n);\n";
    let source = Source::example("migrations/0001_x.sql", text);
    let faults = undocumented(&source);
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert_eq!(unportable(&source).len(), 1);
}
