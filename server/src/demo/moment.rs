//! Ids of things that began at a moment of the story: what a phone of that day would have made.

use uuid::{NoContext, Timestamp, Uuid};

/// A UUIDv7 of the instant `at`, in ms since 1970 UTC.
pub fn id(at: i64) -> Uuid {
    let at = u64::try_from(at).expect("the story begins after 1970");
    let nanos = u32::try_from(at % 1_000).expect("below a thousand") * 1_000_000;
    Uuid::new_v7(Timestamp::from_unix(NoContext, at / 1_000, nanos))
}
