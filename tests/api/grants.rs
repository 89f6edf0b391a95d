//! Grants and devices: who gives them, who agrees, and how soon an end is felt.

use kit::{Answer, PASSWORD, Person, on_both_databases};
use shared::ids::{AccountId, GrantId};
use shared::model::{Grant, Role, Scope};
use shared::wire::account::{Device, GrantRow, MakeGrant};
use shared::wire::problem::Code;
use shared::wire::session::Me;

fn of_account(account: AccountId) -> String {
    format!("/api/v1/accounts/{account}/grants")
}

async fn give(by: &Person, to: AccountId, role: Role, scope: Scope) -> Answer {
    by.phone.post(&of_account(to), &MakeGrant { grant: Grant { role, scope } }).await
}

async fn step(by: &Person, id: GrantId, verb: &str) -> Answer {
    by.phone.post(&format!("/api/v1/grants/{id}/{verb}"), &()).await
}

async fn holds(who: &Person, role: Role) -> bool {
    let me: Me = who.phone.get("/api/v1/me").await.json();
    me.grants.iter().any(|body| body.grant.role == role)
}

on_both_databases! {
    async fn a_grant_is_felt_at_the_next_request_and_so_is_its_end(kit) {
        let branch = kit.branch().await;
        let (member, admin) = (kit.member(branch).await, kit.admin().await);
        let made: GrantRow = give(&admin, member.account, Role::Deputy, Scope::Branch(branch.id)).await.json();
        assert!(holds(&member, Role::Deputy).await);
        let twice = give(&admin, member.account, Role::Deputy, Scope::Branch(branch.id)).await;
        assert_eq!(twice.code(), Code::Conflict);
        assert_eq!(step(&admin, made.id, "end").await.status, 200);
        assert!(!holds(&member, Role::Deputy).await);
        assert_eq!(step(&admin, made.id, "end").await.code(), Code::NotFound);
    }

    async fn a_school_grant_waits_for_a_second_person(kit) {
        let branch = kit.branch().await;
        let (member, first, second) = (kit.member(branch).await, kit.admin().await, kit.admin().await);
        let made: GrantRow = give(&first, member.account, Role::School, Scope::School).await.json();
        assert!(made.confirmed_at.is_none() && !holds(&member, Role::School).await);
        assert_eq!(step(&first, made.id, "confirm").await.code(), Code::Forbidden);
        assert_eq!(step(&member, made.id, "confirm").await.code(), Code::Forbidden);
        assert_eq!(step(&second, made.id, "confirm").await.status, 200);
        assert!(holds(&member, Role::School).await);
        assert_eq!(step(&second, made.id, "confirm").await.code(), Code::Conflict);
    }

    async fn nobody_changes_their_own_grants(kit) {
        let branch = kit.branch().await;
        let admin = kit.admin().await;
        let own = give(&admin, admin.account, Role::Secretary, Scope::Branch(branch.id)).await;
        assert_eq!(own.code(), Code::Forbidden);
        let held: Vec<GrantRow> = admin.phone.get(&of_account(admin.account)).await.json();
        assert_eq!(step(&admin, held[0].id, "end").await.code(), Code::Forbidden);
    }

    async fn a_role_is_given_only_over_what_exists_and_fits(kit) {
        let branch = kit.branch().await;
        let (member, admin) = (kit.member(branch).await, kit.admin().await);
        let nowhere = give(&admin, member.account, Role::Deputy, Scope::Branch(kit::id())).await;
        assert_eq!(nowhere.code(), Code::NotFound);
        let odd = give(&admin, member.account, Role::Admin, Scope::Branch(branch.id)).await;
        assert_eq!(odd.code(), Code::BadRequest);
        let nobody = give(&admin, kit::id(), Role::Deputy, Scope::Branch(branch.id)).await;
        assert_eq!(nobody.code(), Code::NotFound);
    }

    async fn a_person_ends_their_own_lost_phone_and_nobody_elses(kit) {
        let branch = kit.branch().await;
        let (member, other, admin) = (kit.member(branch).await, kit.member(branch).await, kit.admin().await);
        let lost = kit.sign_in(&member.number, PASSWORD).await;
        let devices: Vec<Device> = member.phone.get("/api/v1/devices").await.json();
        assert_eq!(devices.iter().filter(|device| device.this).count(), 1);
        let path = format!("/api/v1/devices/{}/revoke", lost.device);
        assert_eq!(other.phone.post(&path, &()).await.code(), Code::NotFound);
        assert_eq!(member.phone.post(&path, &()).await.status, 200);
        assert_eq!(lost.get("/api/v1/me").await.code(), Code::SignedOut);
        let path = format!("/api/v1/devices/{}/revoke", member.phone.device);
        assert_eq!(admin.phone.post(&path, &()).await.status, 200);
        assert_eq!(member.phone.get("/api/v1/me").await.code(), Code::SignedOut);
    }

    async fn a_device_ended_twice_is_written_down_once(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let lost = kit.sign_in(&member.number, PASSWORD).await;
        let end = async || {
            let answer = member.phone.post(&format!("/api/v1/devices/{}/revoke", lost.device), &()).await;
            answer.json::<Device>().revoked_at
        };
        let first = end().await;
        kit.clock.advance(1_000);
        assert_eq!((first.is_some(), end().await), (true, first), "it ended when it ended");
        let mut db = kit.db().await.read().await.expect("a connection");
        let lines: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM audit_event WHERE kind = 'device_revoked'")
            .fetch_one(&mut *db)
            .await
            .expect("a count");
        assert_eq!(lines, 1);
    }
}
