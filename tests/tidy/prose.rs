//! What text says, whatever the language: a file introduces itself, leaves nothing for later, and knows nothing of
//! the machine it was written on.

use crate::tree::{self, Source};

/// Characters that a sentence about a file has at least.
const HEADER_CHARS_MIN: usize = 24;

/// The sign that opens a header, for the languages that need one.
fn comment_sign(source: &Source) -> Option<&'static [&'static str]> {
    match source.ending() {
        "rs" => Some(&["//!"]),
        // What a tool's configuration file is, its name says.
        "ts" if source.path.ends_with(".config.ts") => None,
        "ts" | "mts" | "js" | "mjs" => Some(&["//", "/*", " *"]),
        "css" => Some(&["/*", " *"]),
        "vue" => Some(&["<!--", "//"]),
        "sql" => Some(&["--"]),
        "sh" | "Makefile" => Some(&["#"]),
        _ => None,
    }
}

fn without_header(source: &Source) -> Vec<String> {
    let Some(signs) = comment_sign(source) else { return Vec::new() };
    // A component's header stands in a comment on top, or on the first lines of its script.
    let script = source.text.strip_prefix("<script").and_then(|rest| rest.split_once('\n'));
    let text = script.map_or(source.text.as_str(), |(_, script)| script);
    let own_lines = text.lines().filter(|line| !line.starts_with("#!"));
    let header = own_lines.take_while(|line| signs.iter().any(|sign| line.starts_with(sign)));
    let header: usize = header.map(|line| line.chars().count()).sum();
    if header >= HEADER_CHARS_MIN {
        return Vec::new();
    }
    vec![source.fault(0, "opens with a comment that says what the file is, and what it is not")]
}

/// Words that promise work instead of doing it.
const PROMISES: [&str; 4] = ["TODO", "FIXME", "XXX", "HACK"];

fn promises(source: &Source) -> Vec<String> {
    let found = PROMISES.iter().flat_map(|word| crate::lexer::words(&source.text, word));
    found.map(|at| source.fault(at, "do it, or open an issue and say nothing here")).collect()
}

/// Paths of one machine. Cut in two here, so that this list does not find itself.
const FOREIGN: [&str; 3] = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/home", "/")];

fn foreign(source: &Source) -> Vec<String> {
    let mut faults = Vec::new();
    for word in FOREIGN {
        let found = source.text.match_indices(word);
        faults.extend(found.map(|(at, _)| source.fault(at, &format!("`{word}` is not of this project"))));
    }
    faults
}

#[test]
fn every_file_introduces_itself() {
    tree::tree_passes(|_| true, without_header);
}

#[test]
fn nothing_is_left_for_later() {
    tree::tree_passes(|s| s.path != "tests/tidy/prose.rs" && s.ending() != "md", promises);
}

#[test]
fn nothing_speaks_of_the_machine_it_was_written_on() {
    tree::tree_passes(|_| true, foreign);
}

#[test]
fn a_silent_a_promising_and_a_foreign_file_are_faults() {
    assert_eq!(without_header(&Source::example("a.rs", "//! Short.\nuse x;")).len(), 1);
    assert_eq!(without_header(&Source::example("a.vue", "<script setup>\nconst a = 1")).len(), 1);
    assert!(
        without_header(&Source::example("a.vue", "<script setup>\n// One row of a list of entries.\n"))
            .is_empty()
    );
    assert_eq!(without_header(&Source::example("a.sh", "#!/bin/bash\necho")).len(), 1);
    assert_eq!(promises(&Source::example("a.rs", "// TODO: later")).len(), 1);
    assert_eq!(foreign(&Source::example("a.md", concat!("see /ro", "ot/x"))).len(), 1);
}
