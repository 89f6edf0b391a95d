//! The codec on pictures of ours, and on every file that any version wrote.

use std::fs;
use std::path::{Path, PathBuf};

use super::codec::{decode, encode};
use super::{Direction, ENCODER, Unfit};
use crate::derive::samples;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/lepton/golden");

/// The number of the version in use.
fn version() -> &'static str {
    ENCODER.rsplit(' ').next().unwrap()
}

/// Photos by name, without their ending.
fn photos() -> Vec<(String, Vec<u8>)> {
    let files = fs::read_dir(GOLDEN).unwrap().map(|entry| entry.unwrap().path());
    let photos = files.filter(|path| path.extension().is_some_and(|ending| ending == "jpg"));
    photos
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap()))
        .collect()
}

fn versions() -> Vec<PathBuf> {
    let folders = fs::read_dir(GOLDEN).unwrap().map(|entry| entry.unwrap().path());
    folders.filter(|path| path.is_dir()).collect()
}

#[test]
fn the_version_that_is_named_is_the_one_that_writes() {
    let real = lepton_jpeg::get_version_string();
    assert_eq!(real.split('-').next(), Some(version()), "{real}");
}

#[test]
fn every_file_that_any_version_wrote_gives_its_photo_back() {
    let (photos, versions) = (photos(), versions());
    assert!(photos.len() >= 7 && versions.iter().any(|folder| folder.ends_with(version())));
    for folder in versions {
        for (name, photo) in &photos {
            let stored = fs::read(folder.join(format!("{name}.lep"))).unwrap();
            assert!(decode(&stored).unwrap() == *photo, "{name} of {}", folder.display());
        }
    }
}

#[test]
fn the_version_in_use_writes_what_it_wrote_before() {
    let folder = Path::new(GOLDEN).join(version());
    for (name, photo) in photos() {
        let before = fs::read(folder.join(format!("{name}.lep"))).unwrap();
        assert!(encode(&photo).unwrap() == before, "{name} is written otherwise: it is another version");
    }
}

#[test]
#[ignore = "writes the folder of a new version; see the README beside it"]
fn write_golden() {
    let folder = Path::new(GOLDEN).join(version());
    fs::create_dir(&folder).expect("a version's folder is written once");
    for (name, photo) in photos() {
        fs::write(folder.join(format!("{name}.lep")), encode(&photo).unwrap()).unwrap();
    }
}

#[test]
fn a_drawn_photo_becomes_smaller_and_comes_back() {
    let photo = samples::phone_jpeg(&samples::quarters(640, 480), 6);
    let stored = encode(&photo).unwrap();
    assert!(stored.len() < photo.len());
    assert!(decode(&stored).unwrap() == photo);
}

#[test]
fn what_is_no_photo_or_has_too_many_scans_is_left_alone() {
    assert_eq!(encode(b"GIF89a"), Err(Unfit::Unsupported));
    assert_eq!(decode(b"no file of ours"), Err(Unfit::Unsupported));
    let photo = samples::jpeg(&samples::quarters(16, 16), None);
    let scan = photo.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap();
    let (head, scan) = photo[..photo.len() - 2].split_at(scan);
    let many = [head, &scan.repeat(101), &[0xFF, 0xD9]].concat();
    assert_eq!(encode(&many), Err(Unfit::TooManyScans));
}

#[test]
fn a_flipped_bit_is_refused_or_gives_another_file() {
    let (_, photo) = photos().into_iter().find(|(name, _)| name == "baseline").unwrap();
    let stored = encode(&photo).unwrap();
    for at in (0..stored.len()).step_by(97) {
        let mut damaged = stored.clone();
        damaged[at] ^= 1;
        // The first bytes name the version of the program that wrote and decide nothing.
        if let Ok(decoded) = decode(&damaged) {
            assert!(decoded != photo || at < 32, "a flip at {at} goes unnoticed");
        }
    }
}

#[test]
fn an_argument_names_a_direction() {
    for direction in [Direction::Encode, Direction::Decode] {
        assert_eq!(Direction::parse_argument(direction.name()), Ok(direction));
    }
    assert!(Direction::parse_argument("sideways").is_err());
}
