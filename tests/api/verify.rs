//! `miaopu verify` after work: it finds nothing, and then whatever was touched behind the server's back, in records
//! and feeds as well as in any version that was ever kept.

use kit::drafts::{clinic, consent, create, edit, photo, quote};
use kit::{App, Branch, Person, id, on_both_databases};
use miaopu_server::verify::Report;
use serde_json::json;
use shared::digest;
use shared::ids::EntryId;
use shared::model::{Body, ConsentStatus, RecordId, RecordKind, fields::key};
use shared::wire::Act;

/// Bytes flipped in each version's text, spread over its length.
const FLIPS: usize = 5;

/// Runs one statement on the server's database, as no phone could.
pub async fn tamper(kit: &App, sql: &'static str, bound: &[String]) -> u64 {
    let mut tx = kit.db().await.write().await.expect("a transaction");
    let query = bound.iter().fold(sqlx::query(sql), |query, value| query.bind(value.clone()));
    let hit = query.execute(&mut *tx).await.expect("the statement runs").rows_affected();
    tx.commit().await.expect("it is stored");
    hit
}

async fn verified(kit: &App) -> Report {
    miaopu_server::verify::verify(&kit.db().await).await.expect("it is read")
}

/// Kind, id, revision and text of every version that is not the last of its record.
async fn old_versions(kit: &App) -> Vec<(String, String, String, String)> {
    let db = kit.db().await;
    let mut db = db.read().await.expect("a connection");
    let text = "SELECT v.kind, v.id, CAST(v.rev AS TEXT), v.body FROM revision v JOIN record r \
                ON r.kind = v.kind AND r.id = v.id AND r.rev > v.rev WHERE v.body IS NOT NULL \
                ORDER BY v.kind, v.id, v.rev LIMIT 1000";
    sqlx::query_as(text).fetch_all(&mut *db).await.expect("the versions are read")
}

/// Puts another text in the place of a version's.
async fn replace(kit: &App, (kind, id, rev, _): &(String, String, String, String), body: &str) {
    let sql = "UPDATE revision SET body = $1 WHERE kind = $2 AND id = $3 AND CAST(rev AS TEXT) = $4";
    let bound = [body, kind, id, rev].map(str::to_owned);
    assert_eq!(tamper(kit, sql, &bound).await, 1);
}

/// The text with the last bit of one ASCII letter or digit flipped, at or after a place.
fn flipped(body: &str, place: usize) -> Option<String> {
    let at = (place..body.len()).find(|at| body.as_bytes()[*at].is_ascii_alphanumeric())?;
    let mut bytes = body.as_bytes().to_vec();
    bytes[at] ^= 1;
    String::from_utf8(bytes).ok()
}

/// An entry that was returned, edited, submitted again, and approved, with an item of each kind.
async fn worked_on(branch: Branch, author: &Person, chief: &Person) -> EntryId {
    let (entry, media) = (id(), id());
    author.phone.applied(branch.id, create(entry, clinic(author.id))).await;
    author.phone.applied(branch.id, photo(entry, media, b"a picture")).await;
    let (_, digest) = author.phone.applied(branch.id, Act::EntrySubmit { entry }).await;
    chief.phone.applied(branch.id, Act::EntryReturn { entry, digest, comment: "请补原话".to_owned() }).await;
    author.phone.applied(branch.id, quote(entry, id(), "敢迈步了。")).await;
    let title = edit(entry, key::TITLE, Some(json!("石槽村义诊")), Some(json!("周六上山义诊")));
    author.phone.applied(branch.id, title).await;
    let item = RecordId::new(RecordKind::Media, media.0);
    author.phone.applied(branch.id, consent(entry, item, ConsentStatus::Granted)).await;
    let (_, digest) = author.phone.applied(branch.id, Act::EntrySubmit { entry }).await;
    let approve = Act::EntryApprove { entry, digest, sketches: Vec::new(), classify: None };
    chief.phone.applied(branch.id, approve).await;
    chief.phone.applied(branch.id, Act::EntryReopen { entry, reason: "时长有误".to_owned() }).await;
    entry
}

