//! Figures for Prometheus and readiness: who gets them, that they move, that nothing about people is in them, and that
//! every figure which the dashboard and the alarms name is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use kit::{Answer, App, Part, drafts, http, id, on_both_databases};
use miaopu_server::backup::make::{Wish, make};
use miaopu_server::health::{self, Check};
use shared::wire::Code;

/// How often readiness is asked until it notices what a test broke, and how many times: a look is kept for a second.
const LOOK: Duration = Duration::from_millis(100);
const LOOKS_MAX: usize = 300;

/// Asks as Prometheus does.
pub async fn scrape(kit: &App) -> String {
    let token =
        fs::read_to_string(kit.config().secrets_dir().join("metrics.token")).expect("the token is there");
    let asked = http::client().get(format!("{}/metrics", kit.url())).bearer_auth(token.trim());
    let answer = Answer::of(asked).await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").starts_with("application/openmetrics-text"));
    let text = String::from_utf8(answer.body).expect("figures are text");
    assert!(text.ends_with("# EOF\n"), "{text}");
    text
}

/// The figure of one series, by its name with all labels.
pub fn figure(text: &str, series: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {series} in\n{text}")).parse().expect("a number")
}

/// Names of all series.
fn names(text: &str) -> BTreeSet<&str> {
    let series = text.lines().filter(|line| !line.starts_with('#'));
    series.filter_map(|line| line.split(['{', ' ']).next()).collect()
}

/// Names of figures that a file asks for.
fn asked_for(text: &str) -> BTreeSet<&str> {
    let words = text.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_');
    words.filter(|word| word.starts_with("miaopu_") || word.starts_with("process_")).collect()
}

/// Lets one of everything happen that is counted: a push, an upload, a stream, a refusal, a backup.
async fn busy(kit: &App) {
    let branch = kit.branch().await;
    let member = kit.member(branch).await;
    let entry = member.phone.begun(branch.id, member.id).await;
    let media = id();
    member.phone.applied(branch.id, drafts::photo(entry, media, b"a photo")).await;
    member.phone.upload(media, Part::Original, b"a photo").await;
    assert_eq!(kit.get("/api/v1/me").await.code(), Code::SignedOut);
    let wish = Wish { off_machine: true, keep: None };
    make(&kit.operator().await, &kit.folder().join("backups"), wish).await.expect("a backup is made");
}

on_both_databases! {
    async fn figures_move_with_what_happens(kit) {
        kit.sends_once("requests are counted");
        let before = scrape(kit).await;
        assert_eq!(figure(&before, "miaopu_upload_received_bytes_total"), 0.0);
        busy(kit).await;
        let text = scrape(kit).await;
        assert_eq!(figure(&text, "miaopu_ops_total{answer=\"applied\"}"), 2.0);
        assert_eq!(figure(&text, "miaopu_upload_received_bytes_total"), 7.0);
        assert_eq!(figure(&text, "miaopu_problems_total{code=\"signed_out\"}"), 1.0);
        let refused = "miaopu_http_requests_total{method=\"GET\",route=\"/api/v1/me\",status=\"401\"}";
        assert_eq!(figure(&text, refused), 1.0);
        let pushes = "miaopu_http_request_duration_seconds_count{method=\"POST\",route=\"/api/v1/sync/push\"}";
        assert_eq!(figure(&text, pushes), 2.0);
        let made_at = figure(&text, "miaopu_backup_timestamp_seconds");
        assert_eq!(made_at, kit.clock.now() as f64 / 1_000.0);
        assert!(figure(&text, "miaopu_devices_seen") >= 1.0);
        for check in Check::ALL {
            assert_eq!(figure(&text, &format!("miaopu_check{{check=\"{}\"}}", check.name())), 1.0);
        }
    }

    async fn only_whoever_watches_the_server_sees_its_figures(kit) {
        let admin = kit.admin().await;
        assert_eq!(kit.get("/metrics").await.code(), Code::SignedOut);
        assert_eq!(admin.phone.get("/metrics").await.code(), Code::SignedOut);
    }

    async fn figures_tell_nothing_about_people(kit) {
        busy(kit).await;
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        member.phone.get(&format!("/api/v1/branches/{}/entries", branch.id)).await;
        kit.get("/api/v1/moon?name=somebody").await;
        let text = scrape(kit).await;
        for private in [branch.id.to_string(), member.account.to_string(), "somebody".into(), "moon".into()] {
            assert!(!text.contains(&private), "{private} in\n{text}");
        }
    }

    async fn every_figure_of_dashboard_and_alarms_exists(kit) {
        busy(kit).await;
        let text = scrape(kit).await;
        let there = names(&text);
        for file in ["deploy/grafana.json", "deploy/alarms.yml"] {
            let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(file);
            let wanted = fs::read_to_string(path).expect("it is there");
            let wanted = asked_for(&wanted);
            assert!(wanted.len() > 5, "{file} asks for {wanted:?}");
            let missing: Vec<_> = wanted.difference(&there).collect();
            assert!(missing.is_empty(), "{file} asks for {missing:?}, which are not in\n{text}");
        }
    }

    async fn a_server_that_cannot_work_is_not_ready(kit) {
        assert_eq!(kit.get("/api/v1/health/ready").await.status, 200);
        let incoming = kit.config().blobs_dir().join("incoming");
        fs::remove_dir(&incoming).expect("it is empty");
        assert_eq!(failing(kit, "blobs").await, "blobs");
        assert_eq!(figure(&scrape(kit).await, "miaopu_check{check=\"blobs\"}"), 0.0);
        fs::create_dir(&incoming).expect("it is back");
        kit.db().await.close().await;
        assert_eq!(failing(kit, "database").await, "database");
        assert_eq!(kit.get("/api/v1/health").await.status, 200, "the process is alive");
        let text = scrape(kit).await;
        assert!(!names(&text).contains("miaopu_jobs"), "what cannot be measured is left out:\n{text}");
    }

    async fn workers_that_ended_are_noticed(kit) {
        // An operator's command opens the same data, and no workers.
        let look = health::look(&kit.operator().await).await;
        assert_eq!(look.failed(), "jobs");
    }
}

/// What readiness says to fail, once it names this.
async fn failing(kit: &App, wanted: &str) -> String {
    for _ in 0..LOOKS_MAX {
        let answer = kit.get("/api/v1/health/ready").await;
        if answer.status == 503 {
            let failed = answer.problem().detail["failed"].clone();
            if failed.contains(wanted) {
                return failed;
            }
        }
        tokio::time::sleep(LOOK).await;
    }
    panic!("readiness does not notice {wanted}");
}
