//! SQL in the server's code: every literal keeps to the card, every list is bounded, and a statement is given as
//! many values as it has places, which neither the compiler nor SQLite would notice.

use crate::lexer::{self, Literal, Rust};
use crate::sql;
use crate::tree::{self, Source};

const VERBS: [&str; 5] = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "];

fn wanted(source: &Source) -> bool {
    source.path.starts_with("server/src/") && source.ending() == "rs"
}

fn is_sql(literal: &Literal) -> bool {
    let text = literal.text.trim_start();
    VERBS.iter().any(|verb| text.starts_with(verb) || text.starts_with(&verb.replace(' ', "\n")))
}

fn faulty(source: &Source) -> Vec<String> {
    let Rust { code, literals } = lexer::rust(&source.text);
    let statements: Vec<&Literal> = literals.iter().filter(|l| is_sql(l)).collect();
    let mut faults = Vec::new();
    for (n, literal) in statements.iter().enumerate() {
        let until = statements.get(n + 1).map_or(code.len(), |next| next.start);
        let call = &code[literal.end..until];
        // A statement around rows of places is given in two pieces.
        let pieces = literals.iter().filter(|piece| (literal.start..until).contains(&piece.start));
        let whole: String = pieces.map(|piece| piece.text.as_str()).collect();
        let own = sql::faults(&literal.text).into_iter().chain(wrong_binds(&literal.text, call));
        faults.extend(own.chain(unbounded(&whole, call)).map(|what| source.fault(literal.start, &what)));
    }
    faults
}

/// Counts the `.bind(` of a plain call chain; a loop or a second statement in between ends the counting.
fn wrong_binds(text: &str, call: &str) -> Option<String> {
    let places = match sql::binds(text) {
        Ok(places) => places,
        Err(missing) => return Some(missing),
    };
    let run = [".fetch", ".execute("].iter().filter_map(|end| call.find(end)).min()?;
    let chain = &call[..run];
    if chain.contains(';') || chain.contains("for ") || text.trim_end().ends_with("VALUES") {
        return None;
    }
    let given = chain.matches(".bind(").count();
    (given != places).then(|| format!("{places} places, {given} values bound"))
}

/// A list without a maximum. A single row and what a write answers are no lists.
fn unbounded(text: &str, call: &str) -> Option<String> {
    let run = call.find(".fetch_all(").or_else(|| call.find(".fetch("))?;
    let own = !call[..run].contains(".execute(") && !call[..run].contains(".fetch_o");
    let reads = text.trim_start().starts_with("SELECT") || text.trim_start().starts_with("WITH");
    (own && reads && !text.contains("LIMIT")).then(|| "a list without LIMIT".to_owned())
}

#[test]
fn every_statement_keeps_to_the_card() {
    tree::tree_passes(wanted, faulty);
}

#[test]
fn a_forgotten_value_and_an_endless_list_are_faults() {
    let faults = |text: &str| faulty(&Source::example("server/src/x/store.rs", text));
    let lost = r#"sqlx::query("UPDATE entry SET a = $1 WHERE id = $2").bind(a).execute(db).await?;"#;
    assert_eq!(faults(lost), ["server/src/x/store.rs:1: 2 places, 1 values bound"]);
    let endless = r#"sqlx::query("SELECT id FROM entry WHERE branch_id = $1").bind(b).fetch_all(db).await?;"#;
    assert_eq!(faults(endless), ["server/src/x/store.rs:1: a list without LIMIT"]);
    let starred = r#"sqlx::query("SELECT * FROM entry WHERE id = $1").bind(b).fetch_one(db).await?;"#;
    assert_eq!(faults(starred).len(), 1);
    let good = r#"sqlx::query("SELECT id FROM entry WHERE id = $1").bind(b).fetch_one(db).await?;"#;
    assert!(faults(good).is_empty());
    let pieces = r#"sqlx::query(rows(n, 1).within("WITH w (id) AS (VALUES ", ") SELECT id FROM w LIMIT 9")).fetch_all(db).await?;"#;
    assert!(faults(pieces).is_empty());
    assert_eq!(faults(&pieces.replace(" LIMIT 9", "")).len(), 1);
}
