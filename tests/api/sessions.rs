//! Signing in, refreshing and signing out: what opens, what does not, and what is told of it.

use kit::http::client;
use kit::ids::secret;
use kit::{Answer, PASSWORD, on_both_databases};
use shared::ids::DeviceId;
use shared::wire::problem::Code;
use shared::wire::session::{Session, SignIn};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

fn attempt(number: &str, password: &str, device: Option<DeviceId>) -> SignIn {
    SignIn {
        number: number.to_owned(),
        password: password.to_owned(),
        next: secret(),
        device_name: String::new(),
        device,
    }
}

/// An answer without what differs each time.
fn told(answer: &Answer) -> (u16, Code, String) {
    let problem = answer.problem();
    (answer.status, problem.code, problem.message)
}

/// The media cookie that an answer sets, as a browser would send it back.
fn cookie_of(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().expect("a cookie").to_owned()
}

on_both_databases! {
    async fn a_wrong_password_and_an_unknown_number_are_told_alike(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let wrong = kit.post("/api/v1/sessions", &attempt(&member.number, "not the password", None)).await;
        let unknown = kit.post("/api/v1/sessions", &attempt("NOBODY", "not the password", None)).await;
        let nonsense = kit.post("/api/v1/sessions", &attempt("王\u{0}", "not the password", None)).await;
        assert_eq!(told(&wrong).1, Code::WrongCredentials);
        assert_eq!(told(&wrong), told(&unknown));
        assert_eq!(told(&wrong), told(&nonsense));
    }

    async fn guessing_waits_longer_each_time_and_a_known_device_does_not(kit) {
        kit.sends_once("failed attempts are counted");
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        for _ in 0..5 {
            let answer = kit.post("/api/v1/sessions", &attempt(&member.number, "guess", None)).await;
            assert_eq!(answer.code(), Code::WrongCredentials);
        }
        let refused = kit.post("/api/v1/sessions", &attempt(&member.number, PASSWORD, None)).await;
        assert_eq!(refused.code(), Code::TooManyRequests);
        assert_eq!(refused.header("retry-after"), "1");
        let known = attempt(&member.number, PASSWORD, Some(member.phone.device));
        let session: Session = kit.post("/api/v1/sessions", &known).await.json();
        assert_eq!(session.device, member.phone.device);
        kit.clock.advance(MINUTE_MS);
        kit.sign_in(&member.number, PASSWORD).await;
    }

    async fn an_access_token_ends_and_a_forged_one_never_opens(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let token = member.phone.access().await;
        let with = async |token: &str| {
            Answer::of(client().get(format!("{}/api/v1/me", kit.url())).bearer_auth(token)).await.status
        };
        assert_eq!(with(&token).await, 200);
        let (body, signature) = token.rsplit_once('.').expect("three parts");
        let flipped: String = signature.chars().rev().collect();
        assert_eq!(with(&format!("{body}.{flipped}")).await, 401);
        assert_eq!(with(&format!("{body}.")).await, 401);
        kit.clock.advance(16 * MINUTE_MS);
        assert_eq!(with(&token).await, 401);
        member.phone.refresh().await;
        assert_eq!(member.phone.get("/api/v1/me").await.status, 200);
    }

    async fn an_old_secret_with_another_successor_ends_the_device_for_both(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let stolen = member.phone.refresh_ask().await;
        member.phone.refresh().await;
        assert_eq!(kit.post("/api/v1/sessions/refresh", &stolen).await.code(), Code::SignedOut);
        assert_eq!(member.phone.get("/api/v1/me").await.code(), Code::SignedOut);
        let again = member.phone.refresh_ask().await;
        assert_eq!(member.phone.refresh_with(&again).await.code(), Code::SignedOut);
    }

    async fn a_guessed_secret_ends_nothing(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let mut guess = member.phone.refresh_ask().await;
        guess.current = secret();
        assert_eq!(kit.post("/api/v1/sessions/refresh", &guess).await.code(), Code::SignedOut);
        member.phone.refresh().await;
    }

    async fn a_device_unseen_for_ninety_days_signs_in_anew(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        kit.clock.advance(91 * 24 * HOUR_MS);
        let ask = member.phone.refresh_ask().await;
        assert_eq!(member.phone.refresh_with(&ask).await.code(), Code::SignedOut);
        kit.sign_in(&member.number, PASSWORD).await;
    }

    async fn signing_out_ends_the_device_at_once(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let answer = member.phone.post("/api/v1/sessions/end", &()).await;
        assert_eq!(answer.status, 204);
        assert!(answer.header("set-cookie").contains("Max-Age=0"), "{}", answer.header("set-cookie"));
        assert_eq!(member.phone.get("/api/v1/me").await.code(), Code::SignedOut);
    }

    async fn the_cookie_opens_events_for_our_own_pages_and_nothing_else(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let known = attempt(&member.number, PASSWORD, Some(member.phone.device));
        let answer = kit.post("/api/v1/sessions", &known).await;
        let set = answer.header("set-cookie").to_owned();
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict"), "{set}");
        let ask = async |path: &str, site: Option<&str>| {
            let request = client().get(format!("{}{path}", kit.url())).header("cookie", cookie_of(&answer));
            let request = match site {
                Some(site) => request.header("sec-fetch-site", site),
                None => request,
            };
            // The stream has no end: only how it begins is looked at.
            request.send().await.expect("the server answers").status().as_u16()
        };
        assert_eq!(ask("/api/v1/events", Some("same-origin")).await, 200);
        assert_eq!(ask("/api/v1/events", Some("same-site")).await, 401);
        assert_eq!(ask("/api/v1/events", Some("cross-site")).await, 401);
        assert_eq!(ask("/api/v1/events", None).await, 401);
        assert_eq!(ask("/api/v1/me", Some("same-origin")).await, 401);
    }
}
