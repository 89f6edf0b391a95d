//! Clips and voices: pictures, length, what is played and by whom, and files that mean harm to ffmpeg.

use std::io::Write;
use std::path::PathBuf;

use kit::film::{CANARY, POSITION, encodes, made, probed};
use kit::media::path;
use kit::{Answer, Branch, Engine, Part, Person, on_every_storage};
use miaopu_server::derive::film::{Films, Tools};
use miaopu_server::derive::process::Deriver;
use miaopu_server::derive::reason::Unreadable;
use miaopu_server::derive::sniff::Kind;
use reqwest::Method;
use shared::ids::MediaId;
use shared::model::MediaBody;
use shared::model::media::Derived;
use shared::wire::Code;

use crate::formats::{encoded, quarters, stands_upright, tried};
use crate::pictures::contains;

/// A moving picture of so many seconds and this size, and a tone.
fn scene(size: &str, seconds: &str) -> String {
    format!(
        "-f lavfi -i testsrc=size={size}:rate=15:duration={seconds} -f lavfi -i sine=frequency=440:duration={seconds}"
    )
}

/// A tone of so many seconds.
fn tone(seconds: u32) -> String {
    format!("-f lavfi -i sine=frequency=440:duration={seconds}")
}

/// The film with a quarter turn to the right in the matrix of its first track, as a phone held upright writes it.
fn on_its_side(mut film: Vec<u8>) -> Vec<u8> {
    let track = film.windows(4).position(|four| four == b"tkhd").expect("a track");
    let matrix: [u32; 9] = [0, 1 << 16, 0, u32::MAX << 16, 0, 0, 0, 0, 1 << 30];
    for (place, number) in matrix.into_iter().enumerate() {
        let at = track + 44 + place * 4;
        film[at..at + 4].copy_from_slice(&number.to_be_bytes());
    }
    film
}

async fn playable(member: &Person, branch: Branch, bytes: &[u8]) -> (MediaId, MediaBody) {
    let (media, derived) = tried(member, branch, bytes).await;
    assert_eq!(derived, Derived::Ready);
    (media, member.phone.item_once(media, |body| body.rest.playable).await)
}

fn near(is: Option<u64>, should: u64) -> bool {
    is.is_some_and(|is| is.abs_diff(should) <= 150)
}

/// Nothing of what the original says of itself.
fn says_nothing(file: &[u8]) -> bool {
    let place = |file: &[u8]| contains(file, POSITION.as_bytes()) || contains(file, b"+31.2304");
    !contains(file, CANARY.as_bytes()) && !place(file)
}

/// Whether the index of an MP4 comes before its bytes.
fn starts_at_once(file: &[u8]) -> bool {
    let at = |name: &[u8]| file.windows(4).position(|four| four == name).expect("a box");
    at(b"moov") < at(b"mdat")
}

