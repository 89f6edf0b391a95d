//! What the text of tus 1.0.0 asks of a server. `docs/tus.md` lists each MUST with its test; those that other modules
//! hold already are not held twice here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use kit::http::client;
use kit::media::path;
use kit::{Answer, App, Part, Phone, on_every_storage, sha256};
use reqwest::Method;
use sha1::Digest as _;
use shared::limits::{CLIP_BYTES_MAX, UPLOAD_DAYS};
use shared::wire::Code;

use crate::pictures::{noise, phone_photo};

/// A version of tus that this server does not speak.
const OTHER_VERSION: &str = "0.2.2";
/// A day of the tests' clock.
const DAY_MS: i64 = 24 * 3_600_000;

/// `Upload-Checksum` with an algorithm's name.
fn named(algorithm: &str, bytes: &[u8]) -> String {
    let sum = match algorithm {
        "sha1" => BASE64.encode(sha1::Sha1::digest(bytes)),
        _ => BASE64.encode(sha256(bytes).0),
    };
    format!("{algorithm} {sum}")
}

/// What the server says of itself, asked with or without a version.
async fn options(kit: &App, version: Option<&str>) -> Answer {
    let request = client().request(Method::OPTIONS, format!("{}/api/v1/uploads", kit.url()));
    Answer::of(version.iter().fold(request, |request, version| request.header("Tus-Resumable", *version)))
        .await
}

/// Sends a chunk with a checksum.
async fn summed(phone: &Phone, location: &str, chunk: &[u8], checksum: &str) -> Answer {
    let request = phone.patch_request(location, 0).await.header("Upload-Checksum", checksum);
    Answer::of(request.body(chunk.to_vec())).await
}

#[test]
fn every_row_of_the_table_names_a_test_that_exists() {
    let modules = [
        ("tus", include_str!("tus.rs")),
        ("uploads", include_str!("uploads.rs")),
        ("kills", include_str!("kills.rs")),
        ("clients", include_str!("clients.rs")),
    ];
    let mut count = 0;
    for line in include_str!("../../docs/tus.md").lines().filter(|line| line.starts_with("| ")) {
        for test in line.split('`').filter(|part| part.contains("::")) {
            let (module, name) = test.split_once("::").expect("a module and a name");
            let held = modules
                .iter()
                .any(|(known, text)| *known == module && text.contains(&format!("async fn {name}(kit)")));
            assert!(held, "{test} is in no module");
            count += 1;
        }
    }
    assert!(count > 30, "the table is read");
}

