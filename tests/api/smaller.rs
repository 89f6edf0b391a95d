//! Photos stored smaller without loss: they come back bit for bit by every door, or not at all; and nothing is written
//! by a version that has not read what others wrote.

use futures_util::future::join_all;
use kit::media::{LOOK, LOOKS_MAX, path};
use kit::{Answer, App, Branch, Part, Person, on_every_storage, sha256};
use miaopu_server::backup::make::{Wish, make};
use miaopu_server::backup::restore::restore;
use miaopu_server::jobs::{self, Job};
use miaopu_server::lepton::ENCODER;
use miaopu_server::verify;
use reqwest::Method;
use shared::ids::{Digest, MediaId};
use shared::wire::Code;

use crate::metrics::{figure, scrape};
use crate::pictures::{hills, noise, phone_photo};
use crate::verify::tamper;

/// Longer than a photo waits until it is tried.
const LATER_MS: i64 = 61_000;
const WISH: Wish = Wish { off_machine: false, keep: None };

/// How an original lies in storage: encoding, encoder, stored hash, stored bytes, reason.
pub type Lies = (String, Option<String>, Option<String>, Option<i64>, Option<String>);

async fn lies(kit: &App, sha256: Digest) -> Lies {
    let text =
        "SELECT encoding, encoder, stored_sha256, stored_bytes, raw_reason FROM blob WHERE sha256 = $1";
    let db = kit.db().await;
    let mut db = db.read().await.expect("a connection");
    sqlx::query_as(text).bind(sha256.to_string()).fetch_one(&mut *db).await.expect("the blob is there")
}

/// Lets time pass until every original was tried; answers how this one lies.
pub async fn tried(kit: &App, bytes: &[u8]) -> Lies {
    for look in 0..LOOKS_MAX {
        // A job may put the next one in the queue, to be done later still.
        if look % 30 == 0 {
            kit.clock.advance(LATER_MS);
        }
        if jobs_left(kit).await == 0 {
            return lies(kit, sha256(bytes)).await;
        }
        tokio::time::sleep(LOOK).await;
    }
    panic!("jobs are left: {:?}", lies(kit, sha256(bytes)).await);
}

async fn jobs_left(kit: &App) -> i64 {
    let db = kit.db().await;
    let mut db = db.read().await.expect("a connection");
    sqlx::query_scalar("SELECT COUNT(*) FROM job").fetch_one(&mut *db).await.expect("a count")
}

/// A photo that has arrived and has its pictures.
pub async fn sent(member: &Person, branch: Branch, bytes: &[u8]) -> MediaId {
    let (_, media) = member.named(branch, bytes).await;
    member.phone.upload(media, Part::Original, bytes).await;
    member.phone.derived(media).await;
    media
}

pub async fn faults(kit: &App) -> Vec<String> {
    let app = kit.operator().await;
    let mut report = verify::verify(&app.db).await.expect("the database is read");
    verify::blobs::check(&app, &mut report, 1_000).await.expect("the media are read");
    report.faults
}

async fn part(member: &Person, media: MediaId, range: &str) -> Answer {
    let request = member.phone.request(Method::GET, &path(media, "original")).await;
    Answer::of(request.header("Range", range)).await
}

