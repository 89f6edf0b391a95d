//! Ops that come twice under one id, drafts begun twice, numbers out of order, verdicts on a part of what was
//! submitted, and lives of the database that it remembers.

use kit::drafts::{clinic, create, edit, leaves};
use kit::{Mirror, id, on_both_databases};
use serde_json::json;
use shared::ids::{Digest, EntryId, Epoch, FeedId};
use shared::model::{
    Body, Record, RecordId, RecordKind,
    fields::{Classify, key},
};
use shared::rules::{Office, World};
use shared::wire::pull::{FeedEvent, ResetReason};
use shared::wire::push::{Answer, PushAnswer, PushAsk, Refused, SealedOp};
use shared::wire::{Act, Code, Op, Page, PullAsk};

use crate::verify::tamper;

fn name(entry: EntryId) -> RecordId {
    RecordId::new(RecordKind::Entry, entry.0)
}

fn refused(answer: Answer) -> Refused {
    match answer {
        Answer::Refused(refused) => *refused,
        other => panic!("not refused: {other:?}"),
    }
}

fn first(answer: PushAnswer) -> Answer {
    answer.answers.into_iter().next().expect("an answer").answer
}

/// What a phone would compute of an entry from these records of its own.
fn digest(mirror: &Mirror, entry: EntryId, names: &[RecordId]) -> Option<Digest> {
    let mut world = World::empty(entry, Office::default());
    for name in names {
        let (held, body) = (mirror.find(*name)?, mirror.body(*name)?);
        world.records.insert(*name, Record { id: name.id, rev: held.rev, body });
    }
    world.digest()
}

