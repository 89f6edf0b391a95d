//! Errors of the database and the disk are never swallowed: a store and the `db` seam hand every one on.
//! Clippy denies `unwrap`; these are the quieter ways to lose an error.

use crate::lexer;
use crate::rooms::is_store;
use crate::tree::{self, Source};

const SWALLOWS: [&str; 5] = [".ok()", ".unwrap_or_default()", "let _ =", ".unwrap_or_else(|_|", "if let Ok("];

fn wanted(source: &Source) -> bool {
    is_store(&source.path) || (source.path.starts_with("server/src/db/") && source.ending() == "rs")
}

fn swallowed(source: &Source) -> Vec<String> {
    let code = lexer::rust(&source.text).code;
    let code = code.split("#[cfg(test)]").next().unwrap_or(&code);
    let found = SWALLOWS.iter().flat_map(|way| code.match_indices(way));
    let of_database = found.filter(|(at, way)| is_of_database(code, *at, way));
    of_database
        .map(|(at, way)| source.fault(at, &format!("`{way}` loses an error of the database")))
        .collect()
}

/// What comes from the database is awaited: before the dot that swallows it, or after the `=` that does.
fn is_of_database(code: &str, at: usize, way: &str) -> bool {
    let ends = [';', '{', '}'];
    let from = code[..at].rfind(ends).map_or(0, |n| n + 1);
    let to = code[at..].find(ends).map_or(code.len(), |n| at + n);
    let looked_at = if way.starts_with('.') { &code[from..at] } else { &code[at..to] };
    looked_at.contains(".await")
}

#[test]
fn no_store_swallows_an_error() {
    tree::tree_passes(wanted, swallowed);
}

#[test]
fn a_swallowed_error_is_a_fault() {
    let faults = |text: &str| swallowed(&Source::example("server/src/media/store.rs", text)).len();
    assert_eq!(
        faults("let row = query.fetch_optional(db).await.ok().flatten();\nlet _ = q.execute(db).await;"),
        2
    );
    assert_eq!(faults("query.bind(text_of(after).unwrap_or_default()).fetch_optional(db).await?;"), 0);
}
