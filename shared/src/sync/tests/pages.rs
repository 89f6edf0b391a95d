//! Pages as they come: an entry before its media, rows that are dropped while ops stay.

use serde_json::json;

use super::super::{Command, EngineEvent, Values};
use super::{Phone, complete, create, id, phone::Mail, title, world};
use crate::{
    ids::{Digest, EntryId, Epoch, MediaId},
    model::{MediaKind, media::Provenance},
    wire::problem::Code,
};

const PHOTOS: u128 = 5;

fn photo(entry: EntryId, number: u128) -> Command {
    Command::AddMedia {
        entry,
        media: id::<MediaId>(2_000 + number),
        kind: MediaKind::Photo,
        sha256: Digest([number as u8; 32]),
        size_bytes: 500,
        values: Values::from([("caption".to_owned(), json!("院子里"))]),
        provenance: Provenance::default(),
    }
}

#[test]
fn an_entry_that_came_before_all_of_its_media_is_not_approved() {
    let (mut server, mut phones) = world();
    let entry: EntryId = id(1_000);
    let [member, secretary, ..] = &mut phones[..] else { unreachable!() };
    member.settle(&mut server);
    secretary.settle(&mut server);
    member.act(create(entry, complete()));
    (0..PHOTOS).for_each(|number| member.act(photo(entry, number)));
    member.act(Command::Submit { entry });
    member.settle(&mut server);
    let submitted = server.worlds[&entry].digest();

    secretary.now += 400_000;
    secretary.tell(EngineEvent::Online);
    let mut partly = 0;
    while secretary.carry(&mut server, false) {
        let Some(view) = secretary.engine.entry(entry, secretary.now, true) else { continue };
        let whole = view.digest == submitted;
        assert_eq!(view.may.approve, whole, "{} of {PHOTOS} photos are here", view.media.len());
        assert_eq!(view.submitted, submitted);
        if !whole {
            partly += 1;
            let seen = [(view.digest, Code::EntryChanged), (submitted, Code::NotAllHere)];
            for (digest, code) in seen {
                let digest = digest.expect("a digest");
                secretary.act(Command::Approve {
                    entry,
                    digest,
                    sketches: Vec::new(),
                    strengths: Vec::new(),
                });
                assert_eq!(secretary.denied.take().map(|problem| problem.code), Some(code));
            }
        }
    }
    assert!(partly > 0, "the entry never came alone");
    let view = secretary.engine.entry(entry, secretary.now, true).expect("the entry");
    assert!(view.may.approve && view.digest == submitted);
}

#[test]
fn a_page_for_another_cursor_than_the_phones_changes_nothing_and_is_asked_for_again() {
    let (mut server, mut phones) = world();
    let [member, secretary, ..] = &mut phones[..] else { unreachable!() };
    member.settle(&mut server);
    secretary.settle(&mut server);
    secretary.act(create(id(1_000), complete()));
    secretary.act(Command::Submit { entry: id(1_000) });
    secretary.settle(&mut server);
    let stands = member.engine.place.cursor.clone();
    member.tell(EngineEvent::Tick { poked: true });
    while !matches!(member.mail.front(), Some(Mail::Page { .. })) {
        assert!(member.carry(&mut server, false), "a page comes");
    }
    member.engine.place.cursor = Some("another".to_owned());
    member.carry(&mut server, false);
    assert!(member.engine.entries(None).is_empty(), "its rows follow others than these");
    let Some(Mail::Pull { body, .. }) = member.mail.front() else { panic!("{:?}", member.mail) };
    assert!(body.contains("another"), "{body}");
    member.engine.place.cursor = stands;
    member.settle(&mut server);
    assert_eq!(member.engine.entries(None).len(), 1);
}

#[test]
fn no_answer_to_an_app_that_ran_before_passes_for_one_to_this_one() {
    let (mut server, mut phones) = world();
    let member = &mut phones[0];
    let mut asked = Vec::new();
    for round in 0..4 {
        member.act(create(id(1_000 + round), Values::new()));
        member.settle(&mut server);
        member.tell(EngineEvent::Tick { poked: true });
        match round % 2 {
            0 => member.restart(),
            _ => {
                let me = member.engine.me.clone().expect("signed in");
                member.tell(EngineEvent::SignedOut);
                member.mail.clear();
                member.tell(EngineEvent::SignedIn { me });
            }
        }
        asked.extend(member.mail.iter().map(|mail| match mail {
            Mail::Push { ask, .. }
            | Mail::Pull { ask, .. }
            | Mail::Pushed { ask, .. }
            | Mail::Page { ask, .. } => *ask,
        }));
    }
    let different: std::collections::BTreeSet<u32> = asked.iter().copied().collect();
    assert!(asked.len() >= 4 && different.len() == asked.len(), "asked under {asked:?}");
}

/// Own ops and refused ones on disk.
fn own(phone: &Phone) -> Vec<(String, String)> {
    let stores = ["outbox", "tray"];
    phone.disk.keys().filter(|(store, _)| stores.contains(&store.as_str())).cloned().collect()
}

#[test]
fn a_page_that_drops_every_row_drops_no_op() {
    let (mut server, mut phones) = world();
    let (taken, sent, unsent): (EntryId, EntryId, EntryId) = (id(1_000), id(1_001), id(1_002));
    let [member, secretary, ..] = &mut phones[..] else { unreachable!() };
    member.settle(&mut server);
    secretary.settle(&mut server);
    secretary.act(create(taken, complete()));
    secretary.settle(&mut server);
    member.act(create(taken, complete()));
    member.act(create(sent, complete()));
    member.settle(&mut server);
    member.act(create(unsent, complete()));
    let before = own(member);
    assert_eq!(before.len(), 3, "one refused, one done, one unsent: {before:?}");
    let rows = |phone: &Phone| phone.disk.keys().filter(|(store, _)| store == "record").count();
    assert!(rows(member) > 5);

    server.epoch = Epoch([2; 16]);
    member.tell(EngineEvent::Tick { poked: true });
    while !matches!(member.mail.front(), Some(Mail::Page { .. })) {
        assert!(member.carry(&mut server, false), "a page comes");
    }
    member.carry(&mut server, false);
    assert!(rows(member) <= 3, "the rows come anew, page by page");
    assert_eq!(own(member), before);
    member.act(title(unsent, "药圃认药二十四种"));
    member.settle(&mut server);
    assert_eq!(member.engine.entries(None).len(), 2);
    assert_eq!(member.engine.outbox_view(true).refused.len(), 1);
}
