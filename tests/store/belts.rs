//! What must not happen under the locks, and is not written if it does: a row over one that somebody changed since.

use kit::{id, on_both_databases};
use miaopu_server::sync::feeds::store::{self as feeds, Head};
use miaopu_server::sync::records::store::{self as records, RecordPut};
use shared::ids::{Checksum, FeedId};
use shared::model::{Record, RecordId, RecordKind};

on_both_databases! {
    async fn a_record_is_written_and_removed_only_as_it_was_read(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let entries = [member.phone.begun(branch.id, member.id).await, member.phone.begun(branch.id, member.id).await];
        let names = entries.map(|entry| RecordId::new(RecordKind::Entry, entry.0));
        let mut tx = kit.db().await.write().await.expect("a transaction");
        let mut puts = Vec::new();
        for name in names {
            let stored = records::find(&mut tx, name).await.expect("it is read").expect("it is there");
            assert_eq!(stored.record.rev, 1);
            let (body, sum) = (stored.record.body.to_json(), stored.sum);
            puts.push(RecordPut { record: Record { rev: 2, ..stored.record }, body, sum });
        }
        let [one, other] = &puts[..] else { unreachable!() };
        for stands in [0, 2] {
            assert!(records::replace(&mut tx, &[(one.clone(), stands)]).await.is_err(), "read at {stands}");
            assert!(records::remove(&mut tx, &[(names[0], stands)]).await.is_err(), "read at {stands}");
        }
        let found = records::find(&mut tx, names[0]).await.expect("it is read").expect("it is there");
        assert_eq!(found.record.rev, 1, "nothing was written");
        records::replace(&mut tx, &[(one.clone(), 1)]).await.expect("it stands as it was read");
        let both = [(one.clone(), 1), (other.clone(), 1)];
        assert!(records::replace(&mut tx, &both).await.is_err(), "one of two was changed since");
        records::remove(&mut tx, &[(names[0], 2)]).await.expect("it stands as it was written");
        tx.rollback().await.expect("nothing of it lasts");
    }

    async fn a_feed_moves_on_only_from_where_it_stood(kit) {
        let feed = FeedId::Account(id());
        let mut tx = kit.db().await.write().await.expect("a transaction");
        let heads = feeds::lock(&mut tx, &[feed].into()).await.expect("it is made and locked");
        assert_eq!(heads[&feed], Head::EMPTY);
        let moved = Head { seq: 3, checksum: Checksum([1; 8]) };
        assert!(feeds::advance(&mut tx, &[(feed, moved, 1)]).await.is_err(), "it stands at nothing");
        feeds::advance(&mut tx, &[(feed, moved, 0)]).await.expect("from where it stood");
        let heads = feeds::lock(&mut tx, &[feed].into()).await.expect("it is locked");
        assert_eq!(heads[&feed], moved);
        tx.rollback().await.expect("nothing of it lasts");
    }
}
