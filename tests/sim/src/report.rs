//! What was seen: steps, ops, faults by kind, and how often each checker had something to look at.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// Every checker that must see its case, as `design` names it, with what its case is.
pub const CHECKERS: &[(&str, &str)] = &[
    ("S1", "an op was answered again"),
    ("S2", "a queue was held against its ledger"),
    ("S3", "a final page was held against the ledger and the feeds"),
    ("S4", "a value was replaced by an edit that names it"),
    ("S5", "a server failed and recorded nothing"),
    ("S6", "an op was looked for"),
    ("S7", "a quiet phone was held against the server"),
    ("S8", "a phone was started again from its disk"),
    ("S9", "a phone's queues had drained"),
    ("S10", "an approval was held against what its approver saw"),
    ("S11", "somebody who left a branch synced"),
    ("S12", "somebody's hours were counted again"),
    ("S13", "bytes were read back"),
    ("S14", "a phone whose clock is years off was quiet"),
    ("S16", "a database was older than what phones had been told"),
    ("S18", "what a phone holds was held against the access table"),
    ("S19", "a submitted entry had its decider"),
    ("S20", "files were collected and those named were there"),
    ("S21", "an item was asked for after its consent went"),
];

/// Counts of one seed or of many.
#[derive(Debug, Default)]
pub struct Tally {
    /// Seeds lived.
    pub seeds: u64,
    /// Steps taken.
    pub steps: u64,
    /// Ops that a server decided.
    pub ops: u64,
    /// Of them refused.
    pub refused: u64,
    /// By kind.
    pub faults: BTreeMap<&'static str, u64>,
    /// How often each checker saw its case.
    pub seen: BTreeMap<&'static str, u64>,
    /// What else is worth a number.
    pub notes: BTreeMap<&'static str, u64>,
    /// Seeds that failed.
    pub failed: Vec<u64>,
}

impl Tally {
    /// A fault was made.
    pub fn fault(&mut self, kind: &'static str) {
        *self.faults.entry(kind).or_default() += 1;
    }

    /// Something that is neither fault nor case.
    pub fn note(&mut self, what: &'static str) {
        *self.notes.entry(what).or_default() += 1;
    }

    /// A checker had something to look at.
    pub fn saw(&mut self, checker: &'static str) {
        *self.seen.entry(checker).or_default() += 1;
    }

    /// Adds what another seed saw.
    pub fn add(&mut self, other: Tally) {
        self.seeds += other.seeds;
        self.steps += other.steps;
        self.ops += other.ops;
        self.refused += other.refused;
        self.failed.extend(other.failed);
        let counts =
            [(&mut self.faults, other.faults), (&mut self.seen, other.seen), (&mut self.notes, other.notes)];
        for (into, from) in counts {
            for (name, count) in from {
                *into.entry(name).or_default() += count;
            }
        }
    }

    /// Checkers that had nothing to look at.
    pub fn blind(&self) -> Vec<&'static str> {
        CHECKERS.iter().map(|(name, _)| *name).filter(|name| !self.seen.contains_key(name)).collect()
    }

    /// How fast it went.
    pub fn pace(&self, took: Duration) -> String {
        let minutes = took.as_secs_f64() / 60.0;
        format!("{:.0} s, {:.0} ops a minute", took.as_secs_f64(), self.ops as f64 / minutes)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} seeds, {} steps, {} ops ({} refused)",
            self.seeds, self.steps, self.ops, self.refused
        )?;
        for (kind, count) in &self.faults {
            writeln!(f, "  fault {kind:<24} {count:>9}")?;
        }
        for (what, count) in &self.notes {
            writeln!(f, "  {what:<30} {count:>9}")?;
        }
        for (name, what) in CHECKERS {
            writeln!(f, "  {name:<4}{:>12}  {what}", self.seen.get(name).copied().unwrap_or_default())?;
        }
        write!(f, "{} seeds failed {:?}", self.failed.len(), self.failed)
    }
}
