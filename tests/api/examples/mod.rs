//! The examples of the API's description are what is answered: the story is played from its first line to its last.
//! With `MIAOPU_WRITE_EXAMPLES=1` it is played on SQLite and written anew as it was answered.

mod names;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use kit::http::{client, open};
use kit::media::{LOOK, LOOKS_MAX};
use kit::{Answer, App, Engine, Person, on_both_databases};
use miaopu_server::accounts::command::reset;
use miaopu_server::router::ROUTES;
use reqwest::{Method, RequestBuilder, Url};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::model::{Grant, Role, Scope};

use names::Names;

const STORY: &str = include_str!("../../../server/src/openapi/examples.json");
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../server/src/openapi/examples.json");
/// Answers of this size tell a reader nothing more than a part of them would.
const SHOWN_BYTES_MAX: usize = 20_000;
/// Answers that a reader sees best on a server, since each build has its own.
const UNSHOWN: [&str; 2] = ["GET /api/v1/limits", "GET /api/v1/openapi.json"];
/// Headers that an example shows.
const SHOWN: [&str; 12] = [
    "location",
    "upload-offset",
    "upload-length",
    "upload-expires",
    "tus-version",
    "tus-extension",
    "tus-max-size",
    "etag",
    "content-range",
    "content-disposition",
    "accept-ranges",
    "retry-after",
];

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    does: String,
    route: String,
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    query: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    json: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bytes: Option<String>,
    status: u16,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    says: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answer: Option<Value>,
}

fn story() -> Vec<Example> {
    serde_json::from_str(STORY).expect("examples")
}

/// Who acts in the story: their tokens, and what everything is called in this run.
struct Stage {
    base: String,
    names: Names,
    tokens: HashMap<String, String>,
    /// Who an account is, by its id in this run.
    accounts: HashMap<String, String>,
}

impl Stage {
    /// One branch with a member, its secretary and the offices above it, two administrators.
    async fn set(kit: &App) -> Stage {
        let branch = kit.branch().await;
        let mut stage = Stage {
            base: kit.url(),
            names: Names::default(),
            tokens: HashMap::new(),
            accounts: HashMap::new(),
        };
        let names = &mut stage.names;
        names.know("第一附属医院党委", &format!("党委 {}", branch.committee));
        names.know("骨伤科第一党支部", &format!("党支部 {}", branch.id));
        names.know(&told(0xc1), &branch.committee.to_string());
        names.know(&told(0xb1), &branch.id.to_string());
        let member = kit.member(branch).await;
        // Two roles that are given at once come in the order of ids that were drawn.
        let secretary = kit.member(branch).await;
        kit.give(secretary.account, Grant { role: Role::Secretary, scope: Scope::Branch(branch.id) }).await;
        let people: [(&str, &str, Person); 6] = [
            ("member", "王芳", member),
            ("secretary", "李明", secretary),
            ("committee", "吴刚", kit.committee(branch).await),
            ("school", "周敏", kit.school().await),
            ("admin", "赵强", kit.admin().await),
            ("second", "孙丽", kit.admin().await),
        ];
        let code = reset(&kit.operator().await, &people[0].2.number).await.expect("a code is drawn");
        stage.names.know("7K2QX-0MD4T-9ZB1C-WV85R", &code);
        for (at, (role, name, person)) in (1..).zip(&people) {
            let names = &mut stage.names;
            names.know(name, &person.name);
            names.know(&format!("2019{at:04}"), &person.number);
            names.know(&told(0xa0 + at), &person.account.to_string());
            names.know(&told(0xd0 + at), &person.id.to_string());
            stage.accounts.insert(person.account.to_string(), (*role).to_owned());
            stage.tokens.insert((*role).to_owned(), person.phone.access().await);
        }
        let operator = std::fs::read_to_string(kit.config().secrets_dir().join("metrics.token"));
        stage.tokens.insert("operator".to_owned(), operator.expect("a token").trim().to_owned());
        stage
    }