on_both_databases! {
    async fn an_op_id_stands_for_the_bytes_it_came_with_and_for_its_account_alone(kit) {
        let branch = kit.branch().await;
        let (member, other) = (kit.member(branch).await, kit.member(branch).await);
        let op = member.phone.op(branch.id, create(id(), leaves(&[])));
        let applied = first(member.phone.push(std::slice::from_ref(&op)).await);
        assert!(matches!(applied, Answer::Applied { rev: 1, .. }), "{applied:?}");
        let again = first(member.phone.push(std::slice::from_ref(&op)).await);
        assert_eq!(again, Answer::Duplicate { answer: Box::new(applied) }, "under the next number of its own queue");
        let entry = id();
        let reused = Op { act: create(entry, leaves(&[])), ..op.clone() };
        for phone in [&member.phone, &member.phone.with_new_client()] {
            let refusal = refused(first(phone.push(std::slice::from_ref(&reused)).await));
            assert_eq!((refusal.code, refusal.current), (Code::OpMalformed, None));
        }
        assert!(member.phone.pull().await.find(name(entry)).is_none(), "other bytes under a known id do nothing");
        let theirs = first(other.phone.push(&[reused]).await);
        assert!(matches!(theirs, Answer::Applied { .. }), "ids of one account mean nothing to another: {theirs:?}");
    }

    async fn a_draft_begun_twice_by_its_author_is_merged_and_its_id_is_taken_for_others(kit) {
        let branch = kit.branch().await;
        let (author, other) = (kit.member(branch).await, kit.member(branch).await);
        let entry = id();
        let titled = |title: &str| leaves(&[(key::TITLE, json!(title))]);
        author.phone.applied(branch.id, create(entry, titled("石槽村义诊"))).await;
        let mut more = titled("石槽村巡诊");
        more.set(key::BEFORE_NOTE, Some(json!("带上血压计")), kit::salt());
        let again = author.phone.with_new_client().act(branch.id, create(entry, more)).await;
        let Answer::Merged { rev: 2, proposals, .. } = again else { panic!("{again:?}") };
        assert_eq!(proposals.iter().map(|one| one.value.clone()).collect::<Vec<_>>(), [Some(json!("石槽村巡诊"))]);
        let Some(Body::Entry(body)) = author.phone.pull().await.body(name(entry)) else { panic!("the entry") };
        assert_eq!(body.content.leaves.value(key::TITLE), Some(&json!("石槽村义诊")));
        assert_eq!(body.content.leaves.value(key::BEFORE_NOTE), Some(&json!("带上血压计")));
        for submitted in [false, true] {
            let entry = match submitted {
                true => author.phone.submitted(branch.id, author.id).await.0,
                false => entry,
            };
            let taken = refused(other.phone.act(branch.id, create(entry, titled("别人的"))).await);
            assert_eq!((taken.code, taken.current), (Code::IdTaken, None), "submitted: {submitted}");
            assert!(taken.detail.is_empty(), "{:?}", taken.detail);
        }
    }

    async fn numbers_that_do_not_follow_each_other_record_nothing(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let ops = [(); 2].map(|()| member.phone.op(branch.id, create(id(), leaves(&[]))));
        let sealed = member.phone.seal(&ops);
        for numbers in [[2, 1], [1, 3], [1, 1], [0, 1], [u64::MAX, 0]] {
            let ops = sealed.iter().zip(numbers).map(|(one, n)| SealedOp { n, op: one.op.clone(), rev: None }).collect();
            let ask = PushAsk { client: member.phone.client, receipt: None, ops };
            assert_eq!(member.phone.post("/api/v1/sync/push", &ask).await.code(), Code::BadRequest, "{numbers:?}");
        }
        assert_eq!(member.phone.pull().await.tail.map(|tail| tail.last_n), Some(0));
        let whole: PushAnswer = member.phone.send(&sealed).await.json();
        assert_eq!((whole.answers.len(), whole.stopped), (2, None));
    }

    async fn an_edit_that_came_before_its_draft_is_refused_and_the_draft_is_not(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let entry = id();
        let title = || edit(entry, key::TITLE, None, Some(json!("石槽村义诊")));
        let acts = [title(), create(entry, leaves(&[])), title()];
        let answer = member.phone.push(&acts.map(|act| member.phone.op(branch.id, act))).await;
        let answers: Vec<Answer> = answer.answers.into_iter().map(|one| one.answer).collect();
        assert_eq!(refused(answers[0].clone()).code, Code::UnknownRecord);
        assert!(matches!(answers[1..], [Answer::Applied { rev: 1, .. }, Answer::Applied { rev: 2, .. }]), "{answers:?}");
    }

    async fn an_approval_by_whoever_has_not_got_all_of_the_media_yet_counts_nowhere(kit) {
        let branch = kit.branch().await;
        let (author, chief) = (kit.member(branch).await, kit.secretary(branch).await);
        let (entry, media) = author.named(branch, b"one").await;
        let late = author.phone.added(branch, entry, b"two").await;
        let (_, submitted) = author.phone.applied(branch.id, Act::EntrySubmit { entry }).await;
        let mirror = chief.phone.pull().await;
        let photo = |media: shared::ids::MediaId| RecordId::new(RecordKind::Media, media.0);
        let whole = [name(entry), photo(media), photo(late)];
        assert_eq!(digest(&mirror, entry, &whole), Some(submitted));
        let decide = |digest: Digest, yes: bool| match yes {
            true => Act::EntryApprove { entry, digest, sketches: Vec::new(), classify: None },
            false => Act::EntryReturn { entry, digest, comment: "请补参与人".to_owned() },
        };
        for part in [&whole[..1], &whole[..2], &[name(entry), photo(late)]] {
            let seen = digest(&mirror, entry, part).expect("a digest");
            for yes in [true, false] {
                let refusal = refused(chief.phone.act(branch.id, decide(seen, yes)).await);
                assert_eq!(refusal.code, Code::EntryChanged, "{} records, approved: {yes}", part.len());
            }
        }
        let approved = RecordId::new(RecordKind::Approved, entry.0);
        assert!(chief.phone.pull().await.find(approved).is_none());
        chief.phone.applied(branch.id, decide(submitted, true)).await;
        assert!(chief.phone.pull().await.find(approved).is_some(), "bytes that are still on the way stop nobody");
    }

    async fn a_cursor_of_a_life_that_the_database_remembers_proves_nothing(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        member.phone.begun(branch.id, member.id).await;
        let ask = PullAsk { client: member.phone.client, cursor: None, refetch: Vec::new() };
        let before: Page = member.phone.post("/api/v1/sync/pull", &ask).await.json();
        let operator = kit.operator().await;
        for _ in 0..2 {
            let restored = miaopu_server::sync::epochs::restored(&operator, Epoch([7; 16]));
            restored.await.expect("a new life begins, once by one proof");
        }
        let ask = PullAsk { cursor: before.cursor, ..ask };
        let after: Page = member.phone.post("/api/v1/sync/pull", &ask).await.json();
        assert_ne!(after.epoch, before.epoch);
        let resets = |event: &FeedEvent| matches!(event, FeedEvent::Reset { reason: ResetReason::Epoch, .. });
        assert!(!after.feeds.is_empty() && after.feeds.iter().all(resets), "{:?}", after.feeds);
        let mut db = kit.db().await.read().await.expect("a connection");
        let lives: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM epoch").fetch_one(&mut *db).await.expect("a count");
        assert_eq!(lives, 2);
    }

    async fn whatever_a_phone_was_told_and_the_database_does_not_hold_proves_a_restore(kit) {
        let set_back: [&[&'static str]; 3] = [
            &["UPDATE feed SET seq = seq - 1 WHERE id = $1"],
            &["UPDATE client SET head = SUBSTR(head, 9) || SUBSTR(head, 1, 8) WHERE client_id = $1"],
            &["DELETE FROM ledger WHERE client_id = $1", "UPDATE client SET last_n = 0 WHERE client_id = $1"],
        ];
        for statements in set_back {
            let branch = kit.branch().await;
            let member = kit.member(branch).await;
            member.phone.submitted(branch.id, member.id).await;
            let client = member.phone.client;
            let ask = |cursor| PullAsk { client, cursor, refetch: Vec::new() };
            let before: Page = member.phone.post("/api/v1/sync/pull", &ask(None)).await.json();
            for sql in statements {
                let bound = if sql.contains("feed") { FeedId::Branch(branch.id).to_string() } else { client.to_string() };
                assert!(tamper(kit, sql, &[bound]).await > 0, "{sql}");
            }
            let after: Page = member.phone.post("/api/v1/sync/pull", &ask(before.cursor.clone())).await.json();
            assert_ne!(after.epoch, before.epoch, "{statements:?}");
            let again: Page = member.phone.post("/api/v1/sync/pull", &ask(before.cursor)).await.json();
            assert_eq!(again.epoch, after.epoch, "one proof, one life: {statements:?}");
        }
    }

    async fn an_op_waits_with_the_one_it_needs(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let entry = id();
        let early = Op { epoch: Some(Epoch([9; 16])), ..member.phone.op(branch.id, Act::EntrySubmit { entry }) };
        let mut late = member.phone.op(branch.id, create(id(), leaves(&[])));
        late.needs = vec![early.id];
        let answer = member.phone.push(&[early, late]).await;
        let answers: Vec<Answer> = answer.answers.into_iter().map(|one| one.answer).collect();
        assert_eq!(answers, [Answer::Held { missing: name(entry) }, Answer::Held { missing: name(entry) }]);
    }

    async fn an_edit_that_was_acknowledged_waits_until_its_entry_stands_where_it_stood(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let second = member.phone.with_new_client();
        let operator = kit.operator().await;
        miaopu_server::sync::epochs::restored(&operator, Epoch([7; 16])).await.expect("a new life begins");
        let entry: EntryId = id();
        let noted = edit(entry, key::DURING_NOTE, None, Some(json!("气微香")));
        let noted = Op { epoch: Some(Epoch([9; 16])), ..second.op(branch.id, noted) };
        let mut ops = second.seal([&noted]);
        ops[0].rev = Some(3);
        let held = Answer::Held { missing: name(entry) };
        assert_eq!(first(second.send(&ops).await.json()), held);
        member.phone.applied(branch.id, create(entry, leaves(&[]))).await;
        let outcome = RecordId::new(RecordKind::Outcome, noted.id.0);
        assert!(second.pull().await.find(outcome).is_none(), "it had stood at 2 and stands at 1");
        member.phone.applied(branch.id, edit(entry, key::TITLE, None, Some(json!("认药")))).await;
        let Some(Body::Outcome(told)) = second.pull().await.body(outcome) else { panic!("no outcome") };
        assert_eq!((&told.answer["is"], &told.answer["of"]["rev"]), (&json!("applied"), &json!(3)));
    }

    async fn what_waited_is_decided_by_what_brings_its_place_and_the_outcome_is_told(kit) {
        let branch = kit.branch().await;
        let (member, chief) = (kit.member(branch).await, kit.secretary(branch).await);
        let operator = kit.operator().await;
        miaopu_server::sync::epochs::restored(&operator, Epoch([7; 16])).await.expect("a new life begins");
        let (entry, other): (EntryId, EntryId) = (id(), id());
        // As an earlier life answered: begun, submitted, and then sorted by the secretary.
        let classify = Act::Classify { entry, classify: Classify { strengths: Vec::new(), signature_activity: None, task: None } };
        let sorted = Op { epoch: Some(Epoch([9; 16])), ..chief.phone.op(branch.id, classify) };
        let mut after = Op { epoch: Some(Epoch([9; 16])), ..chief.phone.op(branch.id, create(other, leaves(&[]))) };
        after.needs = vec![sorted.id];
        let mut ops = chief.phone.seal([&sorted, &after]);
        ops[0].rev = Some(3);
        let held = Answer::Held { missing: name(entry) };
        let answered: PushAnswer = chief.phone.send(&ops).await.json();
        assert!(answered.answers.iter().all(|one| one.answer == held), "{answered:?}");
        let outcome = |op: &Op| RecordId::new(RecordKind::Outcome, op.id.0);
        let told = async |op: &Op| match chief.phone.pull().await.body(outcome(op)) {
            Some(Body::Outcome(body)) => Some(body.answer["is"].clone()),
            _ => None,
        };
        member.phone.applied(branch.id, create(entry, clinic(member.id))).await;
        assert_eq!(told(&sorted).await, None, "the entry stands at 1, and it had stood at 2");
        let (rev, _) = member.phone.applied(branch.id, Act::EntrySubmit { entry }).await;
        assert_eq!(rev, 2);
        assert_eq!(told(&sorted).await, Some(json!("applied")));
        assert_eq!(told(&after).await, Some(json!("applied")), "what needed it waits no longer");
        assert!(chief.phone.pull().await.find(name(other)).is_some());
        assert!(member.phone.pull().await.find(outcome(&sorted)).is_none(), "an outcome is its account's alone");
        let again: PushAnswer = chief.phone.send(&ops).await.json();
        assert!(again.answers.iter().all(|one| one.answer == held), "what was answered stays");
        let report = miaopu_server::verify::verify(&operator.db).await.expect("it is read");
        assert!(report.faults.is_empty(), "{:?}", report.faults);
    }

    async fn a_closed_replay_decides_what_waits_as_it_stands(kit) {
        use miaopu_server::sync::held::command::{close, count};
        let branch = kit.branch().await;
        let (member, chief) = (kit.member(branch).await, kit.secretary(branch).await);
        let operator = kit.operator().await;
        miaopu_server::sync::epochs::restored(&operator, Epoch([7; 16])).await.expect("a new life begins");
        let (entry, _) = member.phone.submitted(branch.id, member.id).await;
        // Others' work on it is lost with a phone that never comes back; another entry is lost whole.
        let classify = |entry| Act::Classify { entry, classify: Classify { strengths: Vec::new(), signature_activity: None, task: None } };
        let made = |act| Op { epoch: Some(Epoch([9; 16])), ..chief.phone.op(branch.id, act) };
        let (here, gone) = (made(classify(entry)), made(classify(id())));
        let mut ops = chief.phone.seal([&here, &gone]);
        ops[0].rev = Some(9);
        let answered: PushAnswer = chief.phone.send(&ops).await.json();
        assert!(answered.answers.iter().all(|one| matches!(one.answer, Answer::Held { .. })), "{answered:?}");
        let waiting = count(&operator).await.expect("it is counted");
        assert_eq!((waiting.ops, waiting.accounts, waiting.entries), (2, 1, 2));
        let closed = close(&operator).await.expect("it is closed");
        assert_eq!(closed.to_string(), "applied  1\nrefused  1\n");
        let mirror = chief.phone.pull().await;
        let words = [here, gone].map(|op| match mirror.body(RecordId::new(RecordKind::Outcome, op.id.0)) {
            Some(Body::Outcome(body)) => body.answer["is"].clone(),
            other => panic!("no outcome: {other:?}"),
        });
        assert_eq!(words, [json!("applied"), json!("refused")]);
        assert_eq!(close(&operator).await.expect("nothing is left").to_string(), "nothing waits\n");
    }
}
