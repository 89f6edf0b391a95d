//! Access tokens (JWT, HS256) and the media cookie: the same claims for two audiences that never mix.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use shared::ids::{AccountId, DeviceId};
use shared::limits::ACCESS_SECONDS_MAX;

use crate::{clock::SECOND_MS, secrets::Key};

/// Name of the media cookie.
pub const COOKIE: &str = "miaopu_media";

/// Seconds a token outlives its end, for two servers whose clocks differ.
const LEEWAY_S: i64 = 30;

/// What a token opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Everything, in the `Authorization` header.
    Api,
    /// `GET` of media and events, in the cookie, since `<img>` and `EventSource` send no headers.
    Media,
}

impl Audience {
    fn name(self) -> &'static str {
        match self {
            Audience::Api => "miaopu-api",
            Audience::Media => "miaopu-media",
        }
    }
}

/// Whom a token names: nothing about them but who and from where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// The account.
    pub account: AccountId,
    /// The device it signed in on.
    pub device: DeviceId,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: AccountId,
    device: DeviceId,
    aud: String,
    /// Seconds since 1970 UTC.
    exp: i64,
}

/// A token that ends `seconds` after `now` (ms).
#[must_use]
pub fn issue(key: &Key, audience: Audience, bearer: Bearer, now: i64, seconds: u32) -> String {
    let claims = Claims {
        sub: bearer.account,
        device: bearer.device,
        aud: audience.name().to_owned(),
        exp: now / SECOND_MS + i64::from(seconds),
    };
    encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(key.bytes()))
        .expect("plain claims are always encoded")
}

/// Whom the token names, or `None` when it is forged, of another audience, over at `now` (ms), or ends later than any
/// that is made now: the clock went back since, and whoever holds it has to refresh.
#[must_use]
pub fn read(key: &Key, audience: Audience, token: &str, now: i64) -> Option<Bearer> {
    let mut expected = Validation::new(Algorithm::HS256);
    expected.set_audience(&[audience.name()]);
    expected.set_required_spec_claims(&["exp", "aud", "sub"]);
    // The end is compared with the server's own clock, below.
    expected.validate_exp = false;
    let claims = decode::<Claims>(token, &DecodingKey::from_secret(key.bytes()), &expected).ok()?.claims;
    let left_s = claims.exp - now / SECOND_MS;
    let lives = (1 - LEEWAY_S..=i64::from(ACCESS_SECONDS_MAX) + LEEWAY_S).contains(&left_s);
    lives.then_some(Bearer { account: claims.sub, device: claims.device })
}

/// The `Set-Cookie` value that carries a media token; an empty token takes the cookie away.
#[must_use]
pub fn cookie(token: &str, seconds: u32, https: bool) -> String {
    let secure = if https { "; Secure" } else { "" };
    let seconds = if token.is_empty() { 0 } else { seconds };
    format!("{COOKIE}={token}; Path=/api/v1; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::secrets::Secrets;

    fn keys() -> Secrets {
        Secrets::open(tempfile::tempdir().unwrap().path()).unwrap()
    }

    const BEARER: Bearer =
        Bearer { account: AccountId(Uuid::from_u128(1)), device: DeviceId(Uuid::from_u128(2)) };
    const NOW: i64 = 1_700_000_000_000;

    #[test]
    fn a_token_names_its_bearer_until_it_ends() {
        let key = keys().token;
        let token = issue(&key, Audience::Api, BEARER, NOW, 900);
        assert_eq!(read(&key, Audience::Api, &token, NOW + 929 * SECOND_MS), Some(BEARER));
        assert_eq!(read(&key, Audience::Api, &token, NOW + 930 * SECOND_MS), None);
    }

    #[test]
    fn a_token_of_a_clock_that_went_back_opens_nothing() {
        let key = keys().token;
        let token = issue(&key, Audience::Api, BEARER, NOW, 3_600);
        assert_eq!(read(&key, Audience::Api, &token, NOW - 30 * SECOND_MS), Some(BEARER));
        assert_eq!(read(&key, Audience::Api, &token, NOW - 31 * SECOND_MS), None);
    }

    #[test]
    fn a_cookie_opens_nothing_but_media_and_a_token_is_no_cookie() {
        let key = keys().token;
        let media = issue(&key, Audience::Media, BEARER, NOW, 900);
        assert_eq!(read(&key, Audience::Api, &media, NOW), None);
        let api = issue(&key, Audience::Api, BEARER, NOW, 900);
        assert_eq!(read(&key, Audience::Media, &api, NOW), None);
    }

    #[test]
    fn a_forged_or_unsigned_token_opens_nothing() {
        let keys = keys();
        let forged = issue(&keys.cursor, Audience::Api, BEARER, NOW, 900);
        assert_eq!(read(&keys.token, Audience::Api, &forged, NOW), None);
        // {"alg":"none"} with an empty signature.
        let body = issue(&keys.token, Audience::Api, BEARER, NOW, 900);
        let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", body.split('.').nth(1).unwrap());
        assert_eq!(read(&keys.token, Audience::Api, &unsigned, NOW), None);
    }
}