on_every_storage! {
    async fn the_server_says_what_it_speaks_whatever_version_asks(kit) {
        for version in [None, Some("1.0.0"), Some(OTHER_VERSION)] {
            let said = options(kit, version).await;
            assert_eq!((said.status, said.header("Tus-Version")), (204, "1.0.0"), "{version:?}");
            let extensions: Vec<&str> = said.header("Tus-Extension").split(',').collect();
            assert_eq!(extensions, ["creation", "creation-with-upload", "checksum", "expiration", "termination"]);
            let algorithms: Vec<&str> = said.header("Tus-Checksum-Algorithm").split(',').collect();
            assert!(algorithms.contains(&"sha1"), "{algorithms:?}");
            let plain = |name: &&str| name.is_ascii() && !name.contains(|sign: char| sign.is_ascii_uppercase());
            assert!(algorithms.iter().all(plain), "{algorithms:?}");
            assert_eq!(said.header("Tus-Max-Size"), CLIP_BYTES_MAX.to_string());
        }
    }

    async fn another_version_is_refused_with_those_spoken_and_nothing_is_done(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(30, 32, 32);
        let (_, media) = member.named(branch, &photo).await;
        let location = member.phone.begin_upload(media, Part::Original, &photo).await;
        assert_eq!(member.phone.patch_upload(&location, 0, &photo[..100]).await.status, 204);
        let asks = [(Method::HEAD, &*location), (Method::PATCH, &location), (Method::DELETE, &location), (Method::POST, "/api/v1/uploads")];
        for (method, at) in asks {
            for version in [None, Some(OTHER_VERSION)] {
                let mut request = member.phone.upload_request(media, Part::Original, sha256(&photo), photo.len() as u64).await;
                let whole = request.try_clone().expect("no body yet").build().expect("a request");
                request = member.phone.request(method.clone(), at).await;
                for name in ["Upload-Length", "Upload-Metadata"] {
                    request = request.header(name, whole.headers()[name].clone());
                }
                request = request.header("Upload-Offset", "100").header("Content-Type", "application/offset+octet-stream");
                request = version.iter().fold(request, |request, version| request.header("Tus-Resumable", *version));
                let request = if method == Method::PATCH { request.body(photo[100..].to_vec()) } else { request };
                let refused = Answer::of(request).await;
                assert_eq!((refused.status, refused.header("Tus-Version")), (412, "1.0.0"), "{method} {version:?}");
                assert_eq!(refused.header("Tus-Resumable"), "1.0.0", "{method} {version:?}");
            }
        }
        assert_eq!(member.phone.offset(&location).await, 100, "neither written, ended nor begun anew");
    }

    async fn every_answer_names_the_version_to_strangers_too(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(31, 32, 32);
        let (_, media) = member.named(branch, &photo).await;
        let created = member.phone.create_upload(media, Part::Original, sha256(&photo), photo.len() as u64).await;
        let location = created.header("Location").to_owned();
        let head = member.phone.upload_offset(&location).await;
        let wrong = member.phone.patch_upload(&location, 9, &photo[9..]).await;
        let unknown = member.phone.upload_offset("/api/v1/uploads/00000000000000000000000000000000").await;
        let stranger = client().request(Method::HEAD, format!("{}{location}", kit.url()));
        let stranger = Answer::of(stranger.header("Tus-Resumable", "1.0.0")).await;
        let whole = member.phone.patch_upload(&location, 0, &photo).await;
        let request = member.phone.request(Method::DELETE, &location).await.header("Tus-Resumable", "1.0.0");
        let ended = Answer::of(request).await;
        let told = options(kit, None).await;
        let answers = [(created, 201), (head, 200), (wrong, 409), (unknown, 404), (stranger, 401), (whole, 204), (ended, 204), (told, 204)];
        for (answer, status) in answers {
            assert_eq!((answer.status, answer.header("Tus-Resumable")), (status, "1.0.0"));
        }
    }

    async fn a_head_says_where_it_stands_at_nothing_and_at_the_end_and_is_kept_nowhere(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(32, 32, 32);
        let (_, media) = member.named(branch, &photo).await;
        let location = member.phone.begin_upload(media, Part::Original, &photo).await;
        for offset in [0, photo.len()] {
            let head = member.phone.upload_offset(&location).await;
            assert_eq!((head.status, head.header("Cache-Control")), (200, "no-store"));
            assert_eq!(head.header("Upload-Offset"), offset.to_string());
            assert_eq!(head.header("Upload-Length"), photo.len().to_string());
            if offset == 0 {
                assert_eq!(member.phone.patch_upload(&location, 0, &photo).await.status, 204);
            }
        }
        let unknown = member.phone.upload_offset("/api/v1/uploads/00000000000000000000000000000000").await;
        assert_eq!((unknown.status, unknown.headers.get("Upload-Offset")), (404, None));
    }

    async fn a_patch_answers_the_offset_before_and_the_bytes_it_kept(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let file = noise(33, 3_000);
        let (_, media) = member.named(branch, &file).await;
        let location = member.phone.begin_upload(media, Part::Original, &file).await;
        let mut offset = 0;
        for chunk in [&file[..1], &file[1..1_500], &file[1_500..]] {
            let kept = member.phone.patch_upload(&location, offset as u64, chunk).await;
            offset += chunk.len();
            assert_eq!((kept.status, kept.header("Upload-Offset")), (204, offset.to_string().as_str()));
        }
        assert_eq!(member.phone.get(&path(media, "original")).await.body, file);
    }

    async fn a_creation_says_where_the_upload_is_or_what_is_missing(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(34, 32, 32);
        let (_, media) = member.named(branch, &photo).await;
        let created = member.phone.create_upload(media, Part::Original, sha256(&photo), photo.len() as u64).await;
        assert_eq!(created.status, 201);
        assert_eq!(member.phone.upload_offset(created.header("Location")).await.status, 200);
        let over = member.phone.create_upload(media, Part::Original, sha256(&photo), CLIP_BYTES_MAX + 1).await;
        assert_eq!((over.status, over.code()), (413, Code::MediaTooLarge));
        for length in ["", "-1", "1.5", "many"] {
            let request = member.phone.request(Method::POST, "/api/v1/uploads").await.header("Tus-Resumable", "1.0.0");
            let refused = Answer::of(request.header("Upload-Length", length)).await;
            assert_eq!(refused.code(), Code::BadRequest, "{length:?}");
        }
        let request = member.phone.request(Method::POST, "/api/v1/uploads").await.header("Tus-Resumable", "1.0.0");
        let deferred = Answer::of(request.header("Upload-Defer-Length", "1")).await;
        assert_eq!(deferred.code(), Code::BadRequest, "a length for later is not offered");
    }

    async fn a_creation_with_bytes_answers_how_many_it_took(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        for (seed, part) in [(35, 0), (36, 700), (37, 2_000)] {
            let file = noise(seed, 2_000);
            let (_, media) = member.named(branch, &file).await;
            let request = member.phone.upload_request(media, Part::Original, sha256(&file), 2_000).await;
            let request = request.header("Content-Type", "application/offset+octet-stream");
            let created = Answer::of(request.body(file[..part].to_vec())).await;
            assert_eq!((created.status, created.header("Upload-Offset")), (201, part.to_string().as_str()));
            let location = created.header("Location").to_owned();
            assert_eq!(member.phone.offset(&location).await, part as u64);
            if part < file.len() {
                assert_eq!(member.phone.patch_upload(&location, part as u64, &file[part..]).await.status, 204);
            }
            assert_eq!(member.phone.get(&path(media, "original")).await.body, file);
        }
    }

    async fn every_answer_about_an_upload_says_when_it_ends(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(38, 32, 32);
        let (_, media) = member.named(branch, &photo).await;
        let created = member.phone.create_upload(media, Part::Original, sha256(&photo), photo.len() as u64).await;
        let first = created.header("Upload-Expires").to_owned();
        assert_eq!(first, "Sat, 28 Sep 2019 00:00:00 GMT", "as RFC 7231 writes it, {UPLOAD_DAYS} days from now");
        let location = created.header("Location").to_owned();
        kit.sends_once("the end moves with the clock");
        kit.clock.advance(DAY_MS);
        member.phone.refresh().await;
        assert_eq!(member.phone.upload_offset(&location).await.header("Upload-Expires"), first);
        let patched = member.phone.patch_upload(&location, 0, &photo[..100]).await;
        assert_eq!(patched.header("Upload-Expires"), "Sun, 29 Sep 2019 00:00:00 GMT", "bytes put it off");
        assert_eq!(member.phone.upload_offset(&location).await.header("Upload-Expires"), patched.header("Upload-Expires"));
    }

    async fn a_chunk_counts_only_with_the_checksum_it_names(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        for (seed, algorithm) in [(39, "sha1"), (40, "sha256")] {
            let file = noise(seed, 2_000);
            let (_, media) = member.named(branch, &file).await;
            let location = member.phone.begin_upload(media, Part::Original, &file).await;
            let chunk = &file[..900];
            let wrong = summed(&member.phone, &location, chunk, &named(algorithm, b"something else")).await;
            assert_eq!((wrong.status, wrong.code()), (460, Code::ChecksumMismatch), "{algorithm}");
            for unknown in ["md5 XUFAKrxLKna5cZ2REBfFkg==", &named(algorithm, chunk).to_uppercase(), algorithm] {
                let refused = summed(&member.phone, &location, chunk, unknown).await;
                assert_eq!((refused.status, refused.code()), (400, Code::BadRequest), "{unknown}");
            }
            assert_eq!(member.phone.offset(&location).await, 0, "{algorithm}: none of it was kept");
            let right = summed(&member.phone, &location, chunk, &named(algorithm, chunk)).await;
            assert_eq!((right.status, right.header("Upload-Offset")), (204, "900"), "{algorithm}");
            assert_eq!(member.phone.patch_upload(&location, 900, &file[900..]).await.status, 204);
            assert_eq!(member.phone.get(&path(media, "original")).await.body, file);
        }
    }

    async fn a_whole_upload_can_be_ended_too_and_its_item_keeps_the_bytes(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(41, 32, 32);
        let (_, media) = member.named(branch, &photo).await;
        let location = member.phone.begin_upload(media, Part::Original, &photo).await;
        assert_eq!(member.phone.patch_upload(&location, 0, &photo).await.status, 204);
        let request = member.phone.request(Method::DELETE, &location).await.header("Tus-Resumable", "1.0.0");
        assert_eq!(Answer::of(request).await.status, 204);
        assert_eq!(member.phone.upload_offset(&location).await.status, 404);
        assert_eq!(member.phone.get(&path(media, "original")).await.body, photo);
    }

    async fn a_head_answers_the_metadata_as_they_came(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(8, 32, 32);
        let (_, media) = member.named(branch, &photo).await;
        let field = |name: &str, value: &str| format!("{name} {}", BASE64.encode(value));
        let said = [
            field("filename", "石槽村.jpg"),
            field("media", &media.to_string()),
            "is_private".to_owned(),
            field("role", "original"),
            field("sha256", &sha256(&photo).to_string()),
        ]
        .join(",");
        let begin = async |said: &str| {
            let request = member.phone.request(Method::POST, "/api/v1/uploads").await;
            let request = request.header("Tus-Resumable", "1.0.0").header("Upload-Length", photo.len().to_string());
            Answer::of(request.header("Upload-Metadata", said)).await
        };
        let location = begin(&said).await.header("Location").to_owned();
        assert_eq!(member.phone.upload_offset(&location).await.header("Upload-Metadata"), said);
        let endless = format!("{said},{}", field("note", &"长".repeat(1_100)));
        assert_eq!(begin(&endless).await.code(), Code::BadRequest);
    }

    async fn another_method_may_be_named_in_a_header(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(9, 32, 32);
        let (_, media) = member.named(branch, &photo).await;
        let location = member.phone.begin_upload(media, Part::Original, &photo).await;
        let named = async |method: &str| {
            let request = member.phone.request(Method::POST, &location).await;
            request.header("Tus-Resumable", "1.0.0").header("X-HTTP-Method-Override", method)
        };
        let half = photo.len() / 2;
        let patch = named("PATCH").await.header("Upload-Offset", "0");
        let patch = patch.header("Content-Type", "application/offset+octet-stream").body(photo[..half].to_vec());
        // Sent as they are: the kit holds answers against the description of the method on the wire.
        assert_eq!(patch.send().await.expect("an answer").status(), 204);
        let head = named("head").await.send().await.expect("an answer");
        assert_eq!((head.status().as_u16(), head.headers()["Upload-Offset"].as_bytes()), (200, half.to_string().as_bytes()));
        assert_eq!(named("DELETE").await.send().await.expect("an answer").status(), 204);
        assert_eq!(member.phone.upload_offset(&location).await.status, 404);
        let other = member.phone.request(Method::POST, "/api/v1/me").await.header("X-HTTP-Method-Override", "PATCH");
        assert_eq!(Answer::of(other).await.status, 405, "nowhere else");
    }
}
