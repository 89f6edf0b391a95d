//! `miaopu roster import FILE`: reads, imports, and writes the codes where only the operator can read them.

use std::{
    fs::OpenOptions,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use super::{
    import::{IssuedCode, Mode, Wish, import},
    read::read,
    report::Report,
};
use crate::App;

/// Imports a file. Answers what changed and, where codes were drawn, the file that holds them.
///
/// # Errors
/// With a line for each fault of the file, or when the codes cannot be written; nothing was changed then.
pub async fn run(app: &App, file: &Path, wish: Wish) -> Result<(Report, Option<PathBuf>)> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let roster = match read(&bytes) {
        Ok(roster) => roster,
        Err(faults) => bail!("{} was not imported:\n  {}", file.display(), faults.join("\n  ")),
    };
    let codes = app.config.data.dir.join(format!("activation-codes-{}.csv", app.now()));
    let report = import(app, &roster, wish, |issued| write(&codes, issued)).await?;
    let written = wish.mode == Mode::Commit && report.summary.codes > 0;
    Ok((report, written.then_some(codes)))
}

/// One file for each import, never written over, for the owner's eyes only.
fn write(path: &Path, issued: &[IssuedCode]) -> Result<()> {
    if issued.is_empty() {
        return Ok(());
    }
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let file = file.with_context(|| format!("cannot write the codes to {}", path.display()))?;
    let mut lines = csv::Writer::from_writer(&file);
    lines.write_record(["number", "name", "unit", "code"])?;
    for one in issued {
        lines.write_record([&one.number, &one.name, &one.unit, &one.code])?;
    }
    lines.flush()?;
    drop(lines);
    file.sync_all().with_context(|| format!("cannot write the codes to {}", path.display()))
}
