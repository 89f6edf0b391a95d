//! `app/` → `app/dist/`: npm packages, Vite's build, and a brotli twin beside each text or wasm file.
use std::{fs, path::Path, process::Command, time::SystemTime};

use anyhow::Result;

use crate::{root, run};

/// Below this saving a twin costs more than it brings.
const SAVED_BYTES_MIN: usize = 64;

/// Installs the node modules when the lock file is newer than what is installed.
///
/// # Errors
/// Where `npm ci` fails.
pub fn install_packages() -> Result<()> {
    let app = root().join("app");
    let installed = modified(&app.join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= modified(&app.join("package-lock.json")) {
        return Ok(());
    }
    run(Command::new("npm").arg("ci").current_dir(&app))
}

/// Builds the app and packs it.
///
/// # Errors
/// Where Vite fails or a file cannot be written.
pub fn build() -> Result<()> {
    let app = root().join("app");
    run(Command::new("npm").args(["run", "build"]).current_dir(&app))?;
    compress(&app.join("dist"))
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

/// Writes NAME.br beside every file worth it, so that the server never compresses at run time.
fn compress(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            compress(&path)?;
            continue;
        }
        let extension = path.extension().and_then(|name| name.to_str());
        if !matches!(extension, Some("js" | "css" | "html" | "wasm" | "webmanifest" | "svg")) {
            continue;
        }
        let raw = fs::read(&path)?;
        let mut packed = Vec::new();
        let strongest = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
        brotli::BrotliCompress(&mut &raw[..], &mut packed, &strongest)?;
        if packed.len() + SAVED_BYTES_MIN < raw.len() {
            fs::write(format!("{}.br", path.display()), packed)?;
        }
    }
    Ok(())
}
