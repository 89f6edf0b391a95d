//! Workers on machines of their own, which share a database and a bucket with the server: they do what it leaves to
//! them, give back what they cannot end, and are replaced when they die.

use std::time::{Duration, Instant};

use kit::media::{LOOK, path};
use kit::{App, Engine, Home, Part, bucket, film, is_waived};
use shared::model::media::Derived;

/// A clip that takes a processor some ten seconds.
const LONG: &str =
    "-f lavfi -i testsrc2=size=1920x1080:rate=30:duration=25 -preset ultrafast -pix_fmt yuv420p";
/// A job waits a minute for the next worker once its own has died, and each worker looks about every second.
const REPLACED_MAX: Duration = Duration::from_secs(150);
/// What a worker gave back is taken at once.
const GIVEN_BACK_MAX: Duration = Duration::from_secs(20);

/// How often the clip's job was begun, and by whom it is held; `None` once it is done.
async fn playing(kit: &App) -> Option<(i64, String)> {
    let db = kit.db().await;
    let mut db = db.read().await.expect("a connection");
    let text = "SELECT attempts, lease_by FROM job WHERE kind = 'play' AND lease_until > 0";
    sqlx::query_as(text).fetch_optional(&mut *db).await.expect("the queue is read")
}

/// Waits until somebody else than this one holds the clip's job.
async fn taken(kit: &App, before: Option<&str>, patience: Duration) -> (i64, String) {
    let began = Instant::now();
    while began.elapsed() < patience {
        if let Some((attempts, by)) = playing(kit).await
            && before != Some(by.as_str())
        {
            return (attempts, by);
        }
        tokio::time::sleep(LOOK).await;
    }
    panic!("nobody takes the job within {patience:?}: {}", kit.log().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_elsewhere_do_the_jobs_and_one_that_stops_or_dies_is_replaced() {
    if bucket::is_waived() || is_waived() {
        return;
    }
    let kit = App::start_at(Engine::Postgres, Home::Process, |config| {
        bucket::name(config);
        config.derive.in_server = false;
    })
    .await;
    assert_eq!(kit.get("/api/v1/health/ready").await.status, 200, "that nobody works here is no fault");
    let branch = kit.branch().await;
    let member = kit.member(branch).await;
    let clip = film::made(LONG, "clip.mp4");
    let (_, media) = member.named(branch, &clip).await;
    member.phone.upload(media, Part::Original, &clip).await;
    assert_eq!(member.phone.item(media).await.rest.derived, Derived::Waiting);

    let first = kit.worker("first").await;
    member.phone.derived(media).await;
    assert_eq!(
        member.phone.get(&path(media, "thumb")).await.status,
        200,
        "the server shows what it did not make"
    );
    let (attempts, by) = taken(&kit, None, GIVEN_BACK_MAX).await;
    first.stop().await.expect("it stops in the middle of the clip");
    assert_eq!((attempts, playing(&kit).await), (1, None), "it gave the job back");

    let second = kit.worker("second").await;
    let (attempts, by) = taken(&kit, Some(&by), GIVEN_BACK_MAX).await;
    assert_eq!(attempts, 1, "what was given back was not begun");
    second.kill().await.expect("it is killed in the middle");
    let third = kit.worker("third").await;
    let (attempts, _) = taken(&kit, Some(&by), REPLACED_MAX).await;
    assert_eq!(attempts, 2);
    member.phone.item_once(media, |body| body.rest.playable).await;
    third.stop().await.expect("it stops");
    let played = member.phone.get(&path(media, "play")).await;
    assert_eq!((played.status, played.header("Content-Type")), (200, "video/mp4"));
    assert_eq!(member.phone.get(&path(media, "original")).await.body, clip);
    kit.stop().await.expect("it stops");
}
