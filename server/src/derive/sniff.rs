//! Says what a file is by its first bytes. The phone's file name and content type are a claim and
//! decide nothing. Not a validity check: a file with the right first bytes may still be broken.

/// Bytes of a file's beginning that [`sniff`] looks at, at most.
pub const SNIFF_BYTES: usize = 64;

/// What a file is, as far as its first bytes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Jpeg,
    Png,
    WebP,
    Gif,
    Heif,
    Avif,
    Mp4,
    QuickTime,
    M4a,
    Matroska,
    Ogg,
    Wav,
    Amr,
    Mp3,
    Pdf,
    /// TIFF, and the raw files of cameras that are framed as one.
    Tiff,
    JpegXl,
    /// Anything else, markup and scripts included.
    Other,
}

impl Kind {
    /// The media type an attachment of this kind is sent with.
    pub fn mime(self) -> &'static str {
        match self {
            Kind::Jpeg => "image/jpeg",
            Kind::Png => "image/png",
            Kind::WebP => "image/webp",
            Kind::Gif => "image/gif",
            Kind::Heif => "image/heic",
            Kind::Avif => "image/avif",
            Kind::Mp4 => "video/mp4",
            Kind::QuickTime => "video/quicktime",
            Kind::M4a => "audio/mp4",
            Kind::Matroska => "video/webm",
            Kind::Ogg => "audio/ogg",
            Kind::Wav => "audio/wav",
            Kind::Amr => "audio/amr",
            Kind::Mp3 => "audio/mpeg",
            Kind::Pdf => "application/pdf",
            Kind::Tiff => "image/tiff",
            Kind::JpegXl => "image/jxl",
            Kind::Other => "application/octet-stream",
        }
    }

    /// The ending an attachment of this kind is saved with.
    pub fn extension(self) -> &'static str {
        match self {
            Kind::Jpeg => "jpg",
            Kind::Png => "png",
            Kind::WebP => "webp",
            Kind::Gif => "gif",
            Kind::Heif => "heic",
            Kind::Avif => "avif",
            Kind::Mp4 => "mp4",
            Kind::QuickTime => "mov",
            Kind::M4a => "m4a",
            Kind::Matroska => "webm",
            Kind::Ogg => "ogg",
            Kind::Wav => "wav",
            Kind::Amr => "amr",
            Kind::Mp3 => "mp3",
            Kind::Pdf => "pdf",
            Kind::Tiff => "tif",
            Kind::JpegXl => "jxl",
            Kind::Other => "bin",
        }
    }
}

/// Names the kind of a file from its first bytes; [`SNIFF_BYTES`] of them are enough.
pub fn sniff(head: &[u8]) -> Kind {
    match head {
        [0xFF, 0xD8, 0xFF, ..] => Kind::Jpeg,
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Kind::Png,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Kind::WebP,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Kind::Wav,
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Kind::Gif,
        [0x1A, 0x45, 0xDF, 0xA3, ..] => Kind::Matroska,
        [b'O', b'g', b'g', b'S', ..] => Kind::Ogg,
        [b'#', b'!', b'A', b'M', b'R', ..] => Kind::Amr,
        // An ID3 block, or a frame of layer III, with any of the bits that say which.
        [b'I', b'D', b'3', ..] | [0xFF, 0xFB | 0xFA | 0xF3 | 0xF2, ..] => Kind::Mp3,
        [b'%', b'P', b'D', b'F', b'-', ..] => Kind::Pdf,
        [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => Kind::Tiff,
        [0xFF, 0x0A, ..] | [0, 0, 0, 0x0C, b'J', b'X', b'L', b' ', ..] => Kind::JpegXl,
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => iso_media(brand),
        // QuickTime files older than `ftyp` open with one of their boxes.
        [_, _, _, _, b'm', b'o', b'o', b'v', ..]
        | [_, _, _, _, b'w', b'i', b'd', b'e', ..]
        | [_, _, _, _, b'm', b'd', b'a', b't', ..] => Kind::QuickTime,
        _ => Kind::Other,
    }
}

/// Tells the files of the ISO base media family apart by their major brand.
fn iso_media(brand: &[u8]) -> Kind {
    match brand.get(..4) {
        Some(b"heic" | b"heix" | b"mif1" | b"msf1" | b"hevc" | b"heim" | b"heis") => Kind::Heif,
        Some(b"avif" | b"avis") => Kind::Avif,
        Some(b"qt  ") => Kind::QuickTime,
        Some(b"M4A " | b"M4B ") => Kind::M4a,
        Some(_) => Kind::Mp4,
        None => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        let cases: [(&[u8], Kind); 18] = [
            (b"\xFF\xD8\xFF\xE0", Kind::Jpeg),
            (b"\x89PNG\r\n\x1a\n", Kind::Png),
            (b"RIFF\0\0\0\0WEBPVP8 ", Kind::WebP),
            (b"RIFF\0\0\0\0WAVEfmt ", Kind::Wav),
            (b"GIF89a", Kind::Gif),
            (b"\0\0\0\x18ftypheic", Kind::Heif),
            (b"\0\0\0\x18ftypqt  ", Kind::QuickTime),
            (b"\0\0\0\x18ftypisom", Kind::Mp4),
            (b"\0\0\0\x08widemdat", Kind::QuickTime),
            (b"ID3\x04", Kind::Mp3),
            (b"\xFF\xFB\x90\x64", Kind::Mp3),
            (b"%PDF-1.7", Kind::Pdf),
            (b"II*\0\x08\0\0\0", Kind::Tiff),
            (b"\0\0\0\x0CJXL \r\n\x87\n", Kind::JpegXl),
            (b"#!AMR\n", Kind::Amr),
            (b"<svg xmlns=", Kind::Other),
            (b"#EXTM3U", Kind::Other),
            (b"", Kind::Other),
        ];
        for (head, kind) in cases {
            assert_eq!(sniff(head), kind, "{head:?}");
        }
    }
}
