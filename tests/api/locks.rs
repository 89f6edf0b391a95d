//! What waits for what: somebody else's transaction holds a lock, and whoever must not pass it waits. What is decided
//! afterwards is decided by what that transaction left. On SQLite every writer waits for every other.

use std::collections::BTreeSet;
use std::pin::pin;
use std::time::Duration;

use kit::drafts::{consent, create, edit, leaves, photo};
use kit::{Answer, App, Part, id, on_both_databases, sha256};
use miaopu_server::db::Tx;
use miaopu_server::sync::feeds::store::{lock, lock_hash};
use reqwest::Method;
use serde_json::json;
use shared::ids::{EntryId, Epoch, FeedId, MediaId};
use shared::model::{ConsentStatus, Grant, RecordId, RecordKind, Role, Scope, fields::key};
use shared::wire::account::{GrantRow, MakeGrant};
use shared::wire::push::{Answer as OpOutcome, PushAnswer, PushAsk};
use shared::wire::{Act, Code, Op};
use tokio::time::timeout;

/// Somebody who need not wait is answered well within this time.
const PATIENCE: Duration = Duration::from_millis(400);
/// Races run, each with luck of its own.
const ROUNDS: usize = 8;

/// Work that has to wait for a transaction; answers what came of it once that is over.
async fn after<T>(tx: Tx, what: &str, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    assert!(timeout(PATIENCE, &mut work).await.is_err(), "{what} did not wait");
    tx.commit().await.expect("it is over");
    work.await
}

/// A transaction that has changed something about a feed.
async fn holding(kit: &App, feed: FeedId) -> Tx {
    let mut tx = kit.db().await.write().await.expect("a transaction");
    lock(&mut tx, &BTreeSet::from([feed])).await.expect("the feed is locked");
    tx
}

fn told(answer: &PushAnswer) -> &'static str {
    match &answer.answers[0].answer {
        OpOutcome::Applied { .. } => "applied",
        OpOutcome::Refused(refused) if refused.code == Code::UnknownRecord => "unknown",
        OpOutcome::Refused(_) => "refused",
        OpOutcome::Held { .. } => "held",
        other => panic!("{other:?}"),
    }
}

fn titled(entry: EntryId) -> Act {
    edit(entry, key::BEFORE_NOTE, None, Some(json!("带上血压计")))
}

