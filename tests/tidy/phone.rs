//! The phone's invariant: in `app/src` only `core/` touches wasm, storage and network, and no screen knows a rule.
//! A screen asks the wasm what is allowed; it holds no limit, no list of states, no comparison of roles, and no
//! type of the wire written by hand.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use crate::lexer;
use crate::tree::{self, Source};

/// What only `core/` and the service worker may name.
const TOUCHES: [&str; 12] = [
    "indexedDB",
    "openDB",
    "fetch(",
    "navigator.storage",
    "WebAssembly",
    "localStorage",
    "sessionStorage",
    "XMLHttpRequest",
    "EventSource",
    "caches.",
    "new Worker(",
    "core/wasm",
];

/// Roles and states of entries, as they stand on the wire.
const RULE_WORDS: [&str; 11] = [
    "member",
    "secretary",
    "deputy",
    "committee",
    "school",
    "admin",
    "draft",
    "submitted",
    "approved",
    "returned",
    "reopened",
];

fn wanted(source: &Source) -> bool {
    source.path.starts_with("app/src/") && matches!(source.ending(), "ts" | "vue")
}

fn is_screen(source: &Source) -> bool {
    let test = source.path.ends_with(".test.ts") || source.path.ends_with(".spec.ts");
    wanted(source) && !source.path.starts_with("app/src/core/") && source.path != "app/src/sw.ts" && !test
}

fn touching(source: &Source) -> Vec<String> {
    let code = lexer::without_comments(&source.text);
    let mut faults = Vec::new();
    for word in TOUCHES {
        let found = lexer::words(&code, word).into_iter().filter(|at| !code[..*at].ends_with('.'));
        faults.extend(found.map(|at| source.fault(at, &format!("`{word}` belongs to core/"))));
    }
    faults
}

/// `=== 'secretary'`, `!= "draft"`, `maxlength="60"`, `.length > 500`.
fn deciding(source: &Source) -> Vec<String> {
    let code = lexer::without_comments(&source.text);
    let mut faults = Vec::new();
    for word in RULE_WORDS {
        for quote in ['\'', '"', '`'] {
            let quoted = format!("{quote}{word}{quote}");
            let compared = code.match_indices(&quoted).filter(|(at, _)| {
                let before = code[..*at].trim_end();
                let after = code[at + quoted.len()..].trim_start();
                before.ends_with("==")
                    || before.ends_with("!=")
                    || after.starts_with("==")
                    || after.starts_with("!=")
            });
            faults.extend(
                compared
                    .map(|(at, _)| source.fault(at, &format!("{quoted}: ask the rules, compare nothing"))),
            );
        }
    }
    for sign in
        ["maxlength=\"", "maxLength: ", ".length > ", ".length >= ", ".size > ", ".length < ", ".length <= "]
    {
        let numbers = code.match_indices(sign).filter(|(at, _)| number_above_two(&code[at + sign.len()..]));
        faults.extend(numbers.map(|(at, _)| source.fault(at, "a limit: it comes from the wasm")));
    }
    faults
}

/// Comparing a length with nought, one or two is about shape, not about a limit.
fn number_above_two(text: &str) -> bool {
    let digits: String =
        text.chars().take_while(|c| c.is_ascii_digit() || *c == '_').filter(|c| *c != '_').collect();
    digits.parse::<u64>().is_ok_and(|n| n > 2)
}

/// Names of the types that the phone gets generated: public types of `model`, `wire` and `sync`.
fn generated() -> &'static BTreeSet<String> {
    static NAMES: OnceLock<BTreeSet<String>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let rooms = ["shared/src/model/", "shared/src/wire/", "shared/src/sync/"];
        let files = tree::sources().iter().filter(|s| rooms.iter().any(|room| s.path.starts_with(room)));
        files.flat_map(|s| type_names(&lexer::rust(&s.text).code, &["pub struct ", "pub enum "])).collect()
    })
}

fn type_names(code: &str, openings: &[&str]) -> Vec<String> {
    let starts = openings.iter().flat_map(|o| code.match_indices(o).map(|(at, o)| at + o.len()));
    starts.map(|at| code[at..].chars().take_while(|c| c.is_alphanumeric()).collect()).collect()
}

fn handwritten(source: &Source, generated: &BTreeSet<String>) -> Vec<String> {
    let code = lexer::without_comments(&source.text);
    let declared =
        type_names(&code, &["\ninterface ", "export interface ", "\ntype ", "export type ", "\nenum "]);
    let doubled = declared.into_iter().filter(|name| !name.is_empty() && generated.contains(name));
    doubled.map(|name| format!("{}: type {name} is generated from `shared`", source.path)).collect()
}

#[test]
fn only_core_touches_the_phone() {
    tree::tree_passes(is_screen, touching);
}

#[test]
fn no_screen_decides() {
    tree::tree_passes(is_screen, deciding);
}

#[test]
fn types_of_the_wire_are_generated() {
    tree::tree_passes(wanted, |source| handwritten(source, generated()));
}

#[test]
fn a_screen_that_fetches_compares_or_declares_is_a_fault() {
    let screen = |text| Source::example("app/src/entries/EntryPage.vue", text);
    assert_eq!(touching(&screen("await fetch('/api/v1/me')")).len(), 1);
    assert_eq!(touching(&screen("await store.prefetch('x') // fetch(")).len(), 0);
    assert_eq!(deciding(&screen("if (role === 'secretary') open()")).len(), 1);
    assert_eq!(deciding(&screen("<textarea maxlength=\"500\">")).len(), 1);
    assert_eq!(deciding(&screen("if (rows.length > 0) t('draft')")).len(), 0);
    let names = BTreeSet::from(["Entry".to_owned()]);
    assert_eq!(handwritten(&screen("\nexport interface Entry { id: string }"), &names).len(), 1);
}
