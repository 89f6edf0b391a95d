//! JPEG files of the forms that no encoder at hand writes, made by the tests: every block of 8 × 8 has one colour.
//! Progressive, with restart markers, with four colours as printers have them (ITU T.81).

use super::samples::jpeg_segment;

/// How a file is written.
#[derive(Debug, Clone, Copy, Default)]
pub struct Form {
    /// One scan for the blocks' means and one for each colour's detail, instead of one for all.
    pub progressive: bool,
    /// Blocks between two restart markers; 0: none.
    pub restart: u16,
}

/// A file of `columns` × `rows` blocks. A colour is red, green and blue, or the four inks as Adobe stores them: 255
/// for none.
pub fn blocks<const N: usize>(
    (columns, rows): (u16, u16),
    colour: impl Fn(u16, u16) -> [u8; N],
    form: Form,
) -> Vec<u8> {
    let means: Vec<[u8; N]> =
        (0..rows).flat_map(|y| (0..columns).map(move |x| (x, y))).map(|(x, y)| colour(x, y)).collect();
    let mut out = vec![0xFF, 0xD8];
    // Adobe's marker with transform 0: the colours are what they are, not luma and chroma.
    out.extend(jpeg_segment(0xEE, b"Adobe\0\x64\0\0\0\0\0"));
    out.extend(jpeg_segment(0xDB, &[[0].as_slice(), &[8; 64]].concat()));
    let mut frame = vec![8];
    frame.extend((rows * 8).to_be_bytes());
    frame.extend((columns * 8).to_be_bytes());
    frame.push(N as u8);
    frame.extend((1..=N as u8).flat_map(|id| [id, 0x11, 0]));
    out.extend(jpeg_segment(if form.progressive { 0xC2 } else { 0xC0 }, &frame));
    // Means: the nine sizes of a difference, four bits each. Detail: "no more of it", one bit.
    let mut lengths = [0; 16];
    lengths[3] = 9;
    out.extend(jpeg_segment(0xC4, &[[0].as_slice(), &lengths, &[0, 1, 2, 3, 4, 5, 6, 7, 8]].concat()));
    let mut lengths = [0; 16];
    lengths[0] = 1;
    out.extend(jpeg_segment(0xC4, &[[0x10].as_slice(), &lengths, &[0]].concat()));
    if form.restart > 0 {
        out.extend(jpeg_segment(0xDD, &form.restart.to_be_bytes()));
    }
    let all: Vec<u8> = (1..=N as u8).collect();
    if form.progressive {
        out.extend(scan(&all, (0, 0), restarted(&means, form.restart, true, false)));
        for id in all {
            let nothing: Vec<[u8; 1]> = vec![[0]; means.len()];
            out.extend(scan(&[id], (1, 63), restarted(&nothing, form.restart, false, true)));
        }
    } else {
        out.extend(scan(&all, (0, 63), restarted(&means, form.restart, true, true)));
    }
    out.extend([0xFF, 0xD9]);
    out
}

fn scan(ids: &[u8], (first, last): (u8, u8), data: Vec<u8>) -> Vec<u8> {
    let mut head = vec![ids.len() as u8];
    head.extend(ids.iter().flat_map(|id| [*id, 0]));
    head.extend([first, last, 0]);
    [jpeg_segment(0xDA, &head), data].concat()
}

/// Coded data of the blocks, begun anew at each restart.
fn restarted<const N: usize>(blocks: &[[u8; N]], every: u16, means: bool, detail: bool) -> Vec<u8> {
    let every = if every == 0 { blocks.len() } else { usize::from(every) };
    let runs: Vec<Vec<u8>> = blocks.chunks(every).map(|run| coded(run, means, detail)).collect();
    let marker = |place: usize| [0xFF, 0xD0 + (place % 8) as u8];
    let mut out = Vec::new();
    for (place, run) in runs.iter().enumerate() {
        if place > 0 {
            out.extend(marker(place - 1));
        }
        out.extend(run);
    }
    out
}

fn coded<const N: usize>(blocks: &[[u8; N]], means: bool, detail: bool) -> Vec<u8> {
    let (mut bits, mut before) = (Vec::new(), [0_i32; N]);
    for block in blocks {
        for (mean, before) in block.iter().zip(&mut before) {
            if means {
                let value = i32::from(*mean) - 128;
                let difference = value - *before;
                *before = value;
                let size = 32 - difference.unsigned_abs().leading_zeros();
                put(&mut bits, size, 4);
                let low = if difference < 0 { difference - 1 } else { difference };
                put(&mut bits, low as u32, size);
            }
            if detail {
                put(&mut bits, 0, 1);
            }
        }
    }
    bits.resize(bits.len().next_multiple_of(8), true);
    let bytes = bits.chunks(8).map(|byte| byte.iter().fold(0, |sum, bit| sum << 1 | u8::from(*bit)));
    // What looks like a marker is followed by a zero.
    bytes.flat_map(|byte| if byte == 0xFF { vec![0xFF, 0] } else { vec![byte] }).collect()
}

fn put(bits: &mut Vec<bool>, value: u32, count: u32) {
    bits.extend((0..count).rev().map(|place| value >> place & 1 == 1));
}
