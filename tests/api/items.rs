//! Items of entries on their way through feeds: refused and withdrawn ones, those of colleagues, those that came
//! too late; and pulls of more than a page.

use kit::drafts::{clinic, consent, create, edit, leaves, photo};
use kit::{App, Branch, Person, Phone, id, on_both_databases};
use serde_json::json;
use shared::ids::{BranchId, Digest, EntryId, FeedId, MediaId};
use shared::model::{Body, ConsentStatus, RecordId, RecordKind, fields::key};
use shared::wire::entries::EntryPage;
use shared::wire::push::Answer;
use shared::wire::{Act, Code, PullAsk};

fn media_name(media: MediaId) -> RecordId {
    RecordId::new(RecordKind::Media, media.0)
}

fn withdraw_consent(entry: EntryId, media: MediaId) -> Act {
    consent(entry, media_name(media), ConsentStatus::Withdrawn)
}

/// An approved entry of one photo, which a second branch may read.
async fn approved(
    (author, chief): (&Person, &Person),
    (branch, co_branch): (Branch, Branch),
    bytes: &[u8],
) -> (EntryId, MediaId) {
    let (entry, media) = (id(), id());
    let mut fields = clinic(author.id);
    fields.set(key::CO_BRANCHES, Some(json!([co_branch.id])), kit::salt());
    author.phone.applied(branch.id, create(entry, fields)).await;
    author.phone.applied(branch.id, photo(entry, media, bytes)).await;
    let (_, digest) = author.phone.applied(branch.id, Act::EntrySubmit { entry }).await;
    let approve = Act::EntryApprove { entry, digest, sketches: Vec::new(), classify: None };
    chief.phone.applied(branch.id, approve).await;
    (entry, media)
}

async fn has(phone: &Phone, media: MediaId) -> bool {
    phone.pull().await.find(media_name(media)).is_some()
}

async fn is_barred(phone: &Phone, media: MediaId) -> bool {
    match phone.pull().await.body(media_name(media)) {
        Some(Body::Media(body)) => body.rest.barred,
        other => panic!("no media item: {other:?}"),
    }
}

/// Minutes of a person in the index.
async fn minutes(kit: &App, person: &Person) -> i64 {
    let db = kit.db().await;
    let mut db = db.read().await.expect("a connection");
    let text = "SELECT CAST(COALESCE(SUM(minutes), 0) AS BIGINT) FROM minute_index WHERE person_id = $1";
    sqlx::query_scalar(text).bind(person.id.to_string()).fetch_one(&mut *db).await.expect("a sum")
}

fn refusal(answer: &Answer) -> Code {
    match answer {
        Answer::Refused(refused) => refused.code,
        other => panic!("not refused: {other:?}"),
    }
}

