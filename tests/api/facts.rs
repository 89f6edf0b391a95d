//! What photos say of themselves: when, in the feed; with what and where, only to those who may have the exact bytes.

use std::io::{Cursor, Seek, Write};

use exif::experimental::Writer;
use exif::{Field, In, Rational, Tag, Value};
use kit::media::path;
use kit::{App, Branch, Part, Person, drafts, id, on_both_databases};
use miaopu_server::derive::process::Deriver;
use shared::ids::MediaId;
use shared::model::media::Derived;
use shared::model::{RecordId, RecordKind};
use shared::wire::account::AuditRow;
use shared::wire::facts::{MediaFacts, OffsetSource, Position};
use shared::wire::{Act, Code};

use crate::pictures::{contains, hills, noise};

const MODEL: &str = "CANARY-ELE-AL00";

fn ascii(text: &str) -> Value {
    Value::Ascii(vec![text.as_bytes().to_vec()])
}

/// The file with an EXIF block that says this.
pub fn saying(plain: &[u8], said: Vec<(Tag, Value)>) -> Vec<u8> {
    let field = |(tag, value)| Field { tag, ifd_num: In::PRIMARY, value };
    let fields: Vec<Field> = said.into_iter().map(field).collect();
    let mut writer = Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let mut block = Cursor::new(Vec::new());
    writer.write(&mut block, true).expect("a block is written");
    with_block(plain, &[b"Exif\0\0".as_slice(), &block.into_inner()].concat())
}

/// A camera, a time, a place near 北京, and these texts beside.
pub fn phones(more: &[(Tag, &str)]) -> Vec<(Tag, Value)> {
    let place = |degrees, minutes| {
        Value::Rational([degrees, minutes, 0].map(|num| Rational { num, denom: 1 }).to_vec())
    };
    let mut said = vec![
        (Tag::Make, ascii("HUAWEI\0\0")),
        (Tag::Model, ascii(MODEL)),
        (Tag::DateTimeOriginal, ascii("2019:09:21 14:03:07")),
        (Tag::GPSLatitudeRef, ascii("N")),
        (Tag::GPSLatitude, place(39, 54)),
        (Tag::GPSLongitudeRef, ascii("E")),
        (Tag::GPSLongitude, place(116, 24)),
    ];
    said.extend(more.iter().map(|(tag, text)| (*tag, ascii(text))));
    said
}

fn photo(seed: u32, more: &[(Tag, &str)]) -> Vec<u8> {
    saying(&hills(320 + seed, 240, false), phones(more))
}

fn with_block(plain: &[u8], block: &[u8]) -> Vec<u8> {
    let length = u16::try_from(block.len() + 2).expect("a short block").to_be_bytes();
    [&plain[..2], &[0xFF, 0xE1], &length, block, &plain[2..]].concat()
}

async fn approved(kit: &App, bytes: &[u8]) -> (Branch, Person, Person, MediaId) {
    let branch = kit.branch().await;
    let (author, secretary) = (kit.member(branch).await, kit.secretary(branch).await);
    let (entry, media) = author.named(branch, bytes).await;
    author.phone.upload(media, Part::Original, bytes).await;
    author.phone.derived(media).await;
    let (_, digest) = author.phone.applied(branch.id, Act::EntrySubmit { entry }).await;
    let approve = Act::EntryApprove { entry, digest, sketches: Vec::new(), classify: None };
    secretary.phone.applied(branch.id, approve).await;
    (branch, author, secretary, media)
}

