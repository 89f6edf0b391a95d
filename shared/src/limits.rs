//! Every maximum, served at `GET /api/v1/limits`. Lengths of text are in characters.

use serde::Serialize;

macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $value:expr;)*) => {
        $($(#[$doc])* pub const $name: $type = $value;)*

        /// All limits by name, as the route answers them.
        pub fn all() -> Vec<Limit> {
            vec![$(Limit { name: stringify!($name), value: $name as u64 }),*]
        }
    };
}

/// One limit by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Limit {
    /// The constant's name.
    pub name: &'static str,
    /// Its value.
    pub value: u64,
}

limits! {
    /// Title of an entry, one line.
    TITLE_MIN: usize = 2;
    /// Title of an entry, one line.
    TITLE_MAX: usize = 60;
    /// 一句话.
    SUMMARY_MIN: usize = 10;
    /// 一句话.
    SUMMARY_MAX: usize = 300;
    /// Each of the three notes.
    NOTE_MAX: usize = 3_000;
    /// Name of a place.
    PLACE_MIN: usize = 2;
    /// Name of a place.
    PLACE_MAX: usize = 80;
    /// Names of hosts and organisers.
    UNIT_NAME_MIN: usize = 2;
    /// Names of hosts and organisers.
    UNIT_NAME_MAX: usize = 60;
    /// Name of a guest, or of a partner unit at least.
    GUEST_NAME_MIN: usize = 2;
    /// Name of a guest.
    GUEST_NAME_MAX: usize = 20;
    /// A guest's unit; a partner unit.
    PARTNER_NAME_MAX: usize = 40;
    /// Length of an activity: 31 days, the longest field trip of a summer.
    ENTRY_DAYS_MAX: u32 = 31;
    /// The last day a date may name, in days since 1970-01-01: 2199-12-31. Keeps sums of times far
    /// from the ends of an integer.
    DAY_MAX: u32 = 84_005;
    /// Days after which an entry submitted since its end is labelled 补录: a week, in which a field
    /// trip comes home.
    LATE_DAYS: u32 = 7;
    /// Participants of one entry.
    PARTICIPANTS_MAX: usize = 300;
    /// Minutes of one person on one local day: 16 h, over which nothing is accepted.
    DAY_MINUTES_MAX: u32 = 960;
    /// Minutes of one person on one local day above which the form asks again: 10 h.
    DAY_MINUTES_ASK: u32 = 600;
    /// Non-members, visits, visits per service, referrals, leaflets.
    COUNT_MAX: u32 = 5_000;
    /// People served by volunteering.
    BENEFICIARY_COUNT_MAX: u32 = 50_000;
    /// Branches that take part besides the entry's own.
    CO_BRANCHES_MAX: usize = 10;
    /// Outside units.
    PARTNERS_MAX: usize = 10;
    /// Departments of a 义诊.
    DEPARTMENTS_MAX: usize = 20;
    /// Number in another system.
    EXTERNAL_NUMBER_MAX: usize = 60;
    /// Topic of a meeting.
    TOPIC_MIN: usize = 2;
    /// Topic of a meeting.
    TOPIC_MAX: usize = 100;
    /// Media of one entry.
    MEDIA_MAX: usize = 300;
    /// Quotes of one entry.
    QUOTES_MAX: usize = 50;
    /// Caption of a media item; reason of a consent.
    CAPTION_MAX: usize = 140;
    /// A phone's claim about a file, such as its name: what file systems allow.
    CLAIM_MAX: usize = 255;
    /// Words of a quote.
    QUOTE_TEXT_MAX: usize = 500;
    /// Label of a speaker.
    SPEAKER_LABEL_MAX: usize = 30;
    /// Comment of a return, reason of reopening or voiding.
    COMMENT_MIN: usize = 2;
    /// Comment of a return, reason of reopening or voiding.
    COMMENT_MAX: usize = 500;
    /// Facts about the consent of one item. A refusal or withdrawal that changes something is taken
    /// beyond it.
    CONSENTS_MAX: usize = 20;
    /// Facts about consent that one entry keeps, those of items that were removed among them; then
    /// it takes no new item.
    ENTRY_CONSENTS_MAX: usize = 5_000;
    /// Verdicts of one entry. Voiding is taken beyond it: it ends the entry.
    VERDICTS_MAX: usize = 200;
    /// Named contributors of one entry.
    CONTRIBUTORS_MAX: usize = 50;
    /// Proposals kept on one entry; a later one replaces the oldest of the same key and writer.
    PROPOSALS_MAX: usize = 100;
    /// Leaves of one entry whose last writer is remembered until it is submitted; the oldest go first.
    HANDS_MAX: usize = 100;
    /// Media and quotes of one entry together.
    ITEMS_MAX: usize = 350;
    /// Entries that one entry absorbs: as many as may contribute to one activity.
    ABSORBED_MAX: usize = 50;
    /// Entries passed on the way to the one that a combined entry is in now.
    COMBINED_STEPS_MAX: usize = 10;
    /// Other entries that the warnings of one entry name for each cause.
    NEIGHBOURS_MAX: usize = 5;
    /// Strengths of one entry: the notice names seven.
    STRENGTHS_MAX: usize = 7;

    /// Ops of one push.
    PUSH_OPS_MAX: usize = 100;
    /// Bytes of one op: an entry of three full notes in four-byte characters and 300 participants.
    OP_BYTES_MAX: usize = 128 * 1024;
    /// Bytes of a push body: above it the phone splits the batch.
    PUSH_BYTES_MAX: usize = 2 * 1024 * 1024;
    /// Ops that one op may need.
    NEEDS_MAX: usize = 32;
    /// Changes of one edit: every field and every participant once.
    CHANGES_MAX: usize = 400;
    /// Pushes that wait for the only writer of SQLite; a further one is told to come back.
    PUSHES_WAITING_MAX: usize = 1_024;
    /// Ops after which a shared transaction takes no further caller: some 20 ms of work, which all of them wait for.
    GROUP_OPS_MAX: usize = 200;
    /// Ops that failed alone whose failures are counted.
    FAILING_OPS_MAX: usize = 1_000;
    /// Rows of one page of a pull.
    PULL_ROWS_MAX: usize = 2_000;
    /// Bytes of bodies after which a page of a pull ends.
    PULL_BYTES_MAX: usize = 2 * 1024 * 1024;
    /// Bytes of any other JSON body.
    BODY_BYTES_MAX: usize = 256 * 1024;
    /// Entries of one page of what waits above a branch: each comes with all its items.
    REVIEW_ENTRIES_MAX: usize = 20;
    /// Rows of one page of a list.
    LIST_ROWS_MAX: usize = 200;

    /// Staff or student number.
    ACCOUNT_NUMBER_MAX: usize = 32;
    /// A password: short enough to remember, too long to guess.
    PASSWORD_MIN: usize = 10;
    /// A password.
    PASSWORD_MAX: usize = 200;
    /// What a person calls a device.
    DEVICE_NAME_MAX: usize = 40;
    /// Requests a second of one device, over time: pictures of a gallery scrolled through, and uploads in small parts.
    RATE_DEVICE_PER_SECOND: u32 = 20;
    /// Requests a second of all devices of one account, over time: three busy ones.
    RATE_ACCOUNT_PER_SECOND: u32 = 60;
    /// Requests a second without a token from one network, over time: a campus of 10,000 phones behind one
    /// address refreshes 11 times a second, each phone once in 15 minutes.
    RATE_NETWORK_PER_SECOND: u32 = 100;
    /// Seconds' worth of requests that may come at once: a device's 600 are six pages of a gallery.
    RATE_BURST_SECONDS: u32 = 30;
    /// Devices, accounts or networks whose requests are counted at a time, by each server; some 100 bytes each.
    RATE_KEYS_MAX: usize = 100_000;
    /// Devices signed in to one account; a further one ends the one unseen for longest.
    DEVICES_MAX: usize = 20;
    /// Grants of one account that last.
    GRANTS_MAX: usize = 50;
    /// Seconds that an access token may live, whatever the configuration says.
    ACCESS_SECONDS_MAX: u32 = 3_600;

    /// A photo: 64 MiB.
    PHOTO_BYTES_MAX: u64 = 64 << 20;
    /// A clip: 2 GiB.
    CLIP_BYTES_MAX: u64 = 2 << 30;
    /// A voice: 64 MiB.
    VOICE_BYTES_MAX: u64 = 64 << 20;
    /// A sketch made on the phone: 64 KiB.
    SKETCH_BYTES_MAX: u64 = 64 << 10;
    /// Longer side of a thumb.
    THUMB_PX: u32 = 320;
    /// Longer side of a preview.
    PREVIEW_PX: u32 = 1_600;
    /// Longer side of a sketch as the server shows it.
    SKETCH_PX: u32 = 640;
    /// Pixels of the largest picture that is decoded: above any phone's 108 MP. Larger ones are kept
    /// without a preview.
    PICTURE_PIXELS_MAX: u64 = 120_000_000;
    /// Longer side of a picture that is decoded.
    PICTURE_SIDE_PX_MAX: u32 = 20_000;
    /// Scans of a JPEG that is decoded. Cameras write some ten; 3,000 cost a decoder 80 s.
    JPEG_SCANS_MAX: u32 = 100;
    /// Pixels being decoded at once in the whole server: two of the largest pictures.
    DECODE_PIXELS_MAX: u64 = 2 * PICTURE_PIXELS_MAX;
    /// Bytes a decoder may ask for to hold one picture, 4 a pixel.
    DECODE_BYTES_MAX: u64 = 512 << 20;
    /// Memory in bytes of the process that decodes one picture, 1.5 GiB: the picture twice while it is
    /// converted, and the file itself.
    DERIVE_MEMORY_BYTES_MAX: u64 = 3 << 29;
    /// Seconds that deriving from one picture may take.
    DERIVE_SECONDS_MAX: u64 = 30;
    /// Downloads that wait until one of their originals can be decoded; a further one is told to come back.
    DECODES_WAITING_MAX: usize = 32;
    /// Bytes of the data folder's disk, 1 GiB, that decoded originals take while they are sent.
    DECODED_ROOM_BYTES_MAX: u64 = 1 << 30;
    /// Bytes of an EXIF block that is read, 1 MiB. A JPEG's holds 64 KiB at most.
    EXIF_BYTES_MAX: usize = 1 << 20;
    /// Characters of what a file says of its camera.
    CAMERA_TEXT_MAX: usize = 256;
    /// Photos of a branch, the newest, that near-duplicates are looked for among: 27 years of 720.
    ALIKE_COMPARED_MAX: usize = 20_000;
    /// Photos that a search for near-duplicates reaches: all of one entry, and as many others.
    ALIKE_REACHED_MAX: usize = 600;
    /// Other entries that are opened to see whether the caller may see their photos.
    ALIKE_ENTRIES_MAX: usize = 50;
    /// Photos shown of one group of near-duplicates.
    ALIKE_SHOWN_MAX: usize = 24;
    /// Memory in bytes of the process that reads what a file says of itself, 384 MiB: a photo's bytes, grown by
    /// doubling, and the fields of its block.
    FACTS_MEMORY_BYTES_MAX: u64 = 384 << 20;
    /// Seconds that ffprobe may look at a clip or voice.
    PROBE_SECONDS_MAX: u64 = 30;
    /// Seconds that making the still of a clip may take.
    STILL_SECONDS_MAX: u64 = 120;
    /// Seconds that reading a voice, or encoding it, may take.
    VOICE_SECONDS_MAX: u64 = 120;
    /// Seconds that encoding a clip for browsers may take.
    CLIP_SECONDS_MAX: u64 = 900;
    /// Bytes of a file that ffmpeg makes.
    FILM_BYTES_MAX: u64 = 1 << 30;
    /// Longer side of a clip for browsers.
    CLIP_LONG_PX: u32 = 1_280;
    /// Shorter side of a clip for browsers: 720p.
    CLIP_SHORT_PX: u32 = 720;
    /// Parts of a voice's waveform.
    WAVE_PEAKS: usize = 200;
    /// Free bytes of the data folder's disk, 64 MiB, below which the server is not ready: what people write
    /// could soon not be kept.
    FREE_BYTES_MIN: u64 = 64 << 20;
    /// Days after its last byte until an upload is forgotten.
    UPLOAD_DAYS: u32 = 7;
    /// Bytes of `Upload-Metadata`.
    UPLOAD_METADATA_BYTES_MAX: usize = 4_096;
    /// Bytes of an upload, 4 MiB, that make an object of their own in a bucket; only its last may have fewer.
    UPLOAD_PIECE_BYTES: usize = 4 << 20;
    /// Such objects of one upload: a clip's.
    UPLOAD_PIECES_MAX: usize = 512;
    /// Bytes of a body that are still read after the answer, 8 MiB: two chunks of an upload.
    LINGER_BYTES_MAX: usize = 8 << 20;
    /// Uploads whose hash is kept between two of their chunks; that of others is read from the file at their end.
    UPLOADS_HASHED_MAX: usize = 1_000;
    /// Items of one page of a gallery.
    GALLERY_ROWS_MAX: usize = 100;
    /// Bytes of all pictures derived from one file together.
    DERIVED_BYTES_MAX: u64 = 8 << 20;
}

const _: () = assert!(OP_BYTES_MAX < PUSH_BYTES_MAX && DAY_MINUTES_ASK < DAY_MINUTES_MAX);
const _: () = assert!(UPLOAD_PIECES_MAX * UPLOAD_PIECE_BYTES >= CLIP_BYTES_MAX as usize);
const _: () = assert!(PICTURE_PIXELS_MAX * 4 <= DECODE_BYTES_MAX);
const _: () = assert!(DECODE_BYTES_MAX * 2 + PHOTO_BYTES_MAX < DERIVE_MEMORY_BYTES_MAX);

/// What a media item of a kind may weigh, in bytes.
pub fn media_bytes_max(kind: crate::model::MediaKind) -> u64 {
    match kind {
        crate::model::MediaKind::Photo => PHOTO_BYTES_MAX,
        crate::model::MediaKind::Clip => CLIP_BYTES_MAX,
        crate::model::MediaKind::Voice => VOICE_BYTES_MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_of_a_clip_is_served_as_it_is_kept() {
        let served = all().into_iter().find(|limit| limit.name == "CLIP_BYTES_MAX").map(|limit| limit.value);
        assert_eq!(served, Some(CLIP_BYTES_MAX));
    }
}
