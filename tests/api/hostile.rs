//! Files that mean harm or are broken: each is answered and kept, comes back bit for bit as an attachment, is never
//! shown as something that acts, and does not move the memory of the server's process.

use std::path::Path;

use kit::media::path;
use kit::{App, Branch, Part, Person, drafts, id, on_both_databases, sha256};
use shared::ids::{EntryId, MediaId};
use shared::model::media::Derived;
use shared::wire::{Act, Code};

use crate::pictures::{chunk, phone_photo};

/// Names a folder of further hostile files.
const CORPUS: &str = "MIAOPU_CORPUS";
/// How much the server's process may grow while all of them pass through it, in kilobytes: buffers of uploads and
/// copies, and nothing of the gigabytes that the files would unfold to.
const GROWTH_KB_MAX: u64 = 48 << 10;
/// The largest of them is read whole for its copy.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// A name as a phone would tell it, and the bytes.
type Hostile = (String, Vec<u8>);

/// A PNG that says it is this large and holds next to nothing.
fn png_of(width: u32, height: u32) -> Vec<u8> {
    let mut header = Vec::from(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(*b"IHDR", &header),
        chunk(*b"IDAT", &[0x78, 0x9C]),
        chunk(*b"IEND", &[]),
    ]
    .concat()
}

/// A photo whose EXIF directory names itself as the next one and holds sizes beyond its end.
fn absurd_exif() -> Vec<u8> {
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\xFF\xFF".to_vec();
    for tag in [0x010E_u16, 0x8769, 0x8825, 0x0201] {
        exif.extend(tag.to_le_bytes());
        exif.extend([2, 0, 0xFF, 0xFF, 0xFF, 0xFF, 8, 0, 0, 0]);
    }
    exif.extend(8_u32.to_le_bytes());
    let mut photo = vec![0xFF, 0xD8, 0xFF, 0xE1];
    photo.extend((exif.len() as u16 + 2).to_be_bytes());
    photo.extend(exif);
    photo.extend(&phone_photo(1, 64, 64)[2..]);
    photo
}

/// A picture and a page in one: a comment of the photo is HTML with a script.
fn polyglot() -> Vec<u8> {
    let page = b"<html><script>alert(document.cookie)</script></html>";
    let mut photo = vec![0xFF, 0xD8, 0xFF, 0xFE];
    photo.extend((page.len() as u16 + 2).to_be_bytes());
    photo.extend(page);
    photo.extend(&phone_photo(2, 64, 64)[2..]);
    photo
}

/// A photo with its scan a thousand times over.
fn many_scans() -> Vec<u8> {
    let photo = phone_photo(3, 16, 16);
    let scan = photo.windows(2).position(|pair| pair == [0xFF, 0xDA]).expect("a photo has a scan");
    let (head, scan) = photo[..photo.len() - 2].split_at(scan);
    [head, &scan.repeat(1_000), &[0xFF, 0xD9]].concat()
}

fn own() -> Vec<Hostile> {
    let photo = phone_photo(4, 400, 240);
    let page = b"<!doctype html><script>fetch('/api/v1/me')</script>";
    let picture =
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>";
    let gif = [b"GIF89a\xFF\xFF\xFF\xFF\0\0\0,\0\0\0\0\xFF\xFF\xFF\xFF\0\x08\x01\0\0;".to_vec()].concat();
    let webp =
        b"RIFF\x1A\0\0\0WEBPVP8L\x0D\0\0\0\x2F\xFE\xFF\xFF\x0F\x07\x10\x11\x11\x88\x88\xFE\x07\0".to_vec();
    let list: [(&str, Vec<u8>); 18] = [
        ("nothing.jpg", Vec::new()),
        ("one-byte.jpg", vec![0xFF]),
        ("begins-and-ends.jpg", vec![0xFF, 0xD8, 0xFF, 0xD9]),
        ("cut-at-1-percent.jpg", photo[..photo.len() / 100].to_vec()),
        ("cut-in-half.jpg", photo[..photo.len() / 2].to_vec()),
        ("more-behind-its-end.jpg", [photo.as_slice(), page].concat()),
        ("many-scans.jpg", many_scans()),
        ("absurd-exif.jpg", absurd_exif()),
        ("page-in-a-comment.jpg", polyglot()),
        ("too-large.png", png_of(65_000, 65_000)),
        ("larger-than-numbers.png", png_of(u32::MAX, u32::MAX)),
        ("no-pixels.png", png_of(0, 0)),
        ("huge-canvas.gif", gif),
        ("page-in-a-picture.gif", [b"GIF89a/*".as_slice(), page, b"*/=1;alert(1)"].concat()),
        ("huge.webp", webp),
        ("page.jpg", page.to_vec()),
        ("script.svg.jpg", picture.to_vec()),
        ("archive.jpg", b"PK\x03\x04\x14\0\0\0\x08\0".repeat(20)),
    ];
    list.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect()
}

