//! Formats whose decoders may be missing: HEIC, and files that no server shows. Kept in any case, shown where they can
//! be, and tried again by a server that can.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use image::{DynamicImage, GenericImageView, ImageFormat, Rgb, RgbImage};
use kit::media::path;
use kit::{App, Part, Person, on_both_databases};
use shared::ids::MediaId;
use shared::model::media::Derived;
use shared::wire::Code;

use crate::pictures::contains;

/// What the colours of the four quarters are, row by row.
const QUARTERS: [[u8; 3]; 4] = [[220, 20, 20], [20, 200, 20], [20, 20, 220], [250, 250, 250]];
/// Stands in the EXIF block of files made here.
const CANARY: &[u8] = b"CANARY-OF-STONE-TROUGH";

/// A picture that says which way is up.
pub fn quarters(width: u32, height: u32) -> DynamicImage {
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| {
        Rgb(QUARTERS[usize::from(y >= height / 2) * 2 + usize::from(x >= width / 2)])
    }))
}

/// Whether a picture of ours shows the quarters upright.
pub fn stands_upright(webp: &[u8]) -> bool {
    let picture = image::load_from_memory_with_format(webp, ImageFormat::WebP).expect("a WebP");
    let (w, h) = picture.dimensions();
    let shown = [(1, 1), (3, 1), (1, 3), (3, 3)].map(|(x, y)| picture.get_pixel(w * x / 4, h * y / 4).0);
    let near =
        |is: [u8; 4], should: [u8; 3]| is.iter().zip(should).all(|(is, should)| is.abs_diff(should) < 40);
    shown.into_iter().zip(QUARTERS).all(|(is, should)| near(is, should))
}

/// A JPEG whose EXIF block says that it must be turned to the right, with a word beside.
fn lying(image: &DynamicImage) -> Vec<u8> {
    let mut plain = std::io::Cursor::new(Vec::new());
    image.rotate270().write_to(&mut plain, ImageFormat::Jpeg).expect("a JPEG");
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0\x0E\x01\x02\0".to_vec();
    exif.extend((CANARY.len() as u32).to_le_bytes());
    exif.extend([38, 0, 0, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0]);
    exif.extend(CANARY);
    let length = (exif.len() as u16 + 2).to_be_bytes();
    [&[0xFF, 0xD8, 0xFF, 0xE1], length.as_slice(), &exif, &plain.into_inner()[2..]].concat()
}

/// The file as `heif-enc` encodes it: an orientation in EXIF comes along, and says nothing in HEIC.
fn heic(file: &[u8], ending: &str) -> Vec<u8> {
    encoded(file, ending, "out.heic")
}

/// The file as `heif-enc` encodes it under this name.
pub fn encoded(file: &[u8], ending: &str, name: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder is made");
    let (from, to) = (folder.path().join(format!("in.{ending}")), folder.path().join(name));
    std::fs::write(&from, file).expect("a file is written");
    let made = Command::new("heif-enc").args(["-q", "90", "-o"]).args([&to, &from]).output();
    let made = made.expect("heif-enc runs: ./setup.sh --test installs it");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    std::fs::read(to).expect("a HEIC")
}

/// Adds what a phone writes beside the orientation in EXIF: a property `irot`, a quarter turn to the right.
fn with_irot(mut file: Vec<u8>) -> Vec<u8> {
    let find = |file: &[u8], name: &[u8]| file.windows(4).position(|four| four == name).expect("a box") - 4;
    let grow = |file: &mut Vec<u8>, at: usize, by: u32| {
        let size = u32::from_be_bytes(file[at..at + 4].try_into().expect("four bytes"));
        file[at..at + 4].copy_from_slice(&(size + by).to_be_bytes());
    };
    for (name, by) in [(b"meta", 10), (b"iprp", 10), (b"ipco", 9), (b"ipma", 1)] {
        let at = find(&file, name);
        grow(&mut file, at, by);
    }
    // Where the bytes of the two items begin: base offsets of entries of 18 bytes.
    let places = find(&file, b"iloc") + 16;
    for entry in 0..2 {
        grow(&mut file, places + entry * 18 + 4, 10);
    }
    // The picture's properties: one more, the fourth, essential.
    let properties = find(&file, b"ipma");
    file[properties + 18] += 1;
    file.insert(properties + 22, 0x84);
    let irot = [0, 0, 0, 9, b'i', b'r', b'o', b't', 3];
    file.splice(properties..properties, irot);
    file
}

/// The item of a file that was sent and tried.
pub async fn tried(member: &Person, branch: kit::Branch, bytes: &[u8]) -> (MediaId, Derived) {
    let (_, media) = member.named(branch, bytes).await;
    member.phone.upload(media, Part::Original, bytes).await;
    (media, member.phone.derived(media).await.rest.derived)
}

