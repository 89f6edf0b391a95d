//! Bytes of media: uploads cut and continued, what is refused, pictures, copies, who gets what, the gallery.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use kit::{Answer, App, Part, Phone, drafts, id, on_both_databases, sha256};
use reqwest::Method;
use shared::ids::{EntryId, MediaId};
use shared::model::media::{Arrival, Derived};
use shared::model::{Body, MediaBody, RecordId, RecordKind};
use shared::wire::{Act, Code, gallery::GalleryPage};

use crate::pictures::{CANARY, phone_photo};

/// How often a job's outcome is looked for, and how long in all.
const LOOK: Duration = Duration::from_millis(100);
const LOOKS_MAX: usize = 300;

/// Names a photo of these bytes in a new entry.
async fn named(who: &kit::Person, branch: kit::Branch, bytes: &[u8]) -> (EntryId, MediaId) {
    let entry = who.phone.begun(branch.id, who.id).await;
    (entry, added(&who.phone, branch, entry, bytes).await)
}

async fn added(phone: &Phone, branch: kit::Branch, entry: EntryId, bytes: &[u8]) -> MediaId {
    let media = id();
    phone.applied(branch.id, drafts::photo(entry, media, bytes)).await;
    media
}

async fn item(phone: &Phone, media: MediaId) -> MediaBody {
    match phone.pull().await.body(RecordId::new(RecordKind::Media, media.0)) {
        Some(Body::Media(body)) => *body,
        other => panic!("no media item but {other:?}"),
    }
}

/// The item once a condition holds; jobs run beside the requests.
async fn item_once(phone: &Phone, media: MediaId, holds: impl Fn(&MediaBody) -> bool) -> MediaBody {
    for _ in 0..LOOKS_MAX {
        let body = item(phone, media).await;
        if holds(&body) {
            return body;
        }
        tokio::time::sleep(LOOK).await;
    }
    panic!("still {:?}", item(phone, media).await.rest);
}

async fn derived(phone: &Phone, media: MediaId) -> MediaBody {
    item_once(phone, media, |body| body.rest.derived != Derived::Waiting).await
}

fn path(media: MediaId, copy: &str) -> String {
    format!("/api/v1/media/{media}/{copy}")
}

