//! The rooms of ARCHITECTURE.md: what each folder may name. The compiler keeps most of it through the crates;
//! what stands here is what the compiler cannot see, inside one crate.

use crate::lexer::{self, Rust};
use crate::tree::{self, Source};

/// A word and where it may stand.
struct Rule {
    /// The word that is looked for in code, not in comments or literals.
    word: &'static str,
    /// Whether the rule looks at this path at all.
    room: fn(&str) -> bool,
    /// Whether the word may stand there.
    allowed: fn(&str) -> bool,
    why: &'static str,
}

fn anywhere(path: &str) -> bool {
    path.ends_with(".rs")
}

fn in_server(path: &str) -> bool {
    path.starts_with("server/src/") && path.ends_with(".rs")
}

fn in_shared(path: &str) -> bool {
    path.starts_with("shared/src/") && path.ends_with(".rs")
}

fn nowhere(_: &str) -> bool {
    false
}

fn file_is(path: &str, names: &[&str]) -> bool {
    path.rsplit('/').next().is_some_and(|name| names.contains(&name))
}

/// A store: `store.rs`, or a file of a folder `store/` that a store was split into.
pub fn is_store(path: &str) -> bool {
    in_server(path) && (file_is(path, &["store.rs"]) || path.contains("/store/"))
}

fn may_name_sqlx(path: &str) -> bool {
    is_store(path)
        || path.starts_with("server/src/db/")
        || path == "server/src/error.rs"
        || path.starts_with("tests/")
        || path.starts_with("bench/")
}

fn may_name_axum(path: &str) -> bool {
    let http = ["routes.rs", "router.rs", "extract.rs", "error.rs", "lib.rs", "main.rs"];
    in_server(path) && (file_is(path, &http) || path.contains("/routes/"))
}

fn is_config(path: &str) -> bool {
    path == "server/src/config.rs" || path.starts_with("server/src/config/")
}

fn is_router(path: &str) -> bool {
    path == "server/src/router.rs"
}

const RULES: [Rule; 25] = [
    Rule { word: "sqlx", room: anywhere, allowed: may_name_sqlx, why: "SQL lives in db/ and in stores" },
    Rule {
        word: "AssertSqlSafe",
        room: in_server,
        allowed: |p| p.starts_with("server/src/db/"),
        why: "SQL is literal",
    },
    Rule {
        word: "axum",
        room: in_server,
        allowed: may_name_axum,
        why: "HTTP lives in routes.rs and its few neighbours",
    },
    Rule {
        word: "axum_extra",
        room: in_server,
        allowed: may_name_axum,
        why: "HTTP lives in routes.rs and its few neighbours",
    },
    Rule {
        word: "env::var",
        room: in_server,
        allowed: is_config,
        why: "only config.rs reads the environment",
    },
    Rule {
        word: "env::var_os",
        room: in_server,
        allowed: is_config,
        why: "only config.rs reads the environment",
    },
    Rule {
        word: "env::vars",
        room: in_server,
        allowed: is_config,
        why: "only config.rs reads the environment",
    },
    Rule { word: "Env::", room: in_server, allowed: is_config, why: "only config.rs reads the environment" },
    Rule { word: ".route(", room: in_server, allowed: is_router, why: "all routes stand on router.rs" },
    Rule { word: ".nest(", room: in_server, allowed: is_router, why: "all routes stand on router.rs" },
    Rule {
        word: "chance::seed",
        room: in_server,
        allowed: nowhere,
        why: "a server's chance cannot be guessed",
    },
    Rule { word: "rules::", room: is_store, allowed: nowhere, why: "a store decides nothing" },
    Rule { word: "async", room: in_shared, allowed: nowhere, why: "shared has no async" },
    Rule { word: "std::fs", room: in_shared, allowed: nowhere, why: "shared touches no file" },
    Rule { word: "std::io", room: in_shared, allowed: nowhere, why: "shared does no I/O" },
    Rule { word: "std::net", room: in_shared, allowed: nowhere, why: "shared touches no network" },
    Rule { word: "std::env", room: in_shared, allowed: nowhere, why: "shared reads no environment" },
    Rule { word: "std::thread", room: in_shared, allowed: nowhere, why: "shared starts no thread" },
    Rule { word: "SystemTime", room: in_shared, allowed: nowhere, why: "time is an argument" },
    Rule { word: "Instant", room: in_shared, allowed: nowhere, why: "time is an argument" },
    Rule { word: "now_v7", room: in_shared, allowed: nowhere, why: "ids are arguments" },
    Rule { word: "new_v4", room: in_shared, allowed: nowhere, why: "ids are arguments" },
    Rule { word: "println!", room: in_shared, allowed: nowhere, why: "shared does no I/O" },
    Rule { word: "unsafe", room: anywhere, allowed: nowhere, why: "no unsafe code" },
    Rule { word: "thread::sleep", room: anywhere, allowed: nowhere, why: "wait on a condition" },
];

fn misplaced(source: &Source) -> Vec<String> {
    let Rust { code, .. } = lexer::rust(&source.text);
    let mut faults = Vec::new();
    for rule in &RULES {
        if (rule.room)(&source.path) && !(rule.allowed)(&source.path) {
            let found = lexer::words(&code, rule.word);
            faults
                .extend(found.iter().map(|at| source.fault(*at, &format!("`{}`: {}", rule.word, rule.why))));
        }
    }
    faults
}

/// Every member takes the workspace's lints, and with them `unsafe_code = "forbid"`.
fn without_lints(source: &Source) -> Vec<String> {
    if source.text.contains("[package]") && !source.text.contains("[lints]\nworkspace = true") {
        return vec![source.fault(0, "a crate takes the workspace's lints: [lints] workspace = true")];
    }
    Vec::new()
}

#[test]
fn each_room_names_only_what_it_may() {
    tree::tree_passes(|s| s.ending() == "rs", misplaced);
}

#[test]
fn every_crate_takes_the_lints() {
    tree::tree_passes(|s| s.path.ends_with("Cargo.toml"), without_lints);
    assert_eq!(without_lints(&Source::example("x/Cargo.toml", "[package]\nname = \"x\"\n")).len(), 1);
}

#[test]
fn a_word_in_the_wrong_room_is_a_fault() {
    let faults = |path, text| misplaced(&Source::example(path, text)).len();
    assert_eq!(faults("server/src/media/routes.rs", "use sqlx::Any;"), 1);
    assert_eq!(faults("server/src/media/routes.rs", "// sqlx is elsewhere"), 0);
    assert_eq!(faults("server/src/media/store.rs", "use sqlx::Any;"), 0);
    assert_eq!(faults("server/src/media/store.rs", "use axum::Json;"), 1);
    assert_eq!(faults("server/src/media/store.rs", "shared::rules::feeds_of(r)"), 1);
    assert_eq!(faults("server/src/auth/mod.rs", "std::env::var(\"X\")"), 1);
    assert_eq!(faults("server/src/media/routes.rs", "Router::new().route(\"/x\", get(x))"), 1);
    assert_eq!(faults("shared/src/ids.rs", "let t = SystemTime::now();"), 1);
}