/// The files of the folder `bad` that the environment names, if it names one.
fn corpus() -> Vec<Hostile> {
    let Some(folder) = std::env::var_os(CORPUS) else {
        eprintln!("{CORPUS} names no folder of hostile files: only the project's own are tried");
        return Vec::new();
    };
    let files = std::fs::read_dir(Path::new(&folder).join("bad")).expect("the corpus has a folder bad");
    let read = files.map(|file| {
        let file = file.expect("the corpus can be read");
        assert!(
            file.metadata().expect("a size").len() <= FILE_BYTES_MAX,
            "{:?} is no small file",
            file.path()
        );
        (file.file_name().to_string_lossy().into_owned(), std::fs::read(file.path()).expect("it can be read"))
    });
    read.collect()
}

/// Names a file, and sends it unless it is empty, which is told at once.
async fn sent(
    member: &Person,
    (branch, entry): (Branch, EntryId),
    (name, bytes): &Hostile,
) -> Option<MediaId> {
    let media = id();
    let mut act = drafts::photo(entry, media, bytes);
    if let Act::MediaAdd { provenance, .. } = &mut act {
        provenance.name.clone_from(name);
    }
    member.phone.applied(branch.id, act).await;
    if bytes.is_empty() {
        let refused = member.phone.create_upload(media, Part::Original, sha256(bytes), 0).await;
        assert_eq!(refused.code(), Code::BadRequest, "{name}");
        return None;
    }
    member.phone.upload(media, Part::Original, bytes).await;
    Some(media)
}

/// What comes back of a file: its bytes to be saved, and pictures only where we made them.
async fn harmless(member: &Person, media: MediaId, (name, bytes): &Hostile) {
    let derived = member.phone.derived(media).await.rest.derived;
    let original = member.phone.get(&path(media, "original")).await;
    assert!(original.status == 200 && original.body == *bytes, "{name}: {}", original.status);
    let copy = member.phone.get(&path(media, "copy")).await;
    assert!(copy.status == 200 || copy.code() == Code::NoSafeCopy, "{name}: {}", copy.status);
    for answer in [&original, &copy].into_iter().filter(|answer| answer.status == 200) {
        assert!(answer.header("Content-Disposition").starts_with("attachment"), "{name}");
        assert_eq!(answer.header("X-Content-Type-Options"), "nosniff", "{name}");
        assert!(answer.header("Content-Security-Policy").starts_with("sandbox"), "{name}");
        let kind = answer.header("Content-Type");
        let acts = ["html", "xml", "svg", "script", "text/"].iter().any(|word| kind.contains(word));
        assert!(!acts && !kind.is_empty(), "{name} is served as {kind:?}");
    }
    for size in ["thumb", "preview"] {
        let picture = member.phone.get(&path(media, size)).await;
        if derived == Derived::Ready {
            assert_eq!((picture.status, picture.header("Content-Type")), (200, "image/webp"), "{name}");
            assert!(picture.body.starts_with(b"RIFF") && &picture.body[8..12] == b"WEBP", "{name}");
        } else {
            assert_eq!(picture.code(), Code::NotFound, "{name}: {derived:?}");
        }
    }
}

async fn pass(kit: &App, files: &[Hostile]) {
    let branch = kit.branch().await;
    let member = kit.member(branch).await;
    let entry = member.phone.begun(branch.id, member.id).await;
    let mut there = Vec::new();
    for file in files {
        if let Some(media) = sent(&member, (branch, entry), file).await {
            there.push((media, file));
        }
    }
    for (media, file) in there {
        harmless(&member, media, file).await;
    }
}

on_both_databases! {
    by the binary:

    async fn hostile_files_are_kept_and_harmless_and_the_servers_memory_does_not_move(kit) {
        // A few ordinary photos bring what every server holds once it works.
        let ordinary: Vec<_> = (10..14).map(|n| (format!("{n}.jpg"), phone_photo(n, 800, 600))).collect();
        pass(kit, &ordinary).await;
        kit.memory().await;
        let before = kit.memory().await;
        let files: Vec<_> = own().into_iter().chain(corpus()).collect();
        pass(kit, &files).await;
        let after = kit.memory().await;
        let grown_kb = after.peak_kb.saturating_sub(before.now_kb);
        println!("{} files: {} kB before, {} kB at most", files.len(), before.now_kb, after.peak_kb);
        assert!(grown_kb <= GROWTH_KB_MAX, "the server grew by {grown_kb} kB: {before:?} {after:?}");
        assert_eq!(kit.get("/api/v1/health/ready").await.status, 200);
    }
}
