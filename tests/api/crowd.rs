//! Many phones at once, a server that fails in the middle, a database that was set back, and open phones that are
//! told of it.

use futures_util::future::join_all;
use kit::drafts::{create, edit, leaves, quote};
use kit::{Branch, Person, Phone, id, on_both_databases};
use reqwest::{Method, Response};
use serde_json::json;
use shared::ids::{BranchId, EntryId, FeedId};
use shared::model::{Body, RecordId, RecordKind, fields::key};
use shared::wire::account::GrantRow;
use shared::wire::pull::{FeedEvent, ResetReason};
use shared::wire::push::{Answer, PushAnswer, PushAsk, Stop};
use shared::wire::{Page, PullAsk};

use crate::verify::tamper;

const WRITERS: usize = 8;
const ROUNDS: usize = 5;

fn name(entry: EntryId) -> RecordId {
    RecordId::new(RecordKind::Entry, entry.0)
}

async fn draft(person: &Person, branch: Branch) -> EntryId {
    let entry = id();
    let title = leaves(&[(key::TITLE, json!("起初"))]);
    person.phone.applied(branch.id, create(entry, title)).await;
    entry
}

/// Adds a quote and renames the entry, again and again, never having seen what the others wrote.
async fn write(phone: &Phone, branch: BranchId, (entry, writer): (EntryId, usize)) -> Vec<String> {
    let mut titles = Vec::new();
    for round in 0..ROUNDS {
        let title = format!("题目 {writer} {round}");
        let ops = [
            phone.op(branch, quote(entry, id(), &format!("原话 {writer} {round}"))),
            phone.op(branch, edit(entry, key::TITLE, Some(json!("起初")), Some(json!(title)))),
        ];
        let answer = phone.push(&ops).await;
        assert!(answer.stopped.is_none(), "{answer:?}");
        titles.push(title);
    }
    titles
}

/// The hints that come until the stream says something about the feed.
async fn hint(stream: &mut Response, feed: FeedId) -> Option<String> {
    while let Some(chunk) = stream.chunk().await.expect("the stream is read") {
        let text = String::from_utf8_lossy(&chunk).into_owned();
        if text.contains(&feed.to_string()) {
            return Some(text);
        }
    }
    None
}

