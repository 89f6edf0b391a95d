//! A minute without the storage of media: text goes on, bytes are told to come again, nothing is a verdict, and all
//! drains once it is back.

use std::time::{Duration, Instant};

use kit::media::path;
use kit::{Answer, App, Engine, Home, Part, bucket, is_waived};
use shared::model::media::Arrival;
use shared::wire::Code;

use crate::database::said;

const GONE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_secs(2);

fn later(answer: &Answer) {
    assert_eq!(answer.code(), Code::Unavailable, "{}", answer.text());
    assert!(answer.header("Retry-After").parse::<u32>().is_ok_and(|seconds| seconds > 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_minute_without_s3_loses_nothing_and_text_goes_on() {
    if bucket::is_waived() || is_waived() {
        return;
    }
    let server = bucket::Server::begin();
    let kit = App::start_at(Engine::Postgres, Home::Process, |config| server.name(config)).await;
    let branch = kit.branch().await;
    let member = kit.member(branch).await;
    let photo = photo_of(1);
    let (_, shown) = member.named(branch, &photo).await;
    member.phone.upload(shown, Part::Original, &photo).await;
    member.phone.derived(shown).await;
    let late = photo_of(2);
    let (_, media) = member.named(branch, &late).await;
    let location = member.phone.begin_upload(media, Part::Original, &late).await;

    server.stop();
    let began = Instant::now();
    said(&kit, false).await;
    while began.elapsed() < GONE {
        later(&member.phone.patch_upload(&location, 0, &late).await);
        later(&member.phone.get(&path(shown, "thumb")).await);
        later(&member.phone.get(&path(shown, "original")).await);
        member.phone.begun(branch.id, member.id).await;
        member.phone.refresh().await;
        tokio::time::sleep(LOOK).await;
    }
    server.start();
    said(&kit, true).await;
    assert_eq!(member.phone.offset(&location).await, 0);
    assert_eq!(member.phone.patch_upload(&location, 0, &late).await.status, 204);
    assert_eq!(member.phone.derived(media).await.rest.original, Arrival::Arrived);
    for item in [shown, media] {
        assert_eq!(member.phone.get(&path(item, "thumb")).await.status, 200);
    }
    kit.stop().await.expect("it stops");
}

/// A photo of its own.
fn photo_of(shade: u8) -> Vec<u8> {
    let mut jpeg = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_pixel(320, 240, image::Rgb([shade, 120, 90]));
    picture.write_to(&mut jpeg, image::ImageFormat::Jpeg).expect("it is encoded");
    jpeg.into_inner()
}
