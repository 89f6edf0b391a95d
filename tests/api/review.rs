//! What waits above a branch because nobody in the branch may decide it: whose it is, what comes along, and that it is
//! decided by the same ops as everywhere.

use std::collections::BTreeSet;

use kit::drafts::{clinic, consent, create, photo, quote};
use kit::{App, Branch, Person, id, on_both_databases};
use miaopu_server::sync::offices;
use shared::ids::{Digest, EntryId};
use shared::limits::REVIEW_ENTRIES_MAX;
use shared::model::{Body, ConsentStatus, Grant, Record, RecordId, RecordKind, Role, Scope};
use shared::rules::{Office, World};
use shared::wire::entries::ReviewPage;
use shared::wire::{Act, Code};

const PATH: &str = "/api/v1/review";

/// All pages, as rows of whole entries.
async fn waiting(person: &Person) -> Vec<ReviewPage> {
    let mut pages: Vec<ReviewPage> = vec![person.phone.get(PATH).await.json()];
    while let Some(next) = pages.last().and_then(|page| page.next.clone()) {
        pages.push(person.phone.get(&format!("{PATH}?after={next}")).await.json());
    }
    pages
}

fn entries(pages: &[ReviewPage]) -> Vec<EntryId> {
    let rows = pages.iter().flat_map(|page| &page.rows);
    rows.filter(|row| row.kind == "entry").map(|row| EntryId(row.id)).collect()
}

async fn queue(person: &Person) -> Vec<EntryId> {
    entries(&waiting(person).await)
}

/// The digest that a phone computes from what it was told of an entry.
fn digest(page: &ReviewPage, entry: EntryId) -> Option<Digest> {
    let mut world = World::empty(entry, Office::default());
    for row in &page.rows {
        let kind: RecordKind = row.kind.parse().expect("a kind");
        let body =
            Body::from_json(kind, row.body.as_ref().expect("a body").get()).expect("a body of its kind");
        let record = Record { id: row.id, rev: row.rev, body };
        if record.entry() == Some(entry) {
            world.records.insert(record.record_id(), record);
        }
    }
    world.digest()
}

/// Submitted by somebody in their branch.
async fn submitted(branch: Branch, author: &Person) -> (EntryId, Digest) {
    author.phone.submitted(branch.id, author.id).await
}

async fn approvers(kit: &App, branch: Branch) -> usize {
    let db = kit.db().await;
    let mut db = db.read().await.expect("a connection");
    offices::load(&mut db, branch.id).await.expect("an office").approvers.len()
}