on_both_databases! {
    async fn eight_writers_of_one_entry_lose_no_edit_and_a_reader_misses_no_row(kit) {
        let branch = kit.branch().await;
        let author = kit.member(branch).await;
        let entry = draft(&author, branch).await;
        let phones: Vec<Phone> = (0..WRITERS).map(|_| author.phone.with_new_client()).collect();
        let reader = author.phone.with_new_client();
        let reading = async {
            for _ in 0..20 {
                reader.pull().await;
            }
        };
        let writing = join_all(phones.iter().enumerate().map(|(n, phone)| write(phone, branch.id, (entry, n))));
        let (titles, ()) = tokio::join!(writing, reading);
        let mirror = reader.pull().await;
        let Some(Body::Entry(body)) = mirror.body(name(entry)) else { panic!("the entry") };
        let stands = body.content.leaves.value(key::TITLE).cloned().expect("a title");
        let mut kept: Vec<_> = body.rest.proposals.iter().filter_map(|one| one.value.clone()).chain([stands]).collect();
        let mut written: Vec<_> = titles.into_iter().flatten().map(|title| json!(title)).collect();
        kept.sort_by_key(ToString::to_string);
        written.sort_by_key(ToString::to_string);
        assert_eq!(kept, written, "every title stands or waits as a proposal");
        let quotes = mirror.feeds[&FeedId::Account(author.account)].keys().filter(|(kind, _)| kind == "quote").count();
        assert_eq!(quotes, WRITERS * ROUNDS);
        let revs = 1 + 2 * (WRITERS * ROUNDS) as u64;
        assert_eq!(mirror.find(name(entry)).map(|held| held.rev), Some(revs), "every op counted once");
        assert_eq!(mirror.feeds, author.phone.with_new_client().pull().await.feeds, "as a new phone gets it");
    }

    async fn a_batch_that_fails_in_the_middle_keeps_what_came_before_and_answers_the_rest_later(kit) {
        let branch = kit.branch().await;
        let author = kit.member(branch).await;
        let entries = [draft(&author, branch).await, draft(&author, branch).await, draft(&author, branch).await];
        let text = "SELECT body FROM record WHERE kind = 'entry' AND id = $1";
        let body: String = {
            let db = kit.db().await;
            let mut db = db.read().await.expect("a connection");
            sqlx::query_scalar(text).bind(entries[1].to_string()).fetch_one(&mut *db).await.expect("the body")
        };
        let set = "UPDATE record SET body = $1 WHERE kind = 'entry' AND id = $2";
        assert_eq!(tamper(kit, set, &["broken".to_owned(), entries[1].to_string()]).await, 1);
        let ops = entries.map(|entry| {
            author.phone.op(branch.id, edit(entry, key::TITLE, Some(json!("起初")), Some(json!("改过"))))
        });
        let sealed = author.phone.seal(&ops);
        let first: PushAnswer = author.phone.send(&sealed).await.json();
        assert_eq!(first.stopped, Some(Stop::Busy { n: 5 }));
        assert_eq!(first.answers.len(), 1);
        assert_eq!(tamper(kit, set, &[body, entries[1].to_string()]).await, 1);
        let second: PushAnswer = author.phone.send(&sealed).await.json();
        assert_eq!((second.stopped, second.answers.len()), (None, 3));
        assert_eq!(second.answers[0], first.answers[0]);
        assert!(second.answers.iter().all(|one| matches!(one.answer, Answer::Applied { rev: 2, .. })));
    }

    async fn a_database_set_back_begins_a_new_epoch_once_and_phones_start_over(kit) {
        let branch = kit.branch().await;
        let (author, other) = (kit.member(branch).await, kit.member(branch).await);
        draft(&author, branch).await;
        let ask = PullAsk { client: author.phone.client, cursor: None, refetch: Vec::new() };
        let page: Page = author.phone.post("/api/v1/sync/pull", &ask).await.json();
        let others: Page = other.phone.post("/api/v1/sync/pull", &ask).await.json();
        let unknown = "000102030405060708090a0b0c0d0e0f";
        tamper(kit, "UPDATE epoch SET id = $1", &[unknown.to_owned()]).await;
        let ask = PullAsk { cursor: page.cursor, ..ask };
        let again: Page = author.phone.post("/api/v1/sync/pull", &ask).await.json();
        assert_ne!(again.epoch, page.epoch);
        assert_ne!(again.epoch.to_string(), unknown);
        let feed = FeedId::Account(author.account);
        assert!(again.feeds.contains(&FeedEvent::Reset { feed, reason: ResetReason::Epoch }), "{:?}", again.feeds);
        assert!(again.rows.iter().any(|row| row.row.kind == "entry"));
        let ask = PullAsk { cursor: others.cursor, ..ask };
        let second: Page = other.phone.post("/api/v1/sync/pull", &ask).await.json();
        assert_eq!(second.epoch, again.epoch, "the same proof by another phone begins nothing");
    }

    async fn a_receipt_beyond_the_ledger_proves_a_restore_and_a_forged_one_nothing(kit) {
        let branch = kit.branch().await;
        let author = kit.member(branch).await;
        let first = author.phone.push(&[author.phone.op(branch.id, create(id(), leaves(&[])))]).await;
        let ask = |receipt: &str| {
            PushAsk { client: author.phone.client, receipt: Some(receipt.to_owned()), ops: Vec::new() }
        };
        let forged: PushAnswer = author.phone.post("/api/v1/sync/push", &ask("e30.AAAA")).await.json();
        let known: PushAnswer = author.phone.post("/api/v1/sync/push", &ask(&first.receipt)).await.json();
        assert_eq!((forged.epoch, known.epoch), (first.epoch, first.epoch));
        tamper(kit, "DELETE FROM ledger WHERE client_id = $1", &[author.phone.client.to_string()]).await;
        tamper(kit, "DELETE FROM client WHERE client_id = $1", &[author.phone.client.to_string()]).await;
        let after: PushAnswer = author.phone.post("/api/v1/sync/push", &ask(&first.receipt)).await.json();
        assert_ne!(after.epoch, first.epoch);
        let again: PushAnswer = author.phone.post("/api/v1/sync/push", &ask(&first.receipt)).await.json();
        assert_eq!(again.epoch, after.epoch);
    }

    async fn an_open_phone_hears_of_its_feeds_until_its_grants_change(kit) {
        let branch = kit.branch().await;
        let (author, reader) = (kit.member(branch).await, kit.member(branch).await);
        let request = reader.phone.request(Method::GET, "/api/v1/events").await;
        let mut stream = kit::http::open(request).await;
        assert_eq!(stream.status(), 200);
        author.phone.submitted(branch.id, author.id).await;
        let told = hint(&mut stream, FeedId::Branch(branch.id)).await.expect("a hint of the branch");
        assert!(!told.contains("account:"), "{told}");
        let admin = kit.admin().await;
        let grants: Vec<GrantRow> = admin.phone.get(&format!("/api/v1/accounts/{}/grants", reader.account)).await.json();
        let ended = admin.phone.post(&format!("/api/v1/grants/{}/end", grants[0].id), &json!({})).await;
        assert_eq!(ended.status, 200, "{}", ended.text());
        while let Some(chunk) = stream.chunk().await.expect("the stream is read") {
            assert!(!String::from_utf8_lossy(&chunk).contains("office:"));
        }
    }

    async fn what_the_office_changes_reaches_phones_as_records(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let mirror = member.phone.pull().await;
        let Some(Body::Branch(body)) = mirror.body(RecordId::new(RecordKind::Branch, branch.id.0)) else { panic!("the branch") };
        assert!(body.approvers.is_empty());
        let chief = kit.secretary(branch).await;
        let mirror = member.phone.pull().await;
        let Some(Body::Branch(body)) = mirror.body(RecordId::new(RecordKind::Branch, branch.id.0)) else { panic!("the branch") };
        assert_eq!(body.approvers, [chief.account]);
        let person = RecordId::new(RecordKind::Person, chief.id.0);
        assert_eq!(mirror.feeds_of(person), [FeedId::Branch(branch.id)]);
        assert_eq!(mirror.feeds[&FeedId::Account(member.account)].keys().filter(|(kind, _)| kind == "grant").count(), 1);
        let page = chief.phone.pull().await;
        assert!(page.holds(FeedId::Office(branch.id)));
    }
}
