//! Bytes of an upload in their order, on their way to storage. Large pieces stay as the network brought them, so that
//! nothing is copied for the disk; small ones are joined.

use std::fs::File;
use std::io::{self, IoSlice};

use bytes::{Bytes, BytesMut};

/// Bytes from which on a piece stays as it came.
const LARGE_BYTES: usize = 8 << 10;
/// Pieces that one call of the kernel takes (`IOV_MAX`).
const SLICES_MAX: usize = 1_024;

/// Bytes that were not handed to storage yet.
#[derive(Debug, Default)]
pub struct Parts {
    pieces: Vec<Bytes>,
    /// Small pieces behind them.
    joining: BytesMut,
    length: usize,
}

impl Parts {
    /// Adds what came next.
    pub fn push(&mut self, bytes: Bytes) {
        self.length += bytes.len();
        if bytes.len() < LARGE_BYTES {
            self.joining.extend_from_slice(&bytes);
        } else {
            self.settle();
            self.pieces.push(bytes);
        }
    }

    fn settle(&mut self) {
        if !self.joining.is_empty() {
            self.pieces.push(self.joining.split().freeze());
        }
    }

    /// How many bytes there are.
    #[must_use]
    pub fn length(&self) -> usize {
        self.length
    }

    /// All of them, behind each other in memory.
    #[must_use]
    pub fn joined(mut self) -> Bytes {
        self.settle();
        if let [one] = &mut self.pieces[..] {
            return std::mem::take(one);
        }
        let mut all = BytesMut::with_capacity(self.length);
        self.pieces.iter().for_each(|piece| all.extend_from_slice(piece));
        all.freeze()
    }

    /// Writes them all to a file, from a place on.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn write_all_at(mut self, file: &File, mut at: u64) -> io::Result<()> {
        self.settle();
        let mut slices: Vec<IoSlice<'_>> = self.pieces.iter().map(|piece| IoSlice::new(piece)).collect();
        let mut left = &mut slices[..];
        while !left.is_empty() {
            let taken = left.len().min(SLICES_MAX);
            match rustix::io::pwritev(file, &left[..taken], at) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => {
                    at += written as u64;
                    IoSlice::advance_slices(&mut left, written);
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pieces of these lengths, and all their bytes.
    fn parts(lengths: &[usize]) -> (Parts, Vec<u8>) {
        let (mut parts, mut all) = (Parts::default(), Vec::new());
        for (at, length) in lengths.iter().enumerate() {
            let piece: Vec<u8> = (0..*length).map(|byte| (byte * 31 + at) as u8).collect();
            all.extend_from_slice(&piece);
            parts.push(Bytes::from(piece));
        }
        (parts, all)
    }

    #[test]
    fn large_and_small_pieces_keep_their_order_wherever_they_go() {
        let many = vec![LARGE_BYTES; SLICES_MAX + 2];
        for lengths in [&[][..], &[3], &[LARGE_BYTES], &[5, 7, LARGE_BYTES, 1, 0, LARGE_BYTES + 1, 9], &many]
        {
            let (written, all) = parts(lengths);
            assert_eq!(written.length(), all.len());
            let file = tempfile::tempfile().expect("a file");
            written.write_all_at(&file, 11).expect("it is written");
            let mut found = vec![0; all.len()];
            std::os::unix::fs::FileExt::read_exact_at(&file, &mut found, 11).expect("it is there");
            assert!(
                found == all && file.metadata().expect("a file").len() == all.len() as u64 + 11
                    || all.is_empty()
            );
            assert!(parts(lengths).0.joined() == all);
        }
    }
}
