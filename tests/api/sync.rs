//! What the kit's phones do all day: an entry goes up, comes to a colleague's phone, is decided and counts.

use kit::{Answer, Person, on_both_databases};
use shared::ids::{ClientId, FeedId};
use shared::model::{Body, EntryState, RecordId, RecordKind, Scope};
use shared::wire::pull::{FeedEvent, ResetReason};
use shared::wire::{Act, Page, PullAsk};

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

    async fn a_pull_that_finds_nothing_new_is_answered_in_a_line_of_few_bytes(kit) {
        let branch = kit.branch().await;
        let (member, secretary) = (kit.member(branch).await, kit.secretary(branch).await);
        member.phone.submitted(branch.id, member.id).await;
        let told = pulled(&secretary, secretary.phone.client, None).await;
        let answer = asked(&secretary, secretary.phone.client, told.cursor.clone()).await;
        assert_eq!(answer.text(), format!(r#"{{"epoch":"{}","done":true}}"#, told.epoch));
        let head: usize = answer.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
        let status = "HTTP/1.1 200 OK\r\n\r\n".len();
        assert!(status + head + answer.body.len() <= 500, "{head} bytes: {:?}", answer.headers);
    }

    async fn whatever_moves_is_told_by_a_whole_page_again(kit) {
        let branch = kit.branch().await;
        let (member, secretary) = (kit.member(branch).await, kit.secretary(branch).await);
        let client = secretary.phone.client;
        let told = pulled(&secretary, client, None).await;
        let by_another = pulled(&secretary, kit::id(), told.cursor.clone()).await;
        assert!(by_another.cursor.is_some() && by_another.tail.is_some(), "another queue was told nothing yet");
        member.phone.submitted(branch.id, member.id).await;
        let brought = pulled(&secretary, client, told.cursor).await;
        assert!(brought.rows.iter().any(|row| row.row.kind == "entry") && brought.tail.is_some());
        let entry = secretary.phone.begun(branch.id, secretary.id).await;
        let own = pulled(&secretary, client, brought.cursor).await;
        assert_eq!(own.tail.as_ref().map(|tail| tail.last_n), Some(1));
        assert!(own.rows.iter().any(|row| row.row.id == entry.0));
        let feed = FeedId::Org;
        let ask = PullAsk { client, cursor: own.cursor.clone(), refetch: vec![feed] };
        let anew: Page = secretary.phone.post("/api/v1/sync/pull", &ask).await.json();
        assert_eq!(anew.feeds, [FeedEvent::Reset { feed, reason: ResetReason::Checksum }]);
        kit.take(secretary.account, Scope::Branch(branch.id)).await;
        let left = pulled(&secretary, client, own.cursor).await;
        for feed in [FeedId::Branch(branch.id), FeedId::Office(branch.id)] {
            assert!(left.feeds.contains(&FeedEvent::Leave { feed }), "{:?}", left.feeds);
        }
        assert!(!left.rows.iter().any(|row| row.feed == FeedId::Branch(branch.id)));
    }
}

async fn asked(who: &Person, client: ClientId, cursor: Option<String>) -> Answer {
    who.phone.post("/api/v1/sync/pull", &PullAsk { client, cursor, refetch: Vec::new() }).await
}

async fn pulled(who: &Person, client: ClientId, cursor: Option<String>) -> Page {
    asked(who, client, cursor).await.json()
}
