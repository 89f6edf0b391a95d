//! Clocks that are wrong: the server's jumps a year ahead and back, phones live years apart. Times are shown and never
//! decide, so that nothing is lost, doubled or stuck.

use kit::media::{LOOK, LOOKS_MAX};
use kit::{App, Branch, Person, on_both_databases};
use miaopu_server::Clock;
use miaopu_server::jobs::{Job, enqueue};
use shared::ids::Digest;

use crate::agree::drained_and_agreed;
use crate::hands::{Hand, Lots};

const YEAR_MS: i64 = 365 * 24 * 3_600_000;
/// Things that each person does before and after each jump.
const ACTS: usize = 8;

async fn hands<'a>(kit: &'a App, branch: Branch, people: &'a [Person], test: &str) -> Vec<Hand<'a>> {
    let mut hands = Vec::new();
    for (who, person) in (0..).zip(people) {
        hands.push(Hand::open(kit, branch, person, Lots::of(test, who)).await);
    }
    hands
}

fn act(hands: &mut [Hand<'_>]) {
    for hand in hands {
        (0..ACTS).for_each(|_| hand.act());
        hand.decide();
    }
}

/// How often jobs were begun.
async fn begun(kit: &App) -> i64 {
    let mut db = kit.db().await.read().await.expect("a connection");
    let count = "SELECT CAST(COALESCE(SUM(attempts), 0) AS BIGINT) FROM job";
    sqlx::query_scalar(count).fetch_one(&mut *db).await.expect("a count")
}

on_both_databases! {
    async fn a_server_whose_clock_jumps_a_year_ahead_and_back_loses_nothing(kit) {
        let branch = kit.branch().await;
        let people = [kit.member(branch).await, kit.member(branch).await, kit.secretary(branch).await];
        let mut hands = hands(kit, branch, &people, "jumps").await;
        for jump in [YEAR_MS, -YEAR_MS, -YEAR_MS, YEAR_MS] {
            act(&mut hands);
            // Some of it is at the server and some is not when the clock jumps.
            hands[0].exchange().await;
            kit.clock.advance(jump);
            act(&mut hands);
            for hand in &mut hands {
                hand.drain().await;
            }
        }
        drained_and_agreed(kit, &mut hands).await;
    }

    async fn a_job_of_a_clock_that_went_back_is_not_put_off_for_a_year(kit) {
        let future = Clock::manual(kit.clock.now() + YEAR_MS);
        let job = Job::Derive { part: "original".to_owned(), sha256: Digest([7; 32]) };
        let mut tx = kit.db().await.write().await.expect("a transaction");
        enqueue(&mut tx, &future, &job).await.expect("it is queued");
        tx.commit().await.expect("it is stored");
        for step_ms in [-1, 1].into_iter().cycle().take(LOOKS_MAX) {
            kit.clock.advance(step_ms);
            if begun(kit).await > 0 {
                return;
            }
            tokio::time::sleep(LOOK).await;
        }
        panic!("the job waits for a year that nobody will see");
    }

    async fn phones_that_live_years_apart_work_on_the_same_entries(kit) {
        let branch = kit.branch().await;
        let people = [kit.member(branch).await, kit.member(branch).await, kit.secretary(branch).await];
        let mut hands = hands(kit, branch, &people, "apart").await;
        for (hand, ahead_ms) in hands.iter_mut().zip([YEAR_MS, -YEAR_MS, 0]) {
            hand.pocket.ahead_ms = ahead_ms;
        }
        for _ in 0..4 {
            act(&mut hands);
            for hand in &mut hands {
                hand.drain().await;
            }
        }
        // The clocks are mended, while something waits.
        act(&mut hands);
        for hand in &mut hands {
            hand.pocket.ahead_ms = 0;
        }
        drained_and_agreed(kit, &mut hands).await;
    }
}
