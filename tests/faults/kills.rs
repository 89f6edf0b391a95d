//! A server that is killed fifty times at moments drawn by lot, while phones push, pull, upload and decide.

use std::cell::Cell;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use kit::{App, on_both_databases};

use crate::agree::drained_and_agreed;
use crate::hands::{Hand, Lots};

const KILLS: usize = 50;
/// Milliseconds that a server lives until it is killed.
const LIVES_MS: std::ops::Range<u64> = 1..250;
/// Longest that fifty kills may take on a busy machine.
const KILLED_WITHIN: Duration = Duration::from_secs(150);

async fn kills(kit: &App, mut lots: Lots) {
    let began = Instant::now();
    for kill in 0..KILLS {
        tokio::time::sleep(Duration::from_millis(lots.within(LIVES_MS))).await;
        kit.kill_and_serve().await;
        assert!(began.elapsed() < KILLED_WITHIN, "{kill} kills took {:?}", began.elapsed());
    }
}

on_both_databases! {
    by the binary:

    async fn a_server_killed_fifty_times_under_load_loses_nothing_and_doubles_nothing(kit) {
        let branch = kit.branch().await;
        let people = [kit.member(branch).await, kit.member(branch).await, kit.member(branch).await, kit.secretary(branch).await];
        let mut hands = Vec::new();
        for (who, person) in (1..).zip(&people) {
            hands.push(Hand::open(kit, branch, person, Lots::of("kills", who)).await);
        }
        let is_killed = Cell::new(true);
        let working = join_all(hands.iter_mut().map(|hand| hand.work(|| is_killed.get())));
        let killing = async {
            kills(kit, Lots::of("kills", 0)).await;
            is_killed.set(false);
        };
        tokio::join!(working, killing);
        drained_and_agreed(kit, &mut hands).await;
        let made: usize = hands.iter().map(|hand| hand.pocket.told.len()).sum();
        let files: usize = hands.iter().map(|hand| hand.pocket.files().len()).sum();
        eprintln!("{KILLS} kills over {made} ops and {files} files");
        assert!(made >= 2 * KILLS && files >= 10, "there was no load: {made} ops, {files} files");
    }
}