on_both_databases! {
    async fn a_withdrawn_photo_leaves_every_phone_but_the_offices_and_its_peoples(kit) {
        let (branch, other) = (kit.branch().await, kit.branch().await);
        let (author, chief, reader) = (kit.member(branch).await, kit.secretary(branch).await, kit.member(branch).await);
        let (friend, stranger) = (kit.member(other).await, kit.member(other).await);
        let (entry, media) = approved((&author, &chief), (branch, other), b"a face").await;
        assert!(has(&reader.phone, media).await && has(&friend.phone, media).await);
        let twin = id();
        let elsewhere = friend.phone.begun(other.id, friend.id).await;
        friend.phone.applied(other.id, photo(elsewhere, twin, b"a face")).await;
        friend.phone.applied(other.id, Act::EntrySubmit { entry: elsewhere }).await;
        assert!(has(&stranger.phone, twin).await);
        author.phone.applied(branch.id, withdraw_consent(entry, media)).await;
        for phone in [&reader.phone, &friend.phone] {
            assert!(!has(phone, media).await);
        }
        assert!(!has(&stranger.phone, twin).await, "the same bytes in another branch");
        assert!(is_barred(&author.phone, media).await && is_barred(&chief.phone, media).await);
        assert!(is_barred(&friend.phone, twin).await, "its recorder keeps it");
        let third = id();
        let later = friend.phone.begun(other.id, friend.id).await;
        friend.phone.applied(other.id, photo(later, third, b"a face")).await;
        assert!(is_barred(&friend.phone, third).await, "the same bytes once more");
        let db = kit.db().await;
        let report = miaopu_server::verify::verify(&db).await.expect("it is read");
        assert_eq!(report.faults, Vec::<String>::new());
    }

    async fn offices_page_through_approved_copies_and_nobody_else_learns_of_the_branch(kit) {
        let (branch, other) = (kit.branch().await, kit.branch().await);
        let (author, chief) = (kit.member(branch).await, kit.secretary(branch).await);
        let (entry, _) = approved((&author, &chief), (branch, other), b"a picture").await;
        author.phone.submitted(branch.id, author.id).await;
        let path = format!("/api/v1/branches/{}/entries", branch.id);
        for reader in [&author, &kit.committee(branch).await, &kit.school().await] {
            let page: EntryPage = reader.phone.get(&path).await.json();
            let ids: Vec<_> = page.entries.iter().map(|row| (row.kind.as_str(), row.id)).collect();
            assert_eq!((ids, page.next), (vec![("approved", entry.0)], None));
        }
        let next: EntryPage = author.phone.get(&format!("{path}?after=18000.{entry}")).await.json();
        assert!(next.entries.is_empty());
        let stranger = kit.committee(other).await;
        let none = stranger.phone.get(&format!("/api/v1/branches/{}/entries", id::<BranchId>())).await;
        assert_eq!(stranger.phone.get(&path).await.code(), none.code());
    }

    async fn minutes_are_indexed_while_an_approved_copy_stands_and_no_longer(kit) {
        let branch = kit.branch().await;
        let (author, chief) = (kit.member(branch).await, kit.secretary(branch).await);
        let (entry, digest) = author.phone.submitted(branch.id, author.id).await;
        assert_eq!(minutes(kit, &author).await, 0);
        let approve = Act::EntryApprove { entry, digest, sketches: Vec::new(), classify: None };
        chief.phone.applied(branch.id, approve).await;
        assert_eq!(minutes(kit, &author).await, 240);
        chief.phone.applied(branch.id, Act::EntryReopen { entry, reason: "时长有误".to_owned() }).await;
        assert_eq!(minutes(kit, &author).await, 240, "what was approved still stands");
        chief.phone.applied(branch.id, Act::EntryVoid { entry, reason: "重复录入".to_owned() }).await;
        assert_eq!(minutes(kit, &author).await, 0);
    }

    async fn a_colleagues_photo_outlives_the_draft_it_was_added_to(kit) {
        let branch = kit.branch().await;
        let (author, colleague) = (kit.member(branch).await, kit.member(branch).await);
        let (entry, media) = (id(), id());
        let contributors = vec![colleague.account];
        let begin = Act::EntryCreate { entry, created_at: kit::START_MS, leaves: leaves(&[]), contributors };
        author.phone.applied(branch.id, begin).await;
        colleague.phone.applied(branch.id, photo(entry, media, b"mine")).await;
        assert!(has(&author.phone, media).await);
        author.phone.applied(branch.id, Act::EntryDiscard { entry }).await;
        assert_eq!(colleague.phone.pull().await.feeds_of(media_name(media)), [FeedId::Account(colleague.account)]);
        assert!(!has(&author.phone, media).await);
        let again = author.phone.act(branch.id, create(entry, leaves(&[]))).await;
        assert_eq!(refusal(&again), Code::IdTaken);
    }

    async fn a_verdict_is_not_undone_once_an_item_was_added(kit) {
        let branch = kit.branch().await;
        let (author, chief) = (kit.member(branch).await, kit.secretary(branch).await);
        let (entry, digest) = author.phone.submitted(branch.id, author.id).await;
        let comment = "请补照片".to_owned();
        let op = chief.phone.op(branch.id, Act::EntryReturn { entry, digest, comment });
        let verdict = op.id;
        chief.phone.push(&[op]).await;
        author.phone.applied(branch.id, photo(entry, id(), b"late")).await;
        let undo = chief.phone.act(branch.id, Act::EntryUndo { entry, verdict }).await;
        assert_eq!(refusal(&undo), Code::CannotUndo);
    }

    async fn an_approval_of_what_was_changed_meanwhile_counts_nowhere(kit) {
        let branch = kit.branch().await;
        let (author, chief) = (kit.member(branch).await, kit.secretary(branch).await);
        let (entry, seen) = author.phone.submitted(branch.id, author.id).await;
        author.phone.applied(branch.id, Act::EntryWithdraw { entry }).await;
        author.phone.applied(branch.id, photo(entry, id(), b"one more")).await;
        let (_, digest): (u64, Digest) = author.phone.applied(branch.id, Act::EntrySubmit { entry }).await;
        let approve = |digest| Act::EntryApprove { entry, digest, sketches: Vec::new(), classify: None };
        assert_eq!(refusal(&chief.phone.act(branch.id, approve(seen)).await), Code::EntryChanged);
        let approved = RecordId::new(RecordKind::Approved, entry.0);
        assert!(chief.phone.pull().await.find(approved).is_none());
        chief.phone.applied(branch.id, approve(digest)).await;
        assert!(chief.phone.pull().await.find(approved).is_some());
    }

    async fn a_pull_of_more_than_a_page_is_whole_and_asked_anew_the_same(kit) {
        let branch = kit.branch().await;
        let author = kit.member(branch).await;
        let note = "药".repeat(3_000);
        for _ in 0..3 {
            let ops: Vec<_> = (0..40).map(|_| {
                let fields = leaves(&[(key::BEFORE_NOTE, json!(note)), (key::DURING_NOTE, json!(note))]);
                author.phone.op(branch.id, create(id(), fields))
            }).collect();
            assert_eq!(author.phone.push(&ops).await.answers.len(), 40);
        }
        let ask = PullAsk { client: author.phone.client, cursor: None, refetch: Vec::new() };
        let first: shared::wire::Page = author.phone.post("/api/v1/sync/pull", &ask).await.json();
        assert!(!first.done && first.tail.is_none());
        let mirror = author.phone.pull().await;
        let feed = FeedId::Account(author.account);
        assert_eq!(mirror.feeds[&feed].keys().filter(|(kind, _)| kind == "entry").count(), 120);
        let fresh = author.phone.with_new_client();
        assert_eq!(fresh.pull().await.feeds, mirror.feeds);
        let ask = PullAsk { cursor: first.cursor, refetch: vec![feed], ..ask };
        let anew: shared::wire::Page = author.phone.post("/api/v1/sync/pull", &ask).await.json();
        assert_eq!(anew.rows.first().map(|row| row.seq), mirror.feeds[&feed].values().map(|held| held.seq).min());
    }

    async fn a_draft_moved_to_another_branch_is_decided_there(kit) {
        let (from, to) = (kit.branch().await, kit.branch().await);
        let author = kit.member(from).await;
        let scope = shared::model::Scope::Branch(to.id);
        kit.give(author.account, shared::model::Grant { role: shared::model::Role::Member, scope }).await;
        let chief = kit.secretary(to).await;
        let entry = author.phone.begun(from.id, author.id).await;
        let media = id();
        author.phone.applied(from.id, photo(entry, media, b"moved")).await;
        let move_to = Some(to.id);
        let moved = Act::EntryEdit { entry, changes: Vec::new(), move_to, contributors: None };
        let title = edit(entry, key::TITLE, Some(json!("石槽村义诊")), Some(json!("沙河村义诊")));
        let submit = Act::EntrySubmit { entry };
        let ops = [moved, title, submit].map(|act| author.phone.op(from.id, act));
        let answer = author.phone.push(&ops).await;
        let Answer::Applied { digest, .. } = answer.answers[2].answer else { panic!("{answer:?}") };
        let approve = Act::EntryApprove { entry, digest, sketches: Vec::new(), classify: None };
        chief.phone.applied(to.id, approve).await;
        assert!(has(&chief.phone, media).await);
    }
}
