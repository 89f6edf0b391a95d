//! Finds the built phone app, so that `cargo build` works without Node: where `app/dist` is missing, one page says so.
//! With `MIAOPU_REQUIRE_APP=1` a missing app is an error instead.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

const PLACEHOLDER: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>苗圃</title>\
<p>此服务器未包含手机应用。This server was built without the phone app: run <code>make app</code> and build it again.</p></html>\n";

fn main() {
    println!("cargo::rerun-if-env-changed=MIAOPU_REQUIRE_APP");
    println!("cargo::rerun-if-changed=../migrations");
    let manifest =
        PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo names the manifest's folder"));
    let built = manifest.join("../app/dist");
    // Watching a path that does not exist would rebuild the server each time.
    let watched = if built.is_dir() { "../app/dist" } else { "../app/index.html" };
    println!("cargo::rerun-if-changed={watched}");
    let folder = if built.join("index.html").is_file() {
        built.canonicalize().expect("app/dist was just seen")
    } else {
        assert!(
            env::var_os("MIAOPU_REQUIRE_APP").is_none(),
            "app/dist/index.html is missing: run `make app` first, or unset MIAOPU_REQUIRE_APP"
        );
        placeholder()
    };
    println!("cargo::rustc-env=MIAOPU_APP_FOLDER={}", folder.display());
}

fn placeholder() -> PathBuf {
    let out = env::var_os("OUT_DIR").expect("cargo names a folder for what is built");
    let folder = Path::new(&out).join("app");
    fs::create_dir_all(&folder).expect("cargo's folder can be written");
    fs::write(folder.join("index.html"), PLACEHOLDER).expect("cargo's folder can be written");
    folder
}