on_both_databases! {
    async fn who_may_have_the_exact_bytes_learns_what_they_say_and_all_others_when_it_was(kit) {
        let photo = photo(1, &[(Tag::OffsetTimeOriginal, "+08:00")]);
        let (branch, author, secretary, media) = approved(kit, &photo).await;
        let (member, committee, school) = (kit.member(branch).await, kit.committee(branch).await, kit.school().await);
        for who in [&author, &secretary] {
            let facts: MediaFacts = who.phone.get(&path(media, "facts")).await.json();
            assert_eq!((facts.make.as_deref(), facts.model.as_deref()), (Some("HUAWEI"), Some(MODEL)));
            assert_eq!(facts.position, Some(Position { latitude_e7: 399_000_000, longitude_e7: 1_164_000_000 }));
            assert_eq!((facts.width_px, facts.height_px), (Some(321), Some(240)));
            let taken = facts.taken.expect("a time");
            assert_eq!((taken.local.as_str(), taken.offset), ("2019-09-21T14:03:07", Some(480)));
            assert_eq!(taken.offset_from, Some(OffsetSource::OffsetTimeOriginal));
            assert_eq!(facts.provenance.source, "picker");
        }
        for who in [&member, &committee] {
            assert_eq!(who.phone.get(&path(media, "facts")).await.code(), Code::NotFound);
        }
        let rest = member.phone.item(media).await.rest;
        assert_eq!(rest.taken.as_deref(), Some("2019-09-21T14:03:07+08:00"));
        assert!(rest.thumb_hash.is_some_and(|hash| (28..=34).contains(&hash.len())), "a placeholder");
        let record = member.phone.pull().await.body(RecordId::new(RecordKind::Media, media.0)).expect("the record");
        assert!(!record.to_json().contains(MODEL) && !record.to_json().contains("latitude"));
        for copy in ["thumb", "preview", "copy"] {
            let bytes = member.phone.get(&path(media, copy)).await.body;
            assert!(!contains(&bytes, MODEL.as_bytes()) && contains(&photo, MODEL.as_bytes()), "{copy}");
        }
        assert_eq!(school.phone.get(&path(media, "facts")).await.code(), Code::ReasonRequired);
        let why = format!("{}?reason=%E7%BC%96%E8%BE%91%E6%B1%87%E7%BC%96", path(media, "facts"));
        assert!(school.phone.get(&why).await.json::<MediaFacts>().position.is_some());
        let audit: Vec<AuditRow> = secretary.phone.get(&format!("/api/v1/branches/{}/audit", branch.id)).await.json();
        let looks: Vec<_> = audit.iter().filter(|row| row.kind == "original_read").map(|row| row.media).collect();
        assert_eq!(looks, [Some(media)]);
    }

    async fn an_offset_is_the_files_else_the_phones_else_nobodys(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        for (n, (said, claimed, told)) in [
            (Some("-03:30"), Some(480), "2019-09-21T14:03:07-03:30"),
            (None, Some(480), "2019-09-21T14:03:07+08:00"),
            (None, None, "2019-09-21T14:03:07"),
        ].into_iter().enumerate() {
            let said: Vec<_> = said.map(|text| (Tag::OffsetTime, text)).into_iter().collect();
            let photo = photo(10 + n as u32, &said);
            let (entry, media) = (member.phone.begun(branch.id, member.id).await, id());
            let mut act = drafts::photo(entry, media, &photo);
            if let Act::MediaAdd { provenance, .. } = &mut act {
                provenance.offset = claimed;
            }
            member.phone.applied(branch.id, act).await;
            member.phone.upload(media, Part::Original, &photo).await;
            assert_eq!(member.phone.derived(media).await.rest.taken.as_deref(), Some(told));
        }
    }

    async fn a_broken_block_gives_no_facts_and_takes_no_picture_away(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = with_block(&hills(64, 48, true), b"Exif\0\0II*\0\xFF\xFF\xFF\x7F");
        let (_, media) = member.named(branch, &photo).await;
        member.phone.upload(media, Part::Original, &photo).await;
        let rest = member.phone.derived(media).await.rest;
        assert_eq!((rest.derived, rest.taken), (Derived::Ready, None));
        let facts: MediaFacts = member.phone.get(&path(media, "facts")).await.json();
        assert_eq!((facts.taken, facts.make, facts.position), (None, None, None));
    }
}

/// Starts of the child. By chance it came down in one of fifty to a hundred of them.
const STARTS: usize = 500;

#[tokio::test]
async fn the_child_that_reads_a_large_photo_never_comes_down_by_chance() {
    let large = [saying(&hills(320, 240, false), phones(&[])), noise(1, 3 << 20)].concat();
    let deriver = Deriver::new(kit::miaopu().to_owned(), Vec::new());
    for start in 0..STARTS {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(&large).expect("it is written");
        file.rewind().expect("it is read from its beginning");
        let facts = deriver.facts(file).await.expect("the child starts");
        assert_eq!(facts.make.as_deref(), Some("HUAWEI"), "start {start}");
    }
}
