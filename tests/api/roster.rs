//! The roster: a school's file becomes branches and people who can sign in, once, and again without effect.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use kit::{App, PASSWORD, on_both_databases};
use miaopu_server::roster::command;
use miaopu_server::roster::import::{Mode, Wish};
use miaopu_server::roster::report::{Report, Summary};
use shared::ids::FeedId;
use shared::model::{Role, Scope};
use shared::wire::problem::Code;
use shared::wire::session::Me;

const HEAD: &str = "二级党组织,党支部,支部类型,业务属性,类别,成立日期,工号或学号,姓名,组织关系,角色\n";
const HERBS: &str = "药学院党委,药圃党支部,教职工,业务,科研一线,2016-09-01";
const BONES: &str = "附属医院党委,骨伤科党支部,教职工,业务,医疗一线,2012-07-01";

const KEPT: Wish = Wish { mode: Mode::Commit, whole: false };
const TRIED: Wish = Wish { mode: Mode::DryRun, whole: false };

async fn import(kit: &App, rows: &[String], wish: Wish) -> (Summary, Option<PathBuf>) {
    let (report, codes) = reported(kit, rows, wish).await;
    (report.summary, codes)
}

async fn reported(kit: &App, rows: &[String], wish: Wish) -> (Report, Option<PathBuf>) {
    let file = kit.folder().join("roster.csv");
    std::fs::write(&file, format!("{HEAD}{}\n", rows.join("\n"))).expect("the file is written");
    command::run(&kit.operator().await, &file, wish).await.expect("the roster is imported")
}

fn told(report: &Report) -> Vec<String> {
    report.rows.iter().map(ToString::to_string).collect()
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
        let (dry, none) = import(kit, &rows, TRIED).await;
        assert!(none.is_none() && dry.accounts == 2);
        let (done, codes) = import(kit, &rows, KEPT).await;
        assert_eq!(done, dry);
        let codes = codes.expect("codes were drawn");
        let mode = std::fs::metadata(&codes).expect("the file is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let (again, none) = import(kit, &rows, KEPT).await;
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
        let (_, codes) = import(kit, &[format!("{HERBS},5003,韩松,,副书记")], KEPT).await;
        let phone = kit.activate("5003", &code_of(&codes.expect("codes"), "5003"), PASSWORD).await;
        let before: Me = phone.get("/api/v1/me").await.json();
        let (moved, _) = import(kit, &[format!("{BONES},5003,韩松,,")], KEPT).await;
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
        let error = command::run(&kit.operator().await, &file, KEPT).await.expect_err("row 3 is wrong");
        assert!(error.to_string().contains("row 3, column role"), "{error}");
        let (done, _) = import(kit, &[format!("{HERBS},5004,田丰,,")], TRIED).await;
        assert_eq!(done.accounts, 1);
    }

    async fn a_workbook_reads_like_the_text_file_of_the_same_rows(kit) {
        let file = kit.folder().join("roster.xlsx");
        std::fs::write(&file, include_bytes!("roster.xlsx")).expect("the workbook is written");
        let (report, codes) = command::run(&kit.operator().await, &file, KEPT).await.expect("it is imported");
        assert_eq!((report.summary.accounts, report.summary.branches, codes.is_some()), (2, 1, true));
        let numbers: Vec<_> = report.rows.iter().map(|row| (row.row, row.number.as_str())).collect();
        assert_eq!(numbers, [(Some(2), "5001"), (Some(4), "5002")], "rows as the person sees them");
        let rows = [format!("{HERBS},5001,顾长青,正式,书记"), format!("{HERBS},5002,白若溪,,")];
        let (again, _) = import(kit, &rows, KEPT).await;
        assert_eq!(again, Summary::default(), "dates and numbers of cells are those of the text");
    }

    async fn a_dry_run_says_for_each_row_what_it_would_do_and_does_nothing(kit) {
        import(kit, &[format!("{HERBS},5010,顾长青,正式,书记"), format!("{HERBS},5011,白若溪,,")], KEPT).await;
        let rows = [
            format!("{HERBS},5010,顾长青,正式,书记"),
            format!("{HERBS},5011,白若西,,副书记"),
            format!("{HERBS},5012,石守拙,,"),
        ];
        let (report, codes) = reported(kit, &rows, TRIED).await;
        assert!(codes.is_none());
        assert_eq!(told(&report), [
            "row 2: 5010 顾长青: nothing to do",
            "row 3: 5011 白若西: new name, no longer member, becomes deputy",
            "row 4: 5012 石守拙: new account, into 药圃党支部, becomes member, gets a code",
        ]);
        let (twice, _) = reported(kit, &rows, TRIED).await;
        assert_eq!(told(&twice), told(&report), "nothing was changed");
    }

    async fn who_is_missing_from_a_whole_file_has_left_and_may_come_back(kit) {
        let chief = format!("{HERBS},5020,顾长青,正式,书记");
        let rows = [chief.clone(), format!("{HERBS},5021,白若溪,,"), format!("{BONES},5022,韩松,,")];
        let (_, codes) = import(kit, &rows, KEPT).await;
        let codes = codes.expect("codes were drawn");
        let phone = kit.activate("5021", &code_of(&codes, "5021"), PASSWORD).await;
        let whole = Wish { mode: Mode::Commit, whole: true };
        let (kept, _) = reported(kit, std::slice::from_ref(&chief), KEPT).await;
        assert_eq!(kept.summary, Summary::default(), "a file that is not whole says nothing of others");
        let (report, _) = reported(kit, std::slice::from_ref(&chief), whole).await;
        assert_eq!(told(&report), [
            "row 2: 5020 顾长青: nothing to do",
            "not in the file: 5021 白若溪: has left 药圃党支部, no longer member, account closed",
        ]);
        assert_eq!((report.summary.closed, report.summary.grants_ended), (1, 1));
        assert_eq!(phone.get("/api/v1/me").await.code(), Code::SignedOut);
        let (again, _) = reported(kit, std::slice::from_ref(&chief), whole).await;
        assert_eq!(again.summary, Summary::default(), "who left leaves once");
        kit.clock.advance(1_000);
        let (back, codes) = reported(kit, &rows, whole).await;
        assert_eq!(
            told(&back)[1],
            "row 3: 5021 白若溪: account opened again, into 药圃党支部, becomes member, gets a code"
        );
        let phone = kit.activate("5021", &code_of(&codes.expect("a code"), "5021"), PASSWORD).await;
        assert_eq!(phone.get("/api/v1/me").await.json::<Me>().grants.len(), 1);
    }
}
