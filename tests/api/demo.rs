//! The demo as people meet it: everybody named signs in, every state is there, what counts is complete, and a second
//! start keeps all of it.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use kit::{App, Mirror, on_both_databases};
use miaopu_server::config::Flags;
use miaopu_server::demo;
use shared::model::media::Arrival;
use shared::model::{Body, EntryBody, EntryState, MediaKind, RecordKind, Role};
use shared::rules::complete::missing;
use shared::wire::entries::ReviewPage;
use uuid::Uuid;

/// Longer side of a picture: tests look at none of them.
const PICTURE_PX: u32 = 96;

/// Records of a kind in all feeds of several phones, by id.
fn records(mirrors: &[Mirror], kind: RecordKind) -> BTreeMap<Uuid, Body> {
    let rows = mirrors.iter().flat_map(|mirror| mirror.feeds.values()).flatten();
    let of_kind = rows.filter(|((name, _), _)| name == kind.name());
    of_kind.map(|((_, id), row)| (*id, Body::from_json(kind, &row.body).expect("a body"))).collect()
}

fn entries(mirrors: &[Mirror]) -> Vec<EntryBody> {
    let bodies = records(mirrors, RecordKind::Entry).into_values();
    bodies.filter_map(|body| if let Body::Entry(entry) = body { Some(*entry) } else { None }).collect()
}

/// Fills the app; answers what each person with a password holds after a pull, by role.
async fn everybody(kit: &App) -> Vec<(Role, Mirror)> {
    let logins = demo::fill(&kit.operator().await, PICTURE_PX).await.expect("the story is told");
    let mut held = Vec::new();
    for login in &logins {
        let phone = kit.sign_in(&login.number, &login.password).await;
        if login.role == Role::Committee {
            let page: ReviewPage = phone.get("/api/v1/review").await.json();
            let entries: Vec<_> = page.rows.iter().filter(|row| row.kind == "entry").collect();
            assert!(!entries.is_empty(), "what a branch with one approver cannot decide waits here");
        }
        held.push((login.role, phone.pull().await));
    }
    held
}

on_both_databases! {
    async fn the_demo_shows_every_state_and_what_counts_is_complete(kit) {
        let held = everybody(kit).await;
        for role in [Role::Member, Role::Secretary, Role::Deputy, Role::Committee, Role::School, Role::Admin] {
            assert!(held.iter().any(|(of, _)| *of == role), "nobody signs in as {role:?}");
        }
        let mirrors: Vec<_> = held.into_iter().map(|(_, mirror)| mirror).collect();
        let mut states = BTreeMap::new();
        for entry in entries(&mirrors) {
            *states.entry(entry.rest.state).or_insert(0) += 1;
            if matches!(entry.rest.state, EntryState::Approved | EntryState::Submitted) {
                assert_eq!(missing(&entry.content.leaves), [""; 0], "{:?}", entry.content.leaves.value("title"));
            }
        }
        let told = [
            (EntryState::Draft, 1),
            (EntryState::Submitted, 13),
            (EntryState::Approved, 47),
            (EntryState::Returned, 1),
            (EntryState::Reopened, 1),
            (EntryState::Voided, 1),
        ];
        assert_eq!(states, BTreeMap::from(told));
        assert_eq!(records(&mirrors, RecordKind::Approved).len(), 48, "the reopened one still counts");
        assert_eq!(records(&mirrors, RecordKind::Branch).len(), 7);
        assert_eq!(records(&mirrors, RecordKind::Person).len(), 79);
        let media = records(&mirrors, RecordKind::Media).into_values();
        let media: Vec<_> =
            media.filter_map(|body| if let Body::Media(media) = body { Some(*media) } else { None }).collect();
        let waiting = |kind| {
            let expected = media.iter().filter(|one| one.rest.original == Arrival::Expected);
            expected.filter(|one| one.content.kind == kind).count()
        };
        assert_eq!((waiting(MediaKind::Photo), waiting(MediaKind::Clip), waiting(MediaKind::Voice)), (47, 17, 0));
        assert_eq!(media.iter().filter(|one| one.rest.barred).count(), 1, "the face that was refused");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_keeps_the_demo_and_its_logins() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = demo::config(&Flags::default(), &folder.path().join("data-demo")).expect("a configuration");
    let first = demo::prepare(&config, PICTURE_PX).await.expect("the demo is made");
    let again = demo::prepare(&config, PICTURE_PX).await.expect("the demo is found");
    assert_eq!(first, again);
    let roles: Vec<_> = first.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(roles, ["member", "secretary", "deputy", "committee", "school", "admin"]);
    let file = std::fs::metadata(demo::logins_path(&config.data.dir)).expect("the logins are kept");
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
    assert!(demo::holds(&config.data.dir) && !demo::holds(folder.path()));
}

#[tokio::test]
async fn the_demo_leaves_other_folders_and_networks_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = demo::config(&Flags::default(), folder.path()).expect("a configuration");
    assert!(config.check().is_ok() && config.data.demo);
    std::fs::write(folder.path().join("letter.txt"), "dear").expect("something is there");
    let refused = demo::prepare(&config, PICTURE_PX).await.expect_err("that folder is somebody's");
    assert!(refused.to_string().contains("--data"), "{refused:#}");
    let everywhere = Flags { listen: "0.0.0.0:8080".parse().ok(), ..Flags::default() };
    let refused = demo::config(&everywhere, folder.path()).expect_err("the network would see it");
    assert!(refused.to_string().contains("loopback"), "{refused:#}");
}
