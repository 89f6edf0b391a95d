//! Which database a test runs on, and the frame around a test: start, body, stop, whatever the body does.

use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::pin::Pin;

use futures_util::FutureExt;

use crate::{App, Home, postgres};

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
    run_at(engine, Home::Test, body);
}

/// As [`run`], with the server in a process of its own.
///
/// # Panics
/// As [`run`].
pub fn run_binary(engine: Engine, body: impl for<'a> FnOnce(&'a App) -> Body<'a>) {
    run_at(engine, Home::Process, body);
}

fn run_at(engine: Engine, home: Home, body: impl for<'a> FnOnce(&'a App) -> Body<'a>) {
    if engine == Engine::Postgres && postgres::is_waived() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime starts");
    runtime.block_on(async {
        let app = App::start_at(engine, home, |_| {}).await;
        let outcome = AssertUnwindSafe(body(&app)).catch_unwind().await;
        let stopped = app.stop().await;
        match outcome {
            Err(panic) => resume_unwind(panic),
            Ok(()) => stopped.expect("the server stops without an error"),
        }
    });
}