/// A server of an older version: it starts, and no decoder of it knows any file.
fn older(folder: &Path) -> std::path::PathBuf {
    let program = folder.join("older");
    let script =
        "#!/bin/sh\ncase $1 in confinement) echo landlock no seccomp no;; *) printf 'MPD1\\001';; esac\n";
    std::fs::write(&program, script).expect("a script is written");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("it may run");
    program
}

on_both_databases! {
    async fn a_heic_is_shown_upright_turned_once_and_without_what_it_says_of_a_place(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let mut plain = std::io::Cursor::new(Vec::new());
        quarters(400, 240).write_to(&mut plain, ImageFormat::Png).expect("a PNG");
        let turned = with_irot(heic(&lying(&quarters(400, 240)), "jpg"));
        assert!(contains(&turned, CANARY) && contains(&turned, b"irot"));
        for file in [heic(&plain.into_inner(), "png"), turned] {
            let (media, derived) = tried(&member, branch, &file).await;
            let rest = member.phone.item(media).await.rest;
            assert_eq!((derived, rest.width_px, rest.height_px), (Derived::Ready, Some(400), Some(240)));
            for size in ["thumb", "preview"] {
                let picture = member.phone.get(&path(media, size)).await.body;
                assert!(stands_upright(&picture), "{size}");
                assert!(!contains(&picture, CANARY));
            }
            let original = member.phone.get(&path(media, "original")).await;
            assert_eq!((original.header("Content-Type"), original.body == file), ("image/heic", true));
        }
    }

    async fn a_broken_heic_is_kept_and_says_so(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let whole = heic(&lying(&quarters(64, 48)), "jpg");
        let mut huge = whole.clone();
        let size = huge.windows(4).position(|four| four == b"ispe").expect("a size") + 8;
        huge[size..size + 8].copy_from_slice(&[0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF]);
        let cut = whole[..whole.len() / 2].to_vec();
        for file in [cut, whole[..40].to_vec()] {
            let (media, derived) = tried(&member, branch, &file).await;
            assert_eq!(derived, Derived::Unreadable);
            assert_eq!(member.phone.get(&path(media, "original")).await.body, file);
        }
        let (media, _) = tried(&member, branch, &huge).await;
        assert_eq!(member.phone.get(&path(media, "original")).await.body, huge);
    }

    async fn documents_and_other_files_are_kept_and_handed_out_as_files(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let files: [(&[u8], &str, &str); 4] = [
            (b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\n%%EOF\n", "application/pdf", ".pdf"),
            (b"II*\0\x08\0\0\0\0\0\0\0\0\0", "image/tiff", ".tif"),
            (b"\xFF\x0A\x00\x10\xB0\x4B\x08\x08", "image/jxl", ".jxl"),
            (b"#EXTM3U\n/etc/passwd\n", "application/octet-stream", ".bin"),
        ];
        for (bytes, kind, ending) in files {
            let (media, derived) = tried(&member, branch, bytes).await;
            assert_eq!(derived, Derived::Unsupported, "{kind}");
            let original = member.phone.get(&path(media, "original")).await;
            assert_eq!((original.header("Content-Type"), original.body.as_slice()), (kind, bytes));
            let disposition = original.header("Content-Disposition");
            assert!(disposition.starts_with("attachment") && disposition.contains(ending), "{disposition}");
            assert!(original.header("Content-Security-Policy").starts_with("sandbox"), "{kind}");
            assert_eq!(member.phone.get(&path(media, "preview")).await.code(), Code::NotFound, "{kind}");
        }
    }

    async fn what_an_older_server_could_not_show_is_tried_again_by_one_that_can(kit) {
        let folder = tempfile::tempdir().expect("a folder is made");
        let older = older(folder.path());
        let program = kit::miaopu().to_owned();
        kit.restart_with(|config| config.derive.program = older).await;
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let (media, derived) = tried(&member, branch, &heic(&lying(&quarters(64, 48)), "jpg")).await;
        let (other, unknown) = tried(&member, branch, b"%PDF-1.7 for ever").await;
        assert_eq!((derived, unknown), (Derived::Unsupported, Derived::Unsupported));
        // The same decoders do not try again.
        kit.restart_with(|_| {}).await;
        assert_eq!(jobs(kit).await, 0);
        kit.restart_with(|config| config.derive.program = program).await;
        let shown = member.phone.item_once(media, |body| body.rest.derived == Derived::Ready).await;
        assert_eq!((shown.rest.width_px, shown.rest.height_px), (Some(48), Some(64)));
        assert_eq!(member.phone.get(&path(media, "thumb")).await.status, 200);
        assert_eq!(member.phone.item(other).await.rest.derived, Derived::Unsupported);
    }
}

/// Jobs that would make pictures, once the server had time to look.
async fn jobs(kit: &App) -> i64 {
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let db = kit.db().await;
    let mut db = db.read().await.expect("a connection");
    sqlx::query_scalar("SELECT COUNT(*) FROM job WHERE kind = 'derive'")
        .fetch_one(&mut *db)
        .await
        .expect("a number")
}
