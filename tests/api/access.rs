//! The whole route table, for everybody who must not pass: without a token nothing, without the role nothing, and
//! what is hidden answers like what does not exist, byte for byte. A route without a line in [`sample`] fails here.

use kit::http::client;
use kit::{Answer, Branch, Part, Person, drafts, on_both_databases, sha256};
use miaopu_server::router::{Access, ROUTES, Route};
use reqwest::Method;
use serde_json::{Value, json};
use shared::ids::{EntryId, MediaId};
use shared::model::{Role, Scope};
use shared::wire::account::{Device, GrantRow};
use shared::wire::problem::Code;

/// Things that exist and belong to a branch which the callers have nothing to do with.
struct Hidden {
    branch: Branch,
    owner: Person,
    device: Device,
    grant: GrantRow,
    entry: EntryId,
    media: MediaId,
    upload: String,
}

/// An id for the path (an existing, hidden one) and a body that fits, for each route that has either.
fn sample(path: &str, hidden: &Hidden) -> (Option<String>, Value) {
    let scope = Scope::Branch(hidden.branch.id);
    match path {
        "/api/v1/devices/{id}/revoke" => (Some(hidden.device.id.to_string()), Value::Null),
        "/api/v1/branches/{id}/audit" | "/api/v1/branches/{id}/gallery" | "/api/v1/branches/{id}/entries" => {
            (Some(hidden.branch.id.to_string()), Value::Null)
        }
        "/api/v1/accounts/{id}/reset" | "/api/v1/accounts/{id}/devices" => {
            (Some(hidden.owner.account.to_string()), Value::Null)
        }
        "/api/v1/accounts/{id}/grants" => (
            Some(hidden.owner.account.to_string()),
            json!({ "grant": { "role": Role::Deputy, "scope": scope } }),
        ),
        "/api/v1/grants/{id}/confirm" | "/api/v1/grants/{id}/end" => {
            (Some(hidden.grant.id.to_string()), Value::Null)
        }
        "/api/v1/entries/{id}/alike" => (Some(hidden.entry.to_string()), Value::Null),
        "/api/v1/uploads/{id}" => (Some(hidden.upload.clone()), Value::Null),
        media if media.starts_with("/api/v1/media/{id}/") => (Some(hidden.media.to_string()), Value::Null),
        other => {
            assert!(!other.contains('{'), "{other} has no sample: add one, with what a caller could guess");
            (None, Value::Null)
        }
    }
}

/// Who may do something to what is hidden from everybody else.
fn entitled(path: &str, role: Role) -> bool {
    match path {
        "/api/v1/devices/{id}/revoke" => role == Role::Admin,
        "/api/v1/branches/{id}/gallery" | "/api/v1/branches/{id}/entries" => role == Role::School,
        "/api/v1/accounts/{id}/grants" | "/api/v1/grants/{id}/confirm" => {
            matches!(role, Role::Admin | Role::School)
        }
        "/api/v1/accounts/{id}/reset" | "/api/v1/accounts/{id}/devices" | "/api/v1/grants/{id}/end" => {
            role == Role::Admin
        }
        _ => false,
    }
}

/// Calls a route with an id in its path; the request's own id is fixed, so that answers can be compared.
async fn call(caller: &Person, route: &Route, id: &str, body: &Value) -> Answer {
    let method = Method::from_bytes(route.method.as_bytes()).expect("a method");
    let request = caller.phone.request(method, &route.path.replace("{id}", id)).await;
    let request = request.header("x-request-id", "the-same");
    let request = if route.path.starts_with("/api/v1/uploads") {
        let request = request.header("Tus-Resumable", "1.0.0").header("Upload-Offset", "0");
        request.header("Content-Type", "application/offset+octet-stream").body("bytes")
    } else {
        request.json(body)
    };
    Answer::of(request).await
}

/// The problem answered; to HEAD only its status comes.
fn code(route: &Route, answer: &Answer) -> Code {
    match (route.method, answer.status) {
        ("HEAD", 401) => Code::SignedOut,
        ("HEAD", 404) => Code::NotFound,
        _ => answer.code(),
    }
}

/// A photo in a draft, with its bytes on the way; answers both and the id of its upload.
async fn draft(owner: &Person, branch: Branch) -> (EntryId, MediaId, String) {
    let entry = owner.phone.begun(branch.id, owner.id).await;
    let media = kit::id();
    owner.phone.applied(branch.id, drafts::photo(entry, media, b"a photo")).await;
    let created = owner.phone.create_upload(media, Part::Original, sha256(b"a photo"), 7).await;
    let id = created.header("Location").rsplit('/').next().expect("an id").to_owned();
    (entry, media, id)
}

on_both_databases! {
    async fn no_route_answers_without_a_token_but_those_that_say_so(kit) {
        for route in ROUTES.iter().filter(|route| route.access != Access::Open) {
            let path = route.path.replace("{id}", &kit::id::<uuid::Uuid>().to_string());
            let method = Method::from_bytes(route.method.as_bytes()).expect("a method");
            let ask = || client().request(method.clone(), format!("{}{path}", kit.url()));
            assert_eq!(code(route, &Answer::of(ask()).await), Code::SignedOut, "{} {path}", route.method);
            let forged = ask().bearer_auth("eyJhbGciOiJIUzI1NiJ9.e30.AAAA");
            assert_eq!(code(route, &Answer::of(forged).await), Code::SignedOut, "{} {path}", route.method);
        }
    }

    async fn what_is_hidden_answers_like_what_does_not_exist(kit) {
        let (there, here) = (kit.branch().await, kit.branch().await);
        let owner = kit.secretary(there).await;
        let device: Vec<Device> = owner.phone.get("/api/v1/devices").await.json();
        let admin = kit.admin().await;
        let held = admin.phone.get(&format!("/api/v1/accounts/{}/grants", owner.account)).await;
        let grant = held.json::<Vec<GrantRow>>().remove(0);
        let device = device.into_iter().next().expect("a device");
        let (entry, media, upload) = draft(&owner, there).await;
        let hidden = Hidden { branch: there, owner, device, grant, entry, media, upload };
        let callers = [
            (Role::Member, kit.member(here).await),
            (Role::Secretary, kit.secretary(here).await),
            (Role::Deputy, kit.deputy(here).await),
            (Role::Committee, kit.committee(here).await),
            (Role::School, kit.school().await),
            (Role::Admin, admin),
        ];
        for route in ROUTES {
            let (Some(id), body) = sample(route.path, &hidden) else { continue };
            for (role, caller) in &callers {
                let unknown = call(caller, route, &kit::id::<uuid::Uuid>().to_string(), &body).await;
                let refused = matches!(route.access, Access::Holds(roles) if !roles.contains(role));
                if entitled(route.path, *role) && !refused {
                    continue;
                }
                let existing = call(caller, route, &id, &body).await;
                let what = format!("{} {} by {role:?}", route.method, route.path);
                assert_eq!(existing.status, unknown.status, "{what}");
                assert_eq!(existing.body, unknown.body, "{what}");
                let expected = if refused { Code::Forbidden } else { Code::NotFound };
                assert_eq!(code(route, &existing), expected, "{what}");
            }
        }
    }
}
