//! Push and pull: what a phone sends again, out of order, or by another queue, and what reaches the others.

use kit::drafts::{create, edit, leaves, photo};
use kit::{Phone, id, on_both_databases};
use serde_json::{json, value::RawValue};
use shared::ids::{EntryId, FeedId};
use shared::model::{Body, RecordId, RecordKind, fields::key};
use shared::wire::push::{Answer, PushAnswer, PushAsk, Refused, SealedOp, Stop};
use shared::wire::{Act, Code, Op};

use crate::metrics::{figure, scrape};

fn name(entry: EntryId) -> RecordId {
    RecordId::new(RecordKind::Entry, entry.0)
}

fn text(bytes: &str) -> Box<RawValue> {
    RawValue::from_string(bytes.to_owned()).expect("JSON")
}

fn refused(answer: &Answer) -> (Code, bool) {
    match answer {
        Answer::Refused(refused) => (refused.code, refused.current.is_some()),
        other => panic!("not refused: {other:?}"),
    }
}

/// What every mirror must hold after a final page: the checksums that the server told.
async fn agrees(phone: &Phone) {
    let mirror = phone.pull().await;
    let tail = mirror.tail.clone().expect("a final page");
    for (feed, told) in &tail.sums {
        let rows = mirror.feeds.get(feed).into_iter().flatten();
        let sum = rows.fold(shared::ids::Checksum([0; 8]), |sum, ((kind, id), held)| {
            shared::digest::toggle(sum, shared::digest::row(kind, *id, held.rev, &held.body))
        });
        assert_eq!(sum, *told, "checksum of {feed}");
    }
}