on_both_databases! {
    async fn a_photo_comes_back_bit_for_bit_and_as_pictures(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(1, 400, 240);
        let (_, media) = named(&member, branch, &photo).await;
        assert_eq!(item(&member.phone, media).await.rest.original, Arrival::Expected);
        assert_eq!(member.phone.get(&path(media, "original")).await.code(), Code::NotFound);
        member.phone.upload(media, Part::Original, &photo).await;
        let body = derived(&member.phone, media).await;
        assert_eq!(body.rest.original, Arrival::Arrived);
        assert_eq!((body.rest.derived, body.rest.width_px, body.rest.height_px), (Derived::Ready, Some(400), Some(240)));
        let original = member.phone.get(&path(media, "original")).await;
        assert_eq!((original.status, original.body.as_slice()), (200, photo.as_slice()));
        assert_eq!(original.header("ETag"), format!("\"{}\"", sha256(&photo)));
        assert!(original.header("Content-Disposition").starts_with("attachment"));
        for size in ["thumb", "preview"] {
            let picture = member.phone.get(&path(media, size)).await;
            assert_eq!((picture.status, picture.header("Content-Type")), (200, "image/webp"), "{size}");
            assert_eq!(picture.header("Content-Disposition"), "inline");
            assert!(picture.header("Content-Security-Policy").starts_with("sandbox"));
            assert!(!holds(&picture.body, CANARY));
            let request = member.phone.request(Method::GET, &path(media, size)).await;
            let again = Answer::of(request.header("If-None-Match", picture.header("ETag"))).await;
            assert_eq!(again.status, 304);
        }
        let copy = member.phone.get(&path(media, "copy")).await;
        assert_eq!(copy.status, 200);
        assert!(holds(&photo, CANARY) && !holds(&copy.body, CANARY));
        assert!(copy.body.len() > 1_000);
    }

    async fn a_part_of_an_original_is_served(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(2, 64, 64);
        let (_, media) = named(&member, branch, &photo).await;
        member.phone.upload(media, Part::Original, &photo).await;
        let ranged = |range: &'static str| {
            let phone = &member.phone;
            async move {
                let request = phone.request(Method::GET, &path(media, "original")).await;
                Answer::of(request.header("Range", range)).await
            }
        };
        let part = ranged("bytes=2-5").await;
        assert_eq!((part.status, part.body.as_slice()), (206, &photo[2..6]));
        assert_eq!(part.header("Content-Range"), format!("bytes 2-5/{}", photo.len()));
        assert_eq!(ranged("bytes=99999999-").await.status, 200);
    }

    async fn a_cut_upload_goes_on_where_it_stands(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(3, 400, 240);
        let (_, media) = named(&member, branch, &photo).await;
        let length = photo.len() as u64;
        let created = member.phone.create_upload(media, Part::Original, sha256(&photo), length).await;
        let location = created.header("Location").to_owned();
        let half = photo.len() / 2;
        assert_eq!(member.phone.patch_upload(&location, 0, &photo[..half]).await.status, 204);
        kit.restart().await;
        let asked = member.phone.upload_offset(&location).await;
        assert_eq!((asked.header("Upload-Offset"), asked.header("Upload-Length")), (half.to_string().as_str(), length.to_string().as_str()));
        assert_eq!(asked.header("Cache-Control"), "no-store");
        let wrong = member.phone.patch_upload(&location, 3, &photo[3..]).await;
        assert_eq!((wrong.status, wrong.code(), wrong.header("Tus-Resumable")), (409, Code::WrongOffset, "1.0.0"));
        assert_eq!(member.phone.patch_upload(&location, half as u64, &photo[half..]).await.status, 204);
        assert_eq!(member.phone.upload_offset(&location).await.header("Upload-Offset"), length.to_string());
        assert_eq!(item(&member.phone, media).await.rest.original, Arrival::Arrived);
    }

    async fn bytes_that_hash_to_something_else_are_refused_with_both_hashes(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(4, 64, 64);
        let (_, media) = named(&member, branch, &photo).await;
        let created = member.phone.create_upload(media, Part::Original, sha256(&photo), photo.len() as u64).await;
        let location = created.header("Location").to_owned();
        let mut other = photo.clone();
        other[100] ^= 1;
        let refused = member.phone.patch_upload(&location, 0, &other).await;
        assert_eq!((refused.status, refused.code()), (460, Code::HashMismatch));
        let detail = refused.problem().detail;
        assert_eq!(detail["expected"], sha256(&photo).to_string());
        assert_eq!(detail["found"], sha256(&other).to_string());
        assert_eq!(member.phone.upload_offset(&location).await.header("Upload-Offset"), "0");
        assert_eq!(item(&member.phone, media).await.rest.original, Arrival::Expected);
        assert_eq!(member.phone.patch_upload(&location, 0, &photo).await.status, 204);
    }

    async fn a_damaged_chunk_counts_nowhere(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(5, 64, 64);
        let (_, media) = named(&member, branch, &photo).await;
        let created = member.phone.create_upload(media, Part::Original, sha256(&photo), photo.len() as u64).await;
        let location = created.header("Location").to_owned();
        let chunk = |checksum: String| {
            let (phone, location, bytes) = (&member.phone, &location, photo[..500].to_vec());
            async move {
                let request = phone.request(Method::PATCH, location).await.header("Tus-Resumable", "1.0.0");
                let request = request.header("Upload-Offset", "0").header("Upload-Checksum", checksum);
                let request = request.header("Content-Type", "application/offset+octet-stream");
                Answer::of(request.body(bytes)).await
            }
        };
        let refused = chunk(checksum(b"something else")).await;
        assert_eq!((refused.status, refused.code()), (460, Code::ChecksumMismatch));
        assert_eq!(member.phone.upload_offset(&location).await.header("Upload-Offset"), "0");
        assert_eq!(chunk(checksum(&photo[..500])).await.status, 204);
        assert_eq!(member.phone.upload_offset(&location).await.header("Upload-Offset"), "500");
    }

    async fn anothers_upload_does_not_exist(kit) {
        let branch = kit.branch().await;
        let (member, other) = (kit.member(branch).await, kit.member(branch).await);
        let photo = phone_photo(6, 64, 64);
        let (_, media) = named(&member, branch, &photo).await;
        let length = photo.len() as u64;
        let created = member.phone.create_upload(media, Part::Original, sha256(&photo), length).await;
        let location = created.header("Location").to_owned();
        let foreign = other.phone.upload_offset(&location).await;
        let unknown = other.phone.upload_offset("/api/v1/uploads/00000000000000000000000000000000").await;
        assert_eq!((foreign.status, unknown.status), (404, 404));
        assert_eq!(other.phone.patch_upload(&location, 0, &photo).await.code(), Code::NotFound);
        let stolen = other.phone.create_upload(media, Part::Original, sha256(&photo), length).await;
        let never = other.phone.create_upload(id(), Part::Original, sha256(&photo), length).await;
        assert_eq!((stolen.code(), never.code()), (Code::NotFound, Code::NotFound));
    }

    async fn naming_a_hash_gives_no_bytes_and_two_senders_do_not_notice_each_other(kit) {
        let branch = kit.branch().await;
        let (first, second) = (kit.member(branch).await, kit.member(branch).await);
        let photo = phone_photo(7, 64, 64);
        let (_, one) = named(&first, branch, &photo).await;
        first.phone.upload(one, Part::Original, &photo).await;
        derived(&first.phone, one).await;
        let (_, two) = named(&second, branch, &photo).await;
        let waiting = item(&second.phone, two).await;
        assert_eq!((waiting.rest.original, waiting.rest.derived), (Arrival::Expected, Derived::Waiting));
        for copy in ["original", "thumb", "preview", "copy"] {
            assert_eq!(second.phone.get(&path(two, copy)).await.code(), Code::NotFound, "{copy}");
        }
        second.phone.upload(two, Part::Original, &photo).await;
        assert_eq!(derived(&second.phone, two).await.rest.derived, Derived::Ready);
        let kept = files(&kit.data_dir().join("blobs/original"));
        assert_eq!(kept, [sha256(&photo).to_string()]);
    }

    async fn too_long_uploads_and_those_without_room_are_refused(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(8, 64, 64);
        let (_, media) = named(&member, branch, &photo).await;
        let create = |length| member.phone.create_upload(media, Part::Original, sha256(&photo), length);
        assert_eq!(create(shared::limits::PHOTO_BYTES_MAX + 1).await.code(), Code::MediaTooLarge);
        assert_eq!(create(photo.len() as u64 + 1).await.code(), Code::BadRequest);
        let other = member.phone.create_upload(media, Part::Original, sha256(b"x"), photo.len() as u64).await;
        assert_eq!(other.code(), Code::HashMismatch);
        let location = create(photo.len() as u64).await.header("Location").to_owned();
        let over = [photo.as_slice(), b"more"].concat();
        assert_eq!(member.phone.patch_upload(&location, 0, &over).await.code(), Code::BodyTooLarge);
        assert_eq!(member.phone.upload_offset(&location).await.header("Upload-Offset"), "0");
    }

    async fn an_abandoned_upload_is_forgotten_and_one_given_up_is_gone(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(9, 64, 64);
        let (_, media) = named(&member, branch, &photo).await;
        let create = || member.phone.create_upload(media, Part::Original, sha256(&photo), photo.len() as u64);
        let given_up = create().await.header("Location").to_owned();
        member.phone.patch_upload(&given_up, 0, &photo[..100]).await;
        let request = member.phone.request(Method::DELETE, &given_up).await.header("Tus-Resumable", "1.0.0");
        assert_eq!(Answer::of(request).await.status, 204);
        assert_eq!(member.phone.upload_offset(&given_up).await.status, 404);
        let abandoned = create().await.header("Location").to_owned();
        member.phone.patch_upload(&abandoned, 0, &photo[..100]).await;
        kit.clock.advance(8 * 24 * 3_600_000);
        member.phone.refresh().await;
        for _ in 0..LOOKS_MAX {
            if member.phone.upload_offset(&abandoned).await.status == 404 {
                break;
            }
            tokio::time::sleep(LOOK).await;
        }
        assert_eq!(member.phone.upload_offset(&abandoned).await.status, 404);
        assert!(files(&kit.data_dir().join("blobs/incoming")).is_empty());
    }

    async fn a_file_that_is_no_picture_keeps_its_bytes_and_says_so(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        for (bytes, outcome) in [
            (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec(), Derived::Unsupported),
            (phone_photo(10, 64, 64)[..200].to_vec(), Derived::Unreadable),
        ] {
            let (_, media) = named(&member, branch, &bytes).await;
            member.phone.upload(media, Part::Original, &bytes).await;
            assert_eq!(derived(&member.phone, media).await.rest.derived, outcome);
            assert_eq!(member.phone.get(&path(media, "thumb")).await.code(), Code::NotFound);
            assert_eq!(member.phone.get(&path(media, "copy")).await.code(), Code::NoSafeCopy);
            let original = member.phone.get(&path(media, "original")).await;
            assert_eq!(original.body.as_slice(), bytes);
            assert!(original.header("Content-Disposition").starts_with("attachment"));
            assert_eq!(original.header("X-Content-Type-Options"), "nosniff");
        }
    }

    async fn each_gets_the_copies_that_are_theirs(kit) {
        let branch = kit.branch().await;
        let (author, secretary) = (kit.member(branch).await, kit.secretary(branch).await);
        let (member, committee, school) = (kit.member(branch).await, kit.committee(branch).await, kit.school().await);
        let stranger = kit.member(kit.branch().await).await;
        let photo = phone_photo(11, 64, 64);
        let (entry, media) = named(&author, branch, &photo).await;
        author.phone.upload(media, Part::Original, &photo).await;
        derived(&author.phone, media).await;
        for who in [&secretary, &member, &committee, &school, &stranger] {
            assert_eq!(who.phone.get(&path(media, "thumb")).await.code(), Code::NotFound, "a draft is its author's");
        }
        approve(&author, &secretary, branch, entry).await;
        for who in [&author, &secretary, &member, &committee, &school] {
            assert_eq!(who.phone.get(&path(media, "preview")).await.status, 200);
            assert_eq!(who.phone.get(&path(media, "copy")).await.status, 200);
        }
        let hidden = stranger.phone.get(&path(media, "preview")).await;
        let unknown = stranger.phone.get(&path(id(), "preview")).await;
        assert_eq!((hidden.code(), unknown.code()), (Code::NotFound, Code::NotFound));
        for who in [&author, &secretary] {
            assert_eq!(who.phone.get(&path(media, "original")).await.status, 200);
        }
        for who in [&member, &committee] {
            assert_eq!(who.phone.get(&path(media, "original")).await.code(), Code::NotFound);
        }
        assert_eq!(school.phone.get(&path(media, "original")).await.code(), Code::ReasonRequired);
        let with_reason = format!("{}?reason=%E7%BC%96%E8%BE%91%E6%B1%87%E7%BC%96", path(media, "original"));
        assert_eq!(school.phone.get(&with_reason).await.body.as_slice(), photo);
    }

    async fn the_gallery_pages_through_what_is_approved(kit) {
        let branch = kit.branch().await;
        let (author, secretary, committee) =
            (kit.member(branch).await, kit.secretary(branch).await, kit.committee(branch).await);
        let stranger = kit.member(kit.branch().await).await;
        let entry = author.phone.begun(branch.id, author.id).await;
        for n in 0..3 {
            added(&author.phone, branch, entry, &phone_photo(20 + n, 16, 16)).await;
        }
        let gallery = format!("/api/v1/branches/{}/gallery", branch.id);
        assert!(committee.phone.get(&gallery).await.json::<GalleryPage>().items.is_empty());
        approve(&author, &secretary, branch, entry).await;
        let first: GalleryPage = committee.phone.get(&format!("{gallery}?limit=2")).await.json();
        assert_eq!((first.items.len(), first.items[0].title.as_str()), (2, "石槽村义诊"));
        let next = format!("{gallery}?limit=2&after={}", first.next.clone().expect("a next page"));
        let second: GalleryPage = committee.phone.get(&next).await.json();
        assert_eq!((second.items.len(), second.next), (1, None));
        assert!(first.items.iter().all(|item| item.media != second.items[0].media));
        for (query, count) in [
            ("kind=free_clinic", 3),
            ("kind=mentoring", 0),
            ("phase=during&media=photo", 3),
            ("phase=before", 0),
            ("from=2019-09-21&to=2019-09-21", 3),
            ("from=2019-09-22", 0),
        ] {
            let page: GalleryPage = author.phone.get(&format!("{gallery}?{query}")).await.json();
            assert_eq!(page.items.len(), count, "{query}");
        }
        let hidden = stranger.phone.get(&gallery).await;
        let unknown = stranger.phone.get(&format!("/api/v1/branches/{}/gallery", id::<shared::ids::BranchId>())).await;
        assert_eq!((hidden.code(), unknown.code()), (Code::NotFound, Code::NotFound));
    }
}