on_both_databases! {
    async fn what_nobody_in_a_branch_may_decide_waits_for_its_committee_alone(kit) {
        let (branch, other) = (kit.branch().await, kit.branch().await);
        let (author, member) = (kit.secretary(branch).await, kit.member(branch).await);
        let (above, elsewhere) = (kit.committee(branch).await, kit.committee(other).await);
        let (school, admin) = (kit.school().await, kit.admin().await);
        let (entry, digest) = submitted(branch, &author).await;
        let decided_there = submitted(branch, &member).await.0;
        author.phone.begun(branch.id, author.id).await;
        assert_eq!(queue(&above).await, [entry], "neither a draft nor what the secretary decides: {decided_there}");
        assert_eq!(queue(&elsewhere).await, []);
        assert_eq!(queue(&school).await, [], "the committee has somebody");
        for nobody in [&author, &member, &kit.deputy(other).await, &admin] {
            assert_eq!(nobody.phone.get(PATH).await.code(), Code::Forbidden);
        }
        let approve = Act::EntryApprove { entry, digest, sketches: Vec::new(), classify: None };
        above.phone.applied(branch.id, approve).await;
        assert_eq!(queue(&above).await, []);
        let verdicts = author.phone.pull().await;
        assert!(verdicts.holds(shared::ids::FeedId::Branch(branch.id)));
        assert!(verdicts.body(RecordId::new(RecordKind::Approved, entry.0)).is_some());
    }

    async fn what_waits_above_comes_with_all_that_is_decided_upon_and_the_names(kit) {
        let branch = kit.branch().await;
        let (author, colleague) = (kit.secretary(branch).await, kit.member(branch).await);
        let above = kit.committee(branch).await;
        let (entry, media, words) = (id(), id(), id());
        author.phone.applied(branch.id, create(entry, clinic(colleague.id))).await;
        author.phone.applied(branch.id, photo(entry, media, b"a picture")).await;
        author.phone.applied(branch.id, quote(entry, words, "敢迈步了。")).await;
        let refused = RecordId::new(RecordKind::Quote, words.0);
        author.phone.applied(branch.id, consent(entry, refused, ConsentStatus::Refused)).await;
        let (_, sent) = author.phone.applied(branch.id, Act::EntrySubmit { entry }).await;
        let page = waiting(&above).await.remove(0);
        assert_eq!(digest(&page, entry), Some(sent), "approved is what was seen, also where somebody refused");
        let people: BTreeSet<_> = page.rows.iter().filter(|row| row.kind == "person").map(|row| row.id).collect();
        assert_eq!(people, BTreeSet::from([author.id.0, colleague.id.0]));
        let picture = above.phone.get(&kit::media::path(media, "original")).await;
        assert_eq!(picture.code(), Code::NotFound, "a decision needs no position");
    }

    async fn a_branch_that_lost_its_other_approver_hands_the_queue_upwards_and_takes_it_back(kit) {
        let branch = kit.branch().await;
        let (author, deputy) = (kit.secretary(branch).await, kit.deputy(branch).await);
        let above = kit.committee(branch).await;
        let (entry, _) = submitted(branch, &author).await;
        assert_eq!(queue(&above).await, []);
        kit.take(deputy.account, Scope::Branch(branch.id)).await;
        assert_eq!((queue(&above).await, approvers(kit, branch).await), (vec![entry], 1));
        let successor = kit.deputy(branch).await;
        assert_eq!(queue(&above).await, []);
        assert!(successor.phone.pull().await.body(RecordId::new(RecordKind::Entry, entry.0)).is_some());
    }

    async fn what_a_committees_only_account_wrote_waits_for_the_school(kit) {
        let branch = kit.branch().await;
        let here = Scope::Branch(branch.id);
        let roles = [
            Grant { role: Role::Member, scope: here },
            Grant { role: Role::Secretary, scope: here },
            Grant { role: Role::Committee, scope: Scope::Committee(branch.committee) },
        ];
        let author = kit.person(Some(branch), &roles).await;
        let school = kit.school().await;
        let (entry, digest) = submitted(branch, &author).await;
        assert_eq!(queue(&author).await, [], "nobody decides what they wrote");
        assert_eq!(queue(&school).await, [entry]);
        let back = Act::EntryReturn { entry, digest, comment: "请补照片".to_owned() };
        school.phone.applied(branch.id, back).await;
        assert_eq!(queue(&school).await, []);
        author.phone.applied(branch.id, Act::EntrySubmit { entry }).await;
        let second = kit.committee(branch).await;
        assert_eq!((queue(&school).await, queue(&second).await), (vec![], vec![entry]));
    }

    async fn a_long_queue_comes_in_pages_oldest_first_each_entry_once(kit) {
        let branch = kit.branch().await;
        let author = kit.secretary(branch).await;
        let above = kit.committee(branch).await;
        let mut sent = Vec::new();
        for _ in 0..REVIEW_ENTRIES_MAX + 2 {
            sent.push(submitted(branch, &author).await.0);
            kit.clock.advance(1_000);
        }
        let pages = waiting(&above).await;
        assert_eq!((pages.len(), entries(&pages)), (2, sent));
        assert_eq!(above.phone.get(&format!("{PATH}?after=tomorrow")).await.code(), Code::BadRequest);
    }
}