on_both_databases! {
    async fn a_push_resent_ten_times_has_one_effect_and_one_answer(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let entry = id();
        let ops = [
            member.phone.op(branch.id, create(entry, leaves(&[(key::TITLE, json!("巡诊"))]))),
            member.phone.op(branch.id, edit(entry, key::TITLE, Some(json!("巡诊")), Some(json!("巡诊一日")))),
        ];
        let sealed = member.phone.seal(&ops);
        let first: PushAnswer = member.phone.send(&sealed).await.json();
        assert_eq!(first.answers.len(), 2);
        for _ in 0..9 {
            let again: PushAnswer = member.phone.send(&sealed).await.json();
            assert_eq!(again.answers, first.answers);
        }
        let mirror = member.phone.pull().await;
        assert_eq!(mirror.find(name(entry)).map(|held| held.rev), Some(2));
        assert_eq!(mirror.tail.as_ref().map(|tail| tail.last_n), Some(2));
        agrees(&member.phone).await;
    }

    async fn the_same_op_by_another_queue_is_a_duplicate_without_effect(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let entry = id();
        let op = member.phone.op(branch.id, create(entry, leaves(&[])));
        let first = member.phone.push(std::slice::from_ref(&op)).await;
        let clone = member.phone.with_new_client();
        let second = clone.push(std::slice::from_ref(&op)).await;
        let Answer::Duplicate { answer } = &second.answers[0].answer else { panic!("{second:?}") };
        assert_eq!(**answer, first.answers[0].answer);
        assert_eq!(clone.pull().await.find(name(entry)).map(|held| held.rev), Some(1));
    }

    async fn a_gap_records_nothing_and_names_the_last_number(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let ops = [member.phone.op(branch.id, create(id(), leaves(&[]))), member.phone.op(branch.id, create(id(), leaves(&[])))];
        let sealed = member.phone.seal(&ops);
        let ahead: PushAnswer = member.phone.send(&sealed[1..]).await.json();
        assert_eq!((ahead.answers.len(), ahead.stopped), (0, Some(Stop::Gap { last: 0 })));
        let whole: PushAnswer = member.phone.send(&sealed).await.json();
        assert_eq!((whole.answers.len(), whole.stopped), (2, None));
        let gaps = figure(&scrape(kit).await, "miaopu_push_stops_total{why=\"gap\"}");
        assert!(gaps >= 1.0, "whoever runs the server hears of it: {gaps}");
    }

    async fn a_number_used_for_other_bytes_asks_for_a_new_queue(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let (one, other) = (member.phone.op(branch.id, create(id(), leaves(&[]))), member.phone.op(branch.id, create(id(), leaves(&[]))));
        member.phone.push(&[one]).await;
        let mut sealed = member.phone.seal(&[other]);
        sealed[0].n = 1;
        let answer: PushAnswer = member.phone.send(&sealed).await.json();
        assert_eq!((answer.answers.len(), answer.stopped), (0, Some(Stop::IdReuse { n: 1 })));
    }

    async fn bytes_that_are_no_op_are_refused_for_ever_and_stop_nothing(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let good = serde_json::to_string(&member.phone.op(branch.id, create(id(), leaves(&[])))).expect("JSON");
        let with_null = good.replace("\"leaves\":{", r#""leaves":{"title":{"salt":"0011223344556677","value":"a\u0000b"}"#);
        let bad = [text(&with_null), text("[1]"), text(r#"{"op":"entry.create","v":1}"#)];
        let mut sealed: Vec<SealedOp> = bad.into_iter().map(|bytes| member.phone.seal_text(bytes)).collect();
        sealed.push(member.phone.seal_text(text(&good)));
        let answer: PushAnswer = member.phone.send(&sealed).await.json();
        assert_eq!(answer.stopped, None);
        for one in &answer.answers[..3] {
            assert_eq!(refused(&one.answer), (Code::OpMalformed, false));
        }
        assert!(matches!(answer.answers[3].answer, Answer::Applied { .. }), "{answer:?}");
        let again: PushAnswer = member.phone.send(&sealed).await.json();
        assert_eq!(again.answers, answer.answers);
    }

    async fn an_op_of_a_newer_app_waits_and_is_not_recorded(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let newer = text(r#"{"id":"01930000-0000-7000-8000-000000000001","v":1,"op":"entry.sing","args":{}}"#);
        let sealed = [member.phone.seal_text(newer)];
        let answer: PushAnswer = member.phone.send(&sealed).await.json();
        assert_eq!(answer.stopped, Some(Stop::UnknownOp { n: 1, name: "entry.sing".to_owned() }));
        assert_eq!(member.phone.pull().await.tail.map(|tail| tail.last_n), Some(0));
    }

    async fn an_op_on_a_record_that_never_was_is_answered_like_one_on_a_hidden_record(kit) {
        let branch = kit.branch().await;
        let (author, other) = (kit.member(branch).await, kit.member(branch).await);
        let hidden = author.phone.begun(branch.id, author.id).await;
        let mut bytes = Vec::new();
        for entry in [hidden, id()] {
            for act in [Act::EntrySubmit { entry }, edit(entry, key::TITLE, None, Some(json!("偷看"))), photo(entry, id(), b"x")] {
                let answer = other.phone.act(branch.id, act).await;
                assert_eq!(refused(&answer), (Code::UnknownRecord, false));
                bytes.push(serde_json::to_string(&answer).expect("JSON"));
            }
        }
        assert!(bytes.windows(2).all(|pair| pair[0] == pair[1]), "{bytes:?}");
    }

    async fn an_op_made_in_another_life_of_the_server_waits_for_its_record(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let entry = id();
        let mut op: Op = member.phone.op(branch.id, Act::EntrySubmit { entry });
        op.epoch = Some(shared::ids::Epoch([9; 16]));
        let answer = member.phone.push(&[op]).await;
        assert_eq!(answer.answers[0].answer, Answer::Held { missing: name(entry) });
    }

    async fn an_op_is_refused_with_the_one_it_needs_and_blocks_no_other(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let first = member.phone.op(branch.id, Act::EntrySubmit { entry: id() });
        let mut second = member.phone.op(branch.id, create(id(), leaves(&[])));
        second.needs = vec![first.id];
        let third = member.phone.op(branch.id, create(id(), leaves(&[])));
        let answer = member.phone.push(&[first, second, third]).await;
        assert_eq!(refused(&answer.answers[1].answer), (Code::NeedsRefused, false));
        assert!(matches!(answer.answers[2].answer, Answer::Applied { .. }));
    }

    async fn a_queue_of_somebody_else_is_an_empty_one_of_ones_own(kit) {
        let branch = kit.branch().await;
        let (owner, other) = (kit.member(branch).await, kit.member(branch).await);
        owner.phone.push(&[owner.phone.op(branch.id, create(id(), leaves(&[])))]).await;
        let ask = PushAsk { client: owner.phone.client, receipt: None, ops: Vec::new() };
        let answer: PushAnswer = other.phone.post("/api/v1/sync/push", &ask).await.json();
        assert!(answer.answers.is_empty() && answer.stopped.is_none());
        let sealed = other.phone.seal(&[other.phone.op(branch.id, create(id(), leaves(&[])))]);
        let ask = PushAsk { client: owner.phone.client, receipt: None, ops: sealed };
        let answer: PushAnswer = other.phone.post("/api/v1/sync/push", &ask).await.json();
        assert!(matches!(answer.answers[0].answer, Answer::Applied { .. }), "number 1 of a queue of its own");
        assert_eq!(owner.phone.pull().await.tail.map(|tail| tail.last_n), Some(1));
    }

    async fn two_edits_of_one_field_leave_a_proposal_and_no_text_is_lost(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let entry = id();
        member.phone.applied(branch.id, create(entry, leaves(&[(key::TITLE, json!("甲乙"))]))).await;
        member.phone.applied(branch.id, edit(entry, key::TITLE, Some(json!("甲乙")), Some(json!("丙丁")))).await;
        let late = member.phone.act(branch.id, edit(entry, key::TITLE, Some(json!("甲乙")), Some(json!("戊己")))).await;
        let Answer::Merged { proposals, .. } = late else { panic!("{late:?}") };
        assert_eq!(proposals[0].value, Some(json!("戊己")));
        let Some(Body::Entry(body)) = member.phone.pull().await.body(name(entry)) else { panic!("the entry") };
        assert_eq!(body.content.leaves.value(key::TITLE), Some(&json!("丙丁")));
        assert_eq!(body.rest.proposals.len(), 1);
    }

    async fn a_submission_reaches_the_branch_and_a_verdict_its_author(kit) {
        let branch = kit.branch().await;
        let (author, reader, chief) = (kit.member(branch).await, kit.member(branch).await, kit.secretary(branch).await);
        let entry = author.phone.begun(branch.id, author.id).await;
        author.phone.applied(branch.id, photo(entry, id(), b"a picture")).await;
        assert!(reader.phone.pull().await.find(name(entry)).is_none(), "a draft is its author's");
        let (_, digest) = author.phone.applied(branch.id, Act::EntrySubmit { entry }).await;
        assert_eq!(reader.phone.pull().await.feeds_of(name(entry)), [FeedId::Branch(branch.id)]);
        let stale = Act::EntryApprove { entry, digest: shared::ids::Digest([1; 32]), sketches: Vec::new(), classify: None };
        assert_eq!(refused(&chief.phone.act(branch.id, stale).await), (Code::EntryChanged, true));
        let approve = Act::EntryApprove { entry, digest, sketches: Vec::new(), classify: None };
        chief.phone.applied(branch.id, approve).await;
        let mirror = author.phone.pull().await;
        assert!(mirror.find(RecordId::new(RecordKind::Approved, entry.0)).is_some());
        assert_eq!(mirror.tail.as_ref().map(|tail| tail.chains[&branch.id].length > 0), Some(true));
        for phone in [&author.phone, &reader.phone, &chief.phone] {
            agrees(phone).await;
        }
    }

    async fn a_refusal_shows_what_stands_to_those_who_may_see_it_and_only_its_code_is_kept(kit) {
        let branch = kit.branch().await;
        let (author, reader) = (kit.member(branch).await, kit.member(branch).await);
        let (entry, _) = author.phone.submitted(branch.id, author.id).await;
        let op = reader.phone.op(branch.id, edit(entry, key::TITLE, None, Some(json!("改题"))));
        let sealed = reader.phone.seal(&[op]);
        let answer: PushAnswer = reader.phone.send(&sealed).await.json();
        let Answer::Refused(refusal) = &answer.answers[0].answer else { panic!("{answer:?}") };
        let Refused { code, current, .. } = &**refusal;
        assert_eq!((*code, current.is_some()), (Code::NotAuthor, true));
        author.phone.applied(branch.id, Act::EntryWithdraw { entry }).await;
        let again: PushAnswer = reader.phone.send(&sealed).await.json();
        assert_eq!(refused(&again.answers[0].answer), (Code::NotAuthor, false), "a draft again, and hidden");
    }

    async fn a_cursor_that_was_forged_or_is_anothers_starts_the_phone_over(kit) {
        let branch = kit.branch().await;
        let (one, other) = (kit.member(branch).await, kit.member(branch).await);
        one.phone.pull().await;
        let ask = json!({ "client": one.phone.client });
        let page: serde_json::Value = one.phone.post("/api/v1/sync/pull", &ask).await.json();
        let cursor = page["cursor"].as_str().expect("a cursor").to_owned();
        for bad in ["", "x.y", &cursor[1..], &cursor] {
            let ask = json!({ "client": other.phone.client, "cursor": bad });
            let page: serde_json::Value = other.phone.post("/api/v1/sync/pull", &ask).await.json();
            assert_eq!(page["feeds"][0]["is"], "reset", "{page}");
            assert_eq!(page["done"], true);
        }
    }

    async fn a_grant_that_ends_takes_its_feed_from_the_next_page(kit) {
        let branch = kit.branch().await;
        let (author, reader) = (kit.member(branch).await, kit.member(branch).await);
        let (entry, _) = author.phone.submitted(branch.id, author.id).await;
        assert!(reader.phone.pull().await.find(name(entry)).is_some());
        kit.take(reader.account, shared::model::Scope::Branch(branch.id)).await;
        let mirror = reader.phone.pull().await;
        assert!(!mirror.holds(FeedId::Branch(branch.id)));
        assert!(mirror.find(name(entry)).is_none());
    }
}
