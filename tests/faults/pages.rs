//! A file of SQLite that may not grow any further, by its own bound of pages: whatever needs a new page is refused
//! whole, reading goes on, and once the bound is lifted everybody's work is there once.

use kit::drafts::{create, leaves};
use kit::media::path;
use kit::{Answer, App, Engine, Home, Part, Phone, id};
use miaopu_server::db::Db;
use shared::wire::push::{PushAnswer, PushAsk};
use shared::wire::{Code, Op};

use crate::agree::drained_and_agreed;
use crate::hands::{Hand, Lots};

/// What the file may grow by, bytes: some dozens of drafts.
const ROOM_BYTES: u64 = 256 << 10;
/// Drafts sent at a time, and how often: more than there is room for.
const DRAFTS: usize = 40;
const PUSHES_MAX: usize = 40;

async fn pushed(phone: &Phone, ops: &[Op]) -> (PushAsk, Answer) {
    let ask = PushAsk { client: phone.client, receipt: None, ops: phone.seal(ops) };
    let answer = phone.post("/api/v1/sync/push", &ask).await;
    (ask, answer)
}

/// Bytes that the database takes now.
async fn used(kit: &App) -> u64 {
    const PLENTY: u64 = 1 << 40;
    let mut config = kit.config();
    config.database.max_bytes = PLENTY;
    let db = Db::connect(&config.target()).await.expect("the database opens");
    let room = db.room().await.expect("it is asked").expect("it is bounded");
    db.close().await;
    PLENTY - room
}

/// Sends drafts until there is no room for more: what was accepted before, and what was refused.
async fn filled(phone: &Phone, branch: kit::Branch) -> (usize, PushAsk, Answer) {
    for sent in 0..PUSHES_MAX {
        let draft = |at: usize| {
            let title = format!("巡诊 {sent}-{at}");
            phone.op(branch.id, create(id(), leaves(&[("title", title.as_str().into())])))
        };
        let (ask, answer) = pushed(phone, &(0..DRAFTS).map(draft).collect::<Vec<_>>()).await;
        if answer.status != 200 {
            return (sent, ask, answer);
        }
        assert!(answer.json::<PushAnswer>().stopped.is_none());
    }
    panic!("{ROOM_BYTES} bytes hold {} drafts", PUSHES_MAX * DRAFTS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_at_its_bound_refuses_politely_and_goes_on_once_that_is_lifted() {
    let kit = App::start_at(Engine::Sqlite, Home::Process, |_| {}).await;
    let branch = kit.branch().await;
    let people = [kit.member(branch).await, kit.secretary(branch).await];
    let mut hands = Vec::new();
    for (who, person) in (0..).zip(&people) {
        hands.push(Hand::open(&kit, branch, person, Lots::of("pages", who)).await);
    }
    for hand in &mut hands {
        (0..8).for_each(|_| hand.act());
        hand.drain().await;
    }
    let used = used(&kit).await;
    kit.restart_with(|config| config.database.max_bytes = used + ROOM_BYTES).await;
    let phone = people[0].phone.with_new_client();

    let (accepted, ask, told) = filled(&phone, branch).await;
    assert!(accepted > 0, "there was room for some");
    assert_eq!((told.status, told.code()), (503, Code::Unavailable), "{}", kit.log().await);
    assert!(!told.header("retry-after").is_empty());
    assert_eq!(people[1].phone.get("/api/v1/me").await.status, 200, "reading goes on");
    let unready = kit.get("/api/v1/health/ready").await;
    assert!(
        unready.status == 503 && unready.problem().detail["failed"].contains("space"),
        "{}",
        unready.text()
    );
    for hand in &mut hands {
        (0..8).for_each(|_| hand.act());
        hand.exchange().await;
    }

    kit.restart_with(|config| config.database.max_bytes = 0).await;
    let again: PushAnswer = phone.post("/api/v1/sync/push", &ask).await.json();
    assert!(again.stopped.is_none() && again.answers.len() == DRAFTS, "{again:?}");
    let (_, media) = people[0].named(branch, b"GIF89a, nearly").await;
    let location = phone.begin_upload(media, Part::Original, b"GIF89a, nearly").await;
    assert_eq!(phone.patch_upload(&location, 0, b"GIF89a, nearly").await.status, 204);
    assert_eq!(people[0].phone.get(&path(media, "original")).await.status, 200);
    drained_and_agreed(&kit, &mut hands).await;
    kit.stop().await.expect("it stops");
}