on_both_databases! {
    async fn verify_finds_nothing_after_work_and_what_was_touched_afterwards(kit) {
        let branch = kit.branch().await;
        let (author, chief) = (kit.member(branch).await, kit.secretary(branch).await);
        let (entry, digest) = author.phone.submitted(branch.id, author.id).await;
        let approve = Act::EntryApprove { entry, digest, sketches: Vec::new(), classify: None };
        let op = chief.phone.op(branch.id, approve);
        let verdict = op.id;
        chief.phone.push(&[op]).await;
        chief.phone.applied(branch.id, Act::EntryUndo { entry, verdict }).await;
        chief.phone.applied(branch.id, Act::EntryReturn { entry, digest, comment: "请补照片".to_owned() }).await;
        author.phone.begun(branch.id, author.id).await;
        let clean = verified(kit).await;
        assert_eq!(clean.faults, Vec::<String>::new());
        assert!(clean.links >= 4 && clean.records > 4 && clean.rows > 4 && clean.revisions > 4 && clean.queues == 2);
        let touches = [
            ("UPDATE chain_link SET event = REPLACE(event, 'entry.submit', $1)", "entry.approve"),
            ("UPDATE record SET body = REPLACE(body, '石槽村', $1)", "沙河村"),
            ("UPDATE feed SET checksum = $1", "0000000000000001"),
            ("DELETE FROM revision WHERE kind = $1 AND rev = 3", "entry"),
            ("UPDATE client SET head = $1", "00"),
        ];
        let mut faults = 0;
        for (sql, bound) in touches {
            assert!(tamper(kit, sql, &[bound.to_owned()]).await > 0, "{sql}");
            let report = verified(kit).await;
            assert!(report.fault_count > faults, "{sql}: {report}");
            faults = report.fault_count;
        }
    }

    async fn verify_finds_a_flipped_byte_in_any_old_version(kit) {
        let branch = kit.branch().await;
        let (author, chief) = (kit.member(branch).await, kit.secretary(branch).await);
        worked_on(branch, &author, &chief).await;
        assert_eq!(verified(kit).await.faults, Vec::<String>::new());
        let old = old_versions(kit).await;
        assert!(old.len() >= 5, "{} old versions", old.len());
        for version in &old {
            for flip in 0..FLIPS {
                let Some(other) = flipped(&version.3, version.3.len() * flip / FLIPS) else { continue };
                replace(kit, version, &other).await;
                let report = verified(kit).await;
                assert!(report.fault_count > 0, "{} {} at {flip}/{FLIPS}", version.0, version.2);
            }
            replace(kit, version, &version.3).await;
        }
        assert_eq!(verified(kit).await.faults, Vec::<String>::new());
    }

    async fn verify_finds_other_words_in_an_old_version_by_its_digest_where_it_has_no_sum(kit) {
        let branch = kit.branch().await;
        let (author, chief) = (kit.member(branch).await, kit.secretary(branch).await);
        worked_on(branch, &author, &chief).await;
        tamper(kit, "UPDATE revision SET sum = NULL", &[]).await;
        assert_eq!(verified(kit).await.faults, Vec::<String>::new());
        for version in old_versions(kit).await {
            let other = version.3.replace("石槽村", "沙河村").replace("敢迈步了", "不敢迈步").replace("during", "before");
            if other != version.3 {
                replace(kit, &version, &other).await;
                let report = verified(kit).await;
                assert!(report.faults.iter().any(|fault| fault.contains("digest")), "{version:?}: {report}");
                replace(kit, &version, &version.3).await;
            }
        }
    }

    async fn verify_finds_an_old_version_that_was_forged_with_its_digest_by_the_branchs_history(kit) {
        let branch = kit.branch().await;
        let (author, chief) = (kit.member(branch).await, kit.secretary(branch).await);
        let (entry, digest) = author.phone.submitted(branch.id, author.id).await;
        chief.phone.applied(branch.id, Act::EntryReturn { entry, digest, comment: "请补照片".to_owned() }).await;
        let submitted = old_versions(kit).await.into_iter().find(|one| one.0 == "entry").expect("a version");
        let forged = submitted.3.replace("石槽村义诊", "沙河村义诊");
        let Ok(Body::Entry(body)) = Body::from_json(RecordKind::Entry, &forged) else { panic!("an entry") };
        replace(kit, &submitted, &forged).await;
        let sql = "UPDATE revision SET digest = $1, sum = NULL WHERE kind = 'entry' AND CAST(rev AS TEXT) = $2";
        let digest = digest::entry(entry.0, &body.content, &[]).to_string();
        assert_eq!(tamper(kit, sql, &[digest, submitted.2]).await, 1);
        let report = verified(kit).await;
        assert!(report.faults.iter().any(|fault| fault.contains("another version")), "{report}");
    }
}