on_every_storage! {
    async fn a_clip_is_seen_and_played_in_parts_by_those_who_may_not_have_its_original(kit) {
        let branch = kit.branch().await;
        let (author, secretary, committee) =
            (kit.member(branch).await, kit.secretary(branch).await, kit.committee(branch).await);
        let stranger = kit.member(kit.branch().await).await;
        let clip = made(&format!("{} -c:v libx264 -pix_fmt yuv420p -c:a aac", scene("640x360", "3")), "clip.mp4");
        assert!(!says_nothing(&clip));
        let (entry, media) = author.named(branch, &clip).await;
        author.phone.upload(media, Part::Original, &clip).await;
        let rest = author.phone.item_once(media, |body| body.rest.playable).await.rest;
        assert_eq!((rest.derived, rest.width_px, rest.height_px), (Derived::Ready, Some(640), Some(360)));
        assert!(near(rest.duration_ms, 3_000) && rest.differs_at.is_none(), "{rest:?}");
        crate::media::approve(&author, &secretary, branch, entry).await;
        for who in [&author, &secretary, &committee] {
            assert_eq!(who.phone.get(&path(media, "preview")).await.header("Content-Type"), "image/webp");
            let whole = who.phone.get(&path(media, "play")).await;
            assert_eq!((whole.status, whole.header("Content-Type")), (200, "video/mp4"));
            assert_eq!((whole.header("Content-Disposition"), whole.header("Accept-Ranges")), ("inline", "bytes"));
            assert!(whole.header("Content-Security-Policy").starts_with("sandbox"));
            assert!(says_nothing(&whole.body) && starts_at_once(&whole.body));
            let request = who.phone.request(Method::GET, &path(media, "play")).await;
            let part = Answer::of(request.header("Range", "bytes=100-299")).await;
            assert_eq!((part.status, part.body.as_slice()), (206, &whole.body[100..300]));
            let request = who.phone.request(Method::GET, &path(media, "play")).await;
            let again = Answer::of(request.header("If-None-Match", whole.header("ETag"))).await;
            assert_eq!(again.status, 304);
        }
        // It was such a clip already: its pictures are as they were, only packed anew.
        let played = author.phone.get(&path(media, "play")).await.body;
        let frames = "stream=codec_name,width,height,nb_frames:packet=";
        assert_eq!(probed(&played, frames), probed(&clip, frames));
        assert_eq!(committee.phone.get(&path(media, "original")).await.code(), Code::NotFound);
        assert_eq!(stranger.phone.get(&path(media, "play")).await.code(), Code::NotFound);
        assert_eq!(author.phone.get(&path(media, "waveform")).await.code(), Code::NotFound);
        assert_eq!(author.phone.get(&path(media, "original")).await.body, clip);
    }

    async fn a_large_clip_on_its_side_becomes_720p_upright(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let clip = on_its_side(made(
            &format!("{} -c:v libx264 -preset ultrafast -pix_fmt yuv420p", scene("1920x1080", "1.2")),
            "clip.mov",
        ));
        let (media, body) = playable(&member, branch, &clip).await;
        assert_eq!((body.rest.width_px, body.rest.height_px), (Some(1080), Some(1920)));
        let thumb = member.phone.get(&path(media, "thumb")).await.body;
        let thumb = image::load_from_memory_with_format(&thumb, image::ImageFormat::WebP).expect("a WebP");
        assert_eq!((thumb.width(), thumb.height()), (180, 320));
        let played = member.phone.get(&path(media, "play")).await.body;
        let said = probed(&played, "stream=codec_name,width,height");
        assert!(["codec_name=h264", "width=720", "height=1280"].iter().all(|line| said.contains(line)), "{said}");
        assert!(says_nothing(&played) && starts_at_once(&played));
    }

    async fn every_voice_gets_its_length_a_drawing_and_something_to_play(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let (two, loud) = (tone(2), "-af volume=3dB");
        // A frame of AMR at 12.2 kbit/s lasts 20 ms.
        let amr = [b"#!AMR\n".to_vec(), [[0x3C].as_slice(), &[0; 31]].concat().repeat(100)].concat();
        let voices = [
            ("m4a", made(&format!("{two} {loud} -c:a aac"), "voice.m4a")),
            ("mp3", made(&format!("{two} {loud} -c:a libmp3lame"), "voice.mp3")),
            ("ogg", made(&format!("{two} {loud} -c:a libopus"), "voice.ogg")),
            // As a recorder in a browser writes it: a stream that cannot be told its length afterwards.
            ("webm", made(&format!("{two} {loud} -c:a libopus -f webm -live 1"), "voice.webm")),
            ("wav", made(&format!("{two} {loud}"), "voice.wav")),
            ("amr", amr),
        ];
        assert!(!probed(&voices[3].1, "format=duration").contains("duration=2"));
        for (name, bytes) in voices {
            let (media, body) = playable(&member, branch, &bytes).await;
            assert!(near(body.rest.duration_ms, 2_000), "{name}: {:?}", body.rest);
            let played = member.phone.get(&path(media, "play")).await;
            assert_eq!((played.status, played.header("Content-Type")), (200, "audio/mp4"), "{name}");
            assert!(says_nothing(&played.body) && starts_at_once(&played.body), "{name}");
            let drawn: serde_json::Value = member.phone.get(&path(media, "waveform")).await.json();
            assert!(near(drawn["duration_ms"].as_u64(), 2_000), "{name}: {drawn}");
            let peaks = drawn["peaks"].as_str().expect("a text");
            assert!((2..=400).contains(&peaks.len()), "{name}: {peaks}");
            assert!(name == "amr" || peaks[20..60] > *"08", "{name}: {peaks}");
        }
    }

    async fn an_avif_is_shown_as_a_picture_that_does_not_move(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let mut plain = std::io::Cursor::new(Vec::new());
        quarters(400, 240).write_to(&mut plain, image::ImageFormat::Png).expect("a PNG");
        let (media, derived) = tried(&member, branch, &encoded(&plain.into_inner(), "png", "out.avif")).await;
        let rest = member.phone.item(media).await.rest;
        assert_eq!((derived, rest.width_px, rest.height_px), (Derived::Ready, Some(400), Some(240)));
        assert_eq!((rest.duration_ms, rest.playable), (None, false));
        assert!(stands_upright(&member.phone.get(&path(media, "thumb")).await.body));
        assert_eq!(member.phone.get(&path(media, "play")).await.code(), Code::NotFound);
    }

    async fn an_avif_is_turned_as_its_container_says(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let mut lying = std::io::Cursor::new(Vec::new());
        let turned = image::imageops::rotate90(&quarters(400, 240).to_rgb8());
        turned.write_to(&mut lying, image::ImageFormat::Png).expect("a PNG");
        let mut avif = encoded(&lying.into_inner(), "png", "out.avif");
        // In the place of a property that says how many bits a colour has: a quarter of a turn against the clock.
        let at = avif.windows(4).position(|four| four == b"pixi").expect("ffmpeg writes it");
        avif[at..at + 5].copy_from_slice(b"irot\x01");
        let (media, derived) = tried(&member, branch, &avif).await;
        let rest = member.phone.item(media).await.rest;
        assert_eq!((derived, rest.width_px, rest.height_px), (Derived::Ready, Some(400), Some(240)));
        assert!(stands_upright(&member.phone.get(&path(media, "thumb")).await.body));
    }

    async fn what_ffmpeg_cannot_read_is_kept_and_says_so(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let clip = made(&format!("{} -c:v libx264 -pix_fmt yuv420p", scene("320x180", "1.2")), "clip.mp4");
        let playlist = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n".to_vec();
        let boxed = [b"\0\0\0\x18ftypisom\0\0\0\0isommp41".as_slice(), &playlist].concat();
        let files = [
            (clip[..clip.len() / 3].to_vec(), Derived::Unreadable),
            (clip[..100].to_vec(), Derived::Unreadable),
            (boxed, Derived::Unreadable),
            ([b"ID3\x04\0\0\0\0\0\0".as_slice(), &playlist].concat(), Derived::Unreadable),
            (playlist, Derived::Unsupported),
        ];
        for (bytes, outcome) in files {
            let (media, derived) = tried(&member, branch, &bytes).await;
            assert_eq!(derived, outcome);
            assert_eq!(member.phone.get(&path(media, "play")).await.code(), Code::NotFound);
            assert_eq!(member.phone.get(&path(media, "original")).await.body, bytes);
        }
    }

    async fn without_ffmpeg_clips_are_kept_and_shown_once_it_is_there(kit) {
        kit.restart_with(|config| config.derive.ffmpeg = "/nonexistent/ffmpeg".into()).await;
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let clip = made(&format!("{} -c:v libx264 -pix_fmt yuv420p", scene("320x180", "1.2")), "clip.mp4");
        let (media, derived) = tried(&member, branch, &clip).await;
        assert_eq!(derived, Derived::Unsupported);
        assert_eq!(member.phone.get(&path(media, "original")).await.body, clip);
        kit.restart_with(|config| config.derive.ffmpeg = PathBuf::new()).await;
        let body = member.phone.item_once(media, |body| body.rest.playable).await;
        assert_eq!((body.rest.derived, body.rest.width_px), (Derived::Ready, Some(320)));
    }
}

