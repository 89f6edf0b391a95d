//! `docs/operating.md` is true: the commands of its walk run as they stand, in an empty folder.

use std::time::Duration;

use kit::miaopu;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::time::timeout;

const PAGE: &str = include_str!("../../docs/operating.md");
/// The port that the page names; the test takes a free one.
const PORT: &str = "8080";
/// How long the walk may take on a busy machine.
const WALK_MAX: Duration = Duration::from_secs(180);

/// All commands of the page that are meant to be run as they stand.
fn commands() -> String {
    let blocks = PAGE.split("```sh\n").skip(1).filter_map(|rest| Some(rest.split_once("\n```")?.0));
    blocks.collect::<Vec<_>>().join("\n")
}

async fn free_port() -> String {
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    socket.local_addr().expect("its address").port().to_string()
}

#[tokio::test]
async fn the_walk_from_nothing_to_a_restored_backup_runs_as_it_stands() {
    let (folder, port) = (tempfile::tempdir().expect("a folder"), free_port().await);
    let programs = miaopu().parent().expect("a program lies in a folder").display();
    let path = format!("{programs}:{}", std::env::var("PATH").expect("a PATH"));
    let commands = commands().replace(PORT, &port);
    // However it ends, the server that it started ends too.
    let script =
        format!("trap 'kill \"$(cat server.pid)\" 2>/dev/null || true' EXIT\n{commands}\ntrap - EXIT\n");
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", &script]).current_dir(folder.path()).env_clear().kill_on_drop(true);
    bash.env("PATH", path).env("MIAOPU__SERVER__LISTEN", format!("127.0.0.1:{port}"));
    let output = timeout(WALK_MAX, bash.output()).await.expect("the walk ends").expect("bash runs");
    let (said, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{failed}");
    let agreed = said.matches("everything agrees").count();
    assert_eq!(agreed, 3, "the backup, the restored database, the whole installation:\n{said}\n{failed}");
    assert_eq!(said.matches("miaopu_check{").count(), 4, "{said}");
    assert_eq!(said.matches("\"status\":\"ok\"").count(), 2, "{said}");
}
