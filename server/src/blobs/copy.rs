//! `miaopu blobs copy`: brings every file from one storage to another, each held against its hash. What is there
//! already is passed over, so that a copy which was cut off is begun again where it was.

use std::fmt;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use super::{Area, Blobs, Bucket, LIST_MAX, Place, Taken, s3};
use crate::config::Config;

/// Damaged files that are named.
const FAULTS_NAMED_MAX: usize = 100;

/// What was copied.
#[derive(Debug, Default)]
pub struct Report {
    /// Files that are new at their destination.
    pub copied: u64,
    /// Their bytes.
    pub copied_bytes: u64,
    /// Files that were there.
    pub here: u64,
    /// Files that are not what their names say, and those that went away meanwhile; none of them was copied.
    pub faults: Vec<String>,
    /// How many.
    pub fault_count: u64,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "copied     {} ({} bytes)", self.copied, self.copied_bytes)?;
        writeln!(f, "there      {}", self.here)?;
        for fault in &self.faults {
            writeln!(f, "fault      {fault}")?;
        }
        Ok(())
    }
}

/// A storage as the command line names it: a folder, or `s3://bucket/prefix` with endpoint and keys of the configuration.
///
/// # Errors
/// With a sentence that says what to change.
pub fn named(name: &str, config: &Config) -> Result<Blobs> {
    if !name.starts_with("s3://") {
        return Blobs::folder(PathBuf::from(name))
            .with_context(|| format!("cannot make or write the folder {name}"));
    }
    let mut config = config.clone();
    name.clone_into(&mut config.blobs.url);
    let (address, keys) = config.bucket()?.context("no bucket is named")?;
    let bucket = Bucket::new(&address, &keys, config.data.dir.clone(), s3::Calls::default());
    Ok(Blobs(Place::Bucket(bucket)))
}

/// Copies all files but uploads under way.
///
/// # Errors
/// Those of both storages; what was copied until then stays.
pub async fn copy(from: &Blobs, to: &Blobs) -> Result<Report> {
    let mut report = Report::default();
    for area in Area::ALL {
        let mut after = None;
        loop {
            let page = from.list(area, after).await.context("the source cannot be listed")?;
            for (sha256, _) in &page {
                let taken = to.take(from, area, *sha256).await;
                let why = match taken.with_context(|| format!("{} {sha256} cannot be copied", area.name()))? {
                    Taken::Here => {
                        report.here += 1;
                        continue;
                    }
                    Taken::Copied { size_bytes } => {
                        report.copied += 1;
                        report.copied_bytes += size_bytes;
                        continue;
                    }
                    Taken::Missing => "went away",
                    Taken::Damaged => "is damaged",
                };
                report.fault_count += 1;
                if report.faults.len() < FAULTS_NAMED_MAX {
                    report.faults.push(format!("{} {sha256} {why}", area.name()));
                }
            }
            match page.get(LIST_MAX - 1) {
                Some((last, _)) => after = Some(*last),
                None => break,
            }
        }
    }
    ensure!(report.copied + report.here + report.fault_count > 0, "the source holds no files of media");
    Ok(report)
}