#[test]
fn films_of_every_make_are_shown() {
    kit::run(Engine::Sqlite, |kit| {
        Box::pin(async move {
            let branch = kit.branch().await;
            let member = kit.member(branch).await;
            let second = scene("320x240", "1.2");
            let mut films = vec![
                (
                    "shorter than a second",
                    made(&format!("{} -c:v libx264", scene("320x240", "0.4")), "clip.mp4"),
                ),
                ("webm", made(&format!("{second} -c:v libvpx -deadline realtime -c:a libopus"), "clip.webm")),
                ("old camera", made(&format!("{second} -c:v mjpeg -c:a pcm_s16le"), "clip.mov")),
                (
                    "ten bits beyond a screen's range",
                    made(
                        &format!(
                            "{second} -c:v libvpx-vp9 -deadline realtime -pix_fmt yuv420p10le -color_trc smpte2084 -color_primaries bt2020 -colorspace bt2020nc"
                        ),
                        "clip.webm",
                    ),
                ),
            ];
            match encodes("libx265") {
                true => films.push((
                    "hevc",
                    made(&format!("{second} -c:v libx265 -preset ultrafast -tag:v hvc1"), "clip.mov"),
                )),
                false => println!("this ffmpeg encodes no HEVC: none is tried"),
            }
            for (name, bytes) in films {
                let (media, body) = playable(&member, branch, &bytes).await;
                assert_eq!((body.rest.width_px, body.rest.height_px), (Some(320), Some(240)), "{name}");
                let thumb = member.phone.get(&path(media, "thumb")).await;
                assert_eq!((thumb.status, thumb.header("Content-Type")), (200, "image/webp"), "{name}");
                let played = member.phone.get(&path(media, "play")).await.body;
                let said = probed(&played, "stream=codec_name");
                assert!(said.contains("codec_name=h264") && starts_at_once(&played), "{name}: {said}");
            }
        })
    });
}

