//! A disk that is full: text is refused politely or goes on, files wait, and everything goes on once there is room.
//! The data lie on a small file system of their own, filled to its last byte. Where none may be mounted, that is said
//! aloud, and the server's process may let no file grow instead.

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use bytes::Bytes;
use futures_util::stream;
use kit::drafts::{create, leaves};
use kit::media::{LOOK, LOOKS_MAX, path};
use kit::{Answer, App, Engine, Home, Part, Phone, id, is_waived};
use reqwest::Body;
use shared::wire::Code;
use shared::wire::push::{PushAnswer, PushAsk};
use tokio::sync::mpsc;

use crate::agree::drained_and_agreed;
use crate::hands::{Hand, Lots};

/// Size of the file system, MiB: room for text is more than what readiness asks for.
const DISK_MIB: usize = 96;
const MIB: usize = 1 << 20;
/// The file that takes all the room.
const BALLAST: &str = "ballast";

/// What can be full.
enum Disk {
    /// A file system of its own, gone when dropped.
    Mounted { dir: PathBuf, _folder: tempfile::TempDir },
    /// The machine's disk, of which the server may have no more.
    Rationed,
}

impl Disk {
    fn mount() -> Disk {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = folder.path().join("disk");
        fs::create_dir(&dir).expect("a folder in it");
        let size = format!("size={DISK_MIB}m");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&dir).status();
        if mounted.is_ok_and(|status| status.success()) {
            return Disk::Mounted { dir, _folder: folder };
        }
        eprintln!(
            "NO FILE SYSTEM MAY BE MOUNTED HERE: no disk is filled, the server's files may not grow instead"
        );
        Disk::Rationed
    }

    async fn serve(&self, engine: Engine) -> App {
        match self {
            Disk::Mounted { dir, .. } => {
                App::start_at(engine, Home::Process, |config| config.data.dir = dir.join("data")).await
            }
            Disk::Rationed => App::start_at(engine, Home::Rationed, |_| {}).await,
        }
    }

    /// Leaves no byte.
    async fn fill(&self, kit: &App) {
        let Disk::Mounted { dir, .. } = self else { return kit.ration(Some(1)).await };
        let mut file = File::create(dir.join(BALLAST)).expect("a file");
        for size in [MIB, 4096, 1] {
            let zeros = vec![0; size];
            while file.write_all(&zeros).is_ok() {}
        }
    }

    async fn free(&self, kit: &App) {
        match self {
            Disk::Mounted { dir, .. } => fs::remove_file(dir.join(BALLAST)).expect("the file goes"),
            Disk::Rationed => kit.ration(None).await,
        }
    }

    /// What readiness says of it.
    fn fails(&self) -> &'static str {
        match self {
            Disk::Mounted { .. } => "space",
            Disk::Rationed => "blobs",
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let Disk::Mounted { dir, .. } = self else { return };
        let gone = Command::new("umount").arg("--lazy").arg(dir).status();
        if !gone.as_ref().is_ok_and(|status| status.success()) {
            eprintln!("a file system stays mounted: {gone:?}");
        }
    }
}

/// What is said about readiness, once it is this.
async fn ready(kit: &App, status: u16) -> Answer {
    for _ in 0..LOOKS_MAX {
        let answer = kit.get("/api/v1/health/ready").await;
        if answer.status == status {
            return answer;
        }
        tokio::time::sleep(LOOK).await;
    }
    panic!("readiness does not become {status}: {}", kit.log().await);
}

/// Waits until an upload's own file has so many bytes.
async fn grown(kit: &App, bytes: u64) {
    let incoming = kit.config().blobs_dir().join("incoming");
    let size = |file: std::io::Result<fs::DirEntry>| file.expect("it").metadata().expect("it").len();
    for _ in 0..LOOKS_MAX {
        if fs::read_dir(&incoming).expect("it is read").map(size).any(|size| size >= bytes) {
            return;
        }
        tokio::time::sleep(LOOK).await;
    }
    panic!("no upload grows to {bytes} bytes");
}

