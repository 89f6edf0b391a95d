//! Bodies that no app sends: too large, no JSON, swollen by compression. Each is a problem, none a crash.

use kit::http::client;
use kit::{Answer, on_both_databases};
use shared::limits::BODY_BYTES_MAX;
use shared::wire::problem::Code;

on_both_databases! {
    async fn a_body_that_is_no_json_or_another_type_is_told_so(kit) {
        let post = || client().post(format!("{}/api/v1/sessions", kit.url()));
        let json = post().header("content-type", "application/json");
        assert_eq!(Answer::of(json.body("{\"number\":")).await.code(), Code::BadRequest);
        assert_eq!(Answer::of(post().body("number=1")).await.code(), Code::UnsupportedMediaType);
        assert_eq!(Answer::of(post().json(&["an", "array"])).await.code(), Code::BadRequest);
    }

    async fn a_body_over_the_limit_is_refused_with_the_limit(kit) {
        let body = format!("{{\"number\":\"{}\"}}", "9".repeat(BODY_BYTES_MAX));
        let request = client().post(format!("{}/api/v1/sessions", kit.url()));
        let problem = Answer::of(request.header("content-type", "application/json").body(body)).await.problem();
        assert_eq!(problem.code, Code::BodyTooLarge);
        assert_eq!(problem.detail["limit_kb"], (BODY_BYTES_MAX / 1_024).to_string());
    }

    async fn a_bomb_is_measured_after_it_is_unpacked(kit) {
        // A gzip member of stored blocks would be honest; this one is 10 MB of spaces in some 10 kB.
        let bomb = include_bytes!("bomb.json.gz");
        assert!(bomb.len() < BODY_BYTES_MAX / 10);
        let request = client().post(format!("{}/api/v1/sessions", kit.url()));
        let request = request.header("content-type", "application/json").header("content-encoding", "gzip");
        assert_eq!(Answer::of(request.body(bomb.to_vec())).await.code(), Code::BodyTooLarge);
    }

    async fn an_encoding_that_is_none_is_refused(kit) {
        let request = client().post(format!("{}/api/v1/sessions", kit.url()));
        let request = request.header("content-type", "application/json").header("content-encoding", "rot13");
        assert_eq!(Answer::of(request.body("{}")).await.code(), Code::UnsupportedMediaType);
    }
}
