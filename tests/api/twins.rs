//! Bytes that somebody else has already are received like any other: no answer, header, state or quota tells.

use std::os::unix::fs::PermissionsExt;

use kit::media::path;
use kit::{Branch, Part, Person, on_every_storage, sha256};
use shared::ids::MediaId;
use shared::model::media::{Arrival, Derived};
use shared::wire::Code;

use crate::pictures::phone_photo;

/// Headers that differ between any two answers.
const OWN: [&str; 5] = ["date", "location", "x-request-id", "upload-expires", "upload-metadata"];

/// Two photos of one size, and of one length.
fn photos() -> (Vec<u8>, Vec<u8>) {
    let (known, mut new) = (phone_photo(31, 64, 64), phone_photo(31, 64, 64));
    // A word of its EXIF block, which no picture shows.
    let at = new.windows(6).position(|word| word == b"CANARY").expect("a word");
    new[at] = b'B';
    assert_ne!(sha256(&known), sha256(&new));
    (known, new)
}

/// Everything that is answered on the way of a photo's bytes, without what is each answer's own.
async fn received(who: &Person, branch: Branch, bytes: &[u8]) -> (MediaId, Vec<String>) {
    let (_, media) = who.named(branch, bytes).await;
    let mut told = vec![format!("{:?}", who.phone.item(media).await.rest)];
    let mut tell = |answer: &kit::Answer| {
        let kept = answer.headers.iter().filter(|(name, _)| !OWN.contains(&name.as_str()));
        let mut headers: Vec<String> = kept.map(|(name, value)| format!("{name}: {value:?}")).collect();
        headers.sort();
        told.push(format!("{} {headers:?} {}", answer.status, answer.text()));
    };
    let created = who.phone.create_upload(media, Part::Original, sha256(bytes), bytes.len() as u64).await;
    tell(&created);
    let location = created.header("Location").to_owned();
    tell(&who.phone.upload_offset(&location).await);
    tell(&who.phone.patch_upload(&location, 0, &bytes[..100]).await);
    tell(&who.phone.upload_offset(&location).await);
    tell(&who.phone.patch_upload(&location, 100, &bytes[100..]).await);
    tell(&who.phone.upload_offset(&location).await);
    told.push(format!("{:?}", who.phone.item(media).await.rest));
    (media, told)
}

/// A program that writes down what it is started for, and then does it.
fn noted(folder: &std::path::Path) -> std::path::PathBuf {
    let program = folder.join("noted");
    let (list, miaopu) = (folder.join("list"), kit::miaopu());
    let script = format!("#!/bin/sh\necho \"$2\" >> {}\nexec {} \"$@\"\n", list.display(), miaopu.display());
    std::fs::write(&program, script).expect("a script is written");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("it may run");
    program
}

on_every_storage! {
    async fn bytes_that_another_branch_has_are_received_like_new_ones(kit) {
        let (here, there) = (kit.branch().await, kit.branch().await);
        let (first, second) = (kit.member(there).await, kit.member(here).await);
        let (known, new) = photos();
        let (_, media) = first.named(there, &known).await;
        first.phone.upload(media, Part::Original, &known).await;
        first.phone.derived(media).await;
        kit.sends_once("the answers to one upload are held against those to another");
        kit.restart_with(|config| config.derive.workers = 0).await;
        let (twin, told) = received(&second, here, &known).await;
        let (lone, expected) = received(&second, here, &new).await;
        assert_eq!(told, expected);
        for media in [twin, lone] {
            let rest = second.phone.item(media).await.rest;
            assert_eq!((rest.original, rest.derived, rest.width_px), (Arrival::Arrived, Derived::Waiting, None));
            assert_eq!((rest.taken, rest.thumb_hash), (None, None));
            for copy in ["thumb", "preview"] {
                let answer = second.phone.get(&path(media, copy)).await;
                assert_eq!(answer.code(), Code::NotFound, "{copy}: its own job has not run");
            }
        }
    }

    async fn each_arrival_is_decoded_anew_so_that_its_time_tells_nothing(kit) {
        let folder = tempfile::tempdir().expect("a folder");
        let program = noted(folder.path());
        kit.restart_with(|config| config.derive.program = program).await;
        let (here, there) = (kit.branch().await, kit.branch().await);
        let (first, second) = (kit.member(there).await, kit.member(here).await);
        let (known, _) = photos();
        for (who, branch) in [(&first, there), (&second, here)] {
            let (_, media) = who.named(branch, &known).await;
            who.phone.upload(media, Part::Original, &known).await;
            assert_eq!(who.phone.derived(media).await.rest.derived, Derived::Ready);
        }
        let list = std::fs::read_to_string(folder.path().join("list")).expect("it was started");
        assert_eq!(list.lines().filter(|want| *want == "photo").count(), 2, "{list}");
    }

    async fn known_bytes_take_as_much_of_a_quota_as_new_ones(kit) {
        let (known, new) = photos();
        let quota = known.len() as u64 * 3 / 2;
        kit.restart_with(|config| config.blobs.branch_quota_bytes = quota).await;
        let there = kit.branch().await;
        let first = kit.member(there).await;
        let (_, media) = first.named(there, &known).await;
        first.phone.upload(media, Part::Original, &known).await;
        for (bytes, more) in [(&known, &new), (&new, &known)] {
            let branch = kit.branch().await;
            let member = kit.member(branch).await;
            let (_, media) = member.named(branch, bytes).await;
            member.phone.upload(media, Part::Original, bytes).await;
            let (_, beyond) = member.named(branch, more).await;
            let refused = member.phone.create_upload(beyond, Part::Original, sha256(more), more.len() as u64).await;
            assert_eq!(refused.code(), Code::QuotaUsed);
        }
    }
}
