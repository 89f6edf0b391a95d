//! Cases by name: what one phone, two phones and a server that loses answers do, step by step.

use serde_json::json;

use super::super::{Command, EngineEvent, FileRole, UploadStep, Values, view::StateWord};
use super::{complete, create, id, phone::Mail, title, world};
use crate::{
    ids::{Digest, EntryId, Epoch, MediaId},
    model::{MediaKind, media::Provenance},
    wire::problem::Code,
};

fn word(phone: &super::Phone, entry: EntryId) -> Option<StateWord> {
    phone.engine.entries(None).into_iter().find(|row| row.id == entry).map(|row| row.state)
}

#[test]
fn an_entry_made_offline_is_approved_and_counts() {
    let (mut server, mut phones) = world();
    let entry: EntryId = id(1_000);
    let [member, secretary, ..] = &mut phones[..] else { unreachable!() };
    member.settle(&mut server);
    member.act(create(entry, complete()));
    member.act(Command::Submit { entry });
    assert_eq!(word(member, entry), Some(StateWord::Unsent));
    member.settle(&mut server);
    assert_eq!(word(member, entry), Some(StateWord::Submitted));

    secretary.settle(&mut server);
    assert_eq!(secretary.engine.review().len(), 1);
    let view = secretary.engine.entry(entry, secretary.now, true).expect("the entry");
    assert!(view.may.approve && !view.may.edit && !view.may.submit);
    let digest = view.digest.expect("a digest");
    secretary.act(Command::Approve { entry, digest, sketches: Vec::new(), strengths: Vec::new() });
    assert_eq!(secretary.denied, None);
    assert_eq!(word(secretary, entry), Some(StateWord::Unsent));
    secretary.settle(&mut server);
    assert_eq!(word(secretary, entry), Some(StateWord::Approved));

    assert_eq!(member.engine.hours().waiting, 120);
    member.settle(&mut server);
    assert_eq!(word(member, entry), Some(StateWord::Approved));
    assert_eq!((member.engine.hours().approved, member.engine.hours().waiting), (120, 0));
}

#[test]
fn what_the_rules_refuse_is_said_at_once_and_queued_nowhere() {
    let (mut server, mut phones) = world();
    let entry: EntryId = id(1_000);
    let member = &mut phones[0];
    member.settle(&mut server);
    member.act(create(entry, Values::new()));
    let disk = member.disk.clone();
    member.act(Command::Submit { entry });
    assert_eq!(member.denied.as_ref().map(|problem| problem.code), Some(Code::Incomplete));
    member.disk.retain(|(store, _), _| store != "meta");
    assert!(member.disk.iter().all(|(key, value)| disk.get(key) == Some(value)));
}

#[test]
fn edits_are_one_op_until_they_are_numbered_and_never_changed_after() {
    let (mut server, mut phones) = world();
    let entry: EntryId = id(1_000);
    let member = &mut phones[0];
    member.settle(&mut server);
    member.act(create(entry, Values::new()));
    for text in ["药", "药圃", "药圃认药"] {
        member.act(title(entry, text));
    }
    assert_eq!(member.engine.outbox_view(true).unsent.len(), 1);
    member.now += 10_000;
    member.tell(EngineEvent::Tick { poked: false });
    let sent = member.pushed.last().cloned().expect("a push");
    member.act(title(entry, "药圃认药二十四种"));
    assert_eq!(member.engine.outbox_view(true).unsent.len(), 2);
    // The answer is lost; the same bytes go again.
    while member.carry(&mut server, true) {}
    member.now += 400_000;
    member.tell(EngineEvent::Online);
    let ops = |body: &str| serde_json::from_str::<crate::wire::PushAsk>(body).expect("a push").ops;
    let again = member.pushed.last().cloned().expect("a push");
    assert_eq!(ops(&sent)[0].op.get(), ops(&again)[0].op.get());
    member.settle(&mut server);
    assert!(server.applied.values().all(|times| *times == 1));
    assert_eq!(member.engine.entries(None)[0].title, "药圃认药二十四种");
    assert!(member.engine.outbox_view(true).unsent.is_empty());
}

#[test]
fn a_phone_whose_clock_was_set_back_by_a_year_still_sends() {
    let year_ms = 365 * 24 * 60 * 60 * 1_000;
    let (mut server, mut phones) = world();
    let member = &mut phones[0];
    member.settle(&mut server);
    member.act(create(id(1_000), Values::new()));
    member.tell(EngineEvent::Tick { poked: true });
    while member.carry(&mut server, true) {}
    // A failure makes it wait, an edit is held back, and then the clock is mended.
    member.act(create(id(1_001), Values::new()));
    member.now -= year_ms;
    member.tell(EngineEvent::Tick { poked: false });
    while member.carry(&mut server, false) {}
    member.now += 60_000;
    member.tell(EngineEvent::Tick { poked: false });
    while member.carry(&mut server, false) {}
    assert_eq!(server.worlds.len(), 2);
    assert!(member.engine.outbox_view(true).unsent.is_empty());
}

