//! Bytes of media once they are here: pictures, copies, who gets what, the gallery.

use kit::media::path;
use kit::{Answer, Part, drafts, id, on_every_storage, sha256};
use reqwest::Method;
use shared::ids::EntryId;
use shared::model::media::{Arrival, Derived};
use shared::wire::{Act, Code, account::AuditRow, gallery::GalleryPage, session::SignIn};

use crate::pictures::{CANARY, contains, hills, phone_photo};

on_every_storage! {
    async fn a_photo_comes_back_bit_for_bit_and_as_pictures(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(1, 400, 240);
        let (_, media) = member.named(branch, &photo).await;
        assert_eq!(member.phone.item(media).await.rest.original, Arrival::Expected);
        assert_eq!(member.phone.get(&path(media, "original")).await.code(), Code::NotFound);
        member.phone.upload(media, Part::Original, &photo).await;
        let body = member.phone.derived(media).await;
        assert_eq!(body.rest.original, Arrival::Arrived);
        assert_eq!((body.rest.derived, body.rest.width_px, body.rest.height_px), (Derived::Ready, Some(400), Some(240)));
        let original = member.phone.get(&path(media, "original")).await;
        assert_eq!((original.status, original.body.as_slice()), (200, photo.as_slice()));
        assert_eq!(original.header("ETag"), format!("\"{}\"", sha256(&photo)));
        assert!(original.header("Content-Disposition").starts_with("attachment"));
        for size in ["thumb", "preview"] {
            let picture = member.phone.get(&path(media, size)).await;
            assert_eq!((picture.status, picture.header("Content-Type")), (200, "image/webp"), "{size}");
            assert_eq!(picture.header("Content-Disposition"), "inline");
            assert!(picture.header("Content-Security-Policy").starts_with("sandbox"));
            assert!(!contains(&picture.body, CANARY));
            let request = member.phone.request(Method::GET, &path(media, size)).await;
            let again = Answer::of(request.header("If-None-Match", picture.header("ETag"))).await;
            assert_eq!(again.status, 304);
        }
        let copy = member.phone.get(&path(media, "copy")).await;
        assert_eq!(copy.status, 200);
        assert!(contains(&photo, CANARY) && !contains(&copy.body, CANARY));
        assert!(copy.body.len() > 1_000);
    }

    async fn a_part_of_an_original_is_served(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(2, 64, 64);
        let (_, media) = member.named(branch, &photo).await;
        member.phone.upload(media, Part::Original, &photo).await;
        let ranged = |range: &'static str| {
            let phone = &member.phone;
            async move {
                let request = phone.request(Method::GET, &path(media, "original")).await;
                Answer::of(request.header("Range", range)).await
            }
        };
        let part = ranged("bytes=2-5").await;
        assert_eq!((part.status, part.body.as_slice()), (206, &photo[2..6]));
        assert_eq!(part.header("Content-Range"), format!("bytes 2-5/{}", photo.len()));
        assert_eq!(ranged("bytes=99999999-").await.status, 200);
    }

    async fn naming_a_hash_gives_no_bytes_and_two_senders_do_not_notice_each_other(kit) {
        let branch = kit.branch().await;
        let (first, second) = (kit.member(branch).await, kit.member(branch).await);
        let photo = phone_photo(7, 64, 64);
        let (_, one) = first.named(branch, &photo).await;
        first.phone.upload(one, Part::Original, &photo).await;
        first.phone.derived(one).await;
        let (_, two) = second.named(branch, &photo).await;
        let waiting = second.phone.item(two).await;
        assert_eq!((waiting.rest.original, waiting.rest.derived), (Arrival::Expected, Derived::Waiting));
        for copy in ["original", "thumb", "preview", "copy"] {
            assert_eq!(second.phone.get(&path(two, copy)).await.code(), Code::NotFound, "{copy}");
        }
        second.phone.upload(two, Part::Original, &photo).await;
        assert_eq!(second.phone.derived(two).await.rest.derived, Derived::Ready);
        let kept = kit.blobs("original");
        assert_eq!(kept, [sha256(&photo).to_string()]);
    }

    async fn a_file_that_is_no_picture_keeps_its_bytes_and_says_so(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        for (bytes, outcome) in [
            (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec(), Derived::Unsupported),
            (phone_photo(10, 64, 64)[..200].to_vec(), Derived::Unreadable),
        ] {
            let (_, media) = member.named(branch, &bytes).await;
            member.phone.upload(media, Part::Original, &bytes).await;
            assert_eq!(member.phone.derived(media).await.rest.derived, outcome);
            assert_eq!(member.phone.get(&path(media, "thumb")).await.code(), Code::NotFound);
            assert_eq!(member.phone.get(&path(media, "copy")).await.code(), Code::NoSafeCopy);
            let original = member.phone.get(&path(media, "original")).await;
            assert_eq!(original.body.as_slice(), bytes);
            assert!(original.header("Content-Disposition").starts_with("attachment"));
            assert_eq!(original.header("X-Content-Type-Options"), "nosniff");
        }
    }

    async fn each_gets_the_copies_that_are_theirs(kit) {
        let branch = kit.branch().await;
        let (author, secretary) = (kit.member(branch).await, kit.secretary(branch).await);
        let (member, committee, school) = (kit.member(branch).await, kit.committee(branch).await, kit.school().await);
        let stranger = kit.member(kit.branch().await).await;
        let photo = phone_photo(11, 64, 64);
        let (entry, media) = author.named(branch, &photo).await;
        author.phone.upload(media, Part::Original, &photo).await;
        author.phone.derived(media).await;
        for who in [&secretary, &member, &committee, &school, &stranger] {
            assert_eq!(who.phone.get(&path(media, "thumb")).await.code(), Code::NotFound, "a draft is its author's");
        }
        approve(&author, &secretary, branch, entry).await;
        for who in [&author, &secretary, &member, &committee, &school] {
            assert_eq!(who.phone.get(&path(media, "preview")).await.status, 200);
            assert_eq!(who.phone.get(&path(media, "copy")).await.status, 200);
        }
        let hidden = stranger.phone.get(&path(media, "preview")).await;
        let unknown = stranger.phone.get(&path(id(), "preview")).await;
        assert_eq!((hidden.code(), unknown.code()), (Code::NotFound, Code::NotFound));
        for who in [&author, &secretary] {
            assert_eq!(who.phone.get(&path(media, "original")).await.status, 200);
        }
        for who in [&member, &committee] {
            assert_eq!(who.phone.get(&path(media, "original")).await.code(), Code::NotFound);
        }
        assert_eq!(school.phone.get(&path(media, "original")).await.code(), Code::ReasonRequired);
        let with_reason = format!("{}?reason=%E7%BC%96%E8%BE%91%E6%B1%87%E7%BC%96", path(media, "original"));
        assert_eq!(school.phone.get(&with_reason).await.body.as_slice(), photo);
    }

    async fn media_are_shown_to_our_own_pages_and_to_no_page_of_a_sibling(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(15, 64, 64);
        let (_, media) = member.named(branch, &photo).await;
        member.phone.upload(media, Part::Original, &photo).await;
        member.phone.derived(media).await;
        let ask = SignIn {
            number: member.number.clone(),
            password: kit::PASSWORD.to_owned(),
            next: kit::ids::secret(),
            device_name: String::new(),
            device: Some(member.phone.device),
        };
        let signed_in = kit.post("/api/v1/sessions", &ask).await;
        let cookie = signed_in.header("set-cookie").split(';').next().expect("a cookie").to_owned();
        let fetch = async |copy: &str, site: Option<&str>| {
            let request = kit::http::client().get(format!("{}{}", kit.url(), path(media, copy)));
            let request = site.into_iter().fold(request, |request, site| request.header("sec-fetch-site", site));
            Answer::of(request.header("cookie", &cookie)).await
        };
        for copy in ["thumb", "preview", "copy", "original"] {
            assert_eq!(fetch(copy, Some("same-origin")).await.status, 200, "{copy}");
            for site in [Some("same-site"), Some("cross-site"), Some("none"), None] {
                assert_eq!(fetch(copy, site).await.code(), Code::SignedOut, "{copy} for {site:?}");
            }
        }
    }

    async fn a_look_at_an_original_stands_in_the_audit_of_its_branch_alone(kit) {
        let branch = kit.branch().await;
        let (author, secretary, school) = (kit.member(branch).await, kit.secretary(branch).await, kit.school().await);
        let elsewhere = kit.branch().await;
        let neighbour = kit.secretary(elsewhere).await;
        let photo = phone_photo(14, 16, 16);
        let (entry, media) = author.named(branch, &photo).await;
        author.phone.upload(media, Part::Original, &photo).await;
        approve(&author, &secretary, branch, entry).await;
        school.phone.get(&format!("{}?reason=%E7%BC%96%E8%BE%91%E6%B1%87%E7%BC%96", path(media, "original"))).await;
        let looks = |rows: Vec<AuditRow>| rows.into_iter().filter(|row| row.kind == "original_read").collect::<Vec<_>>();
        let audit = |branch: kit::Branch| format!("/api/v1/branches/{}/audit", branch.id);
        let rows = looks(secretary.phone.get(&audit(branch)).await.json());
        let [look] = rows.as_slice() else { panic!("{rows:?}") };
        let told = (look.actor, look.media, look.reason.as_deref(), look.account);
        assert_eq!(told, (Some(school.account), Some(media), Some("编辑汇编"), None));
        assert!(looks(neighbour.phone.get(&audit(elsewhere)).await.json()).is_empty());
        for who in [&author, &neighbour, &school] {
            assert_eq!(who.phone.get(&audit(branch)).await.code(), Code::NotFound);
        }
    }

    async fn the_gallery_pages_through_what_is_approved(kit) {
        let branch = kit.branch().await;
        let (author, secretary, committee) =
            (kit.member(branch).await, kit.secretary(branch).await, kit.committee(branch).await);
        let stranger = kit.member(kit.branch().await).await;
        let entry = author.phone.begun(branch.id, author.id).await;
        for n in 0..3 {
            author.phone.added(branch, entry, &phone_photo(20 + n, 16, 16)).await;
        }
        let gallery = format!("/api/v1/branches/{}/gallery", branch.id);
        assert!(committee.phone.get(&gallery).await.json::<GalleryPage>().items.is_empty());
        approve(&author, &secretary, branch, entry).await;
        let first: GalleryPage = committee.phone.get(&format!("{gallery}?limit=2")).await.json();
        assert_eq!((first.items.len(), first.items[0].title.as_str()), (2, "石槽村义诊"));
        let next = format!("{gallery}?limit=2&after={}", first.next.clone().expect("a next page"));
        let second: GalleryPage = committee.phone.get(&next).await.json();
        assert_eq!((second.items.len(), second.next), (1, None));
        assert!(first.items.iter().all(|item| item.media != second.items[0].media));
        for (query, count) in [
            ("kind=free_clinic", 3),
            ("kind=mentoring", 0),
            ("phase=during&media=photo", 3),
            ("phase=before", 0),
            ("from=2019-09-21&to=2019-09-21", 3),
            ("from=2019-09-22", 0),
        ] {
            let page: GalleryPage = author.phone.get(&format!("{gallery}?{query}")).await.json();
            assert_eq!(page.items.len(), count, "{query}");
        }
        let hidden = stranger.phone.get(&gallery).await;
        let unknown = stranger.phone.get(&format!("/api/v1/branches/{}/gallery", id::<shared::ids::BranchId>())).await;
        assert_eq!((hidden.code(), unknown.code()), (Code::NotFound, Code::NotFound));
    }

    async fn an_original_that_shows_something_else_than_its_sketch_asks_for_another_look(kit) {
        let branch = kit.branch().await;
        let (author, secretary) = (kit.member(branch).await, kit.secretary(branch).await);
        for turned in [false, true] {
            let (sketch, original) = (hills(160, 120, false), hills(640, 480, turned));
            let entry = author.phone.begun(branch.id, author.id).await;
            let media = id();
            let mut act = drafts::photo(entry, media, &original);
            if let Act::MediaAdd { provenance, .. } = &mut act {
                provenance.sketch = Some(sha256(&sketch));
            }
            author.phone.applied(branch.id, act).await;
            author.phone.upload(media, Part::Sketch, &sketch).await;
            author.phone.item_once(media, |body| body.rest.sketch == Arrival::Arrived).await;
            approve(&author, &secretary, branch, entry).await;
            kit.clock.advance(60_000);
            author.phone.upload(media, Part::Original, &original).await;
            let body = author.phone.derived(media).await;
            assert_eq!(body.rest.differs_at.is_some(), turned, "{:?}", body.rest);
        }
    }
}

pub async fn approve(author: &kit::Person, secretary: &kit::Person, branch: kit::Branch, entry: EntryId) {
    let (_, digest) = author.phone.applied(branch.id, Act::EntrySubmit { entry }).await;
    let approve = Act::EntryApprove { entry, digest, sketches: Vec::new(), classify: None };
    secretary.phone.applied(branch.id, approve).await;
}
