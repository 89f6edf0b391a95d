//! The phone app's files, built into the binary. They hold no data and need no account.

pub mod routes;

use rust_embed::RustEmbed;

/// `app/dist`, or a page that says that it was not built.
#[derive(RustEmbed)]
#[folder = "$MIAOPU_APP_FOLDER"]
struct Files;
