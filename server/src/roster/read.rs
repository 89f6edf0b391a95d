//! Reads a roster file. Pure: bytes in, a [`Roster`] or everything that is wrong out, in English, by row.

use std::collections::BTreeMap;

use jiff::civil::Date;
use shared::model::{Role, activity::BranchKind};

use super::{BranchLine, PersonLine, Place, Roster, sheet, words, words::Words};
use crate::{
    accounts::{
        Number,
        command::{PERSON_NAME_MAX, person_name},
    },
    org::store::Belonging,
};

/// Faults that are listed; whoever has more has one cause.
const FAULTS_MAX: usize = 30;
/// Characters of the name of a branch or committee.
const UNIT_NAME_MAX: usize = 60;

/// Reads a file, CSV or XLSX.
///
/// # Errors
/// What is wrong, a line each: row, column, and what to write instead.
pub fn read(bytes: &[u8]) -> Result<Roster, Vec<String>> {
    let mut rows = sheet::rows(bytes).map_err(|fault| vec![fault])?.into_iter();
    let (_, heads) = rows.next().ok_or_else(|| vec!["the file is empty".to_owned()])?;
    let columns = headings(&heads).map_err(|fault| vec![fault])?;
    let mut reading = Reading::default();
    for (row, record) in rows {
        if reading.faults.len() >= FAULTS_MAX {
            reading.faults.push(format!("row {row}: reading stopped here"));
            break;
        }
        reading.row(&Cells { row, record, columns: &columns });
    }
    if reading.faults.is_empty() { Ok(reading.roster) } else { Err(reading.faults) }
}

/// Where each column stands.
fn headings(heads: &[String]) -> Result<BTreeMap<&'static str, usize>, String> {
    let mut columns = BTreeMap::new();
    for (at, head) in heads.iter().enumerate().filter(|(_, head)| !head.is_empty()) {
        let known = words::COLUMNS.iter().find(|(en, zh)| en.eq_ignore_ascii_case(head) || zh == head);
        let Some((name, _)) = known else {
            let all: Vec<_> = words::COLUMNS.iter().map(|(en, zh)| format!("{en} ({zh})")).collect();
            return Err(format!("row 1: unknown column {head:?}; columns are {}", all.join(", ")));
        };
        if columns.insert(*name, at).is_some() {
            return Err(format!("row 1: the column {name} stands twice"));
        }
    }
    match ["number", "name"].iter().find(|name| !columns.contains_key(*name)) {
        Some(missing) => Err(format!("row 1: the column {missing} is missing")),
        None => Ok(columns),
    }
}

/// One row by column name.
struct Cells<'a> {
    row: u64,
    record: Vec<String>,
    columns: &'a BTreeMap<&'static str, usize>,
}

impl Cells<'_> {
    /// The cell, empty where row or column is missing.
    fn get(&self, column: &str) -> &str {
        self.columns.get(column).and_then(|at| self.record.get(*at)).map_or("", |cell| cell.trim())
    }

    fn fault(&self, column: &str, what: impl std::fmt::Display) -> String {
        format!("row {}, column {column}: {what}", self.row)
    }

    /// A word of a list, or `None` for an empty cell.
    fn word<T: Words>(&self, column: &str) -> Result<Option<T>, String> {
        match self.get(column) {
            "" => Ok(None),
            cell => match T::read(cell) {
                Some(value) => Ok(Some(value)),
                None => Err(self.fault(column, format!("{cell:?} is none of {}", T::all()))),
            },
        }
    }

    fn required<T: Words>(&self, column: &str) -> Result<T, String> {
        self.word(column)?.ok_or_else(|| self.fault(column, format!("is empty; write one of {}", T::all())))
    }

    fn unit(&self, column: &str) -> Result<String, String> {
        let name = self.get(column);
        let fits = (2..=UNIT_NAME_MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        if fits {
            Ok(name.to_owned())
        } else {
            Err(self.fault(column, format!("a name has 2 to {UNIT_NAME_MAX} characters")))
        }
    }
}

/// What was read so far.
#[derive(Default)]
struct Reading {
    roster: Roster,
    /// Row and name under which a number was first seen.
    numbers: BTreeMap<Number, (u64, String)>,
    /// Row of the formal membership of a number.
    formal: BTreeMap<Number, u64>,
    faults: Vec<String>,
}

impl Reading {
    fn row(&mut self, cells: &Cells<'_>) {
        if let Err(fault) = self.person(cells) {
            self.faults.push(fault);
        }
    }

    fn person(&mut self, cells: &Cells<'_>) -> Result<(), String> {
        let number = Number::parse(cells.get("number"))
            .ok_or_else(|| cells.fault("number", "a number has 1 to 32 letters, digits and hyphens"))?;
        let name = person_name(cells.get("name"))
            .ok_or_else(|| cells.fault("name", format!("a name has 1 to {PERSON_NAME_MAX} characters")))?;
        let role = cells.word::<Role>("role")?.unwrap_or(Role::Member);
        let place = match role {
            Role::School | Role::Admin => Place::School,
            Role::Committee => {
                let committee = cells.unit("committee")?;
                self.roster.committees.insert(committee.clone());
                Place::Committee(committee)
            }
            Role::Member | Role::Secretary | Role::Deputy => {
                let belonging = cells.word("membership")?.unwrap_or(Belonging::Formal);
                Place::Branch { name: self.branch(cells)?, belonging, role }
            }
        };
        self.one_person(cells, &number, &name, &place)?;
        self.roster.people.push(PersonLine { row: cells.row, number, name, place });
        Ok(())
    }

