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
    let commands: [&[&str]; 9] = [
        &["verify"],
        &["verify", "--blobs"],
        &["gc"],
        &["jobs", "list"],
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

/// Configurations that cannot be taken: a file, and what the refusal must name: where it stands, what is wrong, and how
/// to write it.
const UNREADABLE: [(&str, [&str; 3]); 8] = [
    (
        "[server]\nlisten = \"nonsense\"",
        ["server.listen in", "invalid socket address", "listen = \"127.0.0.1:8080\""],
    ),
    (
        "[server]\nlisten = 8080",
        ["server.listen in", "found signed int `8080`", "listen = \"127.0.0.1:8080\""],
    ),
    (
        "[server]\ntrusted_proxies = \"10.0.0.2\"",
        ["server.trusted_proxies in", "a list", "like [\"10.0.0.2\"]"],
    ),
    ("[server]\nlistn = \"x\"", ["miaopu.toml", "no `listn` in [server]", "listen, public_url"]),
    ("[servers]\nlisten = \"x\"", ["miaopu.toml", "no `servers`", "server, data"]),
    ("[database]\nconnections = \"many\"", ["database.connections in", "a whole number", "connections = 8"]),
    ("[log]\nformat = \"xml\"", ["log.format in", "none of pretty, json", "format = \"pretty\""]),
    ("[server]\ntls_key = \"key.pem\"", ["server.tls_certificate", "belong together", "set both or none"]),
];

#[tokio::test]
async fn an_address_that_is_none_only_said_invalid_socket_address_syntax() {
    let folder = tempfile::tempdir().expect("a folder");
    let said = refusal(&["serve", "--listen", "nonsense"]).await;
    assert!(said.contains("'nonsense' for '--listen") && said.contains("like 127.0.0.1:8080"), "{said}");
    let file = folder.path().join("miaopu.toml");
    for (text, wanted) in UNREADABLE {
        std::fs::write(&file, text).expect("it is written");
        let said = refusal(&["serve", "--config", file.to_str().expect("a path of text")]).await;
        for words in wanted {
            assert!(said.contains(words), "{text:?} is refused without {words:?}:\n{said}");
        }
    }
}

#[tokio::test]
async fn certificates_that_cannot_be_read_refuse_to_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("miaopu.toml");
    let text = "[server]\npublic_url = \"https://localhost\"\ntls_certificate = \"none.pem\"\ntls_key = \"none.pem\"";
    std::fs::write(&file, text).expect("it is written");
    let (file, dir) = (file.to_str().expect("a path of text"), folder.path().join("data"));
    let dir = dir.to_str().expect("a path of text");
    let said = refusal(&["serve", "--config", file, "--data-dir", dir, "--listen", "127.0.0.1:0"]).await;
    assert!(said.contains("server.tls_certificate = none.pem must hold the chain"), "{said}");
}
