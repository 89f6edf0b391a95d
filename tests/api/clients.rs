//! Clients of tus that others wrote send to this server: cut and resumed, their token at its end in the middle of a
//! video, with checksums, begun with bytes, given up, and come back after the upload was forgotten.

use std::fs;
use std::path::PathBuf;

use kit::client::{Client, Maker, Sending};
use kit::media::{LOOK, LOOKS_MAX, path};
use kit::{App, Branch, Person, film, on_every_storage, sha256};
use shared::ids::MediaId;

/// Longer than an access token lives.
const TOKEN_MS: i64 = 16 * 60_000;
/// Longer than an upload is kept after its last byte.
const UPLOAD_MS: i64 = 8 * 86_400_000;
/// Chunks of each file.
const CHUNKS: usize = 4;

/// A video, and an item that names it.
struct Clip {
    media: MediaId,
    file: PathBuf,
    bytes: Vec<u8>,
}

impl Clip {
    async fn named(kit: &App, branch: Branch, member: &Person) -> Clip {
        let bytes = film::made("-f lavfi -i testsrc2=d=2:s=320x240:r=15 -pix_fmt yuv420p", "clip.mp4");
        let file = kit.folder().join("clip.mp4");
        fs::write(&file, &bytes).expect("it is written");
        let (_, media) = member.named(branch, &bytes).await;
        Clip { media, file, bytes }
    }

    fn sending(&self) -> Sending<'_> {
        let chunk = self.bytes.len().div_ceil(CHUNKS);
        Sending { media: self.media, file: &self.file, bytes: &self.bytes, chunk, url: None, creation: false }
    }

    async fn is_whole(&self, kit: &App, member: &Person) {
        let original = member.phone.get(&path(self.media, "original")).await;
        assert!(original.status == 200 && original.body == self.bytes, "{}", original.status);
        assert_eq!(kit.blobs("original"), [sha256(&self.bytes).to_string()]);
    }
}

/// Chunk by chunk: the server is started anew after the first, the token ends after the second, the client after the
/// third, and another goes on.
async fn cut_and_resumed(kit: &App, maker: Maker) {
    let branch = kit.branch().await;
    let member = kit.member(branch).await;
    let clip = Clip::named(kit, branch, &member).await;
    let chunk = clip.sending().chunk as u64;
    let mut client = Client::start(maker, &member.phone, clip.sending()).await;
    assert_eq!(client.at().await.1, chunk);
    kit.restart().await;
    client.tell("on").await;
    assert_eq!(client.at().await.1, 2 * chunk, "a chunk after the restart");
    kit.clock.advance(TOKEN_MS);
    client.tell("on").await;
    assert_eq!(client.line().await, "token", "its token has ended");
    member.phone.refresh().await;
    client.tell(&member.phone.access().await).await;
    let (url, offset) = client.at().await;
    assert_eq!(offset, 3 * chunk, "nothing is sent again");
    client.kill().await;
    let again = Sending { url: Some(url), ..clip.sending() };
    let mut client = Client::start(maker, &member.phone, again).await;
    assert_eq!(client.line().await, "done", "what is left is one chunk");
    clip.is_whole(kit, &member).await;
}

on_every_storage! {
    async fn tus_js_client_is_cut_resumed_and_outlives_its_token_in_a_video(kit) {
        cut_and_resumed(kit, Maker::TusJs).await;
    }

    async fn tuspy_is_cut_resumed_and_outlives_its_token_in_a_video_with_checksums(kit) {
        cut_and_resumed(kit, Maker::Tuspy).await;
    }

    async fn tus_js_client_begins_with_bytes_and_gives_up(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let clip = Clip::named(kit, branch, &member).await;
        let begun = Sending { creation: true, ..clip.sending() };
        let chunk = begun.chunk as u64;
        let mut client = Client::start(Maker::TusJs, &member.phone, begun).await;
        let (url, offset) = client.at().await;
        assert_eq!(offset, chunk, "the first chunk went with the creation");
        assert_eq!(member.phone.offset(&url).await, chunk);
        client.tell("end").await;
        assert_eq!(client.line().await, "ended");
        assert_eq!(member.phone.upload_offset(&url).await.status, 404);
        assert!(kit.blobs("incoming").is_empty());
    }

    async fn tus_js_client_begins_anew_what_was_forgotten(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let clip = Clip::named(kit, branch, &member).await;
        let mut client = Client::start(Maker::TusJs, &member.phone, clip.sending()).await;
        let (url, _) = client.at().await;
        client.kill().await;
        kit.clock.advance(UPLOAD_MS);
        member.phone.refresh().await;
        kit.sends_once("it is forgotten between the one and the other");
        for _ in 0..LOOKS_MAX {
            if member.phone.upload_offset(&url).await.status == 404 {
                break;
            }
            tokio::time::sleep(LOOK).await;
        }
        let again = Sending { url: Some(url.clone()), ..clip.sending() };
        let mut client = Client::start(Maker::TusJs, &member.phone, again).await;
        for at in 1..CHUNKS {
            let (anew, offset) = client.at().await;
            assert!(anew != url && offset == (at * clip.sending().chunk) as u64);
            client.tell("on").await;
        }
        assert_eq!(client.line().await, "done");
        clip.is_whole(kit, &member).await;
    }
}
