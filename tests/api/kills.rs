//! A server that is killed: SIGKILL at every boundary of an upload's chunks and within them, while a file is joined
//! to its item, and during pushes. What was acknowledged is there, what was not is sent again, nothing is there twice.

use std::time::Duration;

use kit::drafts::{create, edit, leaves};
use kit::http::client;
use kit::media::path;
use kit::{Answer, App, Part, Person, hanging, id, on_both_databases, on_every_storage, sha256};
use reqwest::Method;
use serde_json::json;
use shared::ids::EntryId;
use shared::model::media::Arrival;
use shared::model::{RecordId, RecordKind, fields::key};
use shared::wire::push::{Answer as OpOutcome, PushAnswer, PushAsk};

use crate::pictures::noise;
use crate::uploads::grown;

/// More than the server hands to the disk at once, so that part of a chunk lies there when it is killed.
const CHUNK_BYTES: usize = 5 << 18;
/// Milliseconds after which a request under way is cut.
const MOMENTS_MS: [u64; 8] = [0, 1, 3, 6, 12, 25, 50, 100];
/// Ops of a push that is cut.
const OPS: usize = 20;

/// Sends a request and kills the server a moment later; answers what came back before.
async fn cut(kit: &App, request: reqwest::RequestBuilder, after_ms: u64) -> Option<Answer> {
    let sent = tokio::spawn(Answer::try_of(request));
    tokio::time::sleep(Duration::from_millis(after_ms)).await;
    kit.kill().await;
    let answer = sent.await.expect("nobody panicked").ok();
    kit.serve().await;
    answer
}

/// Asks where an upload stands and sends what is missing; the file is then there, and once.
async fn completed(kit: &App, member: &Person, location: &str, file: &[u8]) {
    let offset = member.phone.offset(location).await;
    let rest = &file[usize::try_from(offset).expect("a length")..];
    if !rest.is_empty() {
        assert_eq!(member.phone.patch_upload(location, offset, rest).await.status, 204);
    }
    let name = sha256(file).to_string();
    assert_eq!(kit.blobs("original").iter().filter(|kept| **kept == name).count(), 1);
}

/// Nothing in the database contradicts anything else in it.
async fn agrees(kit: &App) {
    let report = miaopu_server::verify::verify(&kit.db().await).await.expect("it is read");
    assert_eq!(report.faults, Vec::<String>::new());
}

on_every_storage! {
    by the binary:

    async fn a_server_killed_while_it_joins_a_file_to_its_item_joins_it_when_asked(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        for (seed, after_ms) in (2..).zip(MOMENTS_MS) {
            let file = noise(seed, CHUNK_BYTES);
            let (_, media) = member.named(branch, &file).await;
            let location = member.phone.begin_upload(media, Part::Original, &file).await;
            let request = member.phone.patch_request(&location, 0).await.body(file.clone());
            if let Some(answer) = cut(kit, request, after_ms).await {
                assert_eq!((answer.status, member.phone.offset(&location).await), (204, file.len() as u64));
            }
            completed(kit, &member, &location, &file).await;
            let original = member.phone.get(&path(media, "original")).await;
            assert_eq!((original.status, original.body == file), (200, true), "killed after {after_ms} ms");
        }
        agrees(kit).await;
    }
}

on_both_databases! {
    by the binary:

    async fn a_server_killed_at_every_boundary_of_five_chunks_goes_on_where_it_acknowledged(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let file = noise(1, 5 * CHUNK_BYTES - 7);
        let (_, media) = member.named(branch, &file).await;
        let location = member.phone.begin_upload(media, Part::Original, &file).await;
        let mut offset = 0;
        for chunk in file.chunks(CHUNK_BYTES) {
            kit.kill_and_serve().await;
            assert_eq!(member.phone.offset(&location).await, offset, "at a boundary");
            let most = hanging(&chunk[..chunk.len() - 1]);
            let hangs = tokio::spawn(member.phone.patch_request(&location, offset).await.body(most).send());
            grown(kit, &location, offset + (1 << 19)).await;
            kit.kill_and_serve().await;
            hangs.abort();
            assert_eq!(member.phone.offset(&location).await, offset, "within a chunk nothing was acknowledged");
            assert_eq!(member.phone.patch_upload(&location, offset, chunk).await.status, 204);
            offset += chunk.len() as u64;
        }
        kit.kill_and_serve().await;
        completed(kit, &member, &location, &file).await;
        assert_eq!(member.phone.item(media).await.rest.original, Arrival::Arrived);
        let original = member.phone.get(&path(media, "original")).await;
        assert_eq!((original.status, sha256(&original.body)), (200, sha256(&file)));
        assert_eq!(kit.blobs("original"), [sha256(&file).to_string()]);
        agrees(kit).await;
    }

    async fn a_push_cut_by_a_kill_has_one_effect_when_it_is_sent_again(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        for after_ms in MOMENTS_MS {
            let entries: Vec<EntryId> = (0..OPS / 2).map(|_| id()).collect();
            let acts = entries.iter().flat_map(|entry| {
                let begun = create(*entry, leaves(&[(key::TITLE, json!("巡诊"))]));
                [begun, edit(*entry, key::TITLE, Some(json!("巡诊")), Some(json!("巡诊一日")))]
            });
            let ops: Vec<_> = acts.map(|act| member.phone.op(branch.id, act)).collect();
            let sealed = member.phone.seal(&ops);
            let ask = PushAsk { client: member.phone.client, receipt: None, ops: sealed.clone() };
            let request = client().request(Method::POST, member.phone.url("/api/v1/sync/push"));
            let request = request.bearer_auth(member.phone.access().await).json(&ask);
            let first = cut(kit, request, after_ms).await.map(|answer| answer.json::<PushAnswer>());
            let second: PushAnswer = member.phone.send(&sealed).await.json();
            assert_eq!((second.stopped.as_ref(), second.answers.len()), (None, OPS), "killed after {after_ms} ms");
            if let Some(first) = first {
                assert_eq!(first.answers, second.answers, "what was answered before the kill stands");
            }
            let applied = |one: &&shared::wire::push::OpAnswer| matches!(one.answer, OpOutcome::Applied { .. });
            assert_eq!(second.answers.iter().filter(applied).count(), OPS);
            let third: PushAnswer = member.phone.send(&sealed).await.json();
            assert_eq!(third.answers, second.answers);
            let mirror = member.phone.pull().await;
            for entry in entries {
                let name = RecordId::new(RecordKind::Entry, entry.0);
                assert_eq!(mirror.find(name).map(|held| held.rev), Some(2), "killed after {after_ms} ms");
            }
        }
        agrees(kit).await;
    }
}
