//! Describes `crate::grants::routes`.

use shared::{
    ids::{AccountId, GrantId},
    limits::GRANTS_MAX,
    wire::{
        Code,
        account::{GrantRow, MakeGrant},
    },
};

use crate::openapi::Operation;

/// See `grants::routes::list`.
pub fn list() -> Operation {
    Operation::new("The roles of an account", "Those that last, and those that wait for a second person.")
        .id::<AccountId>("Which account. One that is not there has none.")
        .answers_list::<GrantRow>(GRANTS_MAX, "The grants.")
}

/// See `grants::routes::create`.
pub fn create() -> Operation {
    Operation::new(
        "Give a role",
        "One for the school waits until a second person confirms it. Nobody changes their own roles. A role that the \
         account has already, or one too many, is a `conflict`.",
    )
    .id::<AccountId>("Whom.")
    .takes::<MakeGrant>()
    .answers::<GrantRow>(200, "The grant.")
    .refuses(&[Code::Conflict])
}

/// See `grants::routes::confirm`.
pub fn confirm() -> Operation {
    Operation::new(
        "Put a waiting grant in force",
        "As the second person: neither who gave it nor who holds it.",
    )
    .id::<GrantId>("Which grant.")
    .answers::<GrantRow>(200, "The grant as it is now.")
    .refuses(&[Code::Conflict])
}

/// See `grants::routes::end`.
pub fn end() -> Operation {
    Operation::new(
        "Take a role away",
        "The account's next request is decided without it. Nobody ends their own.",
    )
    .id::<GrantId>("Which grant.")
    .answers::<GrantRow>(200, "The grant as it is now.")
}
