//! Describes `crate::sessions::routes`.

use shared::wire::{
    Code,
    session::{Me, Refresh, Session, SignIn},
};

use crate::openapi::{Operation, headers::SET_COOKIE};

/// See `sessions::routes::create`.
pub fn create() -> Operation {
    Operation::new(
        "Sign in",
        "By number and password. Draw the first refresh secret (`next`: 32 random bytes as hex digits) and store it \
         before you send it. A wrong number, a wrong password and a closed account answer alike and take as long. \
         After some wrong attempts the next ones must wait; nobody is locked out, and a device that is known is \
         spared the wait.",
    )
    .takes::<SignIn>()
    .answers::<Session>(200, "Signed in; a new device, unless the body named one that lives.")
    .with(&[SET_COOKIE])
    .refuses(&[Code::WrongCredentials, Code::SignedOut])
}

/// See `sessions::routes::refresh`.
pub fn refresh() -> Operation {
    Operation::new(
        "Go on with the next secret",
        "Gives a new access token for the secret in force, and puts `next` in its place. The same pair again has the \
         same effect, hours later too: send it again when the answer was lost. An old secret with another successor \
         means that somebody copied it: the device is revoked.",
    )
    .takes::<Refresh>()
    .answers::<Session>(200, "Signed in for another while.")
    .with(&[SET_COOKIE])
    .refuses(&[Code::SignedOut])
}

/// See `sessions::routes::end`.
pub fn end() -> Operation {
    Operation::new(
        "Sign this device out",
        "Its tokens and its secret are dead at once. Sent again it is `signed_out`, which says the same.",
    )
    .answers_nothing(204, "Signed out.")
    .with(&[SET_COOKIE])
}

/// See `sessions::routes::me`.
pub fn me() -> Operation {
    Operation::new("Who one is", "The account, its roles in force, and the branches that it may look into.")
        .answers::<Me>(200, "Who asks.")
}
