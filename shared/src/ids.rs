//! Names of things. Every id is a UUIDv7 made by whoever creates the thing, written in lower case
//! with hyphens; a raw string from outside becomes one of these or is refused.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use crate::json::{At, Out, Read, Write};

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Read, Write)]
        #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
        #[cfg_attr(
            feature = "schema",
            derive(schemars::JsonSchema),
            schemars(extend("pattern" = format!("^{UUID_PATTERN}$")))
        )]
        #[serde(transparent)]
        pub struct $name(#[cfg_attr(feature = "ts", tsify(type = "string"))] pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&write_uuid(self.0)) }
        }
        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> { parse_uuid(text).map(Self) }
        }
        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self { Self(id) }
        }
    )*};
}

id! {
    /// A way to log in.
    AccountId,
    /// Someone in the roster, with or without an account.
    PersonId,
    /// A Party branch (党支部).
    BranchId,
    /// A second-level Party organisation (二级党组织).
    CommitteeId,
    /// One activity of one branch (活动记录).
    EntryId,
    /// A photo, clip or voice (素材).
    MediaId,
    /// What somebody said, word for word (原话).
    QuoteId,
    /// One fact about consent (同意).
    ConsentId,
    /// An op, the same in whatever queue it is sent.
    OpId,
    /// An installation signed in to an account, as the server knows it.
    DeviceId,
    /// A queue of ops: made per installation and account, belongs to that account.
    ClientId,
    /// A signature activity (特色活动).
    SignatureActivityId,
    /// A task of a plan (任务).
    TaskId,
    /// A role given to an account.
    GrantId,
}

/// The text is no lower-case hyphenated UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id: expected a lower-case UUID with hyphens")]
pub struct NotAnId;

/// The one accepted spelling, inside a pattern.
pub const UUID_PATTERN: &str = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";

/// Parses the one accepted spelling of an id; upper case and braces are refused so that an id is
/// one text everywhere.
pub fn parse_uuid(text: &str) -> Result<Uuid, NotAnId> {
    let mut bytes = [0; 16];
    let mut digits = text.bytes();
    for (at, byte) in bytes.iter_mut().enumerate() {
        if HYPHENS_BEFORE.contains(&at) && digits.next() != Some(b'-') {
            return Err(NotAnId);
        }
        *byte = next_byte(&mut digits).ok_or(NotAnId)?;
    }
    if digits.next().is_none() { Ok(Uuid::from_bytes(bytes)) } else { Err(NotAnId) }
}

/// The bytes of an id before which a hyphen stands.
const HYPHENS_BEFORE: [usize; 4] = [4, 6, 8, 10];

/// An id in its one accepted spelling.
pub fn write_uuid(id: Uuid) -> String {
    let mut text = String::with_capacity(36);
    for (at, byte) in id.as_bytes().iter().enumerate() {
        if HYPHENS_BEFORE.contains(&at) {
            text.push('-');
        }
        push_byte(&mut text, *byte);
    }
    text
}

fn next_byte(digits: &mut std::str::Bytes<'_>) -> Option<u8> {
    let mut digit = || match digits.next()? {
        digit @ b'0'..=b'9' => Some(digit - b'0'),
        digit @ b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    Some(digit()? << 4 | digit()?)
}

fn push_byte(text: &mut String, byte: u8) {
    for digit in [byte >> 4, byte & 0xf] {
        text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
    }
}

/// Bytes as lower-case hex digits.
fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    bytes.iter().for_each(|byte| push_byte(&mut text, *byte));
    text
}

/// Fills bytes from exactly as many lower-case hex digits.
fn read_hex(text: &str, into: &mut [u8]) -> Option<()> {
    let mut digits = text.bytes();
    for byte in into {
        *byte = next_byte(&mut digits)?;
    }
    digits.next().is_none().then_some(())
}

