//! What the headers of tus 1.0 say, as text in and values out. Knows no request and no answer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use shared::ids::{Digest, MediaId};

use crate::media::Part;

/// The one version we speak.
pub const VERSION: &str = "1.0.0";
/// Extensions as `OPTIONS` names them.
pub const EXTENSIONS: &str = "creation,creation-with-upload,checksum,expiration,termination";
/// How hashes in `Upload-Checksum` are made, as `OPTIONS` names them: the protocol asks every server for `sha1`.
pub const ALGORITHMS: &str = "sha1,sha256";
/// Media type of every body with bytes.
pub const BYTES: &str = "application/offset+octet-stream";

/// What an upload is for, from `Upload-Metadata`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metadata {
    pub media: MediaId,
    pub part: Part,
    pub sha256: Digest,
}

impl Metadata {
    /// Reads `media <base64>,role <base64>,sha256 <base64>` in any order. Other keys are passed over.
    pub fn parse(header: &str) -> Option<Metadata> {
        let value = |wanted: &str| {
            let encoded = header
                .split(',')
                .filter_map(|pair| pair.trim().split_once(' '))
                .find_map(|(key, value)| (key == wanted).then_some(value))?;
            String::from_utf8(BASE64.decode(encoded.trim()).ok()?).ok()
        };
        Some(Metadata {
            media: value("media")?.parse().ok()?,
            part: value("role")?.parse().ok()?,
            sha256: value("sha256")?.parse().ok()?,
        })
    }
}

/// An instant as HTTP writes it (RFC 9110 §5.6.7).
pub fn date(at_ms: i64) -> String {
    let instant = jiff::Timestamp::from_millisecond(at_ms).expect("a time of our own clock");
    let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
    printer.timestamp_to_rfc9110_string(&instant).expect("years of our own clock have four digits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_names_item_part_and_hash() {
        let media = "01930000-0000-7000-8000-0000000000aa";
        let header = format!(
            "filename eA==, media {},role {},sha256 {}",
            BASE64.encode(media),
            BASE64.encode("sketch"),
            BASE64.encode("ab".repeat(32))
        );
        let parsed = Metadata::parse(&header).unwrap();
        assert_eq!((parsed.media.to_string().as_str(), parsed.part), (media, Part::Sketch));
        assert_eq!(parsed.sha256, Digest([0xAB; 32]));
        for broken in
            ["", "media", "media !!!", &header.replace("sketch", "x"), &header.replace("role", "rule")]
        {
            assert_eq!(Metadata::parse(broken).is_some(), broken == header, "{broken}");
        }
    }

    #[test]
    fn a_date_is_written_as_http_wants_it() {
        assert_eq!(date(784_111_777_000), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
