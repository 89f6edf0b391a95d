//! The words of a roster file, in the school's Chinese and in the code's English.

use serde::de::DeserializeOwned;
use shared::model::{
    Role,
    activity::{Basis, BranchKind, WorkLine},
};

use crate::org::store::Belonging;

/// Columns of the file. Headings may be either word.
pub const COLUMNS: [(&str, &str); 11] = [
    ("committee", "二级党组织"),
    ("branch", "党支部"),
    ("kind", "支部类型"),
    ("basis", "业务属性"),
    ("work_line", "类别"),
    ("founded_on", "成立日期"),
    ("temporary_branch", "临时党支部"),
    ("number", "工号或学号"),
    ("name", "姓名"),
    ("membership", "组织关系"),
    ("role", "角色"),
];

/// A list whose words a file may hold.
pub trait Words: DeserializeOwned + Sized {
    /// Chinese word and English word of each value.
    const LIST: &'static [(&'static str, &'static str)];

    /// The value of a cell, by either word.
    fn read(cell: &str) -> Option<Self> {
        let english = Self::LIST.iter().find(|(zh, en)| *zh == cell || en.eq_ignore_ascii_case(cell))?.1;
        serde_json::from_value(serde_json::Value::from(english)).ok()
    }

    /// All words, for an error.
    fn all() -> String {
        Self::LIST.iter().map(|(zh, en)| format!("{en} ({zh})")).collect::<Vec<_>>().join(", ")
    }
}

impl Words for BranchKind {
    const LIST: &'static [(&'static str, &'static str)] = &[("教职工", "staff"), ("学生", "student")];
}

impl Words for Basis {
    const LIST: &'static [(&'static str, &'static str)] =
        &[("业务", "professional"), ("教学", "teaching"), ("行政服务", "service")];
}

impl Words for WorkLine {
    const LIST: &'static [(&'static str, &'static str)] = &[
        ("教学一线", "teaching"),
        ("科研一线", "research"),
        ("医疗一线", "medical"),
        ("教辅", "teaching_support"),
        ("医技", "medical_technology"),
        ("后勤", "logistics"),
        ("行政", "administration"),
        ("学生", "student"),
    ];
}

impl Words for Belonging {
    const LIST: &'static [(&'static str, &'static str)] = &[("正式", "formal"), ("临时", "temporary")];
}

impl Words for Role {
    const LIST: &'static [(&'static str, &'static str)] = &[
        ("党员", "member"),
        ("书记", "secretary"),
        ("副书记", "deputy"),
        ("二级党组织", "committee"),
        ("学校", "school"),
    ];
}

/// Yes or no; an empty cell is no.
pub fn yes(cell: &str) -> Option<bool> {
    match cell {
        "" | "no" | "否" | "0" => Some(false),
        "yes" | "是" | "1" => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_a_list_is_a_value_of_it() {
        fn complete<T: Words>() {
            for (zh, en) in T::LIST {
                assert!(T::read(zh).is_some() && T::read(en).is_some(), "{zh} {en}");
            }
        }
        complete::<BranchKind>();
        complete::<Basis>();
        complete::<WorkLine>();
        complete::<Belonging>();
        complete::<Role>();
        assert_eq!(WorkLine::LIST.len(), WorkLine::ALL.len());
        assert!(Role::read("admin").is_none(), "administrators are made by a command of their own");
    }
}