#[test]
fn a_stale_approval_is_refused_and_shows_the_change() {
    let (mut server, mut phones) = world();
    let entry: EntryId = id(1_000);
    let [member, secretary, ..] = &mut phones[..] else { unreachable!() };
    member.settle(&mut server);
    member.act(create(entry, complete()));
    member.act(Command::Submit { entry });
    member.settle(&mut server);
    secretary.settle(&mut server);
    secretary.tell(EngineEvent::Opened { entry });
    let digest = secretary.engine.entry(entry, 0, true).and_then(|view| view.digest).expect("a digest");

    member.act(Command::Withdraw { entry });
    member.act(title(entry, "药圃认药二十五种"));
    member.act(Command::Submit { entry });
    member.settle(&mut server);

    secretary.act(Command::Approve { entry, digest, sketches: Vec::new(), strengths: Vec::new() });
    assert_eq!(secretary.denied, None, "the phone does not know of the change yet");
    secretary.settle(&mut server);
    assert_eq!(word(secretary, entry), Some(StateWord::Attention));
    let card = secretary.engine.outbox_view(true).refused.remove(0);
    assert_eq!(card.reason.code, "entry_changed");
    let changes = secretary.engine.changes(entry, digest).expect("what was seen is known");
    let told: Vec<_> = changes.iter().map(|one| (one.key.as_str(), &one.from, &one.to)).collect();
    assert_eq!(told, [("title", &json!("药圃认药"), &json!("药圃认药二十五种"))]);

    secretary.act(Command::DropRefused { op: card.op });
    assert_eq!(word(secretary, entry), Some(StateWord::Submitted));
    assert_eq!(secretary.engine.outbox_view(true).bin.len(), 1);
    for _ in 0..31 {
        secretary.now += 24 * 60 * 60 * 1_000;
        secretary.tell(EngineEvent::Tick { poked: false });
    }
    assert!(secretary.engine.outbox_view(true).bin.is_empty());
}

#[test]
fn a_verdict_sent_again_names_what_was_looked_at_since() {
    let (mut server, mut phones) = world();
    let entry: EntryId = id(1_000);
    let [member, secretary, ..] = &mut phones[..] else { unreachable!() };
    member.settle(&mut server);
    member.act(create(entry, complete()));
    member.act(Command::Submit { entry });
    member.settle(&mut server);
    secretary.settle(&mut server);
    let digest = secretary.engine.entry(entry, 0, true).and_then(|view| view.digest).expect("a digest");
    member.act(Command::Withdraw { entry });
    member.act(title(entry, "药圃认药二十五种"));
    member.act(Command::Submit { entry });
    member.settle(&mut server);
    secretary.act(Command::Return { entry, digest, comment: "请补充参与人".to_owned() });
    secretary.settle(&mut server);
    let card = secretary.engine.outbox_view(true).refused.remove(0);

    secretary.act(Command::Resend { op: card.op, values: Values::new() });
    assert!(secretary.denied.take().is_some(), "nobody has looked at the change");
    secretary.tell(EngineEvent::Opened { entry });
    let values = Values::from([("comment".to_owned(), json!("请补充带教医师"))]);
    secretary.act(Command::Resend { op: card.op, values });
    assert_eq!(secretary.denied, None);
    secretary.settle(&mut server);
    assert_eq!(word(secretary, entry), Some(StateWord::Returned));
    let verdicts = secretary.engine.entry(entry, 0, true).map(|view| view.verdicts).unwrap_or_default();
    assert_eq!(verdicts.last().map(|verdict| verdict.comment.as_str()), Some("请补充带教医师"));
}

