//! Two records of one activity become one: what they held goes over, differences wait for an answer, and whoever wrote
//! either of them does not decide it.

use kit::drafts::{clinic, create, edit, photo, quote};
use kit::{App, Branch, Person, Phone, id, on_both_databases};
use serde_json::json;
use shared::ids::{Digest, EntryId, MediaId, QuoteId};
use shared::model::{Body, EntryBody, EntryState, RecordId, RecordKind, fields::key};
use shared::wire::entries::ReviewPage;
use shared::wire::push::Answer;
use shared::wire::{Act, Code};

fn name(entry: EntryId) -> RecordId {
    RecordId::new(RecordKind::Entry, entry.0)
}

fn photo_name(media: MediaId) -> RecordId {
    RecordId::new(RecordKind::Media, media.0)
}

/// A submitted 义诊 with a photo of these bytes and a quote; so many visits.
async fn submitted(author: &Person, branch: Branch, visits: u32) -> (EntryId, MediaId, Digest) {
    let (entry, media, said) = (id(), id(), id::<QuoteId>());
    let mut fields = clinic(author.id);
    fields.set(key::CLINIC_VISITS, Some(json!(visits)), kit::salt());
    fields.set("clinic.services/acupuncture", Some(json!(visits)), kit::salt());
    author.phone.applied(branch.id, create(entry, fields)).await;
    author.phone.applied(branch.id, photo(entry, media, media.to_string().as_bytes())).await;
    author.phone.applied(branch.id, quote(entry, said, "扎完这两针,敢迈步了。")).await;
    let (_, digest) = author.phone.applied(branch.id, Act::EntrySubmit { entry }).await;
    (entry, media, digest)
}

async fn entry_of(phone: &Phone, entry: EntryId) -> EntryBody {
    match phone.pull().await.body(name(entry)) {
        Some(Body::Entry(body)) => *body,
        other => panic!("no entry: {other:?}"),
    }
}

async fn told(person: &Person, branch: Branch, act: Act) -> Answer {
    let op = person.phone.op(branch.id, act);
    person.phone.push(&[op]).await.answers.remove(0).answer
}

fn refusal(answer: Answer) -> Code {
    match answer {
        Answer::Refused(refused) => refused.code,
        other => panic!("not refused: {other:?}"),
    }
}

/// The digest that waits for a verdict.
fn waiting(entry: &EntryBody) -> Digest {
    entry.rest.submitted.as_ref().expect("it is submitted").digest
}

fn approve(entry: EntryId, digest: Digest) -> Act {
    Act::EntryApprove { entry, digest, sketches: Vec::new(), classify: None }
}

/// Photos that the index has of an entry.
async fn found(kit: &App, entry: EntryId) -> i64 {
    let db = kit.db().await;
    let mut db = db.read().await.expect("a connection");
    let text = "SELECT COUNT(*) FROM media_index WHERE entry_id = $1";
    sqlx::query_scalar(text).bind(entry.to_string()).fetch_one(&mut *db).await.expect("a count")
}

async fn is_sound(kit: &App) {
    let db = kit.db().await;
    let report = miaopu_server::verify::verify(&db).await.expect("it is read");
    assert_eq!(report.faults, Vec::<String>::new());
}

