//! The queue of ops and the server's ledger: what ends an op and what does not, and when a phone goes on under a new
//! name.

use serde_json::{json, value::RawValue};

use super::super::{Command, EngineEvent, Values, rows::Progress};
use super::{Phone, complete, create, id, phone::Mail, server::Server, title, world};
use crate::{
    ids::{ClientId, EntryId, Epoch, OpId},
    wire::{Op, PushAsk, act::KnownOp, push::SealedOp, push::Stop},
};

const FIRST: u128 = 1_000;

fn asked(body: &str) -> PushAsk {
    serde_json::from_str(body).expect("a push")
}

fn last(phone: &Phone) -> PushAsk {
    asked(phone.pushed.last().expect("a push"))
}

fn ids(ask: &PushAsk) -> Vec<OpId> {
    let read = |sealed: &SealedOp| serde_json::from_str::<Op>(sealed.op.get()).expect("an op").id;
    ask.ops.iter().map(read).collect()
}

/// Begins a draft, and lets the push of it leave; it lies in the mail.
fn begin(phone: &mut Phone, number: u128) -> OpId {
    phone.act(create(id(number), Values::new()));
    leave(phone);
    *ids(&last(phone)).last().expect("an op")
}

/// Time enough for an edit to leave, and too little for the phone to ask for rows by itself.
fn leave(phone: &mut Phone) {
    phone.now += 10_000;
    phone.tell(EngineEvent::Tick { poked: false });
    assert!(matches!(phone.mail.back(), Some(Mail::Push { .. })), "{:?}", phone.mail);
}

/// Carries what is on its way until a push is answered, and no further.
fn push_answered(phone: &mut Phone, server: &mut Server) {
    loop {
        let answered = matches!(phone.mail.front(), Some(Mail::Pushed { .. }));
        assert!(phone.carry(server, false), "no push was answered");
        if answered {
            return;
        }
    }
}

/// Asks for rows and takes one page, whatever else is on its way.
fn pull_one_page(phone: &mut Phone, server: &mut Server) {
    phone.mail.clear();
    phone.restart();
    while !matches!(phone.mail.front(), Some(Mail::Pull { .. })) {
        phone.mail.rotate_left(1);
    }
    phone.carry(server, false);
    while !matches!(phone.mail.front(), Some(Mail::Page { .. })) {
        phone.mail.rotate_left(1);
    }
    phone.carry(server, false);
}

/// Somebody with a copy of the phone sends other ops by its queue.
fn forge(server: &mut Server, phone: &Phone, client: ClientId, numbers: std::ops::RangeInclusive<u64>) {
    let ops = numbers.map(|n| {
        let act = json!({"entry": id::<EntryId>(7_000 + u128::from(n)), "created_at": 0, "leaves": {}});
        let op = json!({"id": id::<OpId>(8_000 + u128::from(n)), "v": 1, "made_at": 0, "branch": super::branch(),
                        "op": "entry.create", "args": act});
        SealedOp { n, op: RawValue::from_string(op.to_string()).expect("JSON"), rev: None }
    });
    let ask = PushAsk { client, receipt: None, ops: ops.collect() };
    server.push(phone.account, &serde_json::to_string(&ask).expect("JSON"));
}

#[test]
fn an_op_keeps_its_bytes_under_a_new_name_also_when_what_it_needs_was_answered() {
    let (mut server, mut phones) = world();
    let member = &mut phones[0];
    member.settle(&mut server);
    server.stops = Some(Stop::Busy { n: 2 });
    let entry: EntryId = id(FIRST);
    member.act(create(entry, complete()));
    member.act(Command::Submit { entry });
    leave(member);
    let (before, queue) = (last(member), last(member).client);
    push_answered(member, &mut server);
    let [begun, submitted] = ids(&before)[..] else { panic!("{before:?}") };
    assert!(matches!(member.row(begun).map(|row| row.progress), Some(Progress::Done { .. })));
    server.stops = None;
    forge(&mut server, member, queue, 2..=2);
    member.settle(&mut server);
    let after =
        member.pushed.iter().map(|body| asked(body)).find(|ask| ask.client != queue).expect("a new name");
    assert_eq!(ids(&after), [begun, submitted], "all that is kept is sent once more");
    for (old, new) in before.ops.iter().zip(&after.ops) {
        assert_eq!(old.op.get(), new.op.get(), "a sealed op never changes");
    }
    assert!(server.applied.values().all(|times| *times == 1));
    assert!(member.engine.outbox_view(true).unsent.is_empty());
}

