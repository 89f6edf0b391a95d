//! A row's figure, the bound of the row, and how all of them are written and printed.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use serde::Serialize;

/// What a row must reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// Ours divided by the peer's, at least.
    Ratio(f64),
    /// Ours divided by the peer's, at most.
    RatioAtMost(f64),
    /// Ours, at most.
    AtMost(f64),
    /// Ours, at least.
    AtLeast(f64),
}

/// One measured row.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Its name.
    pub id: &'static str,
    /// What is counted.
    pub unit: &'static str,
    /// Our figure.
    pub ours: f64,
    /// The peer's figure and what the peer is.
    pub peer: Option<(f64, &'static str)>,
    /// Ours divided by the peer's: the median over rounds where both ran in turn.
    pub ratio: Option<f64>,
    /// What it must reach.
    pub bound: Bound,
    /// What else a reader should know of this run.
    pub remark: String,
}

/// A line of `results.json`.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    unit: &'a str,
    ours: f64,
    peer: Option<f64>,
    peer_name: Option<&'a str>,
    ratio: Option<f64>,
    commit: &'a str,
}

impl Figure {
    /// A figure of ours alone, which may be so large at most.
    pub fn alone(id: &'static str, unit: &'static str, ours: f64, at_most: f64) -> Figure {
        let bound = Bound::AtMost(at_most);
        Figure { id, unit, ours, peer: None, ratio: None, bound, remark: String::new() }
    }

    /// Whether it reaches its bound.
    pub fn holds(&self) -> bool {
        match self.bound {
            Bound::Ratio(least) => self.ratio.is_some_and(|ratio| ratio >= least),
            Bound::RatioAtMost(most) => self.ratio.is_some_and(|ratio| ratio <= most),
            Bound::AtMost(most) => self.ours <= most,
            Bound::AtLeast(least) => self.ours >= least,
        }
    }

    fn line(&self) -> String {
        let peer = self.peer.map_or_else(String::new, |(peer, _)| format!("{peer:.1}"));
        let ratio = self.ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}"));
        let bound = match self.bound {
            Bound::Ratio(least) => format!("ratio >= {least}"),
            Bound::RatioAtMost(most) => format!("ratio <= {most}"),
            Bound::AtMost(most) => format!("<= {most}"),
            Bound::AtLeast(least) => format!(">= {least}"),
        };
        let verdict = if self.holds() { "" } else { "MISSED" };
        let Figure { id, unit, ours, remark, .. } = self;
        format!("{id:<22} {ours:>12.3} {unit:<8} {peer:>10} {ratio:>6}  {bound:<14} {verdict:<6} {remark}")
    }
}

/// The middle one; of an even number the upper one of the two.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Prints the table.
pub fn print(figures: &[Figure]) {
    println!("{:<22} {:>12} {:<8} {:>10} {:>6}  bound", "row", "ours", "unit", "peer", "ratio");
    for figure in figures {
        println!("{}", figure.line());
    }
}

/// Writes `results.json`.
pub fn write(figures: &[Figure], path: &Path) -> Result<()> {
    let commit = commit();
    let lines: Vec<Line<'_>> = figures
        .iter()
        .map(|figure| Line {
            id: figure.id,
            unit: figure.unit,
            ours: figure.ours,
            peer: figure.peer.map(|(peer, _)| peer),
            peer_name: figure.peer.map(|(_, name)| name),
            ratio: figure.ratio,
            commit: &commit,
        })
        .collect();
    Ok(fs::write(path, serde_json::to_string_pretty(&lines)? + "\n")?)
}

/// The commit that was measured, with a `+` where files had changed since; empty outside a repository.
fn commit() -> String {
    let git = |arguments: &[&str]| {
        let output =
            Command::new("git").current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let changed = git(&["status", "--porcelain"]).is_some_and(|files| !files.is_empty());
    git(&["rev-parse", "--short", "HEAD"]).unwrap_or_default() + if changed { "+" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_held_against_its_bound() {
        let mut figure = Figure::alone("x", "ms", 10.0, 10.0);
        assert!(figure.holds());
        figure.ours = 10.1;
        assert!(!figure.holds() && figure.line().contains("MISSED"));
        figure.bound = Bound::Ratio(0.5);
        assert!(!figure.holds(), "without a peer there is no ratio");
        figure.ratio = Some(0.5);
        assert!(figure.holds());
        figure.bound = Bound::RatioAtMost(0.4);
        assert!(!figure.holds());
        (figure.ratio, figure.ours) = (Some(0.4), -0.1);
        assert!(figure.holds());
        figure.bound = Bound::AtLeast(-0.1);
        assert!(figure.holds());
        figure.bound = Bound::AtLeast(0.0);
        assert!(!figure.holds());
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
    }
}
