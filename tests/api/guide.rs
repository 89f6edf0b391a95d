//! `docs/api.md` is true: its commands run as they stand, from signing in to hints, against a server.

use std::time::Duration;

use kit::on_both_databases;
use miaopu_server::accounts::command::reset;
use tokio::process::Command;
use tokio::time::timeout;

const PAGE: &str = include_str!("../../docs/api.md");
/// What the page's reader fills in.
const SERVER: &str = "http://localhost:8080";
const NUMBER: &str = "20190001";
const CODE: &str = "7K2QX-0MD4T-9ZB1C-WV85R";
/// How long it may take on a busy machine.
const WALK_MAX: Duration = Duration::from_secs(120);

/// All commands of the page, in their order.
fn commands() -> String {
    let blocks = PAGE.split("```sh\n").skip(1).filter_map(|rest| Some(rest.split_once("\n```")?.0));
    blocks.collect::<Vec<_>>().join("\n")
}

on_both_databases! {
    async fn a_first_sync_by_curl_runs_as_it_stands(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let code = reset(&kit.operator().await, &member.number).await.expect("a code is drawn");
        let commands = commands();
        for given in [SERVER, NUMBER, CODE] {
            assert!(commands.contains(given), "{given} is for the reader to fill in");
        }
        let commands = commands.replace(SERVER, &kit.url()).replace(NUMBER, &member.number).replace(CODE, &code);
        let folder = tempfile::tempdir().expect("a folder");
        let mut bash = Command::new("bash");
        bash.args(["-euo", "pipefail", "-c", &format!("{commands}\necho the last line")]);
        bash.current_dir(folder.path()).kill_on_drop(true);
        let output = timeout(WALK_MAX, bash.output()).await.expect("it ends").expect("bash runs");
        let (said, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && said.ends_with("the last line\n"), "{said}\n{failed}");
    }
}
