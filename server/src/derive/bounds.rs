//! The numbers of the derive lane: what is decoded at all, and what a decoder may cost.

/// Longest side of a thumbnail, in pixels.
pub const THUMB_PX: u32 = 320;
/// Longest side of a preview, in pixels.
pub const PREVIEW_PX: u32 = 1600;
/// Longest side of a sketch as the server shows it, in pixels.
pub const SKETCH_PX: u32 = 640;
/// Pixels of the largest picture that is decoded; larger ones are kept without a preview. Larger
/// than any phone's 108 MP sensor; at 4 bytes a pixel 480 MB.
pub const PICTURE_PIXELS_MAX: u64 = 120_000_000;
/// Longest side of a picture that is decoded, in pixels.
pub const PICTURE_SIDE_PX_MAX: u32 = 20_000;
/// Scans of a JPEG that is decoded. Cameras write at most some ten; 3,000 cost a decoder 80 s.
pub const JPEG_SCANS_MAX: u32 = 100;
/// Pixels being decoded at once in the whole server: two of the largest pictures.
pub const DECODE_PIXELS_MAX: u64 = 2 * PICTURE_PIXELS_MAX;
/// Bytes a decoder may ask for to hold one picture.
pub const DECODE_BYTES_MAX: u64 = 512 << 20;
/// Memory of the process that decodes one picture, in bytes: the picture twice while it is
/// converted, and the file itself.
pub const DERIVE_MEMORY_BYTES_MAX: u64 = 3 << 29;
/// Time to derive one picture, in seconds.
pub const DERIVE_SECONDS_MAX: u64 = 30;
/// Bytes of all pictures derived from one file together.
pub const DERIVED_BYTES_MAX: u64 = 8 << 20;
/// Bytes of a photo.
pub const PHOTO_BYTES_MAX: u64 = 64 << 20;

const _: () = assert!(PICTURE_PIXELS_MAX * 4 <= DECODE_BYTES_MAX);
const _: () = assert!(DECODE_BYTES_MAX * 2 < DERIVE_MEMORY_BYTES_MAX);
