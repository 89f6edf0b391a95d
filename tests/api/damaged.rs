//! One flipped byte, one deleted file: what verify, the pictures, the original and the figures say of it.

use kit::media::path;
use kit::{App, on_every_storage, sha256};
use shared::ids::MediaId;
use shared::wire::Code;

use crate::metrics::{figure, scrape};
use crate::pictures::phone_photo;
use crate::smaller::{faults, sent, tried};

/// The hash of a picture's own bytes.
async fn content(kit: &App, size: &'static str) -> String {
    let db = kit.db().await;
    let mut db = db.read().await.expect("a connection");
    let text = "SELECT content FROM picture WHERE size = $1";
    sqlx::query_scalar(text).bind(size).fetch_one(&mut *db).await.expect("it was made")
}

async fn answers(member: &kit::Person, media: MediaId) -> [Option<Code>; 3] {
    let mut found = [None; 3];
    for (place, copy) in found.iter_mut().zip(["thumb", "preview", "original"]) {
        let answer = member.phone.get(&path(media, copy)).await;
        *place = (answer.status != 200).then(|| answer.code());
    }
    found
}

on_every_storage! {
    async fn a_flipped_byte_and_a_deleted_file_are_named_and_never_sent(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let photo = phone_photo(1, 640, 480);
        let media = sent(&member, branch, &photo).await;
        let (.., stored, _, _) = tried(kit, &photo).await;
        assert_eq!(answers(&member, media).await, [None; 3]);
        assert!(kit.command(&["verify", "--blobs"]).await.contains("everything agrees"));

        let (thumb, preview) = (content(kit, "thumb").await, content(kit, "preview").await);
        let small = kit.stored("derived", &thumb);
        let mut bytes = small.read().await;
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        small.write(&bytes).await;
        kit.stored("derived", &preview).remove().await;
        let internal = Some(Code::Internal);
        assert_eq!(answers(&member, media).await, [internal, internal, None], "the original is as it was");

        let stored = stored.expect("it is stored smaller");
        let mut bytes = kit.stored("lepton", &stored).read().await;
        bytes[200] ^= 1;
        kit.stored("lepton", &stored).write(&bytes).await;
        assert_eq!(answers(&member, media).await, [internal; 3]);
        let mut wanted = [
            format!("derived {preview} is missing"),
            format!("derived {thumb} is damaged"),
            format!("lepton {stored} is damaged"),
        ];
        wanted.sort();
        let mut found = faults(kit).await;
        found.sort();
        assert_eq!(found, wanted);
        let said = kit.refused(&["verify", "--blobs", "--rate", "20"]).await;
        assert!(said.contains("3 faults were found"), "{said}");

        let text = scrape(kit).await;
        for (area, fault) in [("derived", "damaged"), ("derived", "missing"), ("original", "damaged")] {
            let series = format!("miaopu_blob_faults_total{{area=\"{area}\",fault=\"{fault}\"}}");
            assert!(figure(&text, &series) >= 1.0, "{text}");
        }
        assert!(sha256(&photo).to_string() != stored);
    }
}