#[test]
fn a_refused_op_takes_along_what_needs_it_and_nothing_else() {
    let (mut server, mut phones) = world();
    let (taken, free): (EntryId, EntryId) = (id(1_000), id(1_001));
    let [member, secretary, ..] = &mut phones[..] else { unreachable!() };
    member.settle(&mut server);
    secretary.settle(&mut server);
    secretary.act(create(taken, Values::new()));
    secretary.settle(&mut server);
    member.act(create(taken, complete()));
    member.act(Command::Submit { entry: taken });
    member.act(create(free, complete()));
    member.settle(&mut server);
    assert_eq!(word(member, free), Some(StateWord::Draft));
    let outbox = member.engine.outbox_view(true);
    assert!(outbox.unsent.is_empty());
    assert_eq!(outbox.refused.len(), 1);
    assert_eq!((outbox.refused[0].reason.code.as_str(), outbox.refused[0].others), ("id_taken", 1));
    assert_eq!(outbox.refused[0].values["title"], json!("药圃认药"));

    let copy: EntryId = id(1_002);
    member.act(Command::CopyRefused { op: outbox.refused[0].op, entry: copy });
    member.settle(&mut server);
    assert_eq!(word(member, copy), Some(StateWord::Draft));
    assert!(member.engine.outbox_view(true).refused.is_empty());
}

#[test]
fn a_cloned_phone_goes_on_under_a_new_name_and_doubles_nothing() {
    let (mut server, mut phones) = world();
    let member = &mut phones[0];
    member.settle(&mut server);
    member.act(create(id(1_000), complete()));
    member.settle(&mut server);
    let disk = member.disk.clone();
    member.act(create(id(1_001), complete()));
    member.settle(&mut server);
    // Restored from a copy made before.
    member.disk = disk;
    member.restart();
    member.act(create(id(1_002), complete()));
    member.settle(&mut server);
    assert_eq!(member.engine.entries(None).len(), 3);
    assert!(member.engine.outbox_view(true).unsent.is_empty());
    assert!(server.applied.values().all(|times| *times == 1));
}

#[test]
fn a_page_asked_with_another_cursor_is_not_applied() {
    let (mut server, mut phones) = world();
    let member = &mut phones[0];
    let late = member.mail.front().cloned().expect("a first pull");
    let Mail::Pull { ask, body } = late else { panic!("a pull comes first") };
    let page = server.pull(member.account, &body);
    member.tell(EngineEvent::Failed { ask, retry_after_ms: None });
    member.mail.clear();
    member.settle(&mut server);
    let before = member.disk.clone();
    member.tell(EngineEvent::PageArrived { ask, text: page });
    assert_eq!(member.disk, before);
}

#[test]
fn a_damaged_row_is_fetched_anew_in_silence() {
    let (mut server, mut phones) = world();
    let member = &mut phones[0];
    member.settle(&mut server);
    let key = member.disk.keys().find(|(_, key)| key.starts_with("branch/")).cloned().expect("the branch");
    let value = member.disk[&key].replace("骨伤科", "针推");
    member.disk.insert(key.clone(), value);
    member.restart();
    member.settle(&mut server);
    assert!(member.disk[&key].contains("骨伤科"));
}

#[test]
fn a_restored_server_gets_back_what_it_had_confirmed() {
    let (mut server, mut phones) = world();
    let member = &mut phones[0];
    member.settle(&mut server);
    let backup = server.clone();
    member.act(create(id(1_000), complete()));
    member.settle(&mut server);
    server = backup;
    server.epoch = Epoch([2; 16]);
    member.settle(&mut server);
    assert_eq!(server.worlds.len(), 1);
    assert_eq!(word(member, id(1_000)), Some(StateWord::Draft));
    assert!(member.engine.outbox_view(true).unsent.is_empty());
}

#[test]
fn a_phone_that_hears_that_nothing_moved_sends_again_what_the_server_lost() {
    let (mut server, mut phones) = world();
    let member = &mut phones[0];
    member.settle(&mut server);
    let backup = server.clone();
    member.act(create(id(1_000), complete()));
    member.now += 10_000;
    member.tell(EngineEvent::Tick { poked: false });
    while server.worlds.is_empty() || !member.engine.outbox_view(true).unsent.is_empty() {
        assert!(member.carry(&mut server, false), "the op is confirmed");
    }
    while member.carry(&mut server, true) {}
    server = backup;
    let told = server.unmoved;
    member.settle(&mut server);
    assert!(server.unmoved > told, "the restored server stands where the phone's cursor does");
    assert_eq!(server.worlds.len(), 1);
}

