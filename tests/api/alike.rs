//! Photos that look alike: found across a branch's entries, shown to those who may see both, and nobody else.

use image::ImageFormat;
use kit::{Branch, Part, Person, drafts, id, on_every_storage};
use shared::ids::{EntryId, MediaId};
use shared::model::{ConsentStatus, RecordId, RecordKind};
use shared::wire::alike::Alike;
use shared::wire::{Act, Code};

use crate::facts::{phones, saying};
use crate::pictures::{hills, phone_photo};

/// A photo in a new entry, with its original here and looked into.
async fn shown(who: &Person, branch: Branch, bytes: &[u8]) -> (EntryId, MediaId) {
    let (entry, media) = who.named(branch, bytes).await;
    who.phone.upload(media, Part::Original, bytes).await;
    who.phone.derived(media).await;
    (entry, media)
}

async fn submitted(who: &Person, branch: Branch, bytes: &[u8]) -> (EntryId, MediaId) {
    let (entry, media) = shown(who, branch, bytes).await;
    who.phone.applied(branch.id, Act::EntrySubmit { entry }).await;
    (entry, media)
}

fn alike(entry: EntryId) -> String {
    format!("/api/v1/entries/{entry}/alike")
}

/// The ids of each group: the same ones, and those that are near.
async fn groups(who: &Person, entry: EntryId) -> Vec<(Vec<MediaId>, Vec<MediaId>)> {
    let found: Alike = who.phone.get(&alike(entry)).await.json();
    let ids = |items: &[shared::wire::alike::AlikeItem]| items.iter().map(|item| item.media).collect();
    found.groups.iter().map(|group| (ids(&group.same), ids(&group.near))).collect()
}

/// The same picture, encoded anew at another size.
fn saved_anew() -> Vec<u8> {
    let picture =
        image::load_from_memory_with_format(&hills(640, 480, false), ImageFormat::Jpeg).expect("a picture");
    let mut out = std::io::Cursor::new(Vec::new());
    picture.thumbnail(500, 500).write_to(&mut out, ImageFormat::Jpeg).expect("a picture");
    out.into_inner()
}

on_every_storage! {
    async fn a_photo_sent_on_or_saved_anew_is_shown_beside_the_first(kit) {
        let branch = kit.branch().await;
        let (author, colleague, secretary) =
            (kit.member(branch).await, kit.member(branch).await, kit.secretary(branch).await);
        let plain = hills(640, 480, false);
        let (entry, first) = submitted(&author, branch, &saying(&plain, phones(&[]))).await;
        let (_, forwarded) = submitted(&colleague, branch, &plain).await;
        let (_, anew) = submitted(&colleague, branch, &saved_anew()).await;
        let (other, _) = submitted(&colleague, branch, &hills(640, 480, true)).await;
        let (lone, _) = submitted(&colleague, branch, &phone_photo(1, 640, 480)).await;
        assert_eq!(groups(&secretary, entry).await, [(vec![first, anew, forwarded], vec![])]);
        assert_eq!(groups(&author, entry).await, [(vec![first, anew, forwarded], vec![])]);
        assert_eq!(groups(&secretary, other).await, []);
        assert_eq!(groups(&secretary, lone).await, []);
        let told: Alike = secretary.phone.get(&alike(entry)).await.json();
        let [group] = told.groups.as_slice() else { panic!("{told:?}") };
        assert!(group.same.iter().all(|item| item.title == "石槽村义诊" && item.thumb_hash.is_some() && !item.barred));
        assert!(kit.blobs("original").len() >= 5, "nothing is removed for it");
    }

    async fn nobody_is_told_of_photos_they_may_not_see(kit) {
        let (branch, elsewhere) = (kit.branch().await, kit.branch().await);
        let (author, colleague, secretary) =
            (kit.member(branch).await, kit.member(branch).await, kit.secretary(branch).await);
        let (stranger, committee) = (kit.member(elsewhere).await, kit.committee(branch).await);
        let plain = hills(640, 480, false);
        let (entry, _) = submitted(&author, branch, &plain).await;
        let (draft, _) = shown(&colleague, branch, &saved_anew()).await;
        let (foreign, _) = submitted(&stranger, elsewhere, &plain).await;
        assert_eq!(groups(&secretary, entry).await, [], "another's draft, another branch");
        assert_eq!(groups(&stranger, foreign).await, []);
        assert_eq!(groups(&colleague, draft).await.len(), 1, "who writes the draft sees both");
        let unknown = stranger.phone.get(&alike(id())).await;
        for (who, hidden) in [(&stranger, entry), (&author, draft), (&secretary, draft), (&committee, entry)] {
            let answer = who.phone.get(&alike(hidden)).await;
            assert_eq!((answer.code(), answer.status), (Code::NotFound, unknown.status));
        }
        colleague.phone.applied(branch.id, Act::EntrySubmit { entry: draft }).await;
        assert_eq!(groups(&secretary, entry).await.len(), 1);
    }

    async fn a_hash_that_is_only_named_is_compared_with_nothing(kit) {
        let branch = kit.branch().await;
        let (author, colleague) = (kit.member(branch).await, kit.member(branch).await);
        let plain = hills(640, 480, false);
        submitted(&author, branch, &plain).await;
        let (named, _) = colleague.named(branch, &plain).await;
        assert_eq!(groups(&colleague, named).await, []);
    }

    async fn the_secretary_sees_a_refusal_beside_what_looks_the_same(kit) {
        let branch = kit.branch().await;
        let (author, colleague, member, secretary) = (
            kit.member(branch).await, kit.member(branch).await, kit.member(branch).await, kit.secretary(branch).await,
        );
        let (entry, first) = submitted(&author, branch, &hills(640, 480, false)).await;
        let (refused_in, refused) = submitted(&colleague, branch, &saved_anew()).await;
        let item = RecordId::new(RecordKind::Media, refused.0);
        let refuse = drafts::consent(refused_in, item, ConsentStatus::Refused);
        colleague.phone.applied(branch.id, refuse).await;
        let told: Alike = secretary.phone.get(&alike(entry)).await.json();
        let barred: Vec<_> = told.groups.iter().flat_map(|group| &group.same).map(|item| (item.media, item.barred)).collect();
        assert_eq!(barred, [(first, false), (refused, true)]);
        assert_eq!(groups(&member, entry).await, [], "what was refused is hidden from all others");
    }
}
