//! The queue as an operator sees it: counted, named with the last error, tried again or forgotten.

use kit::media::{LOOK, LOOKS_MAX, path};
use kit::{App, on_both_databases, sha256};

use crate::metrics::{figure, scrape};
use crate::pictures::phone_photo;
use crate::smaller::{forget_pictures, sent, tried};

/// The longest pause between two tries, in ms.
const PAUSE_MS: i64 = 320_000;

/// Lets time pass until a job was given up.
async fn given_up(kit: &App) {
    for look in 0..LOOKS_MAX {
        if look % 20 == 0 {
            kit.clock.advance(PAUSE_MS);
        }
        if figure(&scrape(kit).await, "miaopu_jobs{kind=\"derive\",state=\"dead\"}") == 1.0 {
            return;
        }
        tokio::time::sleep(LOOK).await;
    }
    panic!("no job is given up: {}", kit.command(&["jobs", "list", "--all"]).await);
}

on_both_databases! {
    async fn what_was_given_up_is_named_with_its_reason_and_tried_again(kit) {
        kit.sends_once("the queue is counted");
        assert!(kit.command(&["jobs", "list"]).await.contains("nothing waits"));
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(1, 320, 240);
        let media = sent(&member, branch, &photo).await;
        let (.., stored, _, _) = tried(kit, &photo).await;
        let stored = kit.stored("lepton", &stored.expect("it is stored smaller"));
        let whole = stored.read().await;
        stored.remove().await;
        forget_pictures(kit, &photo).await;
        given_up(kit).await;

        let said = kit.command(&["jobs", "list"]).await;
        assert!(said.contains("derive     dead   1") && said.contains("is missing"), "{said}");
        let id = said.lines().find_map(|line| line.split_once("  derive dead")).expect("the job").0;
        stored.write(&whole).await;
        kit.command(&["jobs", "retry", id]).await;
        member.phone.refresh().await;
        tried(kit, &photo).await;
        assert_eq!(member.phone.get(&path(media, "thumb")).await.status, 200);
        assert!(kit.command(&["jobs", "list"]).await.contains("nothing waits"));
    }

    async fn what_was_given_up_is_forgotten_where_nobody_wants_it(kit) {
        let sql = "INSERT INTO job (id, kind, args, state, run_at, lease_until, lease_by, attempts, last_error, created_at) \
                   VALUES ($1, 'derive', $2, 'dead', 0, 0, '', 5, 'no such luck', 0)";
        let args = format!("{{\"part\":\"original\",\"sha256\":\"{}\"}}", sha256(b"gone"));
        crate::verify::tamper(kit, sql, &["the-job".to_owned(), args]).await;
        let said = kit.command(&["jobs", "list"]).await;
        assert!(said.contains("the-job") && said.contains("no such luck"), "{said}");
        assert!(kit.command(&["jobs", "drop", "the-job"]).await.contains("forgotten"));
        assert!(kit.command(&["jobs", "list"]).await.contains("nothing waits"));
    }
}
