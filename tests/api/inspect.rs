//! `miaopu inspect`: the table of `docs/media.md` is what the command prints of these drawn files. With
//! `MIAOPU_WRITE_EXAMPLES=1` it is written anew.

use std::io::Cursor;
use std::path::Path;
use std::process::Output;

use exif::Tag;
use image::{ImageFormat, Rgba, RgbaImage};
use kit::miaopu;
use serde_json::Value;
use tokio::process::Command;

use crate::facts::{phones, saying};
use crate::pictures::{hills, noise};

const PAGE: &str = include_str!("../../docs/media.md");
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/media.md");
const BEGIN: &str = "<!-- miaopu inspect -->\n";
const END: &str = "<!-- end -->";

fn draw(folder: &Path) {
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).expect("a file is written");
    let market = hills(640, 480, false);
    put("market.jpg", &saying(&market, phones(&[(Tag::OffsetTimeOriginal, "+08:00")])));
    put("market forwarded.jpg", &market);
    put("market smaller.jpg", &hills(320, 240, false));
    put("herbs.jpg", &saying(&hills(640, 480, true), phones(&[])));
    put("cut.jpg", &market[..40]);
    let mut stamp = Cursor::new(Vec::new());
    RgbaImage::from_fn(64, 64, |x, y| Rgba([180, 20, 20, (x * y % 256) as u8]))
        .write_to(&mut stamp, ImageFormat::Png)
        .expect("a picture is encoded");
    let stamp = stamp.into_inner();
    put("stamp.png", &stamp);
    let mut bomb = stamp;
    bomb[16..24].copy_from_slice(&[0, 0, 0xFD, 0xE8, 0, 0, 0xFD, 0xE8]);
    put("65000 wide.png", &bomb);
    put("page.jpg", b"<html><script>alert(1)</script></html>");
    put("noise.bin", &noise(1, 4_000));
    std::fs::create_dir(folder.join("more")).expect("a folder is made");
    put("more/market again.jpg", &saying(&market, phones(&[])));
}

async fn inspect(folder: &Path, more: &[&str]) -> Output {
    let output = Command::new(miaopu()).arg("inspect").arg(folder).args(more).kill_on_drop(true).output();
    output.await.expect("miaopu starts")
}

#[tokio::test]
async fn the_page_shows_what_the_command_prints() {
    let folder = tempfile::tempdir().expect("a folder");
    draw(folder.path());
    let output = inspect(folder.path(), &[]).await;
    let table = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (before, rest) = PAGE.split_once(BEGIN).expect("the page has a table");
    let (shown, after) = rest.split_once(END).expect("the table ends");
    if std::env::var_os("MIAOPU_WRITE_EXAMPLES").is_some() {
        std::fs::write(FILE, [before, BEGIN, &table, END, after].concat()).expect("the page is written");
        return;
    }
    assert_eq!(shown, table);
    assert!(
        !table.contains("HUAWEI") && !table.contains("116"),
        "camera and position stand in the JSON alone"
    );
}

#[tokio::test]
async fn as_json_it_says_all_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    draw(folder.path());
    let output = inspect(folder.path(), &["--json"]).await;
    let text = String::from_utf8(output.stdout).expect("text");
    let looks: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("an object")).collect();
    let look = |name: &str| looks.iter().find(|look| look["file"] == name).expect("it was looked at");
    let market = look("market.jpg");
    assert_eq!(market["facts"]["position"]["latitude_e7"], 399_000_000);
    assert_eq!(market["facts"]["scan_sha256"], look("more/market again.jpg")["facts"]["scan_sha256"]);
    assert_eq!(market["group"], look("market smaller.jpg")["group"]);
    assert_ne!(market["group"], look("herbs.jpg")["group"]);
    assert_eq!(look("cut.jpg")["reason"], "broken");
    assert_eq!(std::fs::read_dir(folder.path()).expect("it is there").count(), 10);
    let nowhere = inspect(&folder.path().join("nothing"), &[]).await;
    let said = String::from_utf8_lossy(&nowhere.stderr).into_owned();
    assert!(!nowhere.status.success() && said.contains("cannot read the folder"), "{said}");
}
