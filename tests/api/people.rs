//! People and their phones: everybody in a test can sign in, and is who the roster says.

use kit::{PASSWORD, on_both_databases};
use shared::model::{Role, Scope};
use shared::wire::problem::Code;
use shared::wire::session::Me;

on_both_databases! {
    async fn a_secretary_is_told_who_they_are_and_what_they_hold(kit) {
        let branch = kit.branch().await;
        let secretary = kit.secretary(branch).await;
        let me: Me = secretary.phone.get("/api/v1/me").await.json();
        assert_eq!((me.account, me.person, me.name), (secretary.account, secretary.id, secretary.name));
        let mut roles: Vec<Role> = me.grants.iter().map(|body| body.grant.role).collect();
        roles.sort();
        assert_eq!(roles, [Role::Member, Role::Secretary]);
        assert!(me.grants.iter().all(|body| body.grant.scope == Scope::Branch(branch.id)));
    }

    async fn a_second_phone_of_the_same_person_is_another_device(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let second = kit.sign_in(&member.number, PASSWORD).await;
        assert_eq!(second.account, member.account);
        assert_ne!(second.device, member.phone.device);
    }

    async fn a_refresh_asked_twice_after_a_lost_answer_is_granted_twice(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let ask = member.phone.refresh_ask().await;
        member.phone.refresh_with(&ask).await;
        kit.clock.advance(8 * 60 * 60 * 1_000);
        assert_eq!(member.phone.refresh_with(&ask).await.status, 200);
        assert_eq!(member.phone.get("/api/v1/me").await.status, 200);
    }

    async fn a_person_without_a_token_is_told_to_sign_in(kit) {
        assert_eq!(kit.get("/api/v1/me").await.code(), Code::SignedOut);
    }
}
