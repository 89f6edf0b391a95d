//! Describes `crate::media::routes`: copies of an item, and the gallery.

use shared::{
    ids::{BranchId, EntryId, MediaId},
    wire::{
        Code,
        alike::Alike,
        facts::{MediaFacts, Waveform},
        gallery::GalleryPage,
    },
};

use crate::{
    media::{gallery::Filter, routes::Why},
    openapi::{
        Operation,
        headers::{
            ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, ETAG, IF_NONE_MATCH, IF_RANGE,
            RANGE,
        },
    },
};

/// Media types of bytes as people brought them, by ranges: what a file is, its first bytes say.
const BROUGHT: &[&str] = &["image/*", "video/*", "audio/*", "application/pdf", "application/octet-stream"];

/// See `media::routes::thumb`.
pub fn thumb() -> Operation {
    picture(
        "A small picture",
        "At most `THUMB_PX` on its longer side. Made by the server once the original is here.",
    )
}

/// See `media::routes::preview`.
pub fn preview() -> Operation {
    picture(
        "A large picture",
        "At most `PREVIEW_PX` on its longer side. Made by the server once the original is here.",
    )
}

/// See `media::routes::sketch`.
pub fn sketch() -> Operation {
    picture(
        "The first picture",
        "What the phone made and sent before the original, encoded anew; at most `SKETCH_PX` on its longer side.",
    )
}

/// See `media::routes::play`.
pub fn play() -> Operation {
    const MADE: &[&str] = &["video/mp4", "audio/mp4"];
    item(Operation::new(
        "A clip or voice to be played",
        "Made by the server for every browser: H.264 of at most 720p, or AAC alone, without what the original says of \
         place, device and time. Answered once `playable` says so.",
    ))
    .parameter(RANGE)
    .parameter(IF_RANGE)
    .parameter(IF_NONE_MATCH)
    .answers_bytes(200, "All of it.", MADE)
    .with(&[ETAG, ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_DISPOSITION])
    .answers_bytes(206, "The range that was asked for.", MADE)
    .with(&[ETAG, ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_DISPOSITION, CONTENT_RANGE])
    .answers_nothing(304, "The caller has it already.")
    .with(&[ETAG])
}

/// See `media::routes::waveform`.
pub fn waveform() -> Operation {
    item(Operation::new("How loud a voice is", "To be drawn, from its beginning to its end."))
        .answers::<Waveform>(200, "Its length and its peaks.")
}

/// See `media::routes::original`.
pub fn original() -> Operation {
    item(Operation::new(
        "The exact bytes",
        "For the recorder and the branch's office; for others who may, only with a reason, which the branch reads in \
         its audit.",
    ))
    .query::<Why>()
    .parameter(RANGE)
    .parameter(IF_RANGE)
    .answers_bytes(200, "All bytes.", BROUGHT)
    .with(&[ETAG, ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_DISPOSITION])
    .answers_bytes(206, "The range that was asked for.", BROUGHT)
    .with(&[ETAG, ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_DISPOSITION, CONTENT_RANGE])
    .refuses(&[Code::ReasonRequired])
}

/// See `media::routes::facts`.
pub fn facts() -> Operation {
    item(Operation::new(
        "What a photo says of itself",
        "When, with what and where it was taken, as far as its file says; and what the phone claimed of the file. For \
         those who may have the exact bytes, and by the same rule: others with a reason, which the branch reads in its \
         audit.",
    ))
    .query::<Why>()
    .answers::<MediaFacts>(200, "What is known; nothing while the original is not here.")
    .refuses(&[Code::ReasonRequired])
}

/// See `media::routes::position_free`.
pub fn position_free() -> Operation {
    item(Operation::new(
        "The picture without its position",
        "The same bytes of the picture, without what the file says of place, device and time.",
    ))
    .answers_bytes(200, "The copy.", &["image/*"])
    .with(&[CONTENT_LENGTH, CONTENT_DISPOSITION])
    .refuses(&[Code::NoSafeCopy])
}

/// See `media::routes::alike`.
pub fn alike() -> Operation {
    Operation::new(
        "Photos that look alike",
        "Near-duplicates of an entry's photos among the `ALIKE_COMPARED_MAX` newest of its branch: the same picture in \
         another file, a burst, one saved anew. Only photos that the caller may see; nothing is removed for it.",
    )
    .id::<EntryId>("Which entry. One that the caller may not see is answered like none.")
    .answers::<Alike>(200, "Groups, of which each holds a photo of the entry.")
}

/// See `media::routes::browse`.
pub fn browse() -> Operation {
    Operation::new(
        "Media of a branch's approved entries",
        "Latest day first; each filter narrows. What was refused or withdrawn is never among them.",
    )
    .id::<BranchId>("Which branch. One that the caller may not look into is answered like none.")
    .query::<Filter>()
    .answers::<GalleryPage>(200, "A page.")
}

fn picture(summary: &'static str, description: &'static str) -> Operation {
    item(Operation::new(summary, description))
        .parameter(IF_NONE_MATCH)
        .answers_bytes(200, "The picture.", &["image/webp"])
        .with(&[ETAG, CONTENT_LENGTH, CONTENT_DISPOSITION])
        .answers_nothing(304, "The caller has it already.")
        .with(&[ETAG])
}

fn item(operation: Operation) -> Operation {
    operation.id::<MediaId>("Which item. One that the caller may not see is answered like none.")
}
