//! The `miaopu` binary, for tests that start it or whose server starts it: the deriving child, the commands.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The binary beside this test, built now if it is not what the sources say.
///
/// # Panics
/// When it does not build, or is not where tests are.
pub fn miaopu() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let this = std::env::current_exe().expect("a test knows where it lies");
        let folder = this.parent().and_then(Path::parent).expect("tests lie in target/<profile>/deps");
        let mut cargo = Command::new(env!("CARGO"));
        // All default members, as `cargo test` takes them: one choice of features, nothing built twice.
        cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).args(["build", "--quiet", "--bins"]);
        if folder.ends_with("release") {
            cargo.arg("--release");
        }
        let built = cargo.status().expect("cargo runs");
        let binary = folder.join("miaopu");
        let path = binary.display();
        assert!(
            built.success() && binary.is_file(),
            "no {path}: run `cargo build --bins` and read what it says"
        );
        binary
    })
}
