//! What is particular to media in a bucket of an S3 service: uploads in pieces, several servers, strangers, copies.

use std::time::{SystemTime, UNIX_EPOCH};

use kit::media::{LOOK, LOOKS_MAX, path};
use kit::stored::Stored;
use kit::{App, Part, Person, START_MS, bucket, hanging, on_both_databases, run_in_bucket, sha256};
use miaopu_server::blobs::copy::{self, Report};
use miaopu_server::blobs::s3::{Calls, is_outage};
use miaopu_server::blobs::{Area, Blobs};
use miaopu_server::gc::collect::{Wish, collect};
use miaopu_server::{Running, spawn_at};
use shared::ids::MediaId;
use shared::model::media::Arrival;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::pictures::noise;

/// More than a piece, and no multiple of one.
const LENGTH: usize = (5 << 20) + 7;
/// Where the first of two requests ends.
const CUT: usize = (4 << 20) + 5;
/// Bytes of a small request.
const SMALL: usize = 700_000;

/// Copies all files of one storage to another.
async fn copied(kit: &App, from: &str, to: &str) -> Report {
    let config = kit.config();
    let named = |name| copy::named(name, &config).expect("a storage");
    copy::copy(&named(from), &named(to)).await.expect("it is copied")
}

/// An upload that two servers know, by its address at each.
struct Begun {
    other: Running,
    member: Person,
    media: MediaId,
    file: Vec<u8>,
    here: String,
    there: String,
}

async fn begun(kit: &App, seed: u64) -> Begun {
    let mut config = kit.config();
    config.server.listen.set_port(0);
    let other = spawn_at(config, kit.clock.clone()).await.expect("a second server starts");
    let branch = kit.branch().await;
    let member = kit.member(branch).await;
    let file = noise(seed, LENGTH);
    let (_, media) = member.named(branch, &file).await;
    let here = member.phone.begin_upload(media, Part::Original, &file).await;
    let there = format!("http://{}{here}", other.addr);
    Begun { other, member, media, file, here, there }
}

#[test]
fn an_upload_begun_at_one_server_goes_on_at_another() {
    run_in_bucket(|kit| {
        Box::pin(async move {
            let Begun { other, member, media, file, here, there } = begun(kit, 1).await;
            assert_eq!(member.phone.patch_upload(&here, 0, &file[..CUT]).await.status, 204);
            assert_eq!(member.phone.offset(&there).await, CUT as u64);
            assert_eq!(member.phone.patch_upload(&there, CUT as u64, &file[CUT..]).await.status, 204);
            assert_eq!(member.phone.item(media).await.rest.original, Arrival::Arrived);
            assert_eq!(kit.blobs("original"), [sha256(&file).to_string()]);
            assert!(kit.blobs("incoming").is_empty(), "pieces of what is a blob go at once");
            let original = member.phone.get(&path(media, "original")).await;
            assert_eq!((original.status, sha256(&original.body)), (200, sha256(&file)));
            other.done().await.expect("it stops");
        })
    });
}

#[test]
fn a_request_for_a_place_that_another_server_has_passed_is_told_so() {
    run_in_bucket(|kit| {
        Box::pin(async move {
            let Begun { other, member, file, here, there, .. } = begun(kit, 2).await;
            kit.sends_once("two servers take one upload at once");
            let (one, two) = tokio::join!(
                member.phone.patch_upload(&here, 0, &file[..CUT]),
                member.phone.patch_upload(&there, 0, &file[..CUT]),
            );
            let mut statuses = [one.status, two.status];
            statuses.sort_unstable();
            assert_eq!(statuses, [204, 409]);
            assert_eq!(member.phone.patch_upload(&here, CUT as u64, &file[CUT..]).await.status, 204);
            assert_eq!(kit.blobs("original"), [sha256(&file).to_string()]);
            other.done().await.expect("it stops");
        })
    });
}

/// Bytes of all that lies where uploads grow.
async fn incoming_bytes(kit: &App) -> u64 {
    let uploads = blobs(kit).list_incoming().await.expect("it is listed");
    uploads.into_iter().map(|(_, bytes)| bytes).sum()
}

fn blobs(kit: &App) -> Blobs {
    Blobs::of(&kit.config(), Calls::default()).expect("a storage")
}

#[test]
fn many_small_requests_make_few_pieces_and_leave_nothing_behind() {
    run_in_bucket(|kit| {
        Box::pin(async move {
            let branch = kit.branch().await;
            let member = kit.member(branch).await;
            let file = noise(4, LENGTH);
            let (_, media) = member.named(branch, &file).await;
            let location = member.phone.begin_upload(media, Part::Original, &file).await;
            let mut offset = 0;
            for part in file[..CUT].chunks(SMALL) {
                assert_eq!(member.phone.patch_upload(&location, offset, part).await.status, 204);
                offset += part.len() as u64;
                assert_eq!(incoming_bytes(kit).await, offset, "each byte lies there once");
            }
            let count = "SELECT COUNT(*) FROM upload_piece";
            let db = kit.db().await;
            let mut conn = db.read().await.expect("a connection");
            let pieces: i64 = sqlx::query_scalar(count).fetch_one(&mut *conn).await.expect("it is counted");
            assert_eq!(pieces, 1, "{CUT} bytes in {} requests", CUT.div_ceil(SMALL));
            assert_eq!(member.phone.patch_upload(&location, offset, &file[CUT..]).await.status, 204);
            let pieces: i64 = sqlx::query_scalar(count).fetch_one(&mut *conn).await.expect("it is counted");
            assert_eq!((pieces, incoming_bytes(kit).await), (0, 0));
            assert!(member.phone.get(&path(media, "original")).await.body == file);
        })
    });
}

