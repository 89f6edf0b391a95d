//! The kit: one harness for every test that needs a running server. It stands outside like a phone does; of the
//! server's inside it knows how to start it and how an operator fills it, nothing more.
//!
//! [`App`] is a server of its own, with a folder, a database and a clock; [`Phone`] is an installation signed in to
//! it. [`on_both_databases!`] runs a test once on SQLite and once on PostgreSQL, [`on_every_storage!`] a third time with
//! media in a bucket.

mod app;
mod binary;
pub mod bucket;
pub mod client;
mod contract;
pub mod drafts;
mod engine;
pub mod film;
pub mod http;
pub mod ids;
pub mod media;
mod mirror;
mod org;
mod phone;
mod pocket;
mod port;
mod postgres;
mod process;
pub mod stored;
pub mod twice;
mod upload;

pub use app::{App, Home, START_MS};
pub use binary::miaopu;
pub use engine::{Engine, run, run_binary, run_binary_in_bucket, run_in_bucket};
pub use http::Answer;
pub use ids::{id, salt};
pub use mirror::{Held, Mirror};
pub use org::{Branch, PASSWORD, Person};
pub use phone::Phone;
pub use pocket::{Pocket, fields};
pub use postgres::{Cluster, Paused, is_waived};
pub use process::Memory;
pub use upload::{Part, hanging, sha256};

/// Declares one test for each way to start a server. For the two below.
#[doc(hidden)]
#[macro_export]
macro_rules! each_way {
    ($(#[$meta:meta])* async fn $name:ident($kit:ident) $body:block $($way:ident: $run:ident($($engine:expr)?);)*) => {
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn body($kit: &$crate::App) $body

            $(
                #[test]
                fn $way() {
                    $crate::$run($($engine,)? |kit| Box::pin(body(kit)));
                }
            )*
        }
    };
}

/// Declares tests that run on both databases: `name::sqlite` and `name::postgres`. The body gets a [`kit::App`]
/// by the name in brackets; it is stopped and its database dropped afterwards, whether the test passed or not.
/// After `by the binary:` the server is `miaopu serve` in a process of its own.
///
/// [`kit::App`]: App
#[macro_export]
macro_rules! on_both_databases {
    (by the binary: $($tests:tt)*) => { $crate::on_both_databases! { @by run_binary $($tests)* } };
    (@by $run:ident $($(#[$meta:meta])* async fn $name:ident($kit:ident) $body:block)*) => {$(
        $crate::each_way! {
            $(#[$meta])* async fn $name($kit) $body
            sqlite: $run($crate::Engine::Sqlite);
            postgres: $run($crate::Engine::Postgres);
        }
    )*};
    ($($tests:tt)*) => { $crate::on_both_databases! { @by run $($tests)* } };
}

/// As [`on_both_databases!`], and a third time on PostgreSQL with media in a bucket of a real S3 server: `name::bucket`.
/// For tests of whatever touches bytes of media.
#[macro_export]
macro_rules! on_every_storage {
    (by the binary: $($tests:tt)*) => { $crate::on_every_storage! { @by (run_binary run_binary_in_bucket) $($tests)* } };
    (@by $run:tt $($(#[$meta:meta])* async fn $name:ident($kit:ident) $body:block)*) => {$(
        $crate::on_every_storage! { @one $run $(#[$meta])* async fn $name($kit) $body }
    )*};
    (@one ($run:ident $in_bucket:ident) $(#[$meta:meta])* async fn $name:ident($kit:ident) $body:block) => {
        $crate::each_way! {
            $(#[$meta])* async fn $name($kit) $body
            sqlite: $run($crate::Engine::Sqlite);
            postgres: $run($crate::Engine::Postgres);
            bucket: $in_bucket();
        }
    };
    ($($tests:tt)*) => { $crate::on_every_storage! { @by (run run_in_bucket) $($tests)* } };
}