#[test]
fn files_wait_for_their_op_and_go_sketches_first() {
    let (mut server, mut phones) = world();
    let entry: EntryId = id(1_000);
    let member = &mut phones[0];
    member.settle(&mut server);
    member.act(create(entry, complete()));
    for (media, kind, size_bytes) in
        [(1, MediaKind::Clip, 10), (2, MediaKind::Photo, 900), (3, MediaKind::Photo, 500)]
    {
        let sketch = (kind == MediaKind::Photo).then_some(Digest([media as u8; 32]));
        member.act(Command::AddMedia {
            entry,
            media: id(2_000 + media),
            kind,
            sha256: Digest([9; 32]),
            size_bytes,
            values: Values::new(),
            provenance: Provenance { sketch, ..Provenance::default() },
        });
    }
    assert!(member.engine.uploads().is_empty());
    member.settle(&mut server);
    let order: Vec<(MediaId, FileRole)> =
        member.engine.uploads().into_iter().map(|task| (task.media, task.role)).collect();
    let (clip, large, small): (MediaId, MediaId, MediaId) = (id(2_001), id(2_002), id(2_003));
    assert_eq!(
        order,
        [
            (small, FileRole::Sketch),
            (large, FileRole::Sketch),
            (small, FileRole::Original),
            (large, FileRole::Original),
            (clip, FileRole::Original)
        ]
    );
    for _ in 0..3 {
        let step = UploadStep::Failed { problem: "hash_mismatch".to_owned(), transient: false };
        member.tell(EngineEvent::Upload { media: small, role: FileRole::Original, step });
    }
    assert!(
        !member.engine.uploads().iter().any(|task| (task.media, task.role) == (small, FileRole::Original))
    );
    member.restart();
    let step = UploadStep::Sent;
    member.tell(EngineEvent::Upload { media: clip, role: FileRole::Original, step });
    assert_eq!(member.engine.outbox_view(true).unsent_files, 2);
}

/// Found by the simulation: another phone had thrown the entry away, and the file was begun anew for ever.
#[test]
fn a_file_that_the_server_knows_nothing_of_is_set_aside_and_the_next_goes_on() {
    let (mut server, mut phones) = world();
    let (entry, first, next): (EntryId, MediaId, MediaId) = (id(1_000), id(2_001), id(2_002));
    let member = &mut phones[0];
    member.settle(&mut server);
    member.act(create(entry, complete()));
    for (media, size_bytes) in [(first, 500), (next, 900)] {
        member.act(Command::AddMedia {
            entry,
            media,
            kind: MediaKind::Photo,
            sha256: Digest([9; 32]),
            size_bytes,
            values: Values::new(),
            provenance: Provenance::default(),
        });
    }
    member.settle(&mut server);
    for _ in 0..3 {
        assert_eq!(member.engine.uploads()[0].media, first);
        let step = UploadStep::Lost { problem: "not_found".to_owned() };
        member.tell(EngineEvent::Upload { media: first, role: FileRole::Original, step });
    }
    let left: Vec<MediaId> = member.engine.uploads().into_iter().map(|task| task.media).collect();
    assert_eq!(left, [next]);
    member.tell(EngineEvent::UploadRetry { media: first });
    assert_eq!(member.engine.uploads()[0].media, first);
}

#[test]
fn the_pictures_of_an_item_that_was_taken_out_are_hidden_from_who_saw_it() {
    let (mut server, mut phones) = world();
    let (entry, media): (EntryId, MediaId) = (id(1_000), id(2_001));
    let [member, secretary, ..] = &mut phones[..] else { unreachable!() };
    member.settle(&mut server);
    member.act(create(entry, complete()));
    member.act(Command::AddMedia {
        entry,
        media,
        kind: MediaKind::Photo,
        sha256: Digest([9; 32]),
        size_bytes: 900,
        values: Values::new(),
        provenance: Provenance::default(),
    });
    member.act(Command::Submit { entry });
    member.settle(&mut server);
    secretary.settle(&mut server);
    assert!(secretary.hidden.is_empty());
    member.act(Command::Withdraw { entry });
    member.act(Command::RemoveMedia { entry, media });
    member.settle(&mut server);
    secretary.settle(&mut server);
    assert_eq!(secretary.hidden, [media]);
}

#[test]
fn a_draft_thrown_away_before_it_was_sent_leaves_no_trace() {
    let (mut server, mut phones) = world();
    let entry: EntryId = id(1_000);
    let member = &mut phones[0];
    member.settle(&mut server);
    member.act(create(entry, complete()));
    member.act(Command::Discard { entry });
    assert!(!member.disk.keys().any(|(store, _)| store == "outbox"));
    assert!(member.engine.entries(None).is_empty());
}

#[test]
fn signing_out_drops_what_is_others_and_keeps_what_is_unsent() {
    let (mut server, mut phones) = world();
    let member = &mut phones[0];
    member.settle(&mut server);
    member.act(create(id(1_000), complete()));
    member.tell(EngineEvent::SignedOut);
    assert!(!member.disk.keys().any(|(store, _)| store == "record"));
    assert!(member.disk.keys().any(|(store, _)| store == "outbox"));
}
