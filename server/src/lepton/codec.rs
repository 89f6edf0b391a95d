//! The two directions, on bytes in memory. One thread and one partition: several take as much CPU, three times the
//! memory and more bytes, and the whole is checked before any of it is sent. Only the child and tests call this.

use std::io::Cursor;

use lepton_jpeg::{EnabledFeatures, SingleThreadPool, decode_lepton, encode_lepton};
use shared::limits::{JPEG_SCANS_MAX, PHOTO_BYTES_MAX};

use super::Unfit;
use crate::derive::jpeg::SOS;

/// Makes a JPEG smaller.
///
/// # Errors
/// Why it stays as it is.
pub fn encode(jpeg: &[u8]) -> Result<Vec<u8>, Unfit> {
    if scans_at_most(jpeg) > JPEG_SCANS_MAX as usize {
        return Err(Unfit::TooManyScans);
    }
    let mut out = Cursor::new(Vec::with_capacity(jpeg.len()));
    let features = bounded(EnabledFeatures::compat_lepton_vector_write());
    encode_lepton(&mut Cursor::new(jpeg), &mut out, &features, &SingleThreadPool {})
        .map_err(|_| Unfit::Unsupported)?;
    Ok(out.into_inner())
}

/// Makes the JPEG again.
///
/// # Errors
/// `Unsupported` where the file is damaged or none of ours. What comes out fine may still be wrong: hold it against
/// its hash.
pub fn decode(file: &[u8]) -> Result<Vec<u8>, Unfit> {
    let mut out = Vec::with_capacity(file.len() + file.len() / 2);
    let features = bounded(EnabledFeatures::compat_lepton_vector_read());
    decode_lepton(&mut Cursor::new(file), &mut out, &features, &SingleThreadPool {})
        .map_err(|_| Unfit::Unsupported)?;
    Ok(out)
}

fn bounded(features: EnabledFeatures) -> EnabledFeatures {
    let max_jpeg_file_size = u32::try_from(PHOTO_BYTES_MAX).expect("a photo is far below 4 GB");
    EnabledFeatures { max_partitions: 1, max_processor_threads: 1, max_jpeg_file_size, ..features }
}

/// Places where a scan may begin. Too many where a thumbnail has its own, never too few: the codec must not find a
/// scan that was not counted.
fn scans_at_most(jpeg: &[u8]) -> usize {
    jpeg.windows(2).filter(|pair| *pair == [0xFF, SOS]).count()
}
