//! What a person threw away comes back, and what a server does not know yet waits without stopping the rest.

use super::super::{Command, EngineEvent, Values};
use super::{complete, create, id, world};
use crate::{
    ids::EntryId,
    wire::act::{Act, KnownOp},
};

#[test]
fn a_discarded_draft_lies_in_the_bin_and_comes_back_as_a_new_one() {
    for sent in [false, true] {
        let (mut server, mut phones) = world();
        let (entry, anew): (EntryId, EntryId) = (id(1_000), id(1_001));
        let member = &mut phones[0];
        member.settle(&mut server);
        member.act(create(entry, complete()));
        if sent {
            member.settle(&mut server);
        }
        member.act(Command::Discard { entry });
        member.settle(&mut server);
        assert!(member.engine.entries(None).is_empty());
        let bin = member.engine.outbox_view(true).bin;
        assert_eq!(bin.len(), 1, "sent: {sent}");
        member.restart();
        member.act(Command::PutBack { op: bin[0].op, entry: anew, media: Default::default() });
        assert_eq!(member.denied, None);
        member.settle(&mut server);
        let rows = member.engine.entries(None);
        assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [anew]);
        assert!(member.engine.outbox_view(true).bin.is_empty());
    }
}

/// Found by the simulation: a clock that jumped by five years had emptied the bin at its next tick.
#[test]
fn a_clock_that_jumps_leaves_the_bin_alone_and_thirty_days_of_use_empty_it() {
    const HOUR_MS: i64 = 60 * 60 * 1_000;
    const DAY_MS: i64 = 24 * HOUR_MS;
    let (mut server, mut phones) = world();
    let member = &mut phones[0];
    member.settle(&mut server);
    member.act(create(id(1_000), complete()));
    member.act(Command::Discard { entry: id(1_000) });
    let binned = |member: &super::Phone| member.engine.outbox_view(true).bin.len();
    let tick = |member: &mut super::Phone, ms: i64| {
        member.now += ms;
        member.tell(EngineEvent::Tick { poked: false });
    };
    tick(member, 5 * 365 * DAY_MS);
    tick(member, 5 * 365 * DAY_MS);
    member.restart();
    tick(member, -10 * 365 * DAY_MS);
    tick(member, 40 * DAY_MS);
    assert_eq!(binned(member), 1);
    // One more, thrown away while the clock is years behind.
    tick(member, -5 * 365 * DAY_MS - HOUR_MS);
    member.act(create(id(1_001), complete()));
    member.now -= 5 * 365 * DAY_MS;
    member.act(Command::Discard { entry: id(1_001) });
    tick(member, 5 * 365 * DAY_MS);
    assert_eq!(binned(member), 2);
    // What a jump ahead counts is a day at most; what passes within an hour counts too.
    for _ in 0..26 * 48 {
        tick(member, DAY_MS / 48);
    }
    assert_eq!(binned(member), 2);
    for _ in 0..4 * 48 {
        tick(member, DAY_MS / 48);
    }
    assert_eq!(binned(member), 0);
}

#[test]
fn an_op_that_the_server_does_not_know_waits_and_stops_nothing_else() {
    let (mut server, mut phones) = world();
    let (first, second): (EntryId, EntryId) = (id(1_000), id(1_001));
    let member = &mut phones[0];
    member.settle(&mut server);
    let known = |but: &str| -> Vec<KnownOp> {
        let names = Act::KNOWN.iter().filter(|(name, _)| *name != but);
        names.map(|(name, v)| KnownOp { name: (*name).to_owned(), v: *v }).collect()
    };
    member.tell(EngineEvent::ServerKnows { ops: known("entry.submit") });
    member.act(create(first, complete()));
    member.act(Command::Submit { entry: first });
    member.act(create(second, Values::new()));
    member.settle(&mut server);
    let unsent = member.engine.outbox_view(true).unsent;
    assert_eq!(unsent.iter().map(|own| (own.entry, own.unknown)).collect::<Vec<_>>(), [(first, true)]);
    member.tell(EngineEvent::ServerKnows { ops: known("") });
    member.settle(&mut server);
    assert!(member.engine.outbox_view(true).unsent.is_empty());
}
