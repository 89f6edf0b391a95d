//! Describes `crate::accounts::routes`.

use shared::{
    ids::AccountId,
    limits::LIST_ROWS_MAX,
    wire::{
        Code,
        account::{Account, ChangePassword, NewCode},
        session::{Activate, Session},
    },
};

use crate::openapi::{Operation, headers::SET_COOKIE};

/// See `accounts::routes::activate`.
pub fn activate() -> Operation {
    Operation::new(
        "Set a password by a one-time code, and sign in",
        "The code comes from the activation letter or from a reset. Case, spaces and hyphens of it do not count, O is \
         0, I and L are 1. A wrong number, a wrong code and one that is used or too old answer alike.",
    )
    .takes::<Activate>()
    .answers::<Session>(200, "The password is set, and this device is signed in.")
    .with(&[SET_COOKIE])
    .refuses(&[Code::WrongCredentials, Code::WeakPassword, Code::SignedOut])
}

/// See `accounts::routes::change_password`.
pub fn change_password() -> Operation {
    Operation::new("Change the own password", "Every other device of the account signs in anew.")
        .takes::<ChangePassword>()
        .answers_nothing(204, "Changed.")
        .refuses(&[Code::WrongCredentials, Code::WeakPassword, Code::Conflict])
}

/// See `accounts::routes::list`.
pub fn list() -> Operation {
    Operation::new(
        "All accounts",
        "A page at a time, in the order of their ids. The only answer with numbers.",
    )
    .after::<AccountId>("The last id of the page before.")
    .answers_list::<Account>(LIST_ROWS_MAX, "A page; the last one is shorter than a full one.")
}

/// See `accounts::routes::reset`.
pub fn reset() -> Operation {
    Operation::new(
        "Take an account's password and devices away",
        "Answers a new one-time code, shown once, to be handed over in person. Nobody resets themselves, and no \
         approver resets whom they approve.",
    )
    .id::<AccountId>("Which account.")
    .answers::<NewCode>(200, "The code.")
}
