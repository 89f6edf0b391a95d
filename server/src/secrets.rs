//! The server's own keys: made at first start, kept in the data folder for the owner's eyes only, no defaults.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use anyhow::{Context, Result, bail};

use sha2::{Digest as _, Sha256};
use shared::ids::Digest;

use crate::chance;

/// Bytes of a key: the block that HMAC-SHA-256 gains nothing beyond is 64, its output 32.
const KEY_BYTES: usize = 32;

/// One symmetric key. Prints nothing of itself.
#[derive(Clone)]
pub struct Key([u8; KEY_BYTES]);

impl Key {
    /// The bytes, for the one who signs.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether a text is this key in hex. Takes as long for every wrong one.
    #[must_use]
    pub fn is_written_as(&self, text: &str) -> bool {
        Sha256::digest(self.text()) == Sha256::digest(text)
    }

    fn text(&self) -> String {
        Digest(self.0).to_string()
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

/// All keys of one installation. Several servers on one database share the folder's contents.
#[derive(Clone, Debug)]
pub struct Secrets {
    /// Signs access tokens and the media cookie.
    pub token: Key,
    /// Signs what phones hand back: cursors and receipts.
    pub cursor: Key,
    /// What Prometheus shows to be given figures. Its file is text, for `credentials_file`, and belongs to no backup:
    /// a restored installation makes a new one.
    pub metrics: Key,
}

impl Secrets {
    /// Reads the keys of `folder`, making those that are missing.
    ///
    /// # Errors
    /// When the folder cannot be written, or a key file is damaged or readable by others.
    pub fn open(folder: &Path) -> Result<Secrets> {
        private(folder)?;
        Ok(Secrets {
            token: key(&folder.join("token.key"))?,
            cursor: key(&folder.join("cursor.key"))?,
            metrics: written(&folder.join("metrics.token"))?,
        })
    }
}

/// The keys' files.
const FILES: [&str; 2] = ["token.key", "cursor.key"];

impl Secrets {
    /// Copies the keys of an installation into a backup.
    ///
    /// # Errors
    /// When a key is missing, damaged or readable by others, or the backup cannot be written.
    pub fn copy(folder: &Path, backup: &Path) -> Result<()> {
        for name in FILES {
            put(&backup.join(name), existing(&folder.join(name))?.bytes())?;
        }
        Ok(())
    }

    /// Brings the keys of a backup into an installation that has none, or the same.
    ///
    /// # Errors
    /// When the installation has other keys, or cannot be written.
    pub fn restore(backup: &Path, folder: &Path) -> Result<()> {
        private(folder)?;
        for name in FILES {
            let key = existing(&backup.join(name))?;
            match find(&folder.join(name))? {
                Some(known) if known.0 == key.0 => {}
                Some(_) => bail!("{} holds other keys: restore into a new data.dir", folder.display()),
                None => put(&folder.join(name), key.bytes())?,
            }
        }
        Ok(())
    }
}

fn private(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
        .with_context(|| format!("cannot close {} to other users", folder.display()))
}

fn key(path: &Path) -> Result<Key> {
    match find(path)? {
        Some(key) => Ok(key),
        None => make(path),
    }
}

/// A key whose file is text.
fn written(path: &Path) -> Result<Key> {
    if !path.exists() {
        put(path, format!("{}\n", Key(chance::bytes()).text()).as_bytes())?;
    }
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let Ok(Digest(bytes)) = text.trim().parse() else {
        bail!("{} is damaged: remove it to get a new one, and give that to Prometheus", path.display())
    };
    Ok(Key(bytes))
}

fn existing(path: &Path) -> Result<Key> {
    find(path)?.with_context(|| format!("the key {} is missing", path.display()))
}

fn find(path: &Path) -> Result<Option<Key>> {
    match fs::read(path) {
        Ok(bytes) => read(path, &bytes).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read the key {}", path.display())),
    }
}

fn read(path: &Path, bytes: &[u8]) -> Result<Key> {
    let mode = fs::metadata(path)
        .with_context(|| format!("cannot look at {}", path.display()))?
        .permissions()
        .mode();
    if mode & 0o077 != 0 {
        bail!("{} can be read by other users: run `chmod 600 {0}` and start again", path.display());
    }
    match bytes.try_into() {
        Ok(key) => Ok(Key(key)),
        Err(_) => bail!(
            "{} holds {} bytes instead of {KEY_BYTES}: restore it from a backup, or remove it to get a new key \
             (everybody then signs in again)",
            path.display(),
            bytes.len()
        ),
    }
}

fn make(path: &Path) -> Result<Key> {
    put(path, &chance::bytes::<KEY_BYTES>())?;
    existing(path)
}

/// Written aside and linked into place, so that a crash leaves no half key and a racing start wins or reads.
fn put(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().context("a key lies in a folder")?;
    let mut file = tempfile::NamedTempFile::new_in(folder).context("cannot write a key")?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).context("cannot write a key")?;
    match file.persist_noclobber(path) {
        Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => {
            Err(error.error).with_context(|| format!("cannot write the key {}", path.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_start_reads_the_keys_of_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let made = Secrets::open(folder.path()).unwrap();
        let read = Secrets::open(folder.path()).unwrap();
        assert_eq!(made.token.bytes(), read.token.bytes());
        assert_ne!(made.token.bytes(), made.cursor.bytes());
        let mode = fs::metadata(folder.path().join("token.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        Secrets::open(folder.path()).unwrap();
        let path = folder.path().join("token.key");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let error = Secrets::open(folder.path()).unwrap_err();
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }
}
