//! What the kit's phones do all day: an entry goes up, comes to a colleague's phone, is decided and counts.

use kit::on_both_databases;
use shared::ids::FeedId;
use shared::model::{Body, EntryState, RecordId, RecordKind};
use shared::wire::Act;

on_both_databases! {
    async fn an_entry_goes_from_a_members_phone_to_the_secretarys_and_counts(kit) {
        let branch = kit.branch().await;
        let (member, secretary) = (kit.member(branch).await, kit.secretary(branch).await);
        let (entry, digest) = member.phone.submitted(branch.id, member.id).await;
        let record = RecordId::new(RecordKind::Entry, entry.0);

        let seen = secretary.phone.pull().await;
        assert!(seen.feeds_of(record).contains(&FeedId::Branch(branch.id)));
        let approve = Act::EntryApprove { entry, digest, sketches: Vec::new(), classify: None };
        secretary.phone.applied(branch.id, approve).await;

        let mirror = member.phone.pull().await;
        let Some(Body::Entry(body)) = mirror.body(record) else { panic!("the entry is not there") };
        assert_eq!(body.rest.state, EntryState::Approved);
        assert_eq!(body.rest.approved, Some(digest));
        assert!(mirror.find(RecordId::new(RecordKind::Approved, entry.0)).is_some());
    }

    async fn a_draft_is_on_nobody_elses_phone(kit) {
        let branch = kit.branch().await;
        let (member, colleague) = (kit.member(branch).await, kit.member(branch).await);
        let entry = member.phone.begun(branch.id, member.id).await;
        assert!(!colleague.phone.pull().await.text().contains(&entry.to_string()));
        assert!(member.phone.pull().await.text().contains(&entry.to_string()));
    }
}
