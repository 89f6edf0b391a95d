//! The roster: a school's file becomes branches and people who can sign in, once, and again without effect.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use kit::{App, PASSWORD, on_both_databases};
use miaopu_server::roster::command;
use miaopu_server::roster::import::{Mode, Summary};
use shared::ids::FeedId;
use shared::model::{Role, Scope};
use shared::wire::problem::Code;
use shared::wire::session::Me;

const HEAD: &str = "二级党组织,党支部,支部类型,业务属性,类别,成立日期,工号或学号,姓名,组织关系,角色\n";
const HERBS: &str = "药学院党委,药圃党支部,教职工,业务,科研一线,2016-09-01";
const BONES: &str = "附属医院党委,骨伤科党支部,教职工,业务,医疗一线,2012-07-01";

async fn import(kit: &App, rows: &[String], mode: Mode) -> (Summary, Option<PathBuf>) {
    let file = kit.folder().join("roster.csv");
    std::fs::write(&file, format!("{HEAD}{}\n", rows.join("\n"))).expect("the file is written");
    command::run(&kit.operator().await, &file, mode).await.expect("the roster is imported")
}

/// The code that the file holds for a number.
fn code_of(codes: &PathBuf, number: &str) -> String {
    let text = std::fs::read_to_string(codes).expect("the codes are written");
    let line =
        text.lines().find(|line| line.starts_with(&format!("{number},"))).expect("a code for the number");
    line.rsplit(',').next().expect("four columns").to_owned()
}

on_both_databases! {
    async fn a_roster_is_imported_once_and_again_without_effect(kit) {
        let rows = [format!("{HERBS},5001,顾长青,正式,书记"), format!("{HERBS},5002,白若溪,,")];
        let (dry, none) = import(kit, &rows, Mode::DryRun).await;
        assert!(none.is_none() && dry.accounts == 2);
        let (done, codes) = import(kit, &rows, Mode::Commit).await;
        assert_eq!(done, dry);
        let codes = codes.expect("codes were drawn");
        let mode = std::fs::metadata(&codes).expect("the file is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let (again, none) = import(kit, &rows, Mode::Commit).await;
        assert!(none.is_none());
        assert_eq!(again, Summary::default());
        let phone = kit.activate("5001", &code_of(&codes, "5001"), PASSWORD).await;
        let me: Me = phone.get("/api/v1/me").await.json();
        assert_eq!((me.name.as_str(), me.branches[0].name.as_str()), ("顾长青", "药圃党支部"));
        assert_eq!(me.grants[0].grant.role, Role::Secretary);
        let Scope::Branch(branch) = me.grants[0].grant.scope else { panic!("a branch") };
        let mirror = phone.pull().await;
        assert!(mirror.holds(FeedId::Office(branch)) && mirror.text().contains("白若溪"));
        assert!(!mirror.text().contains("5002"), "a number entered a feed");
    }

    async fn somebody_who_moves_leaves_the_old_branch_at_once(kit) {
        let (_, codes) = import(kit, &[format!("{HERBS},5003,韩松,,副书记")], Mode::Commit).await;
        let phone = kit.activate("5003", &code_of(&codes.expect("codes"), "5003"), PASSWORD).await;
        let before: Me = phone.get("/api/v1/me").await.json();
        let (moved, _) = import(kit, &[format!("{BONES},5003,韩松,,")], Mode::Commit).await;
        assert_eq!((moved.grants_given, moved.grants_ended, moved.codes), (1, 1, 0));
        let after: Me = phone.get("/api/v1/me").await.json();
        assert_eq!(after.grants.len(), 1);
        assert_eq!(after.grants[0].grant.role, Role::Member);
        assert_ne!(after.grants[0].grant.scope, before.grants[0].grant.scope);
        let Scope::Branch(left) = before.grants[0].grant.scope else { panic!("a branch") };
        assert_eq!(phone.get(&format!("/api/v1/branches/{left}/audit")).await.code(), Code::NotFound);
    }

    async fn a_file_with_a_fault_changes_nothing(kit) {
        let file = kit.folder().join("roster.csv");
        let rows = format!("{HEAD}{HERBS},5004,田丰,,\n{HERBS},5005,江晚,,国王\n");
        std::fs::write(&file, rows).expect("the file is written");
        let error = command::run(&kit.operator().await, &file, Mode::Commit).await.expect_err("row 3 is wrong");
        assert!(error.to_string().contains("row 3, column role"), "{error}");
        let (done, _) = import(kit, &[format!("{HERBS},5004,田丰,,")], Mode::DryRun).await;
        assert_eq!(done.accounts, 1);
    }
}
