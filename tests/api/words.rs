//! What people type, in every field of every op and every body: stored and given back as the text it is or refused in
//! words, and never in the log.

use kit::http::client;
use kit::{Answer, App, Phone, on_both_databases};
use miaopu_server::router::{Body, ROUTES};
use reqwest::Method;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use shared::model::{Grant, Role, Scope};
use shared::wire::account::{ChangePassword, MakeGrant};
use shared::wire::push::{Answer as OpOutcome, PushAnswer, PushAsk, Stop};
use shared::wire::session::{Activate, Refresh, SignIn};
use shared::wire::{Act, PullAsk};

use crate::samples::{Names, Stage, Troupe, act};

/// Stands in every field, once; no log line may hold it.
const CANARY: &str = "金丝雀CANARY";

/// The places of a document where text stands, as JSON pointers.
fn spots(document: &Value) -> Vec<String> {
    fn walk(value: &Value, at: &str, found: &mut Vec<String>) {
        match value {
            Value::String(_) => found.push(at.to_owned()),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(n, item)| walk(item, &format!("{at}/{n}"), found));
            }
            Value::Object(members) => members.iter().for_each(|(key, item)| {
                walk(item, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), found);
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    let mut found = Vec::new();
    walk(document, "", &mut found);
    found
}

fn with(document: &Value, spot: &str, text: &str) -> Value {
    let mut changed = document.clone();
    *changed.pointer_mut(spot).expect("a spot of this document") = json!(text);
    changed
}

/// Sends one op as it is written, in a queue of its own.
async fn send(phone: &Phone, op: &Value) -> PushAnswer {
    let queue = phone.with_new_client();
    let sealed = queue.seal_text(RawValue::from_string(op.to_string()).expect("JSON"));
    queue.send(&[sealed]).await.json()
}

/// An op of this name on a stage of its own, as a document.
async fn document(troupe: &Troupe, name: &str) -> (Stage, Value) {
    let stage = Stage::of(&act(name, &Names::never(troupe.branch.id)));
    let names = troupe.set(stage).await;
    let mut op = troupe.actor(stage).phone.op(troupe.branch.id, act(name, &names));
    op.needs = vec![kit::id()];
    (stage, serde_json::to_value(&op).expect("JSON"))
}

/// A body for each route that takes one; `None` for those whose body is empty or bytes.
fn body(method: &str, path: &str, phone: &Phone) -> Option<Value> {
    let text = || CANARY.to_owned();
    let written = match (method, path) {
        ("POST", "/api/v1/sessions") => json!(SignIn {
            number: text(),
            password: text(),
            next: text(),
            device_name: text(),
            device: Some(phone.device),
        }),
        ("POST", "/api/v1/sessions/refresh") => {
            json!(Refresh { device: phone.device, current: text(), next: text() })
        }
        ("POST", "/api/v1/activations") => json!(Activate {
            number: text(),
            code: text(),
            password: text(),
            next: text(),
            device_name: text(),
        }),
        ("POST", "/api/v1/sync/push") => {
            json!(PushAsk { client: phone.client, receipt: Some(text()), ops: Vec::new() })
        }
        ("POST", "/api/v1/sync/pull") => {
            json!(PullAsk {
                client: phone.client,
                cursor: Some(text()),
                refetch: vec![shared::ids::FeedId::Org]
            })
        }
        ("POST", "/api/v1/me/password") => json!(ChangePassword { current: text(), password: text() }),
        ("POST", "/api/v1/accounts/{id}/grants") => {
            json!(MakeGrant { grant: Grant { role: Role::Deputy, scope: Scope::Branch(kit::id()) } })
        }
        ("POST", "/api/v1/uploads" | "/api/v1/sessions/end") | ("POST", "/api/v1/devices/{id}/revoke") => {
            return None;
        }
        (
            "POST",
            "/api/v1/accounts/{id}/reset" | "/api/v1/grants/{id}/confirm" | "/api/v1/grants/{id}/end",
        ) => {
            return None;
        }
        ("POST", other) => panic!("{other} has no sample of its body: add one with text in every field"),
        _ => return None,
    };
    Some(written)
}

/// A canary in every place of a request that is no body: path, query, and headers.
async fn around(phone: &Phone, method: &str, path: &str) -> Answer {
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    let address = format!("{}?reason={CANARY}&after={CANARY}&kind={CANARY}", path.replace("{id}", CANARY));
    let request = phone.request(method, &address).await;
    let request = request.header("user-agent", "CANARY").header("cookie", "miaopu_media=CANARY; a=CANARY");
    let request =
        request.header("upload-metadata", "media Q0FOQVJZ,filename CANARY").header("if-none-match", "CANARY");
    let request =
        request.header("tus-resumable", "1.0.0").header("upload-length", "CANARY").header("range", "CANARY");
    Answer::of(request.header("upload-checksum", "sha256 CANARY").header("x-forwarded-for", "CANARY")).await
}

async fn through_every_route(kit: &App, phone: &Phone) {
    for route in ROUTES {
        if route.path == "/api/v1/events" {
            continue;
        }
        let around = around(phone, route.method, route.path).await;
        assert_ne!(around.status, 500, "{} {}", route.method, route.path);
        let Some(document) = body(route.method, route.path, phone) else { continue };
        assert_ne!(route.body, Body::Stream, "{} has bytes, no document", route.path);
        let address =
            format!("{}{}", kit.url(), route.path.replace("{id}", &kit::id::<uuid::Uuid>().to_string()));
        for body in
            spots(&document).iter().map(|spot| with(&document, spot, CANARY)).chain([document.clone()])
        {
            for token in [phone.access().await, CANARY.escape_unicode().to_string()] {
                let request = client().post(&address).bearer_auth(token).json(&body);
                assert_ne!(Answer::of(request).await.status, 500, "{} {body}", route.path);
            }
        }
    }
}

/// Texts that break what is not text everywhere.
fn hostile() -> [(&'static str, String); 7] {
    [
        ("markup", "<script>alert(1)</script>'\"`;--".to_owned()),
        ("ten thousand signs", "药".repeat(10_000)),
        ("right to left", "\u{202E}شكرا\u{2066}".to_owned()),
        ("emoji", "👩‍⚕️🌿".to_owned()),
        ("nulls", "当\u{0}归".to_owned()),
        ("lines and controls", "一\r\n二\u{1B}[31m\u{7}".to_owned()),
        ("another form of unicode", "e\u{301}\u{FFFF}".to_owned()),
    ]
}

on_both_databases! {
    async fn hostile_text_in_any_field_comes_back_as_it_is_or_is_refused_in_words(kit) {
        let troupe = Troupe::gather(kit).await;
        let mut sent = 0;
        for (name, _) in Act::KNOWN {
            let (stage, sample) = document(&troupe, name).await;
            let phone = &troupe.actor(stage).phone;
            let mut taken = Vec::new();
            for spot in spots(&sample) {
                for (what, text) in hostile() {
                    // Told from all others, so that none is found in another's place.
                    sent += 1;
                    let text = format!("{text}·{sent}·");
                    let (_, fresh) = document(&troupe, name).await;
                    if fresh.pointer(&spot).is_none() {
                        continue;
                    }
                    let answer = send(phone, &with(&fresh, &spot, &text)).await;
                    let place = format!("{what} at {spot} of {name}");
                    match (answer.answers.first().map(|one| &one.answer), answer.stopped) {
                        (None, Some(Stop::UnknownOp { .. })) => assert_eq!(spot, "/op", "{place}"),
                        (Some(OpOutcome::Refused(refused)), None) => {
                            assert!(!serde_json::to_string(&refused.detail).expect("JSON").contains(&text), "{place}");
                        }
                        (Some(OpOutcome::Applied { .. } | OpOutcome::Merged { .. }), None) => taken.push((place, text)),
                        other => panic!("{place}: {other:?}"),
                    }
                }
            }
            let held = phone.with_new_client().pull().await.text();
            for (place, text) in taken.iter().filter(|(place, _)| !place.contains("/from ")) {
                let written = serde_json::to_string(text).expect("JSON");
                assert!(held.contains(written.trim_matches('"')), "{place} is not given back");
            }
        }
        let report = miaopu_server::verify::verify(&kit.db().await).await.expect("it is read");
        assert_eq!(report.faults, Vec::<String>::new());
    }
}

on_both_databases! {
    by the binary:

    async fn a_canary_in_every_field_is_in_no_line_of_the_log(kit) {
        for filter in ["info", "debug"] {
            kit.restart_with(|config| config.log.filter = filter.to_owned()).await;
            let troupe = Troupe::gather(kit).await;
            let admin = kit.admin().await;
            for (name, _) in Act::KNOWN {
                let (stage, sample) = document(&troupe, name).await;
                for spot in spots(&sample) {
                    send(&troupe.actor(stage).phone, &with(&sample, &spot, CANARY)).await;
                }
            }
            through_every_route(kit, &troupe.author.phone).await;
            through_every_route(kit, &admin.phone).await;
            let secrets = [troupe.author.phone.access().await, troupe.author.phone.refresh_ask().await.current];
            let log = kit.log().await;
            assert!(log.contains("OpMalformed") || log.contains("request refused"), "the log says what was refused");
            let told = log.lines().find(|line| line.contains("CANARY") || line.contains("金丝雀"));
            assert_eq!(told, None, "at {filter}");
            let words = [kit::PASSWORD, &troupe.author.name, &troupe.author.number, "石槽村", "多谢大夫"];
            for word in secrets.iter().map(String::as_str).chain(words) {
                assert!(!log.contains(word), "{word} stands in the log at {filter}");
            }
        }
    }
}
