//! How often one may ask: a device that asks without end is told when to come again, and nobody else suffers.

use kit::{Answer, App, Engine, Person, http, on_both_databases};
use miaopu_server::config::Rates;
use shared::limits::RATE_BURST_SECONDS;
use shared::wire::Code;

/// Two requests a second of a device, three of an account, one of a network; half a minute's worth at once.
const FEW: Rates = Rates { device_per_second: 2, account_per_second: 3, network_per_second: 1 };

async fn strict(engine: Engine) -> App {
    App::start_with(engine, |config| config.rates = FEW).await
}

/// Asks until refused; answers how often it was let through, and the refusal.
async fn exhausted(person: &Person) -> (u32, Answer) {
    for passed in 0..1_000 {
        let answer = person.phone.get("/api/v1/me").await;
        if answer.status != 200 {
            return (passed, answer);
        }
    }
    panic!("nobody stopped it");
}

on_both_databases! {
    async fn a_device_that_asks_without_end_is_told_when_to_come_again(kit) {
        let strict = strict(kit.engine).await;
        let branch = strict.branch().await;
        let (hasty, other) = (strict.member(branch).await, strict.member(branch).await);
        let (passed, refused) = exhausted(&hasty).await;
        assert!(passed <= FEW.device_per_second * RATE_BURST_SECONDS, "{passed}");
        let problem = refused.problem();
        assert_eq!((refused.status, problem.code), (429, Code::TooManyRequests));
        assert_eq!((refused.header("retry-after"), problem.detail["seconds"].as_str()), ("1", "1"));
        assert_eq!(problem.message, "操作过于频繁，请 1 秒后再试");
        assert_eq!(other.phone.get("/api/v1/me").await.status, 200, "a colleague goes on");
        strict.clock.advance(1_000);
        for expected in [200, 200, 429] {
            assert_eq!(hasty.phone.get("/api/v1/me").await.status, expected);
        }
        strict.stop().await.expect("it stops");
    }

    async fn a_network_without_a_token_is_bounded_and_those_signed_in_are_not_bounded_by_it(kit) {
        let strict = strict(kit.engine).await;
        let branch = strict.branch().await;
        let member = strict.member(branch).await;
        let mut statuses = Vec::new();
        for _ in 0..2 * FEW.network_per_second * RATE_BURST_SECONDS {
            statuses.push(Answer::of(http::client().get(format!("{}/api/v1/limits", strict.url()))).await.status);
        }
        assert_eq!((statuses.first(), statuses.last()), (Some(&200), Some(&429)));
        assert_eq!(member.phone.get("/api/v1/me").await.status, 200);
        assert_eq!(strict.get("/").await.status, 200, "the app's own files are not counted");
        strict.stop().await.expect("it stops");
    }
}
