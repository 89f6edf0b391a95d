//! The files of the project as text, and how a check reports. Nothing here judges a file.
//! It walks folders itself, so that a copy without `.git` is checked as well.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Folders that hold what was built, fetched or recorded, never what was written by hand.
const SKIPPED: [&str; 11] = [
    ".git",
    "app/dist",
    "app/playwright-report",
    "app/public",
    "app/src/core/wasm",
    "app/test-results",
    "data",
    "data-demo",
    "node_modules",
    "proptest-regressions",
    "target",
];

/// Endings of the files that people write and read here.
const ENDINGS: [&str; 16] = [
    "rs", "ts", "mts", "js", "mjs", "vue", "css", "html", "sql", "sh", "md", "toml", "yml", "yaml", "json",
    "Makefile",
];

/// One text file of the project.
pub struct Source {
    /// Path from the project's folder, with `/`.
    pub path: String,
    pub text: String,
}

impl Source {
    /// A file that exists only in a test.
    pub fn example(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), text: text.to_owned() }
    }

    /// The ending of the name, or the whole name where there is none. The programs of `.ci/` are shell.
    pub fn ending(&self) -> &str {
        if self.path.starts_with(".ci/") {
            return "sh";
        }
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        name.rsplit('.').next().unwrap_or(name)
    }

    /// A fault at a byte offset, as `path:line: what`.
    pub fn fault(&self, offset: usize, what: &str) -> String {
        let line = self.text[..offset.min(self.text.len())].matches('\n').count() + 1;
        format!("{}:{line}: {what}", self.path)
    }
}

/// The project's folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the project").to_owned()
}

/// Every text file that people write, in the order of their paths. Lock files are left out: tools write them.
pub fn sources() -> &'static [Source] {
    static ALL: OnceLock<Vec<Source>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut found = Vec::new();
        walk(&root(), "", &mut found);
        found.sort_by(|a, b| a.path.cmp(&b.path));
        assert!(found.len() > 20, "tidy found only {} files below {:?}", found.len(), root());
        found
    })
}

fn walk(folder: &Path, prefix: &str, found: &mut Vec<Source>) {
    for item in fs::read_dir(folder).expect("a folder of the project is readable") {
        let item = item.expect("a folder of the project is readable");
        let name = item.file_name().to_string_lossy().into_owned();
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
        if SKIPPED.contains(&path.as_str()) || SKIPPED.contains(&name.as_str()) {
            continue;
        }
        let kind = item.file_type().expect("a file of the project has a type");
        if kind.is_dir() {
            walk(&item.path(), &path, found);
        } else if kind.is_file() && name != "package-lock.json" {
            let mut source = Source { path, text: String::new() };
            if ENDINGS.contains(&source.ending()) {
                source.text = fs::read_to_string(item.path()).expect("a text file of the project is UTF-8");
                found.push(source);
            }
        }
    }
}

/// Runs a check over the files whose path it wants, and fails with every fault it found.
pub fn tree_passes(wanted: impl Fn(&Source) -> bool, check: impl Fn(&Source) -> Vec<String>) {
    none(sources().iter().filter(|source| wanted(source)).flat_map(check).collect());
}

/// Fails with the faults, one a line, if there are any.
pub fn none(faults: Vec<String>) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
