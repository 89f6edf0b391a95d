//! Pushes that share a transaction: what one of them breaks hurts nobody else, an op that cannot be stored is set
//! aside at the third try, and a server killed in the middle of a group has lost nothing that it acknowledged.

use std::time::Duration;

use futures_util::future::join_all;
use kit::drafts::{create, edit, leaves};
use kit::http::client;
use kit::{Answer, App, Branch, Person, id, on_both_databases};
use reqwest::Method;
use serde_json::json;
use shared::ids::EntryId;
use shared::model::{RecordId, RecordKind, fields::key};
use shared::wire::push::{Answer as OpOutcome, PushAnswer, PushAsk, SealedOp, Stop};
use shared::wire::{Act, Code};

/// Phones that push at the same time.
const PHONES: usize = 6;
/// How long the database is kept from SQLite's writer, so that everybody's push waits for it: far longer than
/// these take to arrive, far shorter than the writer's patience.
const HELD: Duration = Duration::from_secs(2);
/// Milliseconds after which a server is killed.
const MOMENTS_MS: [u64; 6] = [0, 2, 5, 10, 20, 40];

fn begun() -> Act {
    create(id(), leaves(&[(key::TITLE, json!("巡诊"))]))
}

/// Makes it impossible to store a new entry: something that belongs to no entry has its key.
async fn block(kit: &App, entry: EntryId) {
    let mut tx = kit.db().await.write().await.expect("a transaction");
    sqlx::query(
        "INSERT INTO record (kind, id, entry_id, branch_id, rev, sum, sha256, body)
         VALUES ('entry', $1, NULL, NULL, 1, '0000000000000000', NULL, '{}')",
    )
    .bind(entry.to_string())
    .execute(&mut *tx)
    .await
    .expect("the row is written");
    tx.commit().await.expect("it is stored");
}

async fn people(kit: &App, branch: Branch) -> Vec<Person> {
    let mut people = Vec::new();
    for _ in 0..PHONES {
        people.push(kit.member(branch).await);
    }
    people
}

/// Sends everybody's ops while nobody can write on SQLite, and then lets them be written.
async fn all_at_once(kit: &App, of: &[(&Person, &[SealedOp])]) -> Vec<PushAnswer> {
    let db = kit.db().await;
    let holding = db.write().await.expect("a transaction");
    let sending = join_all(of.iter().map(|(person, sealed)| person.phone.send(sealed)));
    let letting_go = async {
        tokio::time::sleep(HELD).await;
        holding.rollback().await.expect("nothing was written");
    };
    let (answers, ()) = tokio::join!(sending, letting_go);
    answers.iter().map(Answer::json).collect()
}

fn applied(answer: &PushAnswer) -> usize {
    answer.answers.iter().filter(|one| matches!(one.answer, OpOutcome::Applied { .. })).count()
}

on_both_databases! {
    by the binary:

    async fn a_group_with_an_op_that_cannot_be_stored_commits_all_others_and_sets_it_aside_at_the_third_try(kit) {
        let branch = kit.branch().await;
        let people = people(kit, branch).await;
        let (poisoned, healthy) = people.split_last().expect("there are people");
        let entry = id();
        block(kit, entry).await;
        let bad = poisoned.phone.op(branch.id, create(entry, leaves(&[(key::TITLE, json!("存不下"))])));
        let sealed = poisoned.phone.seal(&[bad, poisoned.phone.op(branch.id, begun())]);
        for tried in 1..=3 {
            let ops: Vec<_> = healthy.iter().map(|one| one.phone.seal(&[one.phone.op(branch.id, begun())])).collect();
            let of: Vec<_> = healthy.iter().zip(&ops).map(|(one, ops)| (one, &ops[..])).chain([(poisoned, &sealed[..])]).collect();
            let answers = all_at_once(kit, &of).await;
            let (bad, good) = answers.split_last().expect("everybody was answered");
            for answer in good {
                assert_eq!((applied(answer), answer.stopped.as_ref()), (1, None), "try {tried}");
            }
            if tried < 3 {
                assert_eq!((bad.answers.len(), bad.stopped.as_ref()), (0, Some(&Stop::Busy { n: 1 })), "try {tried}");
                continue;
            }
            assert_eq!((bad.answers.len(), applied(bad), bad.stopped.as_ref()), (2, 1, None));
            let OpOutcome::Refused(refused) = &bad.answers[0].answer else { panic!("{bad:?}") };
            assert_eq!((refused.code, refused.current.is_some()), (Code::OpSetAside, false));
            let again: PushAnswer = poisoned.phone.send(&sealed).await.json();
            assert_eq!(again.answers, bad.answers);
        }
        let db = kit.db().await;
        let mut db = db.read().await.expect("a connection");
        let payload: Vec<u8> = sqlx::query_scalar("SELECT payload FROM op_aside WHERE account_id = $1 AND n = 1")
            .bind(poisoned.account.to_string()).fetch_one(&mut *db).await.expect("it was kept");
        assert_eq!(String::from_utf8_lossy(&payload), sealed[0].op.get());
        let log = kit.log().await;
        let alarms = log.lines().filter(|line| line.contains("ERROR") && line.contains("was set aside")).count();
        assert_eq!(alarms, 1, "{log}");
        assert!(!log.contains("存不下"), "the log holds nothing that people wrote");
        if kit.engine == kit::Engine::Sqlite {
            assert!(log.contains("a group of"), "they shared a transaction: {log}");
        }
    }

    async fn a_server_killed_in_the_middle_of_a_group_lost_nothing_it_acknowledged(kit) {
        let branch = kit.branch().await;
        let people = people(kit, branch).await;
        for after_ms in MOMENTS_MS {
            let work: Vec<(EntryId, Vec<SealedOp>)> = people.iter().map(|one| {
                let entry = id();
                let first = create(entry, leaves(&[(key::TITLE, json!("巡诊"))]));
                let acts = [first, edit(entry, key::TITLE, Some(json!("巡诊")), Some(json!("巡诊一日")))];
                (entry, one.phone.seal(&acts.map(|act| one.phone.op(branch.id, act))))
            }).collect();
            let mut sent = Vec::new();
            for (one, (_, sealed)) in people.iter().zip(&work) {
                let ask = PushAsk { client: one.phone.client, receipt: None, ops: sealed.clone() };
                let request = client().request(Method::POST, one.phone.url("/api/v1/sync/push"));
                let request = request.bearer_auth(one.phone.access().await).json(&ask);
                sent.push(tokio::spawn(Answer::try_of(request)));
            }
            tokio::time::sleep(Duration::from_millis(after_ms)).await;
            kit.kill_and_serve().await;
            for ((one, (entry, sealed)), first) in people.iter().zip(&work).zip(sent) {
                let first = first.await.expect("nobody panicked").ok().map(|answer| answer.json::<PushAnswer>());
                let again: PushAnswer = one.phone.send(sealed).await.json();
                assert_eq!((applied(&again), again.stopped.as_ref()), (2, None), "killed after {after_ms} ms");
                assert!(first.is_none_or(|first| first.answers == again.answers), "what was acknowledged stands");
                let rev = one.phone.pull().await.find(RecordId::new(RecordKind::Entry, entry.0)).map(|held| held.rev);
                assert_eq!(rev, Some(2), "killed after {after_ms} ms");
            }
        }
        let report = miaopu_server::verify::verify(&kit.db().await).await.expect("it is read");
        assert_eq!(report.faults, Vec::<String>::new());
    }
}
