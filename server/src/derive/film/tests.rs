//! What ffprobe's answers and samples are read as, without ffmpeg.

use super::super::reason::Unreadable;
use super::super::sniff::Kind;
use super::clip::fits;
use super::probe::{Sound, parse};
use super::wave::Wave;

#[test]
fn a_film_on_its_side_has_its_upright_size() {
    let answer = br#"{"streams":[{"codec_type":"video","codec_name":"h264","width":640,"height":360,
        "pix_fmt":"yuv420p","bit_rate":"900000","side_data_list":[{"rotation":-90}]},
        {"codec_type":"audio","codec_name":"aac"}],"format":{"duration":"2.50","bit_rate":"1000000"}}"#;
    let probed = parse(answer).unwrap();
    let video = probed.video.unwrap();
    assert_eq!((video.width_px, video.height_px, probed.duration_ms), (360, 640, Some(2_500)));
    assert!(fits(Kind::Mp4, &video, probed.sound));
    assert!(!fits(Kind::Matroska, &video, Sound::Aac) && !fits(Kind::Mp4, &video, Sound::Other));
    let quick = super::probe::Video { bit_rate: Some(3_000_001), ..video.clone() };
    let large = super::probe::Video { width_px: 721, height_px: 721, ..video.clone() };
    assert!(!fits(Kind::Mp4, &quick, Sound::Aac) && !fits(Kind::Mp4, &large, Sound::None));
}

#[test]
fn a_cover_is_no_film_and_a_length_may_be_missing() {
    let answer = br#"{"streams":[{"codec_type":"video","codec_name":"mjpeg","width":9,"height":9,
        "disposition":{"attached_pic":1}},{"codec_type":"audio","codec_name":"opus"}],"format":{}}"#;
    let probed = parse(answer).unwrap();
    assert_eq!((probed.video, probed.sound, probed.duration_ms), (None, Sound::Other, None));
}

#[test]
fn what_a_hostile_answer_says_is_not_believed() {
    let of = |width: u64, height: u64| {
        parse(
            format!(r#"{{"streams":[{{"codec_type":"video","width":{width},"height":{height}}}]}}"#)
                .as_bytes(),
        )
    };
    assert_eq!(of(0, 7), Err(Unreadable::BadHeader));
    assert_eq!(of(20_001, 7), Err(Unreadable::TooLarge));
    assert_eq!(of(19_000, 19_000), Err(Unreadable::TooLarge));
    assert_eq!(of(u64::MAX, 7), Err(Unreadable::BadHeader));
    for answer in [b"".as_slice(), b"{}", b"[]", br#"{"streams":[{"codec_type":"data"}]}"#] {
        assert_eq!(parse(answer), Err(Unreadable::BadHeader));
    }
    for length in ["inf", "NaN", "-1", "1e300", "N/A"] {
        let answer =
            format!(r#"{{"streams":[{{"codec_type":"audio"}}],"format":{{"duration":"{length}"}}}}"#);
        assert_eq!(parse(answer.as_bytes()).unwrap().duration_ms, None, "{length}");
    }
}

#[test]
fn samples_are_counted_and_the_loudest_kept_however_they_are_cut() {
    let mut samples: Vec<u8> = std::iter::repeat_n(0_i16, 8_000).flat_map(i16::to_le_bytes).collect();
    samples.extend(std::iter::repeat_n(i16::MIN, 8_000).flat_map(i16::to_le_bytes));
    for cut in [1, 3, 7_001, samples.len()] {
        let mut wave = Wave::default();
        samples.chunks(cut).for_each(|part| wave.take(part));
        assert_eq!(wave.duration_ms(), 2_000);
        let peaks = wave.peaks();
        assert_eq!((peaks.len(), peaks[0], peaks[39]), (40, 0, 255));
    }
    assert_eq!((Wave::default().peaks(), Wave::default().duration_ms()), (Vec::new(), 0));
}
