//! The sum of a kept version: a hash over everything its row says, so that whatever changes in it later is found.
//! It guards against broken storage; what people wrote is guarded by digests and the branch's history.

use shared::{digest, ids::Checksum};

/// A version as text, the way its row holds it.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    /// Kind and id of the record.
    pub name: (&'a str, &'a str),
    /// Which revision of it.
    pub rev: i64,
    /// Its entry and that entry's branch.
    pub place: (&'a str, &'a str),
    /// Content digest, where the kind has one.
    pub digest: Option<&'a str>,
    /// `None`: the record ended.
    pub body: Option<&'a str>,
    /// Op and account that made it; `None`: the server.
    pub by: (Option<&'a str>, Option<&'a str>),
    /// Server time in ms since 1970 UTC.
    pub at: i64,
}

impl Version<'_> {
    /// The first eight bytes of SHA-256 over the row as a list in JSON, in the order of the fields.
    #[must_use]
    pub fn sum(&self) -> Checksum {
        let Version { name, rev, place, digest, body, by, at } = self;
        let row = serde_json::json!([name.0, name.1, rev, place.0, place.1, digest, body, by.0, by.1, at]);
        let whole = digest::sha256(row.to_string().as_bytes()).0;
        let mut first = [0; 8];
        first.copy_from_slice(&whole[..8]);
        Checksum(first)
    }
}