macro_rules! hex_bytes {
    ($($(#[$doc:meta])* $name:ident: $bytes:literal),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(
            feature = "schema",
            derive(schemars::JsonSchema),
            schemars(transparent, extend("pattern" = format!("^[0-9a-f]{{{}}}$", 2 * $bytes)))
        )]
        pub struct $name(#[cfg_attr(feature = "schema", schemars(with = "String"))] pub [u8; $bytes]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex(&self.0))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { fmt::Display::fmt(self, f) }
        }
        impl FromStr for $name {
            type Err = NotHex;
            fn from_str(text: &str) -> Result<Self, NotHex> {
                let mut bytes = [0; $bytes];
                read_hex(text, &mut bytes).ok_or(NotHex($bytes))?;
                Ok(Self(bytes))
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> { to.collect_str(self) }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                String::deserialize(from)?.parse().map_err(de::Error::custom)
            }
        }
        impl Read for $name {
            fn read(at: At<'_>) -> Self {
                let mut bytes = [0; $bytes];
                if read_hex(&at.text(), &mut bytes).is_none() { at.fail(); }
                Self(bytes)
            }
        }
        impl Write for $name {
            fn write(&self, out: &mut Out) { out.text(&hex(&self.0)); }
        }
    )*};
}

hex_bytes! {
    /// A SHA-256: of a file's bytes or of an entry's content, 64 lower-case hex digits in text.
    Digest: 32,
    /// Eight random bytes, drawn where a leaf is written and carried in the op; forgetting them
    /// makes the leaf's hash say nothing about the leaf.
    Salt: 8,
    /// 128 random bits that name one unbroken life of a server's database.
    Epoch: 16,
    /// A feed's checksum: XOR of the first eight bytes of a hash per row.
    Checksum: 8,
}

/// The text is no lower-case hex of that many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {0} bytes as lower-case hex digits")]
pub struct NotHex(usize);

/// Who gets a record: whoever holds a feed may see all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FeedId {
    /// Everybody with an account: branches.
    Org,
    /// One account: own drafts, own grants, outcomes.
    Account(AccountId),
    /// Every member of a branch: what was submitted.
    Branch(BranchId),
    /// The secretary and deputies of a branch: what was voided, refused or withdrawn.
    Office(BranchId),
}

impl fmt::Display for FeedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Org => f.write_str("org"),
            Self::Account(id) => write!(f, "account:{id}"),
            Self::Branch(id) => write!(f, "branch:{id}"),
            Self::Office(id) => write!(f, "office:{id}"),
        }
    }
}

impl FromStr for FeedId {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        match text.split_once(':') {
            None if text == "org" => Ok(Self::Org),
            Some(("account", id)) => Ok(Self::Account(id.parse()?)),
            Some(("branch", id)) => Ok(Self::Branch(id.parse()?)),
            Some(("office", id)) => Ok(Self::Office(id.parse()?)),
            _ => Err(NotAnId),
        }
    }
}

impl Serialize for FeedId {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FeedId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

impl Read for FeedId {
    fn read(at: At<'_>) -> Self {
        at.text().parse().unwrap_or_else(|_| {
            at.fail();
            Self::Org
        })
    }
}

impl Write for FeedId {
    fn write(&self, out: &mut Out) {
        out.text(&self.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        let text = "01930000-0000-7000-8000-0000000000aa";
        assert_eq!(text.parse::<EntryId>().expect("an id").to_string(), text);
        assert!(text.to_uppercase().parse::<EntryId>().is_err());
        assert!(text.replace('-', "").parse::<EntryId>().is_err());
    }

    #[test]
    fn a_digest_is_lower_case_hex_of_its_length() {
        assert!("ab".repeat(32).parse::<Digest>().is_ok());
        assert!("AB".repeat(32).parse::<Digest>().is_err());
        assert!("é".repeat(32).parse::<Digest>().is_err());
    }

    #[test]
    fn a_feed_reads_back_as_written() {
        let branch = BranchId(Uuid::from_u128(7));
        for feed in [FeedId::Org, FeedId::Office(branch), FeedId::Branch(branch)] {
            assert_eq!(feed.to_string().parse(), Ok(feed));
        }
        assert!("branch:".parse::<FeedId>().is_err());
    }
}
