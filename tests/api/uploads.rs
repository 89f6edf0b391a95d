//! Uploads on the wire: cut and continued, taken over, refused, forgotten, without room; sketches before originals.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use kit::media::{LOOK, LOOKS_MAX, path};
use kit::{Answer, App, Part, drafts, hanging, id, on_both_databases, on_every_storage, sha256};
use reqwest::Method;
use shared::model::media::{Arrival, Derived};
use shared::wire::{Act, Code};

use crate::pictures::{CANARY, contains, noise, phone_photo};

/// Twice what the server hands to the disk at once.
const MIB: usize = 1 << 20;

/// Pairs that race for the last room of a branch.
const QUOTA_ROUNDS: usize = 8;

/// `Upload-Checksum` of a chunk.
fn checksum(bytes: &[u8]) -> String {
    format!("sha256 {}", BASE64.encode(sha256(bytes).0))
}

/// Waits until an upload's own file has so many bytes, acknowledged or not.
pub async fn grown(kit: &App, location: &str, bytes: u64) {
    let id = location.rsplit('/').next().expect("an id");
    let file = kit.config().blobs_dir().join("incoming").join(id);
    for _ in 0..LOOKS_MAX {
        if file.metadata().is_ok_and(|file| file.len() >= bytes) {
            return;
        }
        tokio::time::sleep(LOOK).await;
    }
    panic!("{} does not grow to {bytes} bytes", file.display());
}