#[test]
fn an_op_ends_by_its_answer_and_not_by_a_number_that_a_page_tells() {
    let (mut server, mut phones) = world();
    let [member, secretary, ..] = &mut phones[..] else { unreachable!() };
    member.settle(&mut server);
    secretary.settle(&mut server);
    secretary.act(create(id(FIRST), complete()));
    secretary.settle(&mut server);
    let op = begin(member, FIRST);
    while member.carry(&mut server, true) {}
    server.durable_through = 1;
    pull_one_page(member, &mut server);
    let row = member.row(op).expect("the page counts the op, and nobody has said what became of it");
    assert_eq!((row.progress, row.ticket.map(|ticket| ticket.answered)), (Progress::Waiting, Some(false)));
    member.settle(&mut server);
    let refused = member.engine.outbox_view(true).refused;
    assert_eq!(
        refused.iter().map(|card| card.op).collect::<Vec<_>>(),
        [op],
        "it was refused, and is not lost"
    );
}

#[test]
fn a_ledger_that_is_not_ones_own_ends_and_frees_nothing() {
    let (mut server, mut phones) = world();
    let member = &mut phones[0];
    member.settle(&mut server);
    let backup = server.clone();
    let kept = begin(member, FIRST);
    member.settle(&mut server);
    let queue = last(member).client;
    // Set back unnoticed, and filled by a copy of this phone.
    server = backup;
    forge(&mut server, member, queue, 1..=1);
    server.durable_through = 1;
    pull_one_page(member, &mut server);
    assert!(member.row(kept).is_some(), "what a backup covers is somebody else's op");
    member.settle(&mut server);
    assert_eq!(server.applied.get(&kept), Some(&1), "it was sent once more");
    assert_ne!(last(member).client, queue);
}

#[test]
fn a_ledger_whose_head_the_phone_no_longer_knows_frees_nothing() {
    let (mut server, mut phones) = world();
    let [member, secretary, ..] = &mut phones[..] else { unreachable!() };
    member.settle(&mut server);
    secretary.act(create(id(FIRST + 1), complete()));
    secretary.settle(&mut server);
    let backup = server.clone();
    let kept = begin(member, FIRST);
    member.settle(&mut server);
    // The second is refused, and its head goes with it; the third is done.
    begin(member, FIRST + 1);
    member.settle(&mut server);
    begin(member, FIRST + 2);
    member.settle(&mut server);
    let queue = last(member).client;
    server = backup;
    forge(&mut server, member, queue, 1..=2);
    server.durable_through = 2;
    pull_one_page(member, &mut server);
    assert!(member.row(kept).is_some(), "nobody can tell whose two ops a backup covers");
    member.settle(&mut server);
    assert_eq!(server.applied.get(&kept), Some(&1));
    assert!(member.engine.outbox_view(true).unsent.is_empty());
}

#[test]
fn what_a_backup_covers_is_freed_and_a_gap_below_it_is_gone_on_from_under_a_new_name() {
    let (mut server, mut phones) = world();
    let member = &mut phones[0];
    member.settle(&mut server);
    let backup = server.clone();
    server.durable_through = 1;
    let covered = begin(member, FIRST);
    member.settle(&mut server);
    assert!(member.row(covered).is_none(), "a backup keeps it");
    let queue = last(member).client;
    server = backup;
    let next = begin(member, FIRST + 1);
    assert_eq!((last(member).client, last(member).ops[0].n), (queue, 2));
    push_answered(member, &mut server);
    let row = member.row(next).expect("a gap is no verdict");
    assert_eq!((row.progress, row.ticket.map(|ticket| ticket.n)), (Progress::Waiting, Some(1)));
    member.settle(&mut server);
    assert_ne!(last(member).client, queue);
    assert_eq!(server.applied.get(&next), Some(&1));
}

