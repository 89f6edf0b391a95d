//! Describes `crate::devices::routes`.

use shared::{
    ids::{AccountId, DeviceId},
    limits::LIST_ROWS_MAX,
    wire::account::Device,
};

use crate::openapi::Operation;

/// See `devices::routes::list`.
pub fn list() -> Operation {
    Operation::new("The own devices", "Newest first; those that were revoked too.")
        .answers_list::<Device>(LIST_ROWS_MAX, "The devices.")
}

/// See `devices::routes::list_of`.
pub fn list_of() -> Operation {
    Operation::new(
        "The devices of an account",
        "As its owner sees them. An account that is not there has none.",
    )
    .id::<AccountId>("Which account.")
    .answers_list::<Device>(LIST_ROWS_MAX, "The devices.")
}

/// See `devices::routes::revoke`.
pub fn revoke() -> Operation {
    Operation::new(
        "End a device",
        "The caller's own, or anybody's for administrators. It is refused at its next request; what it had not sent \
         is still on it. Repeating it is no error.",
    )
    .id::<DeviceId>("Which device.")
    .answers::<Device>(200, "The device as it is now.")
}