on_every_storage! {
    async fn a_cut_upload_goes_on_where_it_stands(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(3, 400, 240);
        let (_, media) = member.named(branch, &photo).await;
        let length = photo.len() as u64;
        let location = member.phone.begin_upload(media, Part::Original, &photo).await;
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
        assert_eq!(member.phone.item(media).await.rest.original, Arrival::Arrived);
    }

    async fn an_upload_whose_address_was_lost_goes_on_where_it_stands(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(5, 400, 240);
        let (_, media) = member.named(branch, &photo).await;
        let location = member.phone.begin_upload(media, Part::Original, &photo).await;
        let half = photo.len() / 2;
        assert_eq!(member.phone.patch_upload(&location, 0, &photo[..half]).await.status, 204);
        let half = half.to_string();
        let again = member.phone.create_upload(media, Part::Original, sha256(&photo), photo.len() as u64).await;
        assert_eq!((again.status, again.header("Location"), again.header("Upload-Offset")), (201, location.as_str(), half.as_str()));
        let request = member.phone.upload_request(media, Part::Original, sha256(&photo), photo.len() as u64).await;
        let request = request.header("Content-Type", "application/offset+octet-stream").body(photo[..100].to_vec());
        let with_bytes = Answer::of(request).await;
        assert_eq!((with_bytes.status, with_bytes.header("Upload-Offset")), (201, half.as_str()), "its beginning is there");
        let offset = member.phone.offset(&location).await;
        let rest = &photo[usize::try_from(offset).expect("a length")..];
        assert_eq!(member.phone.patch_upload(&location, offset, rest).await.status, 204);
        assert!(member.phone.get(&path(media, "original")).await.body == photo);
    }

    async fn bytes_that_hash_to_something_else_are_refused_with_both_hashes(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(4, 64, 64);
        let (_, media) = member.named(branch, &photo).await;
        let location = member.phone.begin_upload(media, Part::Original, &photo).await;
        let mut other = photo.clone();
        other[100] ^= 1;
        let refused = member.phone.patch_upload(&location, 0, &other).await;
        assert_eq!((refused.status, refused.code()), (460, Code::HashMismatch));
        let detail = refused.problem().detail;
        assert_eq!(detail["expected"], sha256(&photo).to_string());
        assert_eq!(detail["found"], sha256(&other).to_string());
        assert_eq!(member.phone.upload_offset(&location).await.header("Upload-Offset"), "0");
        assert_eq!(member.phone.item(media).await.rest.original, Arrival::Expected);
        assert_eq!(member.phone.patch_upload(&location, 0, &photo).await.status, 204);
    }

    async fn a_damaged_chunk_counts_nowhere(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(5, 64, 64);
        let (_, media) = member.named(branch, &photo).await;
        let location = member.phone.begin_upload(media, Part::Original, &photo).await;
        let chunk = |checksum: String| {
            let (phone, location, bytes) = (&member.phone, &location, photo[..500].to_vec());
            async move {
                let request = phone.patch_request(location, 0).await.header("Upload-Checksum", checksum);
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
        let (_, media) = member.named(branch, &photo).await;
        let length = photo.len() as u64;
        let location = member.phone.begin_upload(media, Part::Original, &photo).await;
        let foreign = other.phone.upload_offset(&location).await;
        let unknown = other.phone.upload_offset("/api/v1/uploads/00000000000000000000000000000000").await;
        assert_eq!((foreign.status, unknown.status), (404, 404));
        assert_eq!(other.phone.patch_upload(&location, 0, &photo).await.code(), Code::NotFound);
        let stolen = other.phone.create_upload(media, Part::Original, sha256(&photo), length).await;
        let never = other.phone.create_upload(id(), Part::Original, sha256(&photo), length).await;
        assert_eq!((stolen.code(), never.code()), (Code::NotFound, Code::NotFound));
    }

    async fn too_long_uploads_and_those_without_room_are_refused(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(8, 64, 64);
        let (_, media) = member.named(branch, &photo).await;
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
        let (_, media) = member.named(branch, &photo).await;
        let create = || member.phone.create_upload(media, Part::Original, sha256(&photo), photo.len() as u64);
        let given_up = create().await.header("Location").to_owned();
        member.phone.patch_upload(&given_up, 0, &photo[..100]).await;
        let request = member.phone.request(Method::DELETE, &given_up).await.header("Tus-Resumable", "1.0.0");
        assert_eq!(Answer::of(request).await.status, 204);
        assert_eq!(member.phone.upload_offset(&given_up).await.status, 404);
        let abandoned = create().await.header("Location").to_owned();
        member.phone.patch_upload(&abandoned, 0, &photo[..100]).await;
        kit.sends_once("it is forgotten between the one and the other");
        kit.clock.advance(8 * 24 * 3_600_000);
        member.phone.refresh().await;
        for _ in 0..LOOKS_MAX {
            if member.phone.upload_offset(&abandoned).await.status == 404 {
                break;
            }
            tokio::time::sleep(LOOK).await;
        }
        assert_eq!(member.phone.upload_offset(&abandoned).await.status, 404);
        assert!(kit.blobs("incoming").is_empty());
    }

    async fn requests_that_are_no_tus_are_told_what_is_missing(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(14, 16, 16);
        let (_, media) = member.named(branch, &photo).await;
        let location = member.phone.begin_upload(media, Part::Original, &photo).await;
        let ask = async |method: Method, headers: &[(&'static str, &'static str)]| {
            let request = member.phone.request(method, &location).await;
            let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
            Answer::of(request.body("bytes")).await
        };
        let (tus, bytes) = (("Tus-Resumable", "1.0.0"), ("Content-Type", "application/offset+octet-stream"));
        assert_eq!(ask(Method::PATCH, &[bytes, ("Upload-Offset", "0")]).await.code(), Code::TusVersion);
        let old = ("Tus-Resumable", "0.2.2");
        assert_eq!(ask(Method::PATCH, &[old, bytes, ("Upload-Offset", "0")]).await.code(), Code::TusVersion);
        assert_eq!(ask(Method::PATCH, &[tus, ("Upload-Offset", "0")]).await.code(), Code::UnsupportedMediaType);
        for offset in ["", "-1", "zero", "18446744073709551616"] {
            let answer = ask(Method::PATCH, &[tus, bytes, ("Upload-Offset", offset)]).await;
            assert_eq!(answer.code(), Code::BadRequest, "{offset:?}");
            assert_eq!(answer.header("Tus-Resumable"), "1.0.0");
        }
        assert_eq!(ask(Method::PATCH, &[tus, bytes]).await.code(), Code::BadRequest);
        assert_eq!(ask(Method::PATCH, &[tus, bytes, ("Upload-Offset", "9")]).await.code(), Code::WrongOffset);
        let sum = ("Upload-Checksum", "md5 AAAA");
        assert_eq!(ask(Method::PATCH, &[tus, bytes, ("Upload-Offset", "0"), sum]).await.code(), Code::BadRequest);
        assert_eq!(member.phone.offset(&location).await, 0);
    }

    async fn a_branch_that_used_its_space_up_is_told_so(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(15, 16, 16);
        let length = photo.len() as u64;
        kit.restart_with(|config| config.blobs.branch_quota_bytes = length + 6).await;
        let (entry, media) = member.named(branch, &photo).await;
        member.phone.upload(media, Part::Original, &photo).await;
        let second = member.phone.added(branch, entry, b"another").await;
        let refused = member.phone.create_upload(second, Part::Original, sha256(b"another"), 7).await;
        assert_eq!((refused.status, refused.code()), (413, Code::QuotaUsed));
        let elsewhere = kit.branch().await;
        let neighbour = kit.member(elsewhere).await;
        let (_, third) = neighbour.named(elsewhere, b"another").await;
        neighbour.phone.begin_upload(third, Part::Original, b"another").await;
    }

    async fn two_uploads_begun_at_once_do_not_pass_the_quota_together(kit) {
        let branch = kit.branch().await;
        kit.restart_with(|config| config.blobs.branch_quota_bytes = 7).await;
        for _ in 0..QUOTA_ROUNDS {
            let member = kit.member(branch).await;
            let entry = member.phone.begun(branch.id, member.id).await;
            let one = member.phone.added(branch, entry, b"another").await;
            let two = member.phone.added(branch, entry, b"another").await;
            let create = |media| member.phone.create_upload(media, Part::Original, sha256(b"another"), 7);
            let (one, two) = tokio::join!(create(one), create(two));
            let mut statuses = [one.status, two.status];
            statuses.sort_unstable();
            assert_eq!(statuses, [201, 413], "{} {}", one.text(), two.text());
            let begun = if one.status == 201 { one } else { two };
            let request = member.phone.request(Method::DELETE, begun.header("Location")).await;
            assert_eq!(Answer::of(request.header("Tus-Resumable", "1.0.0")).await.status, 204);
        }
    }

    async fn a_sketch_is_shown_until_the_originals_pictures_are_there(kit) {
        let branch = kit.branch().await;
        let (member, colleague) = (kit.member(branch).await, kit.member(branch).await);
        let (sketch, photo) = (phone_photo(16, 320, 200), phone_photo(17, 800, 500));
        let (entry, media) = (member.phone.begun(branch.id, member.id).await, id());
        let mut act = drafts::photo(entry, media, &photo);
        if let Act::MediaAdd { provenance, .. } = &mut act {
            provenance.sketch = Some(sha256(&sketch));
        }
        member.phone.applied(branch.id, act).await;
        member.phone.applied(branch.id, Act::EntrySubmit { entry }).await;
        assert_eq!(colleague.phone.get(&path(media, "sketch")).await.code(), Code::NotFound);
        member.phone.upload(media, Part::Sketch, &sketch).await;
        let early = colleague.phone.item_once(media, |body| body.rest.sketch == Arrival::Arrived).await;
        assert_eq!((early.rest.original, early.rest.derived), (Arrival::Expected, Derived::Waiting));
        let shown = colleague.phone.get(&path(media, "sketch")).await;
        assert_eq!((shown.status, shown.header("Content-Type")), (200, "image/webp"));
        assert_ne!(shown.body, sketch, "encoded anew, never the phone's own bytes");
        assert!(!contains(&shown.body, CANARY));
        for copy in ["thumb", "preview", "copy"] {
            assert_eq!(colleague.phone.get(&path(media, copy)).await.code(), Code::NotFound, "{copy}");
        }
        member.phone.upload(media, Part::Original, &photo).await;
        let late = colleague.phone.derived(media).await;
        assert_eq!((late.rest.derived, late.rest.width_px), (Derived::Ready, Some(800)));
        for copy in ["sketch", "thumb", "preview", "copy"] {
            assert_eq!(colleague.phone.get(&path(media, copy)).await.status, 200, "{copy}");
        }
    }

    async fn a_sketch_is_what_was_named_and_no_larger_than_sketches_are(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let (sketch, photo) = (phone_photo(18, 64, 40), phone_photo(19, 64, 40));
        let (entry, media) = member.named(branch, &photo).await;
        let unnamed = member.phone.create_upload(media, Part::Sketch, sha256(&sketch), sketch.len() as u64).await;
        assert_eq!(unnamed.code(), Code::HashMismatch);
        let (named, large) = (id(), noise(5, 65 * 1024));
        let mut act = drafts::photo(entry, named, &photo);
        if let Act::MediaAdd { provenance, .. } = &mut act {
            provenance.sketch = Some(sha256(&large));
        }
        member.phone.applied(branch.id, act).await;
        let refused = member.phone.create_upload(named, Part::Sketch, sha256(&large), large.len() as u64).await;
        assert_eq!(refused.code(), Code::MediaTooLarge);
    }
}

// What lies in the folder meanwhile is looked at; `bucket` has the like for pieces.
on_both_databases! {
    async fn an_upload_is_taken_over_from_a_connection_that_hangs(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let file = noise(1, 4 * MIB);
        let (_, media) = member.named(branch, &file).await;
        let location = member.phone.begin_upload(media, Part::Original, &file).await;
        let (sent, began) = (2 * MIB + 17, Instant::now());
        let hangs = tokio::spawn(member.phone.patch_request(&location, 0).await.body(hanging(&file[..sent])).send());
        grown(kit, &location, MIB as u64).await;
        let offset = member.phone.offset(&location).await;
        assert!((MIB as u64..=sent as u64).contains(&offset), "what came before is kept: {offset}");
        let rest = &file[usize::try_from(offset).expect("a length")..];
        assert_eq!(member.phone.patch_upload(&location, offset, rest).await.status, 204);
        assert!(began.elapsed() < Duration::from_secs(20), "nobody waits for a dead connection");
        hangs.abort();
        assert_eq!(member.phone.get(&path(media, "original")).await.body, file);
    }

    async fn two_connections_never_write_one_upload_at_once(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let file = noise(2, 3 * MIB);
        let (_, media) = member.named(branch, &file).await;
        let location = member.phone.begin_upload(media, Part::Original, &file).await;
        let hangs = tokio::spawn(member.phone.patch_request(&location, 0).await.body(hanging(&file[..2 * MIB])).send());
        grown(kit, &location, MIB as u64).await;
        // A phone that believes that nothing arrived: the first connection saves and lets go, then this one is told.
        let late = member.phone.patch_upload(&location, 0, &file).await;
        assert_eq!((late.status, late.code()), (409, Code::WrongOffset));
        hangs.abort();
        let offset = member.phone.offset(&location).await;
        assert!(offset >= MIB as u64);
        let wrong = noise(3, 3 * MIB);
        let rest = &wrong[usize::try_from(offset).expect("a length")..];
        let refused = member.phone.patch_upload(&location, offset, rest).await;
        assert_eq!(refused.code(), Code::HashMismatch, "what two connections sent is one file or none");
        assert_eq!(member.phone.patch_upload(&location, 0, &file).await.status, 204);
        assert_eq!(member.phone.get(&path(media, "original")).await.body, file);
    }

    async fn what_hangs_with_a_checksum_counts_only_whole(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let file = noise(4, 3 * MIB);
        let (_, media) = member.named(branch, &file).await;
        let location = member.phone.begin_upload(media, Part::Original, &file).await;
        let request = member.phone.patch_request(&location, 0).await.header("Upload-Checksum", checksum(&file));
        let hangs = tokio::spawn(request.body(hanging(&file[..2 * MIB])).send());
        grown(kit, &location, MIB as u64).await;
        assert_eq!(member.phone.offset(&location).await, 0);
        hangs.abort();
    }

    async fn without_room_uploads_wait_while_ops_go_on(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(12, 16, 16);
        let (entry, media) = member.named(branch, &photo).await;
        let location = member.phone.begin_upload(media, Part::Original, &photo).await;
        assert_eq!(member.phone.patch_upload(&location, 0, &photo[..100]).await.status, 204);
        kit.restart_with(|config| config.blobs.reserve_bytes = u64::MAX / 4).await;
        let waits = member.phone.patch_upload(&location, 100, &photo[100..]).await;
        assert_eq!((waits.status, waits.code()), (507, Code::StorageFull));
        let second = member.phone.added(branch, entry, b"another").await;
        let refused = member.phone.create_upload(second, Part::Original, sha256(b"another"), 7).await;
        assert_eq!((refused.status, refused.code()), (507, Code::StorageFull));
        member.phone.applied(branch.id, Act::EntrySubmit { entry }).await;
        kit.restart_with(|config| config.blobs.reserve_bytes = 0).await;
        assert_eq!(member.phone.offset(&location).await, 100, "nothing that had arrived is lost");
        assert_eq!(member.phone.patch_upload(&location, 100, &photo[100..]).await.status, 204);
    }
}
