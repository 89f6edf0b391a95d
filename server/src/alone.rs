//! Whether a server serves a folder's database. Whoever serves holds a lock that several may hold; what must not happen
//! beside a server takes it alone. The system frees it with the process.

use std::fs::{File, TryLockError};
use std::path::Path;

use anyhow::{Context, Result, bail};

/// The file in the folder.
const FILE: &str = "serving";

/// Says that a server serves the folder, until the answer is dropped.
///
/// # Errors
/// When something is under way that no server may run beside.
pub fn serve(folder: &Path) -> Result<File> {
    let file = open(folder)?;
    match file.try_lock_shared() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            bail!("{} is being copied: start the server after it", folder.display())
        }
        Err(TryLockError::Error(error)) => Err(error).context("cannot lock the data folder"),
    }
}

/// Keeps servers from the folder, until the answer is dropped.
///
/// # Errors
/// When one serves it.
pub fn take(folder: &Path) -> Result<File> {
    let file = open(folder)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!("a server serves {}: stop it first", folder.display()),
        Err(TryLockError::Error(error)) => Err(error).context("cannot lock the data folder"),
    }
}

fn open(folder: &Path) -> Result<File> {
    let path = folder.join(FILE);
    File::create(&path).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_serve_and_nobody_is_alone_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (serve(folder.path()).unwrap(), serve(folder.path()).unwrap());
        drop(one);
        assert!(take(folder.path()).unwrap_err().to_string().contains("stop it first"));
        drop(two);
        let alone = take(folder.path()).unwrap();
        assert!(serve(folder.path()).unwrap_err().to_string().contains("after it"));
        drop(alone);
        serve(folder.path()).unwrap();
    }
}
