//! What surrounds every route: headers, request ids, unknown addresses, and a server that stops and starts.

use kit::on_both_databases;
use shared::wire::problem::Code;

/// Headers of every answer, app or API, success or refusal.
const ALWAYS: [(&str, &str); 2] =
    [("x-content-type-options", "nosniff"), ("cross-origin-resource-policy", "same-origin")];

/// Headers of what a browser shows or runs, and of no data.
const SHOWN: [(&str, &str); 4] = [
    ("content-security-policy", "default-src 'none'"),
    ("referrer-policy", "no-referrer"),
    ("permissions-policy", "camera=(self)"),
    ("cross-origin-opener-policy", "same-origin"),
];

on_both_databases! {
    async fn a_server_says_whether_it_and_its_database_answer(kit) {
        for path in ["/api/v1/health", "/api/v1/health/ready"] {
            let answer = kit.get(path).await;
            assert_eq!(answer.json::<serde_json::Value>()["status"], "ok");
        }
    }

    async fn every_answer_carries_the_security_headers_of_its_kind_and_a_request_id(kit) {
        for (path, is_shown) in [("/api/v1/health", false), ("/api/v1/moon", false), ("/", true), ("/entries/1", true)] {
            let answer = kit.get(path).await;
            for (name, value) in ALWAYS {
                assert_eq!(answer.header(name), value, "{name} of {path}");
            }
            for (name, value) in SHOWN {
                let there = answer.header(name);
                assert!(if is_shown { there.starts_with(value) } else { there.is_empty() }, "{name} of {path}: {there}");
            }
            assert!(!answer.header("x-request-id").is_empty(), "{path}");
        }
    }

    async fn an_unknown_address_is_a_problem_that_names_its_request(kit) {
        let answer = kit.get("/api/v1/moon").await;
        let problem = answer.problem();
        assert_eq!(problem.code, Code::NotFound);
        assert_eq!(problem.request_id, answer.header("x-request-id"));
    }

    async fn another_method_is_a_problem_too(kit) {
        assert_eq!(kit.post("/api/v1/health", &()).await.code(), Code::MethodNotAllowed);
    }

    async fn answers_about_people_stay_out_of_caches(kit) {
        assert_eq!(kit.get("/api/v1/moon").await.header("cache-control"), "no-store");
    }

    async fn a_server_that_was_stopped_answers_again_at_the_same_address(kit) {
        let address = kit.url();
        kit.restart().await;
        assert_eq!(kit.url(), address);
        assert_eq!(kit.get("/api/v1/health/ready").await.status, 200);
    }
}
