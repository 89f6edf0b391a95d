//! The phone's engine against a real server, without a browser: with answers that get lost and an app that is killed.

use kit::{Pocket, fields, on_both_databases};
use shared::ids::EntryId;
use shared::sync::view::StateWord;
use shared::sync::{Command, EngineEvent, Values};
use shared::wire::Code;

on_both_databases! {
    async fn two_engines_meet_through_a_lost_answer(kit) {
        let branch = kit.branch().await;
        let (member, secretary) = (kit.member(branch).await, kit.secretary(branch).await);
        let mut theirs = Pocket::open(kit, &member.phone).await;
        theirs.settle().await;

        let entry: EntryId = kit::id();
        theirs.act(Command::Create { entry, branch: branch.id, values: fields(member.id) });
        theirs.act(Command::Submit { entry });
        assert_eq!(theirs.entry(entry).state, StateWord::Unsent);
        // The push arrives, its answer does not; then the app is killed.
        while theirs.carry(true).await != Some("/api/v1/sync/push") {}
        assert_eq!(theirs.entry(entry).state, StateWord::Unsent);
        theirs.restart();
        theirs.settle().await;
        assert_eq!(theirs.entry(entry).state, StateWord::Submitted);
        assert_eq!(theirs.entry(entry).version, 1);
        assert!(theirs.engine.outbox_view(true).unsent.is_empty());

        let mut desk = Pocket::open(kit, &secretary.phone).await;
        desk.settle().await;
        let seen = desk.entry(entry);
        assert!(seen.may.approve);
        assert_eq!(seen.digest, theirs.entry(entry).digest);
        let digest = seen.digest.expect("an entry has a digest");
        desk.act(Command::Approve { entry, digest, sketches: Vec::new(), strengths: Vec::new() });
        while desk.carry(true).await != Some("/api/v1/sync/push") {}
        desk.settle().await;
        assert_eq!(desk.entry(entry).state, StateWord::Approved);
        assert_eq!(desk.entry(entry).verdicts.len(), 1);

        theirs.settle().await;
        assert_eq!(theirs.entry(entry).state, StateWord::Approved);
        assert_eq!(theirs.engine.hours().approved, 240);
    }

    async fn a_change_after_opening_makes_an_approval_stale_and_is_shown(kit) {
        let branch = kit.branch().await;
        let (member, secretary) = (kit.member(branch).await, kit.secretary(branch).await);
        let mut theirs = Pocket::open(kit, &member.phone).await;
        let mut desk = Pocket::open(kit, &secretary.phone).await;
        theirs.settle().await;
        let entry: EntryId = kit::id();
        theirs.act(Command::Create { entry, branch: branch.id, values: fields(member.id) });
        theirs.act(Command::Submit { entry });
        theirs.settle().await;
        desk.settle().await;
        desk.tell(EngineEvent::Opened { entry });
        let digest = desk.entry(entry).digest.expect("an entry has a digest");

        theirs.act(Command::Withdraw { entry });
        theirs.act(Command::Edit { entry, values: Values::from([("title".to_owned(), "良峪社区义诊".into())]) });
        theirs.act(Command::Submit { entry });
        theirs.settle().await;

        desk.act(Command::Approve { entry, digest, sketches: Vec::new(), strengths: Vec::new() });
        desk.settle().await;
        assert_eq!(desk.entry(entry).state, StateWord::Attention);
        let changes = desk.engine.changes(entry, digest).expect("what was seen is kept");
        assert_eq!(changes.iter().map(|change| change.key.as_str()).collect::<Vec<_>>(), ["title"]);
        let card = desk.engine.outbox_view(true).refused.remove(0);
        desk.act(Command::DropRefused { op: card.op });
        assert_eq!(desk.entry(entry).state, StateWord::Submitted);

        theirs.settle().await;
        assert_eq!(theirs.entry(entry).state, StateWord::Submitted);
    }

    async fn drafts_stay_with_their_author_and_edits_of_two_phones_meet(kit) {
        let branch = kit.branch().await;
        let (member, other) = (kit.member(branch).await, kit.member(branch).await);
        let mut first = Pocket::open(kit, &member.phone).await;
        let mut second = Pocket::open(kit, &member.phone).await;
        let mut stranger = Pocket::open(kit, &other.phone).await;
        first.settle().await;
        let entry: EntryId = kit::id();
        first.act(Command::Create { entry, branch: branch.id, values: fields(member.id) });
        first.settle().await;
        second.settle().await;
        stranger.settle().await;
        assert!(stranger.engine.entries(None).is_empty());

        let title = |text: &str| Values::from([("title".to_owned(), text.into())]);
        first.act(Command::Edit { entry, values: title("石槽村巡诊") });
        second.act(Command::Edit { entry, values: title("石槽村秋季义诊") });
        first.settle().await;
        second.settle().await;
        first.settle().await;
        assert_eq!(first.entry(entry).digest, second.entry(entry).digest);
        assert_eq!(first.entry(entry).values["title"], "石槽村巡诊");
        let proposals = first.entry(entry).proposals;
        assert_eq!(proposals.iter().map(|one| &one.value).collect::<Vec<_>>(), ["石槽村秋季义诊"]);

        second.act(Command::Answer { entry, key: "title".to_owned(), value: "石槽村秋季义诊".into() });
        second.settle().await;
        first.settle().await;
        assert_eq!(first.entry(entry).values["title"], "石槽村秋季义诊");
        assert!(first.entry(entry).proposals.is_empty());
    }

    async fn a_phone_whose_device_was_ended_keeps_its_work_and_sends_it_after_signing_in(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let mut theirs = Pocket::open(kit, &member.phone).await;
        theirs.settle().await;
        let entry = kit::id();
        theirs.act(Command::Create { entry, branch: branch.id, values: fields(member.id) });
        // A copy of the phone asks with the secret before the one in force.
        let stolen = member.phone.refresh_ask().await;
        member.phone.refresh().await;
        assert_eq!(kit.post("/api/v1/sessions/refresh", &stolen).await.code(), Code::SignedOut);
        assert_eq!(member.phone.get("/api/v1/me").await.code(), Code::SignedOut, "the device is ended");
        theirs.restart();
        assert_eq!(theirs.engine.outbox_view(true).unsent.len(), 1, "nothing was taken from the phone");
        // Where a token is refused, it asks for the password.
        theirs.tell(EngineEvent::Flush);
        theirs.tell(EngineEvent::Online);
        assert!(theirs.exchange().await, "it goes on after signing in");
        assert!(theirs.engine.outbox_view(true).unsent.is_empty());
        assert_eq!(theirs.entry(entry).state, StateWord::Draft);
        assert!(member.phone.pull().await.text().contains(&entry.to_string()));
    }
}
