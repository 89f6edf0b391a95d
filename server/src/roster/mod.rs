//! The roster: branches and people from a CSV or XLSX file of the school, read by `miaopu roster import`.
//!
//! `sheet` turns the file into rows, `read` these into a [`Roster`] or into a list of what is wrong with which row;
//! `import` brings the tables in line with it. Importing the same file again changes nothing. Who is missing from a
//! file stays, unless the file is said to be whole: then they have left.

pub mod command;
pub mod import;
mod leave;
pub mod read;
pub mod report;
mod sheet;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use shared::model::{
    Role,
    activity::{Basis, BranchKind, WorkLine},
};

use crate::{accounts::Number, org::store::Belonging};

/// A file that was read whole.
#[derive(Debug, Default)]
pub struct Roster {
    /// Committees by name.
    pub committees: BTreeSet<String>,
    /// Branches by name.
    pub branches: BTreeMap<String, BranchLine>,
    /// People, one for each row.
    pub people: Vec<PersonLine>,
}

/// A branch as the file describes it, the same in each of its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchLine {
    /// Name of the committee above it.
    pub committee: String,
    /// Staff or student.
    pub kind: BranchKind,
    /// What a staff branch does.
    pub basis: Option<Basis>,
    /// 类别.
    pub work_line: WorkLine,
    /// Day it was founded.
    pub founded_on: Option<String>,
    /// Made for a field trip.
    pub temporary: bool,
}

/// A person and what one row makes of them.
#[derive(Clone, Debug)]
pub struct PersonLine {
    /// Row of the file, counted with the heading as 1.
    pub row: u64,
    /// Staff or student number.
    pub number: Number,
    /// Name.
    pub name: String,
    /// Where and as what.
    pub place: Place,
}

/// Where somebody stands, and as what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a branch, as member, secretary or deputy.
    Branch {
        /// Its name.
        name: String,
        /// For good or for a field trip.
        belonging: Belonging,
        /// Their role there.
        role: Role,
    },
    /// In a committee's office.
    Committee(String),
    /// In an office of the school.
    School,
}
