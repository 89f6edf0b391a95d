//! After a fault: nothing that was accepted is lost, nothing is there twice, and phones and server say the same.

use std::collections::{BTreeMap, BTreeSet};

use kit::media::{LOOK, LOOKS_MAX, path};
use kit::{App, Pocket};
use shared::ids::{EntryId, OpId};
use shared::model::{RecordId, RecordKind};
use shared::wire::Op;
use shared::wire::push::{Answer, PushAnswer, PushAsk};

use crate::hands::Hand;

/// Everybody sends what waits, then hears what the others sent, and then all is looked at.
pub async fn drained_and_agreed(kit: &App, hands: &mut [Hand<'_>]) {
    for hand in &mut *hands {
        hand.drain().await;
    }
    for hand in &mut *hands {
        hand.pocket.settle().await;
    }
    for hand in hands {
        everything_arrived(hand).await;
        the_ledger_stands(hand).await;
        the_phone_shows_what_the_server_has(kit, hand).await;
    }
    let said = kit.command(&["verify", "--blobs"]).await;
    assert!(said.contains("everything agrees"), "{said}");
}

/// What this person made is at the server, whole.
async fn everything_arrived(hand: &Hand<'_>) {
    let outbox = hand.pocket.engine.outbox_view(true);
    assert!(hand.pocket.is_quiet() && outbox.refused.is_empty(), "{outbox:?}");
    let mirror = hand.person.phone.pull().await;
    for (entry, title) in &hand.titles {
        let held = mirror.find(RecordId::new(RecordKind::Entry, entry.0)).map(|held| held.body.as_str());
        assert!(held.is_some_and(|body| body.contains(&format!("\"{title}\""))), "{title}: {held:?}");
    }
    for (media, bytes) in hand.pocket.files() {
        let original = hand.person.phone.get(&path(*media, "original")).await;
        assert!(
            original.status == 200 && original.body == *bytes,
            "{media}: {} {}",
            original.status,
            original.text()
        );
    }
}

/// Every push that was ever answered gets the same answer again, and every op had one effect.
async fn the_ledger_stands(hand: &Hand<'_>) {
    let mut revs: BTreeMap<EntryId, BTreeSet<u64>> = BTreeMap::new();
    let mut ops: BTreeSet<OpId> = BTreeSet::new();
    for body in &hand.pocket.pushed {
        let mut ask: PushAsk = serde_json::from_str(body).expect("a push");
        ask.receipt = None;
        let again: PushAnswer = hand.person.phone.post("/api/v1/sync/push", &ask).await.json();
        assert_eq!(again.answers.len(), ask.ops.len());
        for (sealed, one) in ask.ops.iter().zip(&again.answers) {
            let op: Op = serde_json::from_str(sealed.op.get()).expect("an op");
            assert_eq!(
                hand.pocket.told.get(&op.id),
                Some(one),
                "the ledger says something else than it said"
            );
            let Answer::Applied { rev, .. } = one.answer else { panic!("not applied: {one:?}") };
            if ops.insert(op.id) {
                assert!(revs.entry(op.act.entry()).or_default().insert(rev), "two ops made one revision");
            }
        }
    }
}

/// A phone that is signed in anew holds and shows the same, once the server's jobs have left their marks.
async fn the_phone_shows_what_the_server_has(kit: &App, hand: &mut Hand<'_>) {
    let phone = hand.person.phone.with_new_client();
    let mut fresh = Pocket::open(kit, &phone).await;
    for _ in 0..LOOKS_MAX {
        hand.pocket.settle().await;
        fresh.settle().await;
        if hand.pocket.records() == fresh.records() {
            break;
        }
        tokio::time::sleep(LOOK).await;
    }
    assert_eq!(hand.pocket.records(), fresh.records());
    assert_eq!(hand.pocket.engine.entries(None), fresh.engine.entries(None));
    assert_eq!(hand.pocket.engine.hours(), fresh.engine.hours());
}
