//! Backups: made under load, read back after everything is lost, into the same kind of database and the other. What
//! phones were told stays true, and what the backup lacks comes back from them.

use std::cell::{Cell, RefCell};
use std::fs;
use std::path::{Path, PathBuf};

use futures_util::future::join3;
use kit::drafts::{create, leaves, photo};
use kit::{App, Branch, Engine, Part, Person, Phone, Pocket, fields, id, on_both_databases};
use miaopu_server::backup::check::check;
use miaopu_server::backup::make::{Made, Wish, make};
use miaopu_server::backup::restore::{Restored, restore};
use miaopu_server::config::Hidden;
use miaopu_server::{Config, spawn_at, verify};
use shared::ids::{EntryId, MediaId};
use shared::model::{RecordId, RecordKind};
use shared::sync::Command;
use shared::sync::view::StateWord;
use shared::wire::Op;
use shared::wire::push::{Answer, PushAnswer, SealedOp};

const WISH: Wish = Wish { off_machine: false, keep: None };
/// Entries that were begun, each with the op as it was sent.
type Sent = RefCell<Vec<(EntryId, Vec<SealedOp>)>>;

const PICTURE: &[u8] = b"the bytes of a photo";

fn folder(kit: &App) -> PathBuf {
    kit.folder().join("backups")
}

async fn backed_up(kit: &App, wish: Wish) -> Made {
    let made = make(&kit.operator().await, &folder(kit), wish).await.expect("a backup is made");
    assert_eq!(made.faults, Vec::<String>::new());
    made
}

async fn restored(kit: &App) -> Restored {
    let back = restore(&kit.config(), &kit.clock, &folder(kit), None).await.expect("the backup is restored");
    assert_eq!(back.report.faults, Vec::<String>::new());
    back
}

/// A photo in a draft of somebody, whose bytes have arrived.
async fn sent_photo(person: &Person, branch: Branch) -> MediaId {
    let entry = person.phone.begun(branch.id, person.id).await;
    let media = id();
    person.phone.applied(branch.id, photo(entry, media, PICTURE)).await;
    person.phone.upload(media, Part::Original, PICTURE).await;
    media
}

/// Begins drafts without an end until told to stop; keeps what was sent, in the order of the answers.
async fn writes(phone: &Phone, branch: Branch, stop: &Cell<bool>, sent: &Sent) {
    while !stop.get() {
        let entry = id();
        let op: Op = phone.op(branch.id, create(entry, leaves(&[])));
        let sealed = phone.seal([&op]);
        let answer: PushAnswer = phone.send(&sealed).await.json();
        assert!(matches!(answer.answers[0].answer, Answer::Applied { .. }), "{answer:?}");
        sent.borrow_mut().push((entry, sealed));
    }
}

/// Every fault that can be found, media included.
async fn faults(kit: &App) -> Vec<String> {
    let app = kit.operator().await;
    let mut report = verify::verify(&app.db).await.expect("the database is read");
    verify::blobs::check(&app, &mut report, 1_000).await.expect("the media are read");
    assert!(report.blobs.is_some_and(|blobs| blobs.files > 0));
    report.faults
}

