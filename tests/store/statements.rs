//! Every statement of the server as the databases get it, read from its source. What stands around rows of places is
//! filled with two rows.

use std::fs;
use std::path::{Path, PathBuf};

use crate::lexer::{self, Literal, Rust};

const VERBS: [&str; 5] = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"];

/// What stands between the literals of one statement.
const JOINTS: [&str; 2] = [",", ",engine.skip_locked(),"];

/// Reads the databases' own catalogues and whole tables for dumps.
const SEAM: &str = "server/src/db/";

/// One statement.
pub struct Statement {
    /// File and line.
    pub place: String,
    pub text: String,
}

/// All of them.
pub fn all() -> Vec<Statement> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    walk(&root.join("server/src"), &mut files);
    let mut statements = Vec::new();
    for file in files {
        let path = file.strip_prefix(&root).expect("below the root").to_string_lossy().into_owned();
        if !path.starts_with(SEAM) {
            statements.extend(of_file(&path, &fs::read_to_string(&file).expect("a file of ours")));
        }
    }
    statements
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of ours") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

fn of_file(path: &str, text: &str) -> Vec<Statement> {
    let Rust { code, literals } = lexer::rust(text);
    let end = code.find("#[cfg(test)]").unwrap_or(code.len());
    let mut statements = Vec::new();
    let mut rest = literals.iter().take_while(|literal| literal.start < end).peekable();
    while let Some(first) = rest.next() {
        let mut words = first.text.split_whitespace();
        if !words.next().is_some_and(|verb| VERBS.contains(&verb)) || words.next().is_none() {
            continue;
        }
        let mut pieces = vec![first];
        while let Some(next) = rest.next_if(|next| follows(&code, pieces[pieces.len() - 1], next)) {
            pieces.push(next);
        }
        let line = text[..first.start].matches('\n').count() + 1;
        let before = &code[code[..first.start].rfind(';').unwrap_or(0)..first.start];
        let text = whole(&pieces, before).split_whitespace().collect::<Vec<_>>().join(" ");
        statements.push(Statement { place: format!("{path}:{line}"), text });
    }
    statements
}

fn follows(code: &str, piece: &Literal, next: &Literal) -> bool {
    let between: String = code[piece.end..next.start].split_whitespace().collect();
    JOINTS.contains(&between.as_str())
}

/// The pieces with two rows of places between the first two, where rows belong there.
fn whole(pieces: &[&Literal], before: &str) -> String {
    let texts: Vec<&str> = pieces.iter().map(|piece| piece.text.as_str()).collect();
    let [head, tail] = texts[..] else { return texts.concat() };
    let first = highest_place(&texts.concat()) + 1;
    if head.ends_with("IN ") {
        return format!("{head}(${first}, ${}){tail}", first + 1);
    }
    if !head.ends_with("VALUES ") {
        return texts.concat();
    }
    let columns = head.rfind('(').map_or("", |_| last_list(head));
    let width = columns.split(',').count();
    let numbers = before.split_once(".with_numbers(&[").and_then(|(_, rest)| rest.split_once(']'));
    let numbers: Vec<usize> = numbers.map_or(Vec::new(), |(list, _)| {
        list.split(',').map(|n| n.trim().parse().expect("a column's number")).collect()
    });
    let row = |row: usize| -> String {
        let place = |column: usize| {
            let place = format!("${}", first + row * width + column);
            if numbers.contains(&column) { format!("CAST({place} AS BIGINT)") } else { place }
        };
        format!("({})", (0..width).map(place).collect::<Vec<_>>().join(", "))
    };
    format!("{head}{}, {}{tail}", row(0), row(1))
}

/// The columns of a head that ends in `(a, b) VALUES ` or `(a, b) AS (VALUES `.
fn last_list(head: &str) -> &str {
    let closed = &head[..head.rfind(')').expect("columns are listed")];
    &closed[closed.rfind('(').expect("columns are listed") + 1..]
}

/// The number of the last `$n`.
pub fn highest_place(text: &str) -> usize {
    let numbers = text.split('$').skip(1).filter_map(|rest| {
        let digits = rest.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(rest.len());
        rest[..digits].parse::<usize>().ok()
    });
    numbers.max().unwrap_or(0)
}

#[test]
fn statements_in_pieces_are_put_together() {
    let text = r#"
        let text = db::rows(part.len(), 2).numbered_from(2).with_numbers(&[1]).within(
            "WITH v (id, n) AS (VALUES ", ") SELECT id FROM v WHERE n = $1 LIMIT 1");
        let text = rows(1, n).within("SELECT a FROM t WHERE id IN ", " LIMIT 4");
        let text = text(&["UPDATE job SET a = $1", engine.skip_locked(), ") AND b"]);
        query("SELECT 1").bind("SELECTION");
    "#;
    let texts: Vec<String> = of_file("x.rs", text).into_iter().map(|statement| statement.text).collect();
    assert_eq!(
        texts,
        [
            "WITH v (id, n) AS (VALUES ($2, CAST($3 AS BIGINT)), ($4, CAST($5 AS BIGINT))) SELECT id FROM v WHERE n = $1 LIMIT 1",
            "SELECT a FROM t WHERE id IN ($1, $2) LIMIT 4",
            "UPDATE job SET a = $1) AND b",
            "SELECT 1",
        ]
    );
}
