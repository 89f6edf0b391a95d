//! Brings every row into another, empty database and reads both back: how an installation outgrows SQLite. Keys and
//! files of media stay where they are, and the life of the database goes on: phones notice nothing.

use std::io::{BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};

use crate::alone;
use crate::config::Config;
use crate::db::{self, Db, Target, dump, dump::Counts};
use crate::{lease, verify};

/// What was brought over.
#[derive(Debug)]
pub struct Copied {
    /// Rows of each table, equal in both databases.
    pub rows: Counts,
    /// What a look at the whole new database found.
    pub report: verify::Report,
}

/// A database by its address: `sqlite:PATH` or `postgres://…`.
///
/// # Errors
/// When the text is neither.
pub fn named(address: &str, config: &Config) -> Result<Target> {
    let connections = config.database.connections;
    if address.starts_with("postgres://") || address.starts_with("postgresql://") {
        return Ok(Target::Server(address.to_owned(), connections));
    }
    match address.strip_prefix("sqlite:") {
        Some(path) if !path.is_empty() => {
            Ok(Target::File { path: PathBuf::from(path), connections, bytes_max: None })
        }
        _ => bail!("a database is named sqlite:PATH or postgres://USER@HOST/NAME"),
    }
}

/// Copies all rows. The source is brought to this program's schema, as a start would, and otherwise left as it is.
///
/// # Errors
/// When a server still serves the source, the target holds data, a row differs afterwards, or a database fails; the
/// target holds nothing then.
pub async fn copy(config: &Config, from: &Target, to: &Target) -> Result<Copied> {
    config.check()?;
    if let Target::File { path, .. } = from {
        ensure!(path.is_file(), "there is no database {}", path.display());
    }
    let _alone = folder_of(from).map(alone::take).transpose()?;
    let source = Db::connect(from).await.context("cannot open the database to copy from")?;
    let target = match Db::connect(to).await.context("cannot open the database to copy to") {
        Ok(target) => target,
        Err(error) => {
            source.close().await;
            return Err(error);
        }
    };
    let copied = rows(config, &source, &target).await;
    source.close().await;
    target.close().await;
    copied
}

fn folder_of(target: &Target) -> Option<&Path> {
    match target {
        Target::File { path, .. } => path.parent(),
        Target::Server(..) => None,
    }
}

async fn rows(config: &Config, source: &Db, target: &Db) -> Result<Copied> {
    if let Some(table) = target.snapshot().await?.filled_table().await? {
        bail!("the database to copy to holds data (in {table}): name an empty one");
    }
    source.migrate_to(db::newest_schema()).await.context("the source cannot be brought to this schema")?;
    target.migrate_to(db::newest_schema()).await.context("the target cannot be brought to this schema")?;
    let mut reading = source.long_snapshot().await?;
    let file = tempfile::tempfile_in(&config.data.dir).context("data.dir takes no file")?;
    let mut packed = GzEncoder::new(BufWriter::new(file), Compression::fast());
    let counts = dump::write(&mut reading, db::newest_schema(), &mut packed).await?;
    let mut buffer = packed.finish()?;
    buffer.flush()?;
    let mut file = buffer.into_inner().map_err(|error| error.into_error())?;
    file.seek(SeekFrom::Start(0))?;

    let mut writing = target.long_write().await?;
    let read = BufReader::new(GzDecoder::new(BufReader::new(file)));
    dump::load(&mut writing, read).await?;
    let (here, there) = (dump::sums(&mut reading).await?, dump::sums(&mut writing).await?);
    if let Some((table, _)) = here.iter().find(|(table, sum)| there.get(*table) != Some(sum)) {
        bail!("{table} came over with other rows: nothing was kept");
    }
    ensure!(here.len() == there.len(), "the databases have other tables: nothing was kept");
    reading.rollback().await?;
    // Whoever held one did so at the other database.
    lease::free_all(&mut writing).await?;
    writing.commit().await?;
    let report = verify::verify(target).await.context("the new database cannot be read")?;
    Ok(Copied { rows: counts, report })
}