    fn request(&self, example: &Example) -> RequestBuilder {
        let (method, path) = example.route.split_once(' ').expect("a method and a path");
        let path = path.replace("{id}", &self.names.real(example.id.as_deref().unwrap_or_default()));
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let query = example.query.iter().map(|(name, value)| (name, self.names.real(value)));
        let url = Url::parse_with_params(&format!("{}{path}", self.base), query).expect("an address");
        let mut request = client().request(method, url);
        for (name, value) in &example.headers {
            request = request.header(name, self.names.real(value));
        }
        if let Some(by) = &example.by {
            request = request.bearer_auth(self.tokens.get(by).unwrap_or_else(|| panic!("who is {by}?")));
        }
        if let Some(body) = &example.json {
            let body = self.names.real(&body.to_string());
            request = request.header("content-type", "application/json").body(body);
        } else if let Some(bytes) = &example.bytes {
            request = request.body(BASE64.decode(bytes).expect("base64"));
        }
        request
    }

    /// Asks, and asks again while something is not there yet that jobs make.
    async fn ask(&self, example: &Example) -> Answer {
        for _ in 0..LOOKS_MAX {
            let answer = Answer::of(self.request(example)).await;
            if answer.status != 404 || example.status == 404 {
                return answer;
            }
            tokio::time::sleep(LOOK).await;
        }
        panic!("{}: it never comes", example.does);
    }

    /// Plays one line; answers it as it was answered.
    async fn play(&mut self, example: &Example) -> Example {
        let what = format!("{} ({})", example.does, example.route);
        if example.route.ends_with("/events") {
            let stream = tokio::time::timeout(Duration::from_secs(60), open(self.request(example))).await;
            assert_eq!(stream.expect("it opens").status(), example.status, "{what}");
            return example.clone();
        }
        let answer = self.ask(example).await;
        assert_eq!(answer.status, example.status, "{what}: {}", answer.text());
        let body: Option<Value> = match answer.header("content-type") {
            _ if UNSHOWN.contains(&example.route.as_str()) => None,
            "application/json" if answer.body.len() < SHOWN_BYTES_MAX => {
                serde_json::from_slice(&answer.body).ok()
            }
            _ => None,
        };
        if let Some(session) = body.as_ref().filter(|body| body.get("access").is_some()) {
            let account = session["me"]["account"].as_str().expect("an account");
            let access = session["access"].as_str().expect("a token").to_owned();
            self.tokens.insert(self.accounts[account].clone(), access);
        }
        let shown = SHOWN.iter().map(|name| ((*name).to_owned(), answer.header(name).to_owned()));
        let says: BTreeMap<String, String> = shown.filter(|(_, value)| !value.is_empty()).collect();
        if std::env::var_os("MIAOPU_WRITE_EXAMPLES").is_some() {
            let (before, now) = (json!([example.answer, example.says]), json!([body, says]));
            self.names.learn(&before, &now);
        } else {
            self.names.meet(&example.answer, &body, &what);
            for (name, told) in &example.says {
                let real = says.get(name).unwrap_or_else(|| panic!("{what}: no {name}"));
                self.names.meet(&Some(told.as_str().into()), &Some(real.as_str().into()), &what);
            }
            assert_eq!(example.says.len(), says.len(), "{what}: {says:?}");
        }
        let told = |text: &str| self.names.told(text);
        Example {
            says: says.iter().map(|(name, value)| (name.clone(), told(value))).collect(),
            answer: body.map(|body| serde_json::from_str(&told(&body.to_string())).expect("still JSON")),
            ..example.clone()
        }
    }
}

/// An id as the story has it.
fn told(n: u32) -> String {
    format!("01930000-0000-7000-8000-{n:012x}")
}

on_both_databases! {
    async fn what_the_description_shows_is_what_is_answered(kit) {
        let mut stage = Stage::set(kit).await;
        let mut played = Vec::new();
        for example in story() {
            kit.clock.advance(1_000);
            played.push(stage.play(&example).await);
        }
        if std::env::var_os("MIAOPU_WRITE_EXAMPLES").is_some() && kit.engine == Engine::Sqlite {
            let text = serde_json::to_string_pretty(&played).expect("JSON");
            std::fs::write(FILE, text + "\n").expect("the story is written");
        }
    }
}

#[test]
fn every_route_has_an_example() {
    let shown: BTreeSet<String> = story().into_iter().map(|example| example.route).collect();
    let routes: BTreeSet<String> =
        ROUTES.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    assert_eq!(shown, routes);
}