    /// A number belongs to one name, and somebody belongs formally to one branch.
    fn one_person(
        &mut self,
        cells: &Cells<'_>,
        number: &Number,
        name: &str,
        place: &Place,
    ) -> Result<(), String> {
        let (row, known) = self.numbers.entry(number.clone()).or_insert_with(|| (cells.row, name.to_owned()));
        if known != name {
            return Err(cells.fault("name", format!("row {row} has another name for the same number")));
        }
        if matches!(place, Place::Branch { belonging: Belonging::Formal, .. })
            && let Some(row) = self.formal.insert(number.clone(), cells.row)
        {
            return Err(cells.fault(
                "membership",
                format!(
                    "row {row} has a formal membership of the same person: write temporary in one of them"
                ),
            ));
        }
        Ok(())
    }

    /// The branch of a row. Its description is the same in each of its rows.
    fn branch(&mut self, cells: &Cells<'_>) -> Result<String, String> {
        let name = cells.unit("branch")?;
        let line = describe(cells)?;
        self.roster.committees.insert(line.committee.clone());
        match self.roster.branches.get(&name) {
            Some(known) if *known != line => {
                Err(cells.fault("branch", "another row describes the same branch differently"))
            }
            Some(_) => Ok(name),
            None => {
                self.roster.branches.insert(name.clone(), line);
                Ok(name)
            }
        }
    }
}

fn describe(cells: &Cells<'_>) -> Result<BranchLine, String> {
    let kind = cells.required("kind")?;
    let basis = cells.word("basis")?;
    if kind == BranchKind::Student && basis.is_some() {
        return Err(cells.fault("basis", "only staff branches have one: leave it empty"));
    }
    let founded_on = match cells.get("founded_on") {
        "" => None,
        text => match text.parse::<Date>() {
            Ok(day) => Some(day.to_string()),
            Err(_) => return Err(cells.fault("founded_on", format!("{text:?} is no day like 2017-09-01"))),
        },
    };
    let temporary = words::yes(cells.get("temporary_branch"))
        .ok_or_else(|| cells.fault("temporary_branch", "write yes (是) or no (否)"))?;
    Ok(BranchLine {
        committee: cells.unit("committee")?,
        kind,
        basis,
        work_line: cells.required("work_line")?,
        founded_on,
        temporary,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "committee,branch,kind,basis,work_line,founded_on,number,name,membership,role\n";

    fn read_rows(rows: &str) -> Result<Roster, Vec<String>> {
        read(format!("{HEAD}{rows}").as_bytes())
    }

    #[test]
    fn a_file_in_chinese_and_one_in_english_read_alike() {
        let zh = "\u{feff}二级党组织,党支部,支部类型,业务属性,类别,成立日期,工号或学号,姓名,组织关系,角色\n\
                  针推学院党委,教师党支部,教职工,教学,教学一线,2015-03-01,1001,林知远,正式,书记\n";
        let en = "针推学院党委,教师党支部,staff,teaching,teaching,2015-03-01,1001,林知远,formal,secretary\n";
        let (zh, en) = (read(zh.as_bytes()).unwrap(), read_rows(en).unwrap());
        assert_eq!(zh.branches, en.branches);
        assert_eq!(zh.people[0].place, en.people[0].place);
    }

    #[test]
    fn offices_need_no_branch() {
        let roster = read_rows("针推学院党委,,,,,,2001,陶然,,committee\n,,,,,,3001,许诺,,school\n").unwrap();
        assert_eq!(roster.people[0].place, Place::Committee("针推学院党委".into()));
        assert_eq!(roster.people[1].place, Place::School);
        assert!(roster.branches.is_empty());
    }

    #[test]
    fn every_fault_names_its_row_and_what_to_write() {
        let row = |kind: &str, number: &str, role: &str| {
            format!("甲党委,乙支部,{kind},,teaching,,{number},王一,,{role}\n")
        };
        for (rows, expected) in [
            (row("stuff", "1", ""), "row 2, column kind: \"stuff\" is none of staff"),
            (row("staff", "", ""), "row 2, column number"),
            (row("staff", "1", "king"), "row 2, column role"),
            (row("staff", "1", "") + &row("student", "2", ""), "row 3, column branch: another row"),
            (row("staff", "1", "") + &row("staff", "1", ""), "row 3, column membership: row 2"),
            (row("staff", "1", "").replace("teaching,,", "teaching,2015-13-01,"), "row 2, column founded_on"),
        ] {
            let faults = read_rows(&rows).unwrap_err();
            assert!(faults[0].starts_with(expected), "{faults:?}");
        }
    }

    #[test]
    fn a_number_never_belongs_to_two_names() {
        let faults = read_rows(",,,,,,7,王一,,school\n,,,,,,7,王二,,school\n").unwrap_err();
        assert_eq!(faults, ["row 3, column name: row 2 has another name for the same number"]);
    }

    #[test]
    fn an_unknown_heading_is_told() {
        assert!(read(b"number,name,colour\n").unwrap_err()[0].contains("colour"));
        assert!(read(b"").unwrap_err()[0].contains("empty"));
    }
}