async fn approve(author: &kit::Person, secretary: &kit::Person, branch: kit::Branch, entry: EntryId) {
    let (_, digest) = author.phone.applied(branch.id, Act::EntrySubmit { entry }).await;
    let approve = Act::EntryApprove { entry, digest, sketches: Vec::new(), classify: None };
    secretary.phone.applied(branch.id, approve).await;
}

fn holds(file: &[u8], part: &[u8]) -> bool {
    file.windows(part.len()).any(|window| window == part)
}

/// Names of all files below a folder.
fn files(folder: &std::path::Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let entries = entries.map(|entry| entry.expect("a folder can be read"));
    entries
        .flat_map(|entry| match entry.path().is_dir() {
            true => files(&entry.path()),
            false => vec![entry.file_name().to_string_lossy().into_owned()],
        })
        .collect()
}

/// A server whose disk is as good as full.
#[tokio::test]
async fn without_room_uploads_wait_while_ops_go_on() {
    let kit = App::start_with(kit::Engine::Sqlite, |config| config.blobs.reserve_bytes = u64::MAX / 4).await;
    let branch = kit.branch().await;
    let member = kit.member(branch).await;
    let photo = phone_photo(12, 16, 16);
    let (_, media) = named(&member, branch, &photo).await;
    let refused = member.phone.create_upload(media, Part::Original, sha256(&photo), photo.len() as u64).await;
    assert_eq!((refused.status, refused.code()), (507, Code::StorageFull));
    kit.stop().await.expect("it stops");
}

/// `Upload-Checksum` of a chunk.
fn checksum(bytes: &[u8]) -> String {
    format!("sha256 {}", BASE64.encode(sha256(bytes).0))
}
