//! `miaopu inspect`: what this server would make of the files of a folder, without an installation. Nothing is kept and
//! nothing is changed; each file goes to the same child as an upload does.

pub mod table;

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use crate::derive::alike::{self, Mark};
use crate::derive::likeness::Likeness;
use crate::derive::process::Deriver;
use crate::derive::{Want, facts::Facts, sniff};
use crate::media::facts::Known;

/// Files looked at in one run.
const FILES_MAX: usize = 10_000;
/// Folders inside folders.
const DEPTH_MAX: usize = 16;

/// What would be made of a file.
#[derive(Debug, Serialize)]
pub struct Look {
    /// Its path below the folder.
    pub file: String,
    /// What its first bytes say.
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub size_bytes: u64,
    /// Why no picture is made of it; `None` where one is.
    pub reason: Option<String>,
    /// Of the upright picture, in pixels.
    pub size_px: Option<(u32, u32)>,
    /// What it says of itself, position included.
    pub facts: Facts,
    /// `Likeness::light` in hexadecimal digits.
    pub light: Option<String>,
    /// The placeholder, in base64.
    pub thumb_hash: Option<String>,
    /// The number of its group of near-duplicates, from 1; `None` where it is alone.
    pub group: Option<usize>,
}

/// Looks at every file of a folder and the folders in it, in the order of their paths. Links are not followed.
///
/// # Errors
/// When the folder cannot be read, or holds more than `FILES_MAX` files.
pub async fn folder(folder: &Path) -> Result<Vec<Look>> {
    let program = std::env::current_exe().context("the path of this program is not known")?;
    let deriver = Deriver::new(program, Vec::new());
    let mut looks = Vec::new();
    let mut marks = Vec::new();
    for path in files(folder)? {
        let (look, mark) = file(&deriver, folder, &path).await.with_context(|| path.display().to_string())?;
        looks.push(look);
        marks.push(mark);
    }
    let mut groups: Vec<Vec<usize>> = alike::members(&alike::groups(&marks)).into_values().collect();
    groups.sort();
    for (number, members) in groups.into_iter().enumerate() {
        members.into_iter().for_each(|at| looks[at].group = Some(number + 1));
    }
    Ok(looks)
}

async fn file(deriver: &Deriver, folder: &Path, path: &Path) -> Result<(Look, Mark)> {
    let open = || File::open(path).context("cannot be opened");
    let outcome = deriver.derive(open()?, Want::Photo).await.context("the child did not run")?;
    let facts = deriver.facts(open()?).await.context("the child did not run")?;
    let (reason, derived) = match outcome {
        Ok(derived) => (None, Some(derived)),
        Err(reason) => (Some(reason.to_string()), None),
    };
    let size_px = derived.as_ref().map(|derived| (derived.width_px, derived.height_px));
    let likeness: Option<Likeness> = derived.and_then(|derived| derived.likeness);
    let known = Known::new(facts.clone(), likeness);
    let mark = Mark { scan: known.scan_sha256, light: known.light };
    let look = Look {
        file: path.strip_prefix(folder).unwrap_or(path).display().to_string(),
        kind: kind_of(&open()?)?.mime(),
        size_bytes: open()?.metadata()?.len(),
        reason,
        size_px,
        facts,
        light: known.light.map(|light| format!("{light:016x}")),
        thumb_hash: known.thumb_hash,
        group: None,
    };
    Ok((look, mark))
}

fn kind_of(file: &File) -> std::io::Result<sniff::Kind> {
    use std::io::Read as _;
    let mut head = Vec::new();
    file.take(sniff::SNIFF_BYTES as u64).read_to_end(&mut head)?;
    Ok(sniff::sniff(&head))
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    gather(folder, 0, &mut found)?;
    found.sort();
    Ok(found)
}

fn gather(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<()> {
    ensure!(depth <= DEPTH_MAX, "{} lies more than {DEPTH_MAX} folders deep", folder.display());
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("cannot read the folder {}", folder.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot read the folder {}", folder.display()))?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            gather(&entry.path(), depth + 1, found)?;
        } else if kind.is_file() {
            ensure!(found.len() < FILES_MAX, "there are more than {FILES_MAX} files: inspect a folder in it");
            found.push(entry.path());
        }
    }
    Ok(())
}
