//! The strictest consent holds for every item with the same bytes, in whatever branch, until the fact itself is
//! loosened by who may say so.

use kit::drafts::consent;
use kit::media::path;
use kit::{Branch, Part, Person, on_both_databases};
use shared::ids::{ConsentId, EntryId, MediaId};
use shared::model::{ConsentStatus, RecordId, RecordKind};
use shared::wire::gallery::GalleryPage;
use shared::wire::push::Answer;
use shared::wire::{Act, Code};

use crate::pictures::hills;

fn fact(entry: EntryId, media: MediaId, status: ConsentStatus) -> Act {
    consent(entry, RecordId::new(RecordKind::Media, media.0), status)
}

fn id_of(act: &Act) -> ConsentId {
    match act {
        Act::ConsentAdd { consent, .. } => *consent,
        other => panic!("no consent: {other:?}"),
    }
}

/// A fact that loosens another, with its reason.
fn loosening(entry: EntryId, media: MediaId, loosened: ConsentId) -> Act {
    let mut act = fact(entry, media, ConsentStatus::Granted);
    if let Act::ConsentAdd { loosens, reason, .. } = &mut act {
        *loosens = vec![loosened];
        *reason = "本人当面重新同意".to_owned();
    }
    act
}

async fn approved((author, chief): (&Person, &Person), branch: Branch, bytes: &[u8]) -> (EntryId, MediaId) {
    let (entry, media) = author.named(branch, bytes).await;
    author.phone.upload(media, Part::Original, bytes).await;
    author.phone.derived(media).await;
    let (_, digest) = author.phone.applied(branch.id, Act::EntrySubmit { entry }).await;
    let approve = Act::EntryApprove { entry, digest, sketches: Vec::new(), classify: None };
    chief.phone.applied(branch.id, approve).await;
    (entry, media)
}

async fn in_gallery(who: &Person, branch: Branch) -> usize {
    let page: GalleryPage = who.phone.get(&format!("/api/v1/branches/{}/gallery", branch.id)).await.json();
    page.items.len()
}

on_both_databases! {
    async fn a_refusal_in_one_branch_holds_in_all_until_it_is_loosened_there(kit) {
        let (here, there) = (kit.branch().await, kit.branch().await);
        let (author, chief, reader) = (kit.member(here).await, kit.secretary(here).await, kit.member(here).await);
        let (other, other_chief) = (kit.member(there).await, kit.secretary(there).await);
        let bytes = hills(320, 240, false);
        let (entry, media) = approved((&author, &chief), here, &bytes).await;
        let (twins_entry, twin) = approved((&other, &other_chief), there, &bytes).await;
        author.phone.applied(here.id, fact(entry, media, ConsentStatus::Granted)).await;
        assert_eq!((in_gallery(&reader, here).await, in_gallery(&other, there).await), (1, 1));
        let refusal = fact(twins_entry, twin, ConsentStatus::Refused);
        other.phone.applied(there.id, refusal.clone()).await;
        assert_eq!((in_gallery(&reader, here).await, in_gallery(&other, there).await), (0, 0));
        for copy in ["thumb", "preview", "copy"] {
            assert_eq!(reader.phone.get(&path(media, copy)).await.code(), Code::NotFound, "{copy}");
        }
        assert!(author.phone.item(media).await.rest.barred, "its recorder is told");
        // A consent beside it does not free it: the strictest holds.
        author.phone.applied(here.id, fact(entry, media, ConsentStatus::Granted)).await;
        assert!(chief.phone.item(media).await.rest.barred);
        other.phone.applied(there.id, loosening(twins_entry, twin, id_of(&refusal))).await;
        assert_eq!((in_gallery(&reader, here).await, in_gallery(&other, there).await), (1, 1));
        assert_eq!(reader.phone.get(&path(media, "thumb")).await.status, 200);
    }

    async fn a_refusal_outlives_its_item_and_its_draft(kit) {
        let (here, there) = (kit.branch().await, kit.branch().await);
        let (author, chief) = (kit.member(here).await, kit.secretary(here).await);
        let other = kit.member(there).await;
        let bytes = hills(320, 240, true);
        let (draft, twin) = other.named(there, &bytes).await;
        other.phone.applied(there.id, fact(draft, twin, ConsentStatus::Refused)).await;
        other.phone.applied(there.id, Act::MediaRemove { media: twin, entry: draft }).await;
        let (_, media) = approved((&author, &chief), here, &bytes).await;
        assert!(author.phone.item(media).await.rest.barred);
        assert_eq!(in_gallery(&author, here).await, 0);
        other.phone.applied(there.id, Act::EntryDiscard { entry: draft }).await;
        let (_, later) = author.named(here, &bytes).await;
        assert!(author.phone.item(later).await.rest.barred, "the draft is gone, what was said is not");
        let loosen = loosening(draft, twin, ConsentId(kit::id()));
        assert!(matches!(other.phone.act(there.id, loosen).await, Answer::Refused(_)));
    }
}
