//! PNG: keeps the picture, its transparency, its colours and its density; drops texts, EXIF, time
//! stamps, animation, private chunks, and what follows IEND (PNG third edition, §11).

use super::Piece;
use super::exif::{orientation_only, turned};

const SIGNATURE_BYTES: usize = 8;
/// Length, type and checksum around a chunk's data.
const FRAME_BYTES: usize = 12;

const KEPT: [&[u8; 4]; 11] =
    [b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYS"];

/// The pieces of the copy, or `None` where the file does not reach its IEND.
pub fn plan(file: &[u8]) -> Option<Vec<Piece>> {
    let mut pieces = vec![Piece::Kept(0..SIGNATURE_BYTES)];
    let mut turn = None;
    let mut first_data = None;
    let mut at = SIGNATURE_BYTES;
    loop {
        let length = u32::from_be_bytes(file.get(at..at + 4)?.try_into().expect("four bytes"));
        let end = at.checked_add(FRAME_BYTES)?.checked_add(usize::try_from(length).ok()?)?;
        let name: &[u8; 4] = file.get(at + 4..at + 8)?.try_into().expect("four bytes");
        let data = file.get(at..end)?.get(8..end - at - 4)?;
        if name == b"eXIf" && turn.is_none() {
            turn = turned(data);
        }
        if name == b"IDAT" {
            first_data.get_or_insert(pieces.len());
        }
        if KEPT.contains(&name) {
            pieces.push(Piece::Kept(at..end));
        }
        if name == b"IEND" {
            if let Some(turn) = turn {
                pieces.insert(first_data?, Piece::Made(chunk(b"eXIf", &orientation_only(turn))));
            }
            return first_data.map(|_| pieces);
        }
        at = end;
    }
}

fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut out = u32::try_from(data.len()).expect("some thirty bytes").to_be_bytes().to_vec();
    out.extend(name);
    out.extend(data);
    let sum = crc32(&out[4..]);
    out.extend(sum.to_be_bytes());
    out
}

/// CRC-32 of ISO 3309, as PNG wants it; bit by bit, for some thirty bytes.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |sum: u32, byte: &u8| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| {
                if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 }
            },
        )
    };
    !bytes.iter().fold(!0, step)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_checksum_of_the_standards_example_is_right() {
        assert_eq!(super::crc32(b"123456789"), 0xCBF4_3926);
    }
}
