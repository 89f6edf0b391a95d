//! How long files may be. Functions and arguments are counted by clippy, not here.

use crate::tree::{self, Source};

/// Lines that no file of code or test may reach.
const FILE_LINES_LIMIT: usize = 500;
/// Lines that nine files of ten stay within.
const FILE_LINES_P90: usize = 300;
const README_LINES_MAX: usize = 150;
const ARCHITECTURE_LINES_MAX: usize = 400;
const ADR_LINES_MAX: usize = 60;

fn lines(source: &Source) -> usize {
    source.text.lines().count()
}

fn is_code(source: &Source) -> bool {
    matches!(
        source.ending(),
        "rs" | "ts" | "mts" | "js" | "mjs" | "vue" | "css" | "html" | "sql" | "sh" | "Makefile"
    )
}

fn too_long(source: &Source) -> Vec<String> {
    let name = source.path.rsplit('/').next().unwrap_or(&source.path);
    let max = match name {
        _ if is_code(source) => FILE_LINES_LIMIT - 1,
        _ if name.starts_with("README") => README_LINES_MAX,
        "ARCHITECTURE.md" => ARCHITECTURE_LINES_MAX,
        _ if source.path.starts_with("docs/adr/") => ADR_LINES_MAX,
        _ => return Vec::new(),
    };
    let counted = lines(source);
    if counted <= max {
        return Vec::new();
    }
    vec![format!("{}: {counted} lines, at most {max}: split it by what a reader looks for", source.path)]
}

/// The count that nine of ten stay within.
fn p90(mut counts: Vec<usize>) -> usize {
    counts.sort_unstable();
    counts.get((counts.len() * 9).div_ceil(10).saturating_sub(1)).copied().unwrap_or(0)
}

#[test]
fn no_file_is_too_long() {
    tree::tree_passes(|_| true, too_long);
}

#[test]
fn nine_files_of_ten_are_short() {
    let counts = tree::sources().iter().filter(|s| is_code(s)).map(lines).collect();
    let found = p90(counts);
    assert!(
        found <= FILE_LINES_P90,
        "a tenth of the files has {found} lines or more, aim at {FILE_LINES_P90}"
    );
}

#[test]
fn a_file_of_five_hundred_lines_is_a_fault() {
    assert_eq!(too_long(&Source::example("a/b.rs", &"x\n".repeat(500))).len(), 1);
    assert!(too_long(&Source::example("a/b.rs", &"x\n".repeat(499))).is_empty());
    assert_eq!(too_long(&Source::example("docs/adr/0001-x.md", &"x\n".repeat(61))).len(), 1);
    assert_eq!(p90((1..=10).collect()), 9);
}
