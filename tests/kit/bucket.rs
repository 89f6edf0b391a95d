//! A real S3 server for tests: the one that `.ci/with-garage` started. Each test has a prefix of its own in its bucket.
//! Without one a test fails, unless `MIAOPU_SKIP_S3=1` says aloud that this third is left out.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Once;

use miaopu_server::blobs::{Area, Blobs, s3::Calls};
use miaopu_server::config::{Config, Hidden};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

/// Whether the environment says that tests in a bucket are left out; says so on standard error, once.
pub fn is_waived() -> bool {
    static SAID: Once = Once::new();
    let waived = env::var_os("MIAOPU_SKIP_S3").is_some_and(|value| value == "1");
    if waived {
        SAID.call_once(|| eprintln!("MIAOPU_SKIP_S3=1: every test in a bucket is LEFT OUT"));
    }
    waived
}

fn given(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set: run `.ci/with-garage cargo test`, or set MIAOPU_SKIP_S3=1 to leave it out")
    })
}

/// Names a part of the bucket that is this test's alone.
///
/// # Panics
/// When there is no S3 server.
pub fn name(config: &mut Config) {
    let bucket = given("MIAOPU_TEST_S3_BUCKET");
    config.blobs.url = format!("s3://{bucket}/{}", uuid::Uuid::now_v7());
    config.blobs.s3_endpoint = given("MIAOPU_TEST_S3_ENDPOINT");
    config.blobs.s3_access_key = Hidden(given("MIAOPU_TEST_S3_ACCESS_KEY"));
    config.blobs.s3_secret_key = Hidden(given("MIAOPU_TEST_S3_SECRET_KEY"));
}

/// An S3 server of one test, which may end it. The script that started it removes it when this is dropped or this
/// process ends, however it ends.
pub struct Server {
    endpoint: String,
    bucket: String,
    keys: [String; 2],
    ctl: String,
    script: Child,
}

impl Server {
    /// Starts one.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn begin() -> Server {
        const NAMES: [&str; 5] = ["ENDPOINT", "BUCKET", "ACCESS_KEY", "SECRET_KEY", "CTL"];
        let told: Vec<String> = NAMES.iter().map(|name| format!("echo \"$MIAOPU_TEST_S3_{name}\"")).collect();
        let mut script = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.ci/with-garage"))
            .args(["sh", "-c", &format!("{}; cat >/dev/null", told.join("; "))])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect(".ci/with-garage starts");
        let output = BufReader::new(script.stdout.take().expect("the script's output is a pipe"));
        let mut lines = output.lines().map_while(Result::ok);
        let mut next = || lines.next().expect(".ci/with-garage says where its server is");
        let (endpoint, bucket, keys) = (next(), next(), [next(), next()]);
        Server { endpoint, bucket, keys, ctl: next(), script }
    }

    /// Names its bucket.
    pub fn name(&self, config: &mut Config) {
        config.blobs.url = format!("s3://{}", self.bucket);
        config.blobs.s3_endpoint.clone_from(&self.endpoint);
        config.blobs.s3_access_key = Hidden(self.keys[0].clone());
        config.blobs.s3_secret_key = Hidden(self.keys[1].clone());
    }

    /// Ends it: connections are refused.
    ///
    /// # Panics
    /// When it does not end.
    pub fn stop(&self) {
        self.told("stop");
    }

    /// Begins it again with what it had.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(&self) {
        self.told("start");
    }

    fn told(&self, what: &str) {
        let done = Command::new(&self.ctl).arg(what).status().expect("the program runs");
        assert!(done.success(), "the S3 server did not {what}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.script.stdin.take());
        let _ended = self.script.wait();
    }
}

/// Names of what lies in an area, `incoming` for uploads.
///
/// # Panics
/// When it cannot be listed.
pub fn names(config: &Config, area: &str) -> Vec<String> {
    let blobs = Blobs::of(config, Calls::default()).expect("the storage is named");
    block_in_place(|| {
        Handle::current().block_on(async {
            match Area::named(area) {
                Some(area) => {
                    let page = blobs.list(area, None).await.expect("it is listed");
                    page.into_iter().map(|(sha256, _)| sha256.to_string()).collect()
                }
                None => {
                    let uploads = blobs.list_incoming().await.expect("it is listed");
                    uploads.into_iter().map(|(id, _)| id).collect()
                }
            }
        })
    })
}