on_both_databases! {
    async fn every_op_waits_for_changes_of_its_branch_and_of_its_account(kit) {
        let (branch, other) = (kit.branch().await, kit.branch().await);
        let (author, colleague) = (kit.member(branch).await, kit.member(branch).await);
        for feed in [FeedId::Branch(branch.id), FeedId::Account(author.account)] {
            let draft = async || author.phone.begun(branch.id, author.id).await;
            let hidden = colleague.phone.begun(branch.id, colleague.id).await;
            let op = |act| author.phone.op(branch.id, act);
            let astray = |act| author.phone.op(other.id, act);
            let early = Op { epoch: Some(Epoch([9; 16])), ..op(Act::EntrySubmit { entry: id() }) };
            let mut ops = vec![
                ("unknown", op(Act::EntrySubmit { entry: id() })),
                ("unknown", op(Act::EntrySubmit { entry: hidden })),
                ("held", early),
                ("applied", op(create(id(), leaves(&[])))),
                ("applied", op(titled(draft().await))),
                ("refused", op(Act::EntryWithdraw { entry: draft().await })),
                ("applied", astray(titled(draft().await))),
            ];
            if feed == FeedId::Account(author.account) {
                ops.push(("unknown", astray(Act::EntrySubmit { entry: id() })));
            }
            for (expected, op) in ops {
                let (tx, what) = (holding(kit, feed).await, format!("{} to be {expected}, by {feed}", op.act.name()));
                let answer = after(tx, &what, author.phone.push(std::slice::from_ref(&op))).await;
                assert_eq!(told(&answer), expected, "{what}");
            }
        }
    }

    async fn an_op_that_met_the_end_of_a_grant_is_decided_by_what_stands_after_it(kit) {
        let branch = kit.branch().await;
        let author = kit.member(branch).await;
        let entry = author.phone.begun(branch.id, author.id).await;
        let op = author.phone.op(branch.id, titled(entry));
        let mut tx = holding(kit, FeedId::Branch(branch.id)).await;
        sqlx::query("UPDATE account_grant SET ended_at = 1 WHERE account_id = $1")
            .bind(author.account.to_string()).execute(&mut *tx).await.expect("the grant ends");
        let answer = after(tx, "an edit", author.phone.push(&[op])).await;
        let OpOutcome::Refused(refused) = &answer.answers[0].answer else { panic!("{answer:?}") };
        assert_eq!(refused.code, Code::Forbidden);
    }

    async fn a_change_of_grants_waits_for_the_ops_of_its_branch(kit) {
        let branch = kit.branch().await;
        let (member, admin) = (kit.member(branch).await, kit.admin().await);
        let grants = format!("/api/v1/accounts/{}/grants", member.account);
        let grant = Grant { role: Role::Deputy, scope: Scope::Branch(branch.id) };
        let tx = holding(kit, FeedId::Branch(branch.id)).await;
        let given = after(tx, "a new grant", admin.phone.post(&grants, &MakeGrant { grant })).await;
        let made: GrantRow = given.json();
        let tx = holding(kit, FeedId::Branch(branch.id)).await;
        let end = format!("/api/v1/grants/{}/end", made.id);
        assert_eq!(after(tx, "the end of a grant", admin.phone.post(&end, &())).await.status, 200);
    }

    async fn whatever_is_about_the_same_bytes_waits_for_each_other(kit) {
        let branch = kit.branch().await;
        let author = kit.member(branch).await;
        let bytes = b"a face";
        let (entry, media) = author.named(branch, bytes).await;
        let upload = author.phone.begin_upload(media, Part::Original, bytes).await;
        let held = async || {
            let mut tx = kit.db().await.write().await.expect("a transaction");
            lock_hash(&mut tx, &sha256(bytes).to_string()).await.expect("the bytes are locked");
            tx
        };
        let fact = consent(entry, media_name(media), ConsentStatus::Granted);
        for act in [photo(entry, id(), bytes), fact] {
            let op = author.phone.op(branch.id, act);
            let answer = after(held().await, op.act.name(), author.phone.push(std::slice::from_ref(&op))).await;
            assert_eq!(told(&answer), "applied");
        }
        let whole = author.phone.patch_upload(&upload, 0, bytes);
        assert_eq!(after(held().await, "joining bytes to an item", whole).await.status, 204);
        let elsewhere = author.phone.op(branch.id, photo(entry, id(), b"another face"));
        if !kit.db().await.has_one_writer() {
            let tx = held().await;
            assert_eq!(told(&author.phone.push(&[elsewhere]).await), "applied", "other bytes wait for nobody");
            tx.rollback().await.expect("it is let go");
        }
    }

    async fn the_first_push_of_a_queue_that_arrives_several_times_at_once_is_decided_once(kit) {
        let branch = kit.branch().await;
        let author = kit.member(branch).await;
        for round in 0..ROUNDS {
            let (phone, entry) = (author.phone.with_new_client(), id());
            let ops = [phone.op(branch.id, create(entry, leaves(&[]))), phone.op(branch.id, titled(entry))];
            let ask = PushAsk { client: phone.client, receipt: None, ops: phone.seal(&ops) };
            let send = async || {
                let request = phone.request(Method::POST, "/api/v1/sync/push").await.json(&ask);
                let answer = Answer::try_of(request).await.expect("an answer");
                assert_eq!(answer.status, 200, "{}", answer.text());
                answer.json::<PushAnswer>()
            };
            let (first, second, third) = tokio::join!(send(), send(), send());
            assert_eq!((first.stopped, first.answers.len()), (None, 2), "round {round}");
            assert_eq!((&first.answers, &first.answers), (&second.answers, &third.answers), "round {round}");
            let rev = phone.pull().await.find(RecordId::new(RecordKind::Entry, entry.0)).map(|held| held.rev);
            assert_eq!(rev, Some(2), "round {round}");
        }
    }
}

fn media_name(media: MediaId) -> RecordId {
    RecordId::new(RecordKind::Media, media.0)
}