on_every_storage! {
    async fn a_photo_stored_smaller_comes_back_bit_for_bit_by_every_door(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(1, 640, 480);
        let media = sent(&member, branch, &photo).await;
        let copy = member.phone.get(&path(media, "copy")).await.body;
        let (encoding, encoder, stored, stored_bytes, reason) = tried(kit, &photo).await;
        assert_eq!((encoding.as_str(), encoder.as_deref(), reason), ("lepton", Some(ENCODER), None));
        assert!(stored_bytes.is_some_and(|bytes| bytes * 100 <= photo.len() as i64 * 97), "{stored_bytes:?}");
        assert_eq!(kit.blobs("lepton"), [stored.expect("a name")]);
        assert_eq!(faults(kit).await, Vec::<String>::new(), "the raw file waits for gc and is no fault");
        kit.stored("original", &sha256(&photo).to_string()).remove().await;

        let whole = member.phone.get(&path(media, "original")).await;
        assert!(whole.status == 200 && whole.body == photo);
        assert_eq!(whole.header("ETag"), format!("\"{}\"", sha256(&photo)));
        assert_eq!(whole.header("Content-Type"), "image/jpeg");
        let slice = part(&member, media, "bytes=100-5099").await;
        assert!(slice.status == 206 && slice.body == photo[100..5_100]);
        assert_eq!(slice.header("Content-Range"), format!("bytes 100-5099/{}", photo.len()));
        assert!(member.phone.get(&path(media, "copy")).await.body == copy);

        let other = kit.member(branch).await;
        let again = sent(&other, branch, &photo).await;
        assert!(other.phone.get(&path(again, "original")).await.body == photo);
        assert_eq!(faults(kit).await, Vec::<String>::new(), "the copy that came again waits for gc");
        kit.stored("original", &sha256(&photo).to_string()).remove().await;

        derived_anew(kit, &member, media, &photo).await;
        let backups = kit.folder().join("backups");
        let made = make(&kit.operator().await, &backups, WISH).await.expect("a backup is made");
        assert_eq!((made.faults, made.manifest.blobs), (Vec::new(), 3));
        kit.lose_everything().await;
        let back = restore(&kit.config(), &kit.clock, &backups, None).await.expect("it is restored");
        assert_eq!((back.faults, back.report.faults), (Vec::new(), Vec::<String>::new()));
        kit.serve().await;
        assert_eq!(faults(kit).await, Vec::<String>::new());
        assert!(member.phone.get(&path(media, "original")).await.body == photo);
    }

    async fn what_cannot_become_smaller_stays_as_it_came_and_says_why(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(3, 16, 16);
        let scan = photo.windows(2).position(|pair| pair == [0xFF, 0xDA]).expect("a photo has a scan");
        let (head, scan) = photo[..photo.len() - 2].split_at(scan);
        let hidden = [phone_photo(4, 16, 16), noise(1, 200_000)].concat();
        for (bytes, wanted) in [
            (noise(2, 5_000), "not-jpeg"),
            ([head, &scan.repeat(1_000), &[0xFF, 0xD9]].concat(), "too-many-scans"),
            (vec![0xFF, 0xD8, 0xFF, 0xD9], "unsupported"),
            (hidden, "no-gain"),
        ] {
            let media = sent(&member, branch, &bytes).await;
            let (encoding, .., reason) = tried(kit, &bytes).await;
            assert_eq!((encoding.as_str(), reason.as_deref()), ("raw", Some(wanted)));
            assert!(member.phone.get(&path(media, "original")).await.body == bytes, "{wanted}");
        }
        assert!(kit.blobs("lepton").is_empty());
    }

    async fn a_damaged_file_is_refused_and_told_to_whoever_watches_and_never_sent(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = hills(640, 480, false);
        let media = sent(&member, branch, &photo).await;
        let (.., stored, _, _) = tried(kit, &photo).await;
        let stored = kit.stored("lepton", &stored.expect("it is stored smaller"));
        let whole = stored.read().await;
        // The smaller file of another photo decodes as well as any.
        let other = hills(640, 480, true);
        sent(&member, branch, &other).await;
        let (.., another, _, _) = tried(kit, &other).await;
        let another = kit.stored("lepton", &another.expect("it is stored smaller")).read().await;
        stored.write(&another).await;
        assert_eq!(member.phone.get(&path(media, "original")).await.code(), Code::Internal);
        let mut damaged = whole.clone();
        damaged[whole.len() / 2] ^= 1;
        stored.write(&damaged).await;
        for copy in ["original", "copy"] {
            assert_eq!(member.phone.get(&path(media, copy)).await.code(), Code::Internal, "{copy}");
        }
        assert_eq!(part(&member, media, "bytes=0-9").await.code(), Code::Internal);
        assert!(faults(kit).await.iter().any(|fault| fault.ends_with("is damaged")));
        stored.remove().await;
        assert_eq!(member.phone.get(&path(media, "original")).await.code(), Code::Internal);
        assert!(faults(kit).await.iter().any(|fault| fault.ends_with("is missing")));
        let text = scrape(kit).await;
        let counted = |fault: &str| {
            figure(&text, &format!("miaopu_blob_faults_total{{area=\"original\",fault=\"{fault}\"}}"))
        };
        assert!(counted("damaged") >= 3.0 && counted("missing") >= 1.0, "{text}");
        stored.write(&whole).await;
        assert!(member.phone.get(&path(media, "original")).await.body == photo);
    }

    async fn a_raw_original_with_a_flipped_byte_is_not_sent_either(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let bytes = noise(5, 30_000);
        let media = sent(&member, branch, &bytes).await;
        let stored = kit.stored("original", &sha256(&bytes).to_string());
        let mut damaged = bytes.clone();
        damaged[20_000] ^= 1;
        stored.write(&damaged).await;
        assert_eq!(part(&member, media, "bytes=0-9").await.code(), Code::Internal);
        assert_eq!(faults(kit).await.len(), 1);
    }

    async fn another_version_writes_only_once_it_has_read_what_is_stored(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let (first, second, third) = (phone_photo(1, 320, 240), phone_photo(2, 320, 240), phone_photo(3, 320, 240));
        sent(&member, branch, &first).await;
        assert_eq!(tried(kit, &first).await.0, "lepton");
        let older = ["lepton_jpeg 0.5.7".to_owned()];
        assert_eq!(tamper(kit, "UPDATE blob SET encoder = $1 WHERE encoder IS NOT NULL", &older).await, 1);
        sent(&member, branch, &second).await;
        let (encoding, .., reason) = tried(kit, &second).await;
        assert_eq!((encoding.as_str(), reason), ("raw", None), "it waits for the check");
        kit.clock.advance(1_000);
        assert_eq!(faults(kit).await, Vec::<String>::new());
        assert_eq!(tried(kit, &second).await.0, "lepton", "the check has put it in the queue");
        // The older version writes once more, behind the check.
        assert_eq!(tamper(kit, "UPDATE blob SET encoder = $1 WHERE encoder IS NOT NULL", &older).await, 2);
        sent(&member, branch, &third).await;
        assert_eq!(tried(kit, &third).await.0, "raw");
    }

    async fn who_comes_when_too_many_originals_are_decoded_is_told_to_come_again(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = hills(2_400, 1_600, false);
        let media = sent(&member, branch, &photo).await;
        assert_eq!(tried(kit, &photo).await.0, "lepton");
        let path = path(media, "original");
        let answers = join_all((0..60).map(|_| member.phone.get(&path))).await;
        let (fine, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
        assert!(!fine.is_empty() && fine.iter().all(|answer| answer.body == photo));
        assert!(!refused.is_empty(), "60 at once are not too many");
        for answer in refused {
            assert_eq!((answer.code(), answer.header("Retry-After")), (Code::Unavailable, "2"));
        }
    }
}

/// Its pictures are lost and made again, from the smaller file alone.
async fn derived_anew(kit: &App, member: &Person, media: MediaId, photo: &[u8]) {
    let thumb = member.phone.get(&path(media, "thumb")).await.body;
    forget_pictures(kit, photo).await;
    tried(kit, photo).await;
    assert!(member.phone.get(&path(media, "thumb")).await.body == thumb);
}

/// Lets the pictures of an original be made anew.
pub async fn forget_pictures(kit: &App, photo: &[u8]) {
    for sql in ["DELETE FROM picture WHERE part = $1", "UPDATE blob SET derived = 'waiting' WHERE part = $1"]
    {
        assert!(tamper(kit, sql, &["original".to_owned()]).await > 0);
    }
    let app = kit.operator().await;
    let mut tx = app.db.write().await.expect("a transaction");
    let job = Job::Derive { part: "original".to_owned(), sha256: sha256(photo) };
    jobs::enqueue(&mut tx, &app.clock, &job).await.expect("it is queued");
    tx.commit().await.expect("it is stored");
}
