//! What gc removes: only what no row names, only after it has waited, and never beside a backup.

use std::time::Duration;

use futures_util::future::join_all;
use kit::media::path;
use kit::stored::Stored;
use kit::{App, Part, on_every_storage, sha256};
use miaopu_server::backup::make::{Wish as BackupWish, make};
use miaopu_server::gc::collect::{Report, Wish, collect};
use miaopu_server::lease::{self, STORAGE};

use crate::pictures::{hills, noise, phone_photo};
use crate::smaller::{faults, sent, tried};

const DAY_MS: i64 = 86_400_000;
const DRY: Wish = Wish { apply: false, grace_days: 7 };
const APPLY: Wish = Wish { apply: true, grace_days: 7 };

async fn collected(kit: &App, wish: Wish) -> Report {
    let report = collect(&kit.operator().await, wish).await.expect("gc runs");
    assert_eq!(report.faults, Vec::<String>::new());
    report
}

/// Puts a file into storage that nobody has written down.
async fn stray(kit: &App, area: &str, bytes: &[u8]) -> Stored {
    let stored = kit.stored(area, &sha256(bytes).to_string());
    stored.write(bytes).await;
    stored
}

async fn all_exist(all: &[Stored]) -> bool {
    join_all(all.iter().map(Stored::exists)).await.into_iter().all(|exists| exists)
}

async fn none_exists(all: &[Stored]) -> bool {
    join_all(all.iter().map(Stored::exists)).await.into_iter().all(|exists| !exists)
}

