//! Errors of the database and the disk are never swallowed: a store and the `db` seam hand every one on.
//! Clippy denies `unwrap`; these are the quieter ways to lose an error.

use crate::lexer;
use crate::rooms::is_store;
use crate::tree::{self, Source};

const SWALLOWS: [&str; 6] =
    [".ok()", ".unwrap_or_default()", "let _ =", ".unwrap_or_else(|_|", ".map_err(|_|", "if let Ok("];

fn wanted(source: &Source) -> bool {
    is_store(&source.path) || (source.path.starts_with("server/src/db/") && source.ending() == "rs")
}

fn swallowed(source: &Source) -> Vec<String> {
    let code = lexer::rust(&source.text).code;
    let code = code.split("#[cfg(test)]").next().unwrap_or(&code);
    let found = SWALLOWS.iter().flat_map(|way| code.match_indices(way));
    found.map(|(at, way)| source.fault(at, &format!("`{way}` loses an error of the database"))).collect()
}

#[test]
fn no_store_swallows_an_error() {
    tree::tree_passes(wanted, swallowed);
}

#[test]
fn a_swallowed_error_is_a_fault() {
    let example =
        "let row = query.fetch_optional(db).await.ok().flatten();\nlet _ = query.execute(db).await;";
    assert_eq!(swallowed(&Source::example("server/src/media/store.rs", example)).len(), 2);
}