/// A file is on its way when the last byte is taken.
async fn filled_under_an_upload(kit: &App, disk: &Disk, phone: &Phone, (location, file): (&str, &[u8])) {
    let (pieces, arriving) = mpsc::channel::<std::io::Result<Bytes>>(1);
    let body = stream::unfold(arriving, async |mut arriving| Some((arriving.recv().await?, arriving)));
    let request = phone.patch_request(location, 0).await.body(Body::wrap_stream(body));
    let sending = tokio::spawn(Answer::try_of(request));
    let (first, rest) = file.split_at(2 * MIB);
    pieces.send(Ok(Bytes::copy_from_slice(first))).await.expect("it is sent");
    grown(kit, MIB as u64).await;
    disk.fill(kit).await;
    pieces.send(Ok(Bytes::copy_from_slice(rest))).await.expect("it is sent");
    drop(pieces);
    let full = sending.await.expect("nobody panicked").expect("it is answered");
    assert_eq!((full.status, full.code()), (507, Code::StorageFull), "{}", kit.log().await);
    let again = phone.patch_upload(location, 0, file).await;
    assert_eq!((again.status, again.code()), (507, Code::StorageFull));
}

async fn pushed(phone: &Phone, ask: &PushAsk) -> Answer {
    phone.post("/api/v1/sync/push", ask).await
}

async fn fills_and_empties(engine: Engine) {
    if engine == Engine::Postgres && is_waived() {
        return;
    }
    let disk = Disk::mount();
    let kit = disk.serve(engine).await;
    let branch = kit.branch().await;
    let people = [kit.member(branch).await, kit.secretary(branch).await];
    let mut hands = Vec::new();
    for (who, person) in (0..).zip(&people) {
        hands.push(Hand::open(&kit, branch, person, Lots::of("disk", who)).await);
    }
    for hand in &mut hands {
        (0..8).for_each(|_| hand.act());
        hand.drain().await;
    }
    ready(&kit, 200).await;
    let phone = &people[0].phone;
    let file: Vec<u8> = (0..4 * MIB).map(|at| u8::try_from(at % 251).expect("below 256")).collect();
    let (_, media) = people[0].named(branch, &file).await;
    let location = phone.begin_upload(media, Part::Original, &file).await;
    let op = phone.op(branch.id, create(id(), leaves(&[("title", "巡诊".into())])));
    let ask = PushAsk { client: phone.client, receipt: None, ops: phone.seal(&[op]) };

    filled_under_an_upload(&kit, &disk, phone, (&location, &file)).await;
    let told = pushed(phone, &ask).await;
    match engine {
        Engine::Sqlite => {
            assert_eq!((told.status, told.code()), (503, Code::Unavailable), "{}", kit.log().await);
            assert!(!told.header("retry-after").is_empty());
        }
        Engine::Postgres => assert!(told.json::<PushAnswer>().stopped.is_none(), "text goes on elsewhere"),
    }
    assert_eq!(people[1].phone.get("/api/v1/me").await.status, 200, "reading goes on");
    let unready = ready(&kit, 503).await;
    assert!(unready.problem().detail["failed"].contains(disk.fails()), "{}", unready.text());
    for hand in &mut hands {
        (0..8).for_each(|_| hand.act());
        hand.exchange().await;
    }

    disk.free(&kit).await;
    ready(&kit, 200).await;
    let told: PushAnswer = pushed(phone, &ask).await.json();
    assert!(told.stopped.is_none() && told.answers.len() == 1, "{told:?}");
    let offset = usize::try_from(phone.offset(&location).await).expect("a length");
    assert_eq!(phone.patch_upload(&location, offset as u64, &file[offset..]).await.status, 204);
    assert!(phone.get(&path(media, "original")).await.body == file);
    drained_and_agreed(&kit, &mut hands).await;
    kit.stop().await.expect("it stops");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_text_and_files_politely_and_goes_on_once_there_is_room() {
    fills_and_empties(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_of_media_lets_text_go_on_beside_postgres() {
    fills_and_empties(Engine::Postgres).await;
}
