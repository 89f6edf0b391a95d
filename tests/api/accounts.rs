//! Activation, passwords, resets and closing: who gets in, and what an administrator sees and may do.

use kit::ids::secret;
use kit::{Answer, PASSWORD, on_both_databases};
use miaopu_server::accounts;
use shared::ids::AccountId;
use shared::model::{Grant, Role, Scope};
use shared::wire::account::{Account, AuditRow, ChangePassword, NewCode};
use shared::wire::problem::Code;
use shared::wire::session::Activate;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

fn activation(number: &str, code: &str, password: &str) -> Activate {
    Activate {
        number: number.to_owned(),
        code: code.to_owned(),
        password: password.to_owned(),
        next: secret(),
        device_name: "新手机".to_owned(),
    }
}

fn reset_path(account: AccountId) -> String {
    format!("/api/v1/accounts/{account}/reset")
}

fn refused(answer: &Answer, code: Code) {
    assert_eq!(answer.code(), code, "{}", answer.text());
}

on_both_databases! {
    async fn a_code_opens_once_and_not_after_its_days(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let operator = kit.operator().await;
        let code = accounts::command::reset(&operator, &member.number).await.expect("a code");
        kit.activate(&member.number, &code.to_lowercase().replace('-', " "), PASSWORD).await;
        let again = kit.post("/api/v1/activations", &activation(&member.number, &code, PASSWORD)).await;
        refused(&again, Code::WrongCredentials);
        let code = accounts::command::reset(&operator, &member.number).await.expect("a code");
        kit.clock.advance(31 * DAY_MS);
        let late = kit.post("/api/v1/activations", &activation(&member.number, &code, PASSWORD)).await;
        refused(&late, Code::WrongCredentials);
    }

    async fn a_code_of_somebody_else_opens_nothing(kit) {
        let branch = kit.branch().await;
        let (one, other) = (kit.member(branch).await, kit.member(branch).await);
        let operator = kit.operator().await;
        let code = accounts::command::reset(&operator, &one.number).await.expect("a code");
        let crossed = kit.post("/api/v1/activations", &activation(&other.number, &code, PASSWORD)).await;
        refused(&crossed, Code::WrongCredentials);
        kit.activate(&one.number, &code, PASSWORD).await;
    }

    async fn a_short_password_is_refused_with_both_bounds(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let short = ChangePassword { current: PASSWORD.to_owned(), password: "too short".to_owned() };
        let problem = member.phone.post("/api/v1/me/password", &short).await.problem();
        assert_eq!(problem.code, Code::WeakPassword);
        assert_eq!((problem.detail["min"].as_str(), problem.detail["max"].as_str()), ("10", "200"));
    }

    async fn a_changed_password_ends_every_other_device(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let lost = kit.sign_in(&member.number, PASSWORD).await;
        let wrong = ChangePassword { current: "a wrong one".to_owned(), password: "一个全新的长长密码".to_owned() };
        refused(&member.phone.post("/api/v1/me/password", &wrong).await, Code::WeakPassword);
        let wrong = ChangePassword { current: "a wrong one".to_owned(), password: "一个全新的长长的密码".to_owned() };
        refused(&member.phone.post("/api/v1/me/password", &wrong).await, Code::WrongCredentials);
        let right = ChangePassword { current: PASSWORD.to_owned(), ..wrong };
        assert_eq!(member.phone.post("/api/v1/me/password", &right).await.status, 204);
        assert_eq!(member.phone.get("/api/v1/me").await.status, 200);
        refused(&lost.get("/api/v1/me").await, Code::SignedOut);
        kit.sign_in(&member.number, &right.password).await;
    }

    async fn a_reset_ends_every_device_and_shows_in_the_branch(kit) {
        let branch = kit.branch().await;
        let (member, secretary, admin) = (kit.member(branch).await, kit.secretary(branch).await, kit.admin().await);
        let new: NewCode = admin.phone.post(&reset_path(member.account), &()).await.json();
        refused(&member.phone.get("/api/v1/me").await, Code::SignedOut);
        let audit_path = format!("/api/v1/branches/{}/audit", branch.id);
        let audit: Vec<AuditRow> = secretary.phone.get(&audit_path).await.json();
        let row = audit.iter().find(|row| row.kind == "account_reset" && row.actor == Some(admin.account));
        assert_eq!(row.expect("the reset shows").account, Some(member.account));
        let back = kit.activate(&member.number, &new.code, "新的密码一共十个字符").await;
        refused(&back.get(&audit_path).await, Code::NotFound);
    }

    async fn an_approver_never_resets_whom_they_approve(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let scope = Scope::Branch(branch.id);
        let roles = [Grant { role: Role::Admin, scope: Scope::School }, Grant { role: Role::Deputy, scope }];
        let both = kit.person(Some(branch), &roles).await;
        refused(&both.phone.post(&reset_path(member.account), &()).await, Code::Forbidden);
        refused(&both.phone.post(&reset_path(both.account), &()).await, Code::Forbidden);
        let elsewhere = kit.member(kit.branch().await).await;
        assert_eq!(both.phone.post(&reset_path(elsewhere.account), &()).await.status, 200);
    }

    async fn a_closed_account_is_out_at_its_next_request(kit) {
        let branch = kit.branch().await;
        let (member, admin) = (kit.member(branch).await, kit.admin().await);
        let operator = kit.operator().await;
        accounts::command::close(&operator, &member.number).await.expect("it closes");
        refused(&member.phone.get("/api/v1/me").await, Code::SignedOut);
        let ask = member.phone.refresh_ask().await;
        refused(&member.phone.refresh_with(&ask).await, Code::SignedOut);
        refused(&admin.phone.post(&reset_path(member.account), &()).await, Code::NotFound);
    }

    async fn only_an_administrator_sees_numbers_and_by_pages(kit) {
        let branch = kit.branch().await;
        let (member, school, admin) = (kit.member(branch).await, kit.school().await, kit.admin().await);
        refused(&member.phone.get("/api/v1/accounts").await, Code::Forbidden);
        refused(&school.phone.get("/api/v1/accounts").await, Code::Forbidden);
        let all: Vec<Account> = admin.phone.get("/api/v1/accounts").await.json();
        assert!(all.iter().any(|account| account.number == member.number && account.active));
        let rest: Vec<Account> = admin.phone.get(&format!("/api/v1/accounts?after={}", all[0].id)).await.json();
        assert_eq!(rest.len(), all.len() - 1);
        refused(&admin.phone.get("/api/v1/accounts?after=moon").await, Code::BadRequest);
    }
}
