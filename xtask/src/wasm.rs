//! `app/wasm` → `app/src/core/wasm/` (JavaScript, declarations, wasm), with the wasm target of rustup or of Debian.
//! wasm-bindgen's command line is linked in: its version then always equals the library's.
use std::{env, fs, path::Path, process::Command};

use anyhow::{Result, bail};

use crate::{root, run};

const TRIPLE: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "wasm-release";
const CRATE: &str = "miaopu-wasm";
const FILE_STEM: &str = "miaopu_wasm";
/// What the compiler takes for granted of a browser, and every one that the app is built for has.
const FEATURES: [&str; 5] = [
    "--enable-bulk-memory",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// How the wasm target is to be had on this machine.
enum Toolchain {
    /// The compiler in use has the target (`rustup target add`, or a distribution's package).
    Target,
    /// Debian's rustc-web with rust-web-src: the standard library is built from source.
    DebianWeb,
}

/// Compiles `app/wasm` and writes its JavaScript face.
///
/// # Errors
/// Where no wasm target is installed, the compiler fails, or the face cannot be written.
pub fn build() -> Result<()> {
    crate::app::install_packages()?;
    let root = root();
    let target_dir = root.join("target/wasm");
    let mut cargo = match toolchain()? {
        Toolchain::Target => Command::new(env::var("CARGO").unwrap_or_else(|_| "cargo".into())),
        Toolchain::DebianWeb => debian_cargo(),
    };
    cargo
        .current_dir(&root)
        .args(["build", "--locked", "-p", CRATE, "--target", TRIPLE])
        .args(["--profile", PROFILE, "--target-dir"])
        .arg(&target_dir);
    let mut flags = remapped_paths(&root);
    // SHA-256 in a loop: about as quick as unrolled, and 1.6 kB less to download.
    flags.push_str(" --cfg=sha2_backend_soft=\"compact\"");
    if cargo.get_program() == "/usr/bin/cargo" {
        // Where a panic happened and what `{:?}` would say is read by nobody on a phone: it just ends the worker.
        flags.push_str(" -Zlocation-detail=none -Zfmt-debug=none -Zunstable-options -Cpanic=immediate-abort");
        cargo.args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"]);
    }
    run(cargo.env("RUSTFLAGS", flags))?;

    let input = target_dir.join(TRIPLE).join(PROFILE).join(format!("{FILE_STEM}.wasm"));
    let output = root.join("app/src/core/wasm");
    fs::create_dir_all(&output)?;
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(&input)
        .web(true)?
        .typescript(true)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&output)?;
    shrink(&output.join(format!("{FILE_STEM}_bg.wasm")))?;
    write_lists(&output)?;
    let size = fs::metadata(output.join(format!("{FILE_STEM}_bg.wasm")))?.len();
    eprintln!("wasm: {size} bytes in {}", output.display());
    Ok(())
}

/// Lets Binaryen rewrite the file: a phone downloads it before its first visit. Nothing is inlined for the single call it
/// has: what is smaller so packs worse. The first kilobyte of memory is the last of the stack: no pointer leads there.
fn shrink(file: &Path) -> Result<()> {
    let app = root().join("app");
    let mut optimizer = Command::new(app.join("node_modules/.bin/wasm-opt"));
    optimizer.args(["-Os", "--one-caller-inline-max-function-size=0", "--low-memory-unused"]).args(FEATURES);
    run(optimizer.arg(file).arg("-o").arg(file))
}

/// Writes the fixed lists down as TypeScript: no phone has to work them out.
fn write_lists(output: &Path) -> Result<()> {
    let lists = shared::json::text(&shared::sync::view::lists());
    let text =
        format!("import type {{ Lists }} from './{FILE_STEM}'\n\nexport const lists: Lists = {lists}\n");
    Ok(fs::write(output.join("lists.ts"), text)?)
}

fn toolchain() -> Result<Toolchain> {
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let libraries = answer(Command::new(rustc).args(["--print", "target-libdir", "--target", TRIPLE]));
    if libraries.is_some_and(|folder| Path::new(&folder).is_dir()) {
        return Ok(Toolchain::Target);
    }
    let sysroot = answer(Command::new("/usr/bin/rustc").args(["--print", "sysroot"]));
    let sources = sysroot.map(|folder| Path::new(&folder).join("lib/rustlib/src/rust/library/std"));
    if Path::new("/usr/bin/cargo").exists() && sources.is_some_and(|folder| folder.is_dir()) {
        return Ok(Toolchain::DebianWeb);
    }
    bail!(
        "no wasm target: run `rustup target add {TRIPLE}`, or on Debian `./setup.sh` \
         (it installs rustc-web cargo-web rust-web-src lld)"
    )
}

/// Debian's cargo, freed of what the other cargo put into our environment.
fn debian_cargo() -> Command {
    let mut cargo = Command::new("/usr/bin/cargo");
    for name in ["CARGO", "RUSTUP_TOOLCHAIN", "RUSTC_WRAPPER", "CARGO_MANIFEST_DIR"] {
        cargo.env_remove(name);
    }
    cargo
        .env("RUSTC", "/usr/bin/rustc")
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld");
    cargo
}

/// Panic messages hold source paths: they must not name the machine that built the file.
fn remapped_paths(root: &Path) -> String {
    let cargo_home = env::var("CARGO_HOME")
        .or_else(|_| env::var("HOME").map(|home| format!("{home}/.cargo")))
        .unwrap_or_default();
    let mut flags = format!("--remap-path-prefix={}=.", root.display());
    if !cargo_home.is_empty() {
        flags.push_str(&format!(" --remap-path-prefix={cargo_home}=cargo"));
    }
    flags
}

/// What a command prints, or `None` where it cannot be run or fails.
fn answer(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
