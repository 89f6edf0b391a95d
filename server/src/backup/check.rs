//! Reads a folder of backups back: sums of every state's files, and the bytes of every blob against its name.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, Result};
use shared::ids::Digest;

use super::{BLOBS, Backups, FAULTS_NAMED_MAX, blob_named, manifest::Manifest};
use crate::blobs::{Area, Blobs};

/// What was looked at, and what does not agree.
#[derive(Debug, Default)]
pub struct Report {
    /// States.
    pub states: u64,
    /// Blobs that they name, each once.
    pub blobs: u64,
    /// What is missing or damaged, the first of it.
    pub faults: Vec<String>,
    /// All of it.
    pub fault_count: u64,
}

impl Report {
    fn fault(&mut self, what: String) {
        self.fault_count += 1;
        if self.faults.len() < FAULTS_NAMED_MAX {
            self.faults.push(what);
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} states, {} blobs", self.states, self.blobs)?;
        for fault in &self.faults {
            writeln!(f, "FAULT {fault}")?;
        }
        match self.fault_count {
            0 => writeln!(f, "everything agrees"),
            count => writeln!(f, "{count} faults: make a new backup into another folder"),
        }
    }
}

/// Checks every state of a folder of backups.
///
/// # Errors
/// When there are none, or the folder cannot be read.
pub async fn check(root: &Path) -> Result<Report> {
    let backups = Backups::open(root)?;
    let (blobs, mut report) = (backups.blobs()?, Report::default());
    let mut seen = BTreeSet::new();
    for state in backups.states()? {
        report.states += 1;
        let dir = backups.state_dir(&state);
        if let Err(why) = Manifest::read(&dir) {
            report.fault(format!("{state}: {why:#}"));
            continue;
        }
        for line in BufReader::new(File::open(dir.join(BLOBS))?).lines() {
            let line = line?;
            let (area, sha256) = blob_named(&line).with_context(|| format!("{line:?} names no blob"))?;
            if !seen.insert((area, sha256)) {
                continue;
            }
            report.blobs += 1;
            if let Some(why) = fault(&blobs, (area, sha256)).await? {
                report.fault(format!("{state}: {} {sha256} {why}", area.name()));
            }
        }
    }
    Ok(report)
}

/// What is wrong with a blob, if anything.
pub async fn fault(blobs: &Blobs, (area, sha256): (Area, Digest)) -> Result<Option<&'static str>> {
    Ok(match blobs.hash(area, sha256).await? {
        Some(found) if found == sha256 => None,
        Some(_) => Some("is damaged"),
        None => Some("is missing"),
    })
}