#[test]
fn what_a_hanging_connection_brought_counts_once_another_asks() {
    run_in_bucket(|kit| {
        Box::pin(async move {
            let branch = kit.branch().await;
            let member = kit.member(branch).await;
            let file = noise(5, LENGTH);
            let (_, media) = member.named(branch, &file).await;
            let location = member.phone.begin_upload(media, Part::Original, &file).await;
            let hangs = hanging(&file[..CUT]);
            let sending = tokio::spawn(member.phone.patch_request(&location, 0).await.body(hangs).send());
            for _ in 0..LOOKS_MAX {
                if incoming_bytes(kit).await > 0 {
                    break;
                }
                tokio::time::sleep(LOOK).await;
            }
            assert_eq!(member.phone.offset(&location).await, CUT as u64);
            assert_eq!(member.phone.patch_upload(&location, CUT as u64, &file[CUT..]).await.status, 204);
            sending.abort();
            assert_eq!(kit.blobs("original"), [sha256(&file).to_string()]);
        })
    });
}

#[test]
fn gc_ends_what_a_killed_server_began_to_write() {
    run_in_bucket(|kit| {
        Box::pin(async move {
            let Stored::Object { client, bucket, key } = kit.stored("original", &"ab".repeat(32)) else {
                panic!("media are in a bucket");
            };
            let begin = client.create_multipart_upload().bucket(&bucket).key(&key).send();
            begin.await.expect("it is begun");
            let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis() as i64;
            let wish = Wish { apply: true, grace_days: 7 };
            kit.clock.advance(now - START_MS);
            let app = kit.operator().await;
            assert_eq!(collect(&app, wish).await.expect("gc runs").unfinished, 0, "it may be under way");
            kit.clock.advance(2 * 24 * 3_600_000);
            assert_eq!(collect(&app, Wish { apply: false, ..wish }).await.expect("gc runs").unfinished, 1);
            assert_eq!(collect(&app, wish).await.expect("gc runs").unfinished, 1);
            assert_eq!(collect(&app, wish).await.expect("gc runs").unfinished, 0);
        })
    });
}

#[test]
fn a_bucket_that_is_gone_is_an_outage_and_says_nothing_of_any_file() {
    run_in_bucket(|kit| {
        Box::pin(async move {
            let mut config = kit.config();
            config.blobs.url = "s3://no-such-bucket".into();
            let blobs = Blobs::of(&config, Calls::default()).expect("a storage");
            let name = sha256(b"anything");
            let errors = [
                blobs.length(Area::Original, name).await.err(),
                blobs.open(Area::Original, name).await.err(),
                blobs.hash(Area::Original, name).await.err(),
                blobs.remove(Area::Original, name).await.err(),
                blobs.list(Area::Original, None).await.err(),
                blobs.put(Area::Original, b"anything".to_vec()).await.err(),
            ];
            for (at, error) in errors.iter().enumerate() {
                assert!(error.as_ref().is_some_and(is_outage), "{at}: {error:?}");
            }
            config.server.listen.set_port(0);
            let refused = spawn_at(config, kit.clock.clone()).await.err().expect("it does not start");
            assert!(format!("{refused:#}").contains("blobs.url"), "{refused:#}");
        })
    });
}

on_both_databases! {
    async fn a_copy_to_a_bucket_and_back_is_whole_and_begun_again_where_it_was(kit) {
        if bucket::is_waived() {
            return;
        }
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let file = noise(3, LENGTH);
        let (_, media) = member.named(branch, &file).await;
        member.phone.upload(media, Part::Original, &file).await;
        let folder = kit.config().blobs_dir();
        let mut config = kit.config();
        bucket::name(&mut config);
        let url = config.blobs.url.clone();
        kit.restart_with(bucket::name).await;
        let (folder, back) = (folder.to_string_lossy().into_owned(), kit.folder().join("back"));
        let there = copied(kit, &folder, &url).await;
        assert_eq!((there.copied, there.here, there.fault_count), (1, 0, 0));
        assert_eq!((copied(kit, &folder, &url).await.here, there.copied_bytes), (1, LENGTH as u64));
        let here = copied(kit, &url, &back.to_string_lossy()).await;
        assert_eq!((here.copied, here.fault_count), (1, 0));
        kit.restart_with(|config| config.blobs.url.clone_from(&url)).await;
        let original = member.phone.get(&path(media, "original")).await;
        assert_eq!(sha256(&original.body), sha256(&file));
    }
}

/// Answers every request with 200 and nothing, as a bucket does that is open to everybody.
async fn open_to_all(listener: TcpListener) {
    while let Ok((mut connection, _)) = listener.accept().await {
        tokio::spawn(async move {
            let mut asked = [0; 4096];
            while connection.read(&mut asked).await.is_ok_and(|count| count > 0) {
                let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                if connection.write_all(answer).await.is_err() {
                    return;
                }
            }
        });
    }
}

#[tokio::test]
async fn a_bucket_that_strangers_read_is_not_served_from() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let addr = listener.local_addr().expect("an address");
    tokio::spawn(open_to_all(listener));
    let kit = App::start(kit::Engine::Sqlite).await;
    kit.halt().await.expect("it stops");
    let mut config = kit.config();
    config.blobs.url = "s3://miaopu".into();
    config.blobs.s3_endpoint = format!("http://{addr}");
    config.blobs.s3_access_key = miaopu_server::config::Hidden("key".into());
    config.blobs.s3_secret_key = miaopu_server::config::Hidden("secret".into());
    let refused = spawn_at(config, kit.clock.clone()).await.err().expect("it does not start");
    assert!(format!("{refused:#}").contains("everybody can"), "{refused:#}");
}