on_every_storage! {
    async fn gc_removes_only_what_no_row_names_and_only_once_it_has_waited(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let (photo, clip) = (phone_photo(1, 640, 480), noise(1, 40_000));
        let media = sent(&member, branch, &photo).await;
        let other = sent(&member, branch, &clip).await;
        assert_eq!(tried(kit, &photo).await.0, "lepton");
        let raw = kit.stored("original", &sha256(&photo).to_string());
        let strayed = noise(9, 300);
        let areas = ["original", "lepton", "sketch", "derived"];
        let strays = join_all(areas.map(|area| stray(kit, area, &strayed))).await;
        let left = kit.stored("incoming", "left-over");
        left.write(b"half an upload").await;
        assert_eq!(faults(kit).await.len(), strays.len(), "verify names each file that nobody knows");

        let dry = collected(kit, DRY).await;
        assert_eq!((dry.found.files, dry.waiting.files, dry.removed.files), (5, 1, 0));
        let first = collected(kit, APPLY).await;
        assert_eq!((first.found.files, first.waiting.files, first.removed.files), (5, 1, 0));
        assert!(raw.exists().await && left.exists().await && all_exist(&strays).await);
        assert_eq!(faults(kit).await, Vec::<String>::new(), "what waits for gc is no fault");

        kit.clock.advance(8 * DAY_MS);
        member.phone.refresh().await;
        let going = member.named(branch, b"under way").await.1;
        let location = member.phone.begin_upload(going, Part::Original, b"under way").await;
        let request = member.phone.patch_request(&location, 0).await.body(b"under".to_vec());
        kit::Answer::of(request).await;
        let would = collected(kit, DRY).await;
        assert_eq!((would.found.files, would.removed.files), (0, 6));
        assert!(raw.exists().await, "a dry run removes nothing");
        let done = collected(kit, APPLY).await;
        assert_eq!((done.found.files, done.waiting.files, done.removed.files), (0, 0, 6));
        assert_eq!(done.removed.bytes, would.removed.bytes);
        assert!(!raw.exists().await && !left.exists().await && none_exists(&strays).await);
        let again = collected(kit, APPLY).await;
        assert_eq!((again.found.files, again.waiting.files, again.removed.files), (0, 0, 0));

        for (media, bytes) in [(media, &photo), (other, &clip)] {
            assert!(member.phone.get(&path(media, "original")).await.body == *bytes);
        }
        assert_eq!(member.phone.get(&path(media, "thumb")).await.status, 200);
        assert_eq!(member.phone.offset(&location).await, 5, "an upload under way is nobody's garbage");
        assert_eq!(faults(kit).await, Vec::<String>::new());
    }

    async fn what_is_needed_again_while_it_waits_stays(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let bytes = noise(3, 20_000);
        stray(kit, "original", &bytes).await;
        assert_eq!(collected(kit, APPLY).await.found.files, 1);
        kit.clock.advance(6 * DAY_MS);
        member.phone.refresh().await;
        let media = sent(&member, branch, &bytes).await;
        kit.clock.advance(2 * DAY_MS);
        let report = collected(kit, APPLY).await;
        assert_eq!((report.needed, report.removed.files), (1, 0));
        member.phone.refresh().await;
        assert!(member.phone.get(&path(media, "original")).await.body == bytes);
        assert_eq!(collected(kit, APPLY).await.needed, 0, "it is forgotten as garbage");
    }

    async fn gc_and_backup_keep_out_of_each_others_way(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(4, 640, 480);
        sent(&member, branch, &photo).await;
        assert_eq!(tried(kit, &photo).await.0, "lepton");
        kit.clock.advance(8 * DAY_MS);
        let (app, raw) = (kit.operator().await, kit.stored("original", &sha256(&photo).to_string()));
        let backup = lease::take(&app, (STORAGE, "backup"), Duration::ZERO).await.expect("the database answers");
        let backup = backup.expect("nobody has it");
        let refused = collect(&app, APPLY).await.expect_err("a backup is under way").to_string();
        assert!(refused.contains("backup is under way") && raw.exists().await, "{refused}");
        // The backup dies without a word; its lease ends by itself.
        drop(backup);
        assert!(collect(&app, APPLY).await.is_err());
        kit.clock.advance(61_000);
        assert_eq!(collected(kit, APPLY).await.removed.files, 1);

        let gc = lease::take(&app, (STORAGE, "gc"), Duration::ZERO).await.expect("the database answers");
        let gc = gc.expect("nobody has it");
        let (folder, other) = (kit.folder().join("backups"), app.clone());
        let made = tokio::spawn(async move {
            make(&other, &folder, BackupWish { off_machine: false, keep: None }).await
        });
        tokio::time::sleep(Duration::from_millis(700)).await;
        assert!(!made.is_finished(), "a backup waits for gc");
        gc.release(&app).await.expect("it is given up");
        let made = made.await.expect("no panic").expect("a backup is made");
        assert_eq!((made.faults, made.manifest.blobs), (Vec::new(), 3));
        collected(kit, APPLY).await;
    }

    async fn a_raw_photo_stays_while_its_smaller_file_is_not_whole(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = hills(640, 480, false);
        sent(&member, branch, &photo).await;
        let (.., stored, _, _) = tried(kit, &photo).await;
        let stored = kit.stored("lepton", &stored.expect("it is stored smaller"));
        let whole = stored.read().await;
        stored.write(&whole[..whole.len() - 1]).await;
        kit.clock.advance(8 * DAY_MS);
        let report = collect(&kit.operator().await, APPLY).await.expect("gc runs");
        assert_eq!((report.faults.len(), report.removed.files, report.waiting.files), (1, 0, 1), "{report}");
        assert!(kit.stored("original", &sha256(&photo).to_string()).exists().await);
        stored.write(&whole).await;
        assert_eq!(collected(kit, APPLY).await.removed.files, 1);
    }

    async fn the_command_says_what_waits_and_changes_nothing_unless_told(kit) {
        stray(kit, "derived", b"nobody knows me").await;
        let said = kit.command(&["gc"]).await;
        let name = sha256(b"nobody knows me").to_string();
        assert!(said.contains(&name) && said.contains("Nothing was changed"), "{said}");
        assert_eq!(kit.blobs("derived"), [name]);
        kit.command(&["gc", "--apply", "--grace-days", "0"]).await;
        assert_eq!(kit.blobs("derived").len(), 1, "it begins to wait");
        kit.command(&["gc", "--apply", "--grace-days", "0"]).await;
        assert!(kit.blobs("derived").is_empty());
    }
}
