//! Which database a test runs on, and the frame around a test: start, body, stop, whatever the body does.

use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::pin::Pin;

use futures_util::FutureExt;

use miaopu_server::Config;

use crate::{App, Home, bucket, postgres};

/// A database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// What a test does with its server.
type Body<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Runs a test's body with a server of its own. A failed body still leaves no server and no database behind.
///
/// # Panics
/// When the body does, when the server cannot start or stop, and when PostgreSQL is neither there nor waived.
pub fn run(engine: Engine, body: impl for<'a> FnOnce(&'a App) -> Body<'a>) {
    run_at(engine, Home::Test, |_| {}, body);
}

/// As [`run`], with the server in a process of its own.
///
/// # Panics
/// As [`run`].
pub fn run_binary(engine: Engine, body: impl for<'a> FnOnce(&'a App) -> Body<'a>) {
    run_at(engine, Home::Process, |_| {}, body);
}

/// As [`run`], on PostgreSQL with media in a bucket.
///
/// # Panics
/// As [`run`], and when the S3 server is neither there nor waived.
pub fn run_in_bucket(body: impl for<'a> FnOnce(&'a App) -> Body<'a>) {
    if !bucket::is_waived() {
        run_at(Engine::Postgres, Home::Test, bucket::name, body);
    }
}

/// As [`run_in_bucket`], with the server in a process of its own.
///
/// # Panics
/// As [`run_in_bucket`].
pub fn run_binary_in_bucket(body: impl for<'a> FnOnce(&'a App) -> Body<'a>) {
    if !bucket::is_waived() {
        run_at(Engine::Postgres, Home::Process, bucket::name, body);
    }
}

fn run_at(
    engine: Engine,
    home: Home,
    change: impl FnOnce(&mut Config),
    body: impl for<'a> FnOnce(&'a App) -> Body<'a>,
) {
    if engine == Engine::Postgres && postgres::is_waived() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime starts");
    runtime.block_on(async {
        let app = App::start_at(engine, home, change).await;
        let outcome = AssertUnwindSafe(body(&app)).catch_unwind().await;
        let stopped = app.stop().await;
        match outcome {
            Err(panic) => resume_unwind(panic),
            Ok(()) => stopped.expect("the server stops without an error"),
        }
    });
}
