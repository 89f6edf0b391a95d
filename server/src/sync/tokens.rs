//! What phones hand back unread: cursors and receipts, signed so that nobody makes one up.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::Sha256;
use shared::ids::{AccountId, ClientId, Digest, Epoch, FeedId};
use std::collections::BTreeMap;

use super::ledger::{Queue, Standing};
use crate::secrets::Key;

/// Longest token read: a cursor names a few feeds of some 50 bytes each.
const TOKEN_BYTES_MAX: usize = 64 * 1024;

/// Where a phone stands. Version 1; a newer form is a new type beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The database's life.
    pub epoch: Epoch,
    /// Whose phone.
    pub account: AccountId,
    /// The last number of each feed that it has.
    pub feeds: BTreeMap<FeedId, i64>,
    /// The queue that a final page told it about.
    pub told: Option<Told>,
    /// Mark of the heads that a final page told it; absent on the way through several pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Digest>,
}

/// What a phone was told of a queue of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Which queue of the account.
    pub client: ClientId,
    /// Its last number.
    pub n: u64,
    /// Its head there.
    pub head: Digest,
}

/// What a push was answered with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The database's life.
    pub epoch: Epoch,
    /// Whose queue.
    pub account: AccountId,
    /// Where the queue stood.
    pub told: Told,
}

impl Told {
    /// Says where a queue stands.
    pub fn of(queue: Queue, standing: Standing) -> Told {
        Told { client: queue.client, n: standing.last_n, head: standing.head }
    }
}

/// A thing that is signed, under a purpose of its own, so that no receipt passes for a cursor.
pub trait Signed: Serialize + DeserializeOwned {
    /// Goes into the signature.
    const PURPOSE: &'static str;
}

impl Signed for Cursor {
    const PURPOSE: &'static str = "miaopu/cursor/1";
}

impl Signed for Receipt {
    const PURPOSE: &'static str = "miaopu/receipt/1";
}

fn mac<T: Signed>(key: &Key, payload: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.bytes()).expect("HMAC takes keys of any length");
    mac.update(T::PURPOSE.as_bytes());
    mac.update(payload.as_bytes());
    mac
}

/// Signs a thing: `<payload>.<signature>`, both base64url.
pub fn seal<T: Signed>(key: &Key, thing: &T) -> String {
    let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(thing).expect("tokens have string keys only"));
    let signature = URL_SAFE_NO_PAD.encode(mac::<T>(key, &payload).finalize().into_bytes());
    format!("{payload}.{signature}")
}

/// Reads what this server signed; `None` for anything else.
pub fn open<T: Signed>(key: &Key, token: &str) -> Option<T> {
    if token.len() > TOKEN_BYTES_MAX {
        return None;
    }
    let (payload, signature) = token.split_once('.')?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    mac::<T>(key, payload).verify_slice(&signature).ok()?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::secrets::Secrets;

    fn keys() -> Secrets {
        Secrets::open(tempfile::tempdir().unwrap().path()).unwrap()
    }

    fn cursor() -> Cursor {
        let account = AccountId(Uuid::from_u128(1));
        let feeds = BTreeMap::from([(FeedId::Org, 3), (FeedId::Account(account), 9)]);
        Cursor { epoch: Epoch([7; 16]), account, feeds, told: None, mark: None }
    }

    #[test]
    fn a_token_reads_back_under_its_own_key_and_purpose_only() {
        let keys = keys();
        let token = seal(&keys.cursor, &cursor());
        assert_eq!(open(&keys.cursor, &token), Some(cursor()));
        assert_eq!(open::<Cursor>(&keys.token, &token), None);
        assert_eq!(open::<Receipt>(&keys.cursor, &token), None);
    }

    #[test]
    fn a_token_that_was_touched_is_nobodys() {
        let keys = keys();
        let token = seal(&keys.cursor, &cursor());
        let (payload, signature) = token.split_once('.').unwrap();
        let mut other = cursor();
        other.feeds.insert(FeedId::Org, 0);
        let forged = seal(&keys.token, &other);
        let (forged, _) = forged.split_once('.').unwrap();
        for bad in [format!("{forged}.{signature}"), payload.to_owned(), format!("{payload}."), String::new()]
        {
            assert_eq!(open::<Cursor>(&keys.cursor, &bad), None);
        }
    }
}
