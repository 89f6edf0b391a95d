//! Commands that refuse to begin: what they say on standard error, and that they made nothing.

use std::time::Duration;

use kit::miaopu;
use miaopu_server::demo;
use tokio::process::Command;
use tokio::time::timeout;

/// How long a start that must be refused may take, on a busy machine.
const REFUSAL_MAX: Duration = Duration::from_secs(60);

/// What `miaopu` says on standard error when it refuses to start; one that serves instead is stopped.
async fn refusal(arguments: &[&str]) -> String {
    let output = Command::new(miaopu()).args(arguments).kill_on_drop(true).output();
    let output = timeout(REFUSAL_MAX, output).await;
    let output = output.unwrap_or_else(|_| panic!("{arguments:?} was served")).expect("miaopu starts");
    assert!(!output.status.success(), "{arguments:?} ended well");
    String::from_utf8(output.stderr).expect("text")
}

#[tokio::test]
async fn serve_refuses_a_folder_of_demo_data() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(demo::logins_path(folder.path()), "member").expect("it looks like a demo");
    let dir = folder.path().to_str().expect("a path of text");
    let said = refusal(&["serve", "--data-dir", dir, "--listen", "127.0.0.1:0"]).await;
    assert!(said.contains("demo data") && said.contains("miaopu demo --data"), "{said}");
}

#[tokio::test]
async fn plain_http_off_loopback_refuses_to_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("data");
    let dir = dir.to_str().expect("a path of text");
    let said = refusal(&["serve", "--data-dir", dir, "--listen", "0.0.0.0:0"]).await;
    assert!(said.contains("in the clear") && said.contains("trusted_proxies"), "{said}");
    let said = refusal(&["demo", "--data", dir, "--listen", "0.0.0.0:0"]).await;
    assert!(said.contains("loopback"), "{said}");
    assert!(!std::path::Path::new(dir).exists(), "nothing was made before the refusal");
}

#[tokio::test]
async fn a_command_on_a_mistyped_folder_makes_no_installation() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("mistyped");
    let backups = folder.path().join("backups");
    let backups = backups.to_str().expect("a path of text");
    let commands: [&[&str]; 7] = [
        &["verify"],
        &["verify", "--blobs"],
        &["account", "reset", "10001"],
        &["account", "close", "10001"],
        &["roster", "import", "roster.csv"],
        &["roster", "import", "roster.csv", "--dry-run"],
        &["backup", backups],
    ];
    for command in commands {
        let arguments = [command, &["--data-dir", dir.to_str().expect("a path of text")]].concat();
        let said = refusal(&arguments).await;
        assert!(said.contains("holds no installation") && said.contains("--data-dir"), "{command:?}: {said}");
        assert!(!dir.exists(), "{command:?} made {}", dir.display());
    }
    let nothing = refusal(&["restore", backups, "--data-dir", dir.to_str().expect("a path of text")]).await;
    assert!(nothing.contains("holds no backups") && !dir.exists(), "{nothing}");
    assert!(!folder.path().join("backups").exists());
}
