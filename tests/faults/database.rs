//! A database that is gone for half a minute: the server says so and when to come again, is not ready, and goes on by
//! itself once it is back.

use std::time::{Duration, Instant};

use kit::{App, Cluster, Engine, Home, is_waived};
use reqwest::Method;
use shared::wire::Code;
use sqlx::{Connection, Executor, SqliteConnection};

use crate::agree::drained_and_agreed;
use crate::hands::{Hand, Lots};

const GONE: Duration = Duration::from_secs(30);
/// A request is answered within this time, database or not: the server's own patience and some more.
const ANSWERED_WITHIN: Duration = Duration::from_secs(35);
/// How soon readiness says that the database is gone, and that it is back.
const SAID_WITHIN: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_millis(100);

async fn is_ready(kit: &App) -> bool {
    kit.get("/api/v1/health/ready").await.status == 200
}

/// Waits until readiness says this: a look is kept for a moment.
pub async fn said(kit: &App, ready: bool) {
    let began = Instant::now();
    while is_ready(kit).await != ready {
        let log = async || kit.log().await;
        assert!(began.elapsed() < SAID_WITHIN, "readiness does not become {ready}:\n{}", log().await);
        tokio::time::sleep(LOOK).await;
    }
}

/// Works through an outage that begins and ends by the two closures.
async fn outage<T>(kit: &App, test: &str, begin: impl AsyncFnOnce() -> T, end: impl AsyncFnOnce(T)) {
    let branch = kit.branch().await;
    let people = [kit.member(branch).await, kit.secretary(branch).await];
    let mut hands = Vec::new();
    for (who, person) in (0..).zip(&people) {
        hands.push(Hand::open(kit, branch, person, Lots::of(test, who)).await);
    }
    for hand in &mut hands {
        (0..8).for_each(|_| hand.act());
        hand.drain().await;
    }
    assert!(is_ready(kit).await, "it was ready before");
    let held = begin().await;
    let began = Instant::now();
    said(kit, false).await;
    let mut refused = 0;
    while began.elapsed() < GONE {
        let asked = Instant::now();
        let push = people[0].phone.request(Method::POST, "/api/v1/sync/push").await;
        let none = shared::wire::PushAsk { client: people[0].phone.client, receipt: None, ops: Vec::new() };
        let answer = kit::Answer::of(push.json(&none)).await;
        assert!(asked.elapsed() < ANSWERED_WITHIN, "nobody was answered for {:?}", asked.elapsed());
        if began.elapsed() < GONE {
            assert_eq!(answer.code(), Code::Unavailable);
            assert!(
                answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0),
                "{answer:?}"
            );
            refused += 1;
            assert!(!is_ready(kit).await, "nobody can write, and it says that it is ready");
            assert_eq!(kit.get("/api/v1/health").await.status, 200, "the process is alive");
        }
        // People go on, and their phones try.
        for hand in &mut hands {
            hand.act();
        }
        if refused == 1 {
            assert!(!hands[0].exchange().await, "a phone got through");
        }
    }
    assert!(refused > 0, "{}", kit.log().await);
    end(held).await;
    said(kit, true).await;
    drained_and_agreed(kit, &mut hands).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_that_crashed_for_half_a_minute_is_waited_for() {
    if is_waived() {
        return;
    }
    let cluster = Cluster::begin().unwrap_or_else(|why| panic!("{why:#}"));
    let kit = App::start_on(&cluster).await;
    outage(&kit, "crashed", async || cluster.crash(), async |()| cluster.start()).await;
    kit.stop().await.expect("it stops");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_that_fell_silent_for_half_a_minute_is_waited_for() {
    if is_waived() {
        return;
    }
    let cluster = Cluster::begin().unwrap_or_else(|why| panic!("{why:#}"));
    let kit = App::start_on(&cluster).await;
    outage(&kit, "silent", async || cluster.pause(), async |paused| drop(paused)).await;
    kit.stop().await.expect("it stops");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_that_somebody_else_locked_for_half_a_minute_is_waited_for() {
    let kit = App::start_at(Engine::Sqlite, Home::Process, |_| {}).await;
    let file = kit.data_dir().join("miaopu.db");
    let lock = async || {
        let mut other =
            SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.expect("it opens");
        other.execute("BEGIN EXCLUSIVE").await.expect("it is locked");
        other
    };
    let unlock = async |mut other: SqliteConnection| {
        other.execute("ROLLBACK").await.expect("it is let go");
        other.close().await.expect("it is closed");
    };
    outage(&kit, "locked", lock, unlock).await;
    kit.stop().await.expect("it stops");
}