#[tokio::test]
async fn a_playlist_that_passes_for_a_film_reads_no_other_file() {
    let folder = tempfile::tempdir().expect("a folder is made");
    let tools = Tools::at("/usr/bin/ffmpeg".as_ref()).expect("ffmpeg is there");
    let films = Films::new(kit::miaopu().to_owned(), Some(tools), folder.path().to_owned(), Vec::new());
    let deriver = Deriver::new(kit::miaopu().to_owned(), Vec::new());
    let mut file = tempfile::tempfile().expect("a file is made");
    file.write_all(b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n").expect("it is written");
    for kind in [Kind::Mp4, Kind::Matroska, Kind::Mp3, Kind::Ogg, Kind::Wav, Kind::Amr] {
        let shown = films.show(&deriver, &file, kind).await.expect("ffmpeg runs");
        assert!(matches!(shown, Err(Unreadable::Broken | Unreadable::BadHeader)), "{kind:?}: {shown:?}");
    }
    // No demuxer but that of the kind which the first bytes name comes near a file.
    let mut voice = tempfile::tempfile().expect("a file is made");
    voice.write_all(&made(&tone(1), "voice.wav")).expect("it is written");
    for (kind, fits) in [(Kind::Wav, true), (Kind::Mp4, false), (Kind::Ogg, false)] {
        let shown = films.show(&deriver, &voice, kind).await.expect("ffmpeg runs");
        assert_eq!(shown.is_ok(), fits, "{kind:?}: {shown:?}");
    }
}