/// Damages a file in its middle, keeping its length.
fn damage(path: &Path) {
    let mut bytes = fs::read(path).expect("the file is there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).expect("the file is written");
}

fn any_blob(folder: &Path) -> PathBuf {
    let within = |dir: PathBuf| {
        fs::read_dir(dir).expect("a folder").next().expect("something in it").expect("it").path()
    };
    within(within(within(folder.join("blobs/original"))))
}

on_both_databases! {
    async fn what_was_lost_comes_back_from_a_backup_made_under_load_and_from_phones(kit) {
        let branch = kit.branch().await;
        let (member, first, second) = (kit.member(branch).await, kit.member(branch).await, kit.member(branch).await);
        let media = sent_photo(&first, branch).await;
        let mut pocket = Pocket::open(kit, &member.phone).await;
        let (kept, late): (EntryId, EntryId) = (id(), id());
        pocket.act(Command::Create { entry: kept, branch: branch.id, values: fields(member.id) });
        pocket.act(Command::Submit { entry: kept });
        pocket.settle().await;
        let epoch = first.phone.pull().await.epoch;

        let (stop, ones, twos) = (Cell::new(false), Sent::default(), Sent::default());
        let counts = || [ones.borrow().len(), twos.borrow().len()];
        let grown = async |from: [usize; 2]| {
            while std::iter::zip(counts(), from).any(|(now, before)| now < before + 3) {
                tokio::task::yield_now().await;
            }
        };
        let backup = async {
            grown([0, 0]).await;
            let sure = counts();
            let made = backed_up(kit, WISH).await;
            let during = counts();
            grown(during).await;
            stop.set(true);
            (sure, during, made)
        };
        let writers = (writes(&first.phone, branch, &stop, &ones), writes(&second.phone, branch, &stop, &twos));
        let ((sure, during, made), (), ()) = join3(backup, writers.0, writers.1).await;
        assert!(during > sure, "the backup was not made under load");
        assert_eq!(made.copied, 1);
        pocket.act(Command::Create { entry: late, branch: branch.id, values: fields(member.id) });
        pocket.settle().await;

        kit.lose_everything().await;
        restored(kit).await;
        kit.serve().await;

        assert_eq!(faults(kit).await, Vec::<String>::new());
        let bytes = first.phone.get(&format!("/api/v1/media/{media}/original")).await;
        assert_eq!((bytes.status, bytes.body.as_slice()), (200, PICTURE));
        for (phone, sent, sure) in [(&first.phone, &ones, sure[0]), (&second.phone, &twos, sure[1])] {
            let mirror = phone.pull().await;
            assert_ne!(mirror.epoch, epoch);
            let sent = sent.take();
            let there = |entry: EntryId| mirror.find(RecordId::new(RecordKind::Entry, entry.0)).is_some();
            let back = sent.iter().take_while(|(entry, _)| there(*entry)).count();
            assert!(back >= sure, "{back} of {}, {sure} of them before the backup", sent.len());
            assert!(back < sent.len() && sent[back..].iter().all(|(entry, _)| !there(*entry)), "a hole in what came back");
            for (entry, sealed) in &sent[back..] {
                let answer: PushAnswer = phone.send(sealed).await.json();
                assert!(matches!(answer.answers[0].answer, Answer::Applied { .. }), "{entry}: {answer:?}");
            }
            let mirror = phone.pull().await;
            assert!(sent.iter().all(|(entry, _)| mirror.find(RecordId::new(RecordKind::Entry, entry.0)).is_some()));
        }
        pocket.settle().await;
        assert_eq!(pocket.entry(kept).state, StateWord::Submitted);
        assert_eq!(pocket.entry(late).state, StateWord::Draft);
        assert!(pocket.engine.outbox_view(true).unsent.is_empty());
        assert_eq!(faults(kit).await, Vec::<String>::new());
    }

    async fn a_backup_grows_by_what_is_new_and_covers_ops_only_off_the_machine(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        sent_photo(&member, branch).await;
        kit.clock.advance(600_000);
        let first = backed_up(kit, WISH).await;
        assert_eq!((first.copied, first.copied_bytes, first.manifest.blobs), (1, PICTURE.len() as u64, 1));
        assert_eq!(member.phone.pull().await.tail.expect("a tail").durable_through, 0);
        kit.clock.advance(1_000);
        let second = backed_up(kit, Wish { off_machine: true, keep: Some(1) }).await;
        assert_eq!((second.copied, second.manifest.blobs), (0, 1));
        let states = fs::read_dir(folder(kit).join("states")).expect("the folder").count();
        assert_eq!(states, 1, "only the newest state is kept");
        let tail = member.phone.pull().await.tail.expect("a tail");
        assert!(tail.durable_through > 0 && tail.durable_through == tail.last_n);
        let inside = make(&kit.operator().await, &kit.data_dir().join("backups"), WISH).await;
        assert!(inside.expect_err("a backup in the data folder").to_string().contains("data.dir"));
    }

    async fn a_damaged_backup_and_a_filled_installation_are_refused(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        sent_photo(&member, branch).await;
        let made = backed_up(kit, WISH).await;
        assert_eq!(check(&folder(kit)).await.expect("it is read").faults, Vec::<String>::new());
        let filled = restore(&kit.config(), &kit.clock, &folder(kit), None).await;
        assert!(filled.expect_err("it holds data").to_string().contains("holds data"));
        assert_eq!(member.phone.get("/api/v1/me").await.status, 200, "the server goes on");

        let blob = any_blob(&folder(kit));
        damage(&blob);
        let report = check(&folder(kit)).await.expect("it is read");
        assert!(report.fault_count == 1 && report.faults[0].ends_with("is damaged"), "{report}");
        kit.lose_everything().await;
        let back = restored(kit).await;
        assert!(back.faults[0].ends_with("is damaged in the backup"), "{:?}", back.faults);
        kit.serve().await;
        kit.lose_everything().await;
        damage(&folder(kit).join("states").join(&made.state).join("database.jsonl.gz"));
        let damaged = restore(&kit.config(), &kit.clock, &folder(kit), None).await;
        assert!(damaged.expect_err("the dump is damaged").to_string().contains("is damaged"));
        assert_eq!(check(&folder(kit)).await.expect("it is read").fault_count, 1);
    }

    async fn a_backup_of_one_database_fills_the_other(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let (entry, digest) = member.phone.submitted(branch.id, member.id).await;
        sent_photo(&member, branch).await;
        backed_up(kit, WISH).await;
        kit.halt().await.expect("the server stops");
        let mut config: Config = kit.config();
        config.data.dir = kit.folder().join("other");
        config.database.url = Hidden::default();
        restore(&config, &kit.clock, &folder(kit), None).await.expect("SQLite takes it");
        let other = miaopu_server::App::open(config.clone(), kit.clock.clone()).await.expect("it opens");
        let again = kit.folder().join("again");
        make(&other, &again, WISH).await.expect("a backup of the other");
        other.db.close().await;
        if kit.engine == Engine::Postgres {
            config.data.dir = kit.folder().join("third");
            config.database.url = Hidden(kit.spare_database().await);
            restore(&config, &kit.clock, &again, None).await.expect("PostgreSQL takes it");
        }
        config.server.listen = kit.url().trim_start_matches("http://").parse().expect("an address");
        let running = spawn_at(config, kit.clock.clone()).await.expect("it serves");
        let report = verify::verify(&running.db).await.expect("it is read");
        assert_eq!(report.faults, Vec::<String>::new());
        let mirror = member.phone.pull().await;
        let body = mirror.find(RecordId::new(RecordKind::Entry, entry.0)).expect("the entry").body.clone();
        assert!(body.contains(&digest.to_string()), "{body}");
        running.done().await.expect("it stops");
    }
}