#[test]
fn what_a_server_cannot_take_now_is_no_verdict() {
    for stop in [Stop::Busy { n: 2 }, Stop::UnknownOp { n: 2, name: "entry.create".to_owned() }] {
        let (mut server, mut phones) = world();
        let member = &mut phones[0];
        member.settle(&mut server);
        server.stops = Some(stop.clone());
        member.act(create(id(FIRST), Values::new()));
        member.act(create(id(FIRST + 1), Values::new()));
        member.settle(&mut server);
        let queue = last(member).client;
        let outbox = member.engine.outbox_view(true);
        assert_eq!((outbox.unsent.len(), outbox.refused.len()), (1, 0), "{stop:?}");
        server.stops = None;
        member.settle(&mut server);
        assert_eq!((server.worlds.len(), last(member).client), (2, queue), "{stop:?}");
        assert!(member.engine.outbox_view(true).unsent.is_empty());
    }
}

#[test]
fn each_push_brings_the_receipt_of_the_one_before() {
    let (mut server, mut phones) = world();
    let member = &mut phones[0];
    member.settle(&mut server);
    for (ops, brings) in [(1, None), (2, Some("receipt 1")), (1, Some("receipt 2"))] {
        for number in 0..ops {
            member.act(create(id(FIRST + 10 * member.pushed.len() as u128 + number), Values::new()));
        }
        leave(member);
        assert_eq!(last(member).receipt.as_deref(), brings);
        push_answered(member, &mut server);
        member.restart();
        member.settle(&mut server);
    }
}

#[test]
fn an_answer_from_another_life_of_the_server_ends_no_op() {
    let (mut server, mut phones) = world();
    let member = &mut phones[0];
    member.settle(&mut server);
    let backup = server.clone();
    let op = begin(member, FIRST);
    server.epoch = Epoch([2; 16]);
    push_answered(member, &mut server);
    let row = member.row(op).expect("it is kept");
    assert_eq!((row.progress, row.ticket.map(|ticket| ticket.answered)), (Progress::Waiting, Some(false)));
    assert!(matches!(member.mail.front(), Some(Mail::Pull { .. })), "first it learns which life that is");
    // The life that answered is over too before the phone hears of it.
    server = backup;
    member.settle(&mut server);
    assert_eq!(server.applied.get(&op), Some(&1));
}

#[test]
fn nothing_goes_out_that_the_server_has_not_said_to_know() {
    let (mut server, mut phones) = world();
    let member = &mut phones[0];
    member.settle(&mut server);
    let newer = |v| vec![KnownOp { name: "entry.create".to_owned(), v }];
    member.tell(EngineEvent::ServerKnows { ops: newer(2) });
    member.act(create(id(FIRST), Values::new()));
    member.act(title(id(FIRST), "药圃认药"));
    member.restart();
    member.settle(&mut server);
    assert!(member.pushed.is_empty(), "another version of its arguments is another op");
    member.tell(EngineEvent::ServerKnows { ops: newer(1) });
    member.settle(&mut server);
    assert_eq!((last(member).ops[0].n, server.worlds.len()), (1, 1), "and took no number meanwhile");
}

#[test]
fn every_leaf_gets_a_salt_of_its_own_whenever_it_is_written() {
    let (mut server, mut phones) = world();
    let entry: EntryId = id(FIRST);
    let member = &mut phones[0];
    member.settle(&mut server);
    let mut salts = Vec::new();
    let mut written = |server: &Server, leaves: usize| {
        let text: Vec<String> =
            server.worlds[&entry].records.values().map(|one| one.body.to_json()).collect();
        let text = text.concat();
        let found: Vec<&str> = text.split("\"salt\":\"").skip(1).filter_map(|rest| rest.get(..16)).collect();
        assert_eq!(found.len(), leaves);
        salts.extend(
            found.into_iter().map(str::to_owned).filter(|salt| !salts.contains(salt)).collect::<Vec<_>>(),
        );
        salts.len()
    };
    member.act(create(entry, complete()));
    member.settle(&mut server);
    assert_eq!(written(&server, 6), 6);
    let said = Values::from([("text".to_owned(), json!("气微香")), ("phase".to_owned(), json!("during"))]);
    member.act(Command::AddQuote { entry, quote: id(3_000), values: said });
    member.settle(&mut server);
    assert_eq!(written(&server, 8), 8);
    // There and back: the words are the same again, the leaf is another.
    for (text, salts) in [("药圃一日", 9), ("药圃认药", 10)] {
        member.act(title(entry, text));
        member.settle(&mut server);
        assert_eq!(written(&server, 8), salts);
    }
}
