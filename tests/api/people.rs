//! People and their phones: everybody in a test can sign in, and is who the roster says.

use kit::{Answer, PASSWORD, Person, on_both_databases};
use reqwest::Method;
use shared::ids::PersonId;
use shared::model::{Body, Publicity, RecordId, RecordKind, Role, Scope};
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

    async fn what_a_person_lets_be_published_is_known_in_their_branch_and_nowhere_else(kit) {
        let (here, there) = (kit.branch().await, kit.branch().await);
        let (member, colleague) = (kit.member(here).await, kit.member(here).await);
        let stranger = kit.member(there).await;
        assert_eq!(publicity(&colleague, member.id).await, Some(Publicity::default()));
        let said = Publicity { named: Some(true), pictured: Some(false) };
        for _ in 0..2 {
            assert_eq!(choose(&member, said).await.status, 204);
        }
        assert_eq!(publicity(&colleague, member.id).await, Some(said));
        assert_eq!(publicity(&stranger, member.id).await, None);
        assert_eq!(publicity(&colleague, colleague.id).await, Some(Publicity::default()));
        let taken_back = Publicity { named: None, ..said };
        assert_eq!(choose(&member, taken_back).await.status, 204);
        assert_eq!(publicity(&colleague, member.id).await, Some(taken_back));
    }
}

/// Replaces what somebody lets be published of themselves.
async fn choose(person: &Person, said: Publicity) -> Answer {
    Answer::of(person.phone.request(Method::PUT, "/api/v1/me/publicity").await.json(&said)).await
}

/// What somebody's phone knows of a person's choice; `None` where it knows nothing of the person.
async fn publicity(reader: &Person, person: PersonId) -> Option<Publicity> {
    let mirror = reader.phone.pull().await;
    match mirror.body(RecordId::new(RecordKind::Person, person.0))? {
        Body::Person(body) => Some(body.publicity),
        other => panic!("a person is {other:?}"),
    }
}