on_both_databases! {
    async fn items_and_people_go_over_and_what_differs_waits_for_an_answer(kit) {
        let branch = kit.branch().await;
        let (one, two, chief) = (kit.member(branch).await, kit.member(branch).await, kit.secretary(branch).await);
        let (kept, _, seen) = submitted(&one, branch, 63).await;
        let (ends, moved, _) = submitted(&two, branch, 118).await;
        let combine = Act::EntryCombine { entry: ends, into: kept };
        assert_eq!(refusal(told(&one, branch, combine.clone()).await), Code::NotApprover);
        let Answer::Merged { proposals, .. } = told(&chief, branch, combine).await else { panic!("no proposals") };
        let keys: Vec<&str> = proposals.iter().map(|one| one.key.as_str()).collect();
        assert_eq!(keys, ["clinic.services/acupuncture", "clinic.visits"], "never a sum");

        let (stays, ended) = (entry_of(&chief.phone, kept).await, entry_of(&chief.phone, ends).await);
        assert_eq!((ended.rest.state, ended.rest.combined_into), (EntryState::Voided, Some(kept)));
        let people = stays.content.leaves.elements(key::PARTICIPANTS).count();
        assert_eq!((stays.rest.state, people), (EntryState::Submitted, 2));
        assert_eq!(stays.content.leaves.value(key::CLINIC_VISITS), Some(&json!(63)));
        assert_eq!(stays.rest.contributors, [two.account]);
        let phone = chief.phone.pull().await;
        let Some(Body::Media(media)) = phone.body(photo_name(moved)) else { panic!("the photo is gone") };
        assert_eq!((media.content.entry, media.content.recorder), (kept, two.account), "each keeps its recorder");
        assert!(one.phone.pull().await.find(name(ends)).is_none(), "a voided one is its author's and the office's");

        assert_eq!(found(kit, kept).await, 2, "what was handed over is found");

        let stale = told(&chief, branch, approve(kept, seen)).await;
        assert_eq!(refusal(stale), Code::EntryChanged, "nobody has seen all of it");
        chief.phone.applied(branch.id, approve(kept, waiting(&stays))).await;
        let Some(Body::Approved(copy)) = chief.phone.pull().await.body(RecordId::new(RecordKind::Approved, kept.0))
            else { panic!("not approved") };
        assert_eq!(copy.items.len(), 4, "two photos and two quotes");
        is_sound(kit).await;
    }

    async fn what_was_written_on_the_absorbed_entry_meanwhile_is_offered_to_the_one_that_stays(kit) {
        let branch = kit.branch().await;
        let (one, two, chief) = (kit.member(branch).await, kit.member(branch).await, kit.secretary(branch).await);
        let (kept, ..) = submitted(&one, branch, 63).await;
        let (ends, moved, _) = submitted(&two, branch, 63).await;
        chief.phone.applied(branch.id, Act::EntryCombine { entry: ends, into: kept }).await;
        let before = waiting(&entry_of(&chief.phone, kept).await);

        let late = id();
        two.phone.applied(branch.id, photo(ends, late, b"found on the phone")).await;
        let note = edit(ends, key::AFTER_NOTE, None, Some(json!("回访三户。")));
        assert!(matches!(told(&two, branch, note).await, Answer::Merged { .. }));
        let withdrawn = kit::drafts::consent(ends, photo_name(moved), shared::model::ConsentStatus::Refused);
        two.phone.applied(branch.id, withdrawn).await;
        let stays = entry_of(&one.phone, kept).await;
        assert_eq!((waiting(&stays), stays.rest.proposals.len()), (before, 1), "what waits for a verdict is as it was");
        let phone = one.phone.pull().await;
        let Some(Body::Media(offered)) = phone.body(photo_name(late)) else { panic!("not offered to the author") };
        assert!(offered.rest.offered && offered.content.entry == kept);
        let Some(Body::Media(barred)) = phone.body(photo_name(moved)) else { panic!("the photo is gone") };
        assert!(barred.rest.barred, "a refusal reaches the photo where it is now");

        let take_in = Act::EntryTakeIn { entry: kept, items: vec![photo_name(late)] };
        assert_eq!(refusal(told(&one, branch, take_in.clone()).await), Code::NotEditable);
        chief.phone.applied(branch.id, Act::EntryReturn { entry: kept, digest: before, comment: "请补一张".to_owned() }).await;
        one.phone.applied(branch.id, take_in).await;
        let (_, digest) = one.phone.applied(branch.id, Act::EntrySubmit { entry: kept }).await;
        assert_ne!(digest, before, "it is decided anew");
        let stranger = kit.member(branch).await;
        let foreign = told(&stranger, branch, photo(ends, id(), b"not theirs")).await;
        assert_eq!(refusal(foreign), Code::UnknownRecord, "a voided entry is hidden from others");
        is_sound(kit).await;
    }

    async fn nobody_decides_an_entry_that_absorbed_their_own(kit) {
        let branch = kit.branch().await;
        let (chief, deputy) = (kit.secretary(branch).await, kit.deputy(branch).await);
        let office = kit.committee(branch).await;
        let (kept, ..) = submitted(&chief, branch, 63).await;
        let queue = "/api/v1/review";
        let page: ReviewPage = office.phone.get(queue).await.json();
        assert!(page.rows.is_empty(), "the deputy may decide it");
        let (ends, ..) = submitted(&deputy, branch, 63).await;
        deputy.phone.applied(branch.id, Act::EntryCombine { entry: ends, into: kept }).await;
        let digest = waiting(&entry_of(&chief.phone, kept).await);
        for person in [&chief, &deputy] {
            assert_eq!(refusal(told(person, branch, approve(kept, digest)).await), Code::OwnEntry);
        }
        let page: ReviewPage = office.phone.get(queue).await.json();
        assert!(page.rows.iter().any(|row| row.id == kept.0), "nobody in the branch is left to decide it");
        office.phone.applied(branch.id, approve(kept, digest)).await;
    }

    async fn entries_combined_into_each_other_at_once_leave_one(kit) {
        let branch = kit.branch().await;
        let (one, chief, deputy) = (kit.member(branch).await, kit.secretary(branch).await, kit.deputy(branch).await);
        let (this, here, _) = submitted(&one, branch, 63).await;
        let (that, there, _) = submitted(&one, branch, 63).await;
        let forth = told(&chief, branch, Act::EntryCombine { entry: this, into: that });
        let back = told(&deputy, branch, Act::EntryCombine { entry: that, into: this });
        let answers: [Answer; 2] = tokio::join!(forth, back).into();
        let applied = answers.iter().filter(|one| matches!(one, Answer::Applied { .. })).count();
        assert_eq!(applied, 1, "{answers:?}");
        let phone = chief.phone.pull().await;
        let homes: Vec<EntryId> = [here, there].map(|media| match phone.body(photo_name(media)) {
            Some(Body::Media(body)) => body.content.entry,
            other => panic!("a photo is gone: {other:?}"),
        }).to_vec();
        assert_eq!(homes[0], homes[1]);
        is_sound(kit).await;
    }

    async fn a_combined_entry_may_be_combined_again_and_late_work_finds_the_last(kit) {
        let branch = kit.branch().await;
        let (one, two, three) = (kit.member(branch).await, kit.member(branch).await, kit.member(branch).await);
        let chief = kit.secretary(branch).await;
        let (first, ..) = submitted(&one, branch, 63).await;
        let (second, ..) = submitted(&two, branch, 63).await;
        let (third, ..) = submitted(&three, branch, 63).await;
        chief.phone.applied(branch.id, Act::EntryCombine { entry: first, into: second }).await;
        chief.phone.applied(branch.id, Act::EntryCombine { entry: second, into: third }).await;
        let late = id();
        one.phone.applied(branch.id, photo(first, late, b"late")).await;
        let Some(Body::Media(media)) = one.phone.pull().await.body(photo_name(late)) else { panic!("lost") };
        assert_eq!(media.content.entry, third);
        let again = told(&chief, branch, Act::EntryCombine { entry: first, into: third }).await;
        assert_eq!(refusal(again), Code::WrongState);
        let lost = told(&chief, branch, Act::EntryCombine { entry: third, into: id() }).await;
        assert_eq!(refusal(lost), Code::UnknownRecord);
    }
}
