//! The crates behind the project, from `cargo tree`: which licences, which must never come in, and what the pure
//! crate may depend on. `deny.toml` says the same to those who have cargo-deny, with security advisories on top.

use std::collections::BTreeMap;
use std::process::Command;

use crate::tree;

/// Licences of crates used as they are. MPL-2.0 asks for changes to its own files only, and we make none.
const LICENCES: [&str; 15] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Crates that stay out: a second TLS, a second clock, and an RSA with a known timing leak.
const BANNED: [&str; 6] = ["chrono", "native-tls", "openssl", "openssl-sys", "ring", "rsa"];

/// All that `shared` may depend on, features included.
const SHARED_MAY_USE: [&str; 11] = [
    "proptest",
    "schemars",
    "serde",
    "serde_json",
    "sha2",
    "shared-derive",
    "thiserror",
    "tsify",
    "unicode-normalization",
    "uuid",
    "wasm-bindgen",
];

/// Name and licence of the crates that cargo resolves for this platform with these arguments.
fn resolved(arguments: &[&str]) -> BTreeMap<String, String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--prefix", "none", "--no-dedupe", "--format", "{p}|{l}"])
        .args(arguments)
        .current_dir(tree::root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("cargo answers UTF-8");
    let lines = text.lines().filter_map(|line| line.split_once('|'));
    lines
        .map(|(package, licence)| (first_word(package), licence.trim_end_matches(" (*)").to_owned()))
        .collect()
}

fn first_word(text: &str) -> String {
    text.split(' ').next().unwrap_or(text).to_owned()
}

/// Reads `A OR B`, `A AND B`, `A/B` and brackets well enough: one good alternative, all of them together.
fn licence_is_fine(expression: &str) -> bool {
    let plain = expression.replace(['(', ')'], " ").replace('/', " OR ");
    let known = |name: &str| LICENCES.contains(&name.trim());
    plain.split(" AND ").all(|part| part.split(" OR ").any(known))
}

fn unwelcome(name: &str, licence: &str) -> Option<String> {
    if BANNED.contains(&name) {
        return Some(format!("{name} stays out: see deny.toml"));
    }
    (!licence_is_fine(licence)).then(|| format!("{name}: licence `{licence}` is not on the list"))
}

#[test]
fn no_unwelcome_crate_is_linked() {
    let crates = resolved(&["--workspace"]);
    assert!(crates.len() > 100, "only {} crates resolved", crates.len());
    tree::none(crates.iter().filter_map(|(name, licence)| unwelcome(name, licence)).collect());
}

#[test]
fn the_pure_crate_depends_on_pure_crates() {
    let used = resolved(&["--package", "shared", "--all-features", "--depth", "1"]);
    assert!(used.contains_key("serde"), "shared's dependencies were not read: {used:?}");
    let foreign: Vec<&String> =
        used.keys().filter(|n| *n != "shared" && !SHARED_MAY_USE.contains(&n.as_str())).collect();
    assert!(foreign.is_empty(), "shared depends on {foreign:?}: it may touch nothing");
}

#[test]
fn a_banned_crate_and_a_copyleft_licence_are_faults() {
    assert!(unwelcome("openssl", "Apache-2.0").is_some());
    assert!(unwelcome("x", "GPL-3.0").is_some());
    assert!(unwelcome("x", "MIT AND GPL-3.0").is_some());
    assert!(unwelcome("x", "(MIT OR GPL-3.0) AND Unicode-3.0").is_none());
    assert!(unwelcome("x", "").is_some());
}
