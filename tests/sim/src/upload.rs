//! One step of an upload: a creation, a look at the offset, or a piece of any length, each with its answer maybe lost.

use anyhow::{Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use shared::sync::{EngineEvent, UploadStep, UploadTask};
use shared::wire::Problem;

use crate::phone::Life;
use crate::run::Run;
use crate::server::{Answer, Ask};

/// Codes after which an upload begins anew, as the app has them.
const BEGIN_ANEW: [&str; 4] = ["not_found", "upload_expired", "hash_mismatch", "wrong_offset"];
/// Codes that are nobody's fault, as the app has them.
const TRANSIENT: [&str; 5] = ["storage_full", "unavailable", "too_many_requests", "internal", "signed_out"];

/// Takes the most useful file of a phone one step further. `whole`: nothing is cut or lost.
pub async fn step(run: &mut Run<'_>, phone: usize, core: usize, whole: bool) -> Result<()> {
    let Some(task) = run.phones[phone].engine.uploads().into_iter().next() else { return Ok(()) };
    let Some(bytes) = run.phones[phone].files.get(&task.media).cloned() else {
        let now = run.now();
        run.phones[phone].tell(EngineEvent::FileLost { media: task.media }, now, Life::Whole);
        return Ok(());
    };
    let Some(url) = task.url.clone() else {
        let answer = run.ask(phone, core, creation(&task, bytes.len())).await;
        if whole || run.rng.u8(..8) > 0 {
            let url = answer.header("location").to_owned();
            let step = match answer.status {
                201 if bytes.is_empty() => UploadStep::Sent,
                201 => UploadStep::Progress { url, sent_bytes: 0 },
                _ => failed(&answer),
            };
            heard(run, phone, &task, step);
        }
        return Ok(());
    };
    let head = Ask {
        method: "HEAD",
        path: path(&url),
        headers: vec![("tus-resumable", "1.0.0".to_owned())],
        ..Ask::default()
    };
    let stands = run.ask(phone, core, head).await;
    if stands.status != 200 {
        let gone = stands.status == 404 || stands.status == 410;
        let step = if gone { lost("not_found") } else { failed(&stands) };
        heard(run, phone, &task, step);
        return Ok(());
    }
    let offset: usize = stands.header("upload-offset").parse()?;
    let before = run.offsets.insert(url.clone(), offset).unwrap_or_default();
    ensure!(before <= offset, "S13: an offset went back from {before} to {offset}");
    let left = bytes.len() - offset;
    let count = if whole || left == 0 { left } else { run.rng.usize(1..=left) };
    let patch = Ask {
        method: "PATCH",
        path: path(&url),
        headers: vec![
            ("tus-resumable", "1.0.0".to_owned()),
            ("upload-offset", offset.to_string()),
            ("content-type", "application/offset+octet-stream".to_owned()),
        ],
        body: bytes[offset..offset + count].to_vec(),
        ..Ask::default()
    };
    let answer = run.ask(phone, core, patch).await;
    if whole || run.rng.u8(..6) > 0 {
        let acknowledged: Option<usize> = answer.header("upload-offset").parse().ok();
        let step = match acknowledged {
            Some(all) if answer.status == 204 && all == bytes.len() => UploadStep::Sent,
            Some(sent) if answer.status == 204 => UploadStep::Progress { url, sent_bytes: sent as u64 },
            _ => failed(&answer),
        };
        heard(run, phone, &task, step);
    }
    Ok(())
}

fn heard(run: &mut Run<'_>, phone: usize, task: &UploadTask, step: UploadStep) {
    let event = EngineEvent::Upload { media: task.media, role: task.role, step };
    let now = run.now();
    run.phones[phone].tell(event, now, Life::Whole);
}

fn lost(problem: &str) -> UploadStep {
    UploadStep::Lost { problem: problem.to_owned() }
}

fn failed(answer: &Answer) -> UploadStep {
    let code = serde_json::from_slice::<Problem>(&answer.body)
        .ok()
        .and_then(|problem| serde_json::to_value(problem.code).ok()?.as_str().map(str::to_owned));
    match code {
        Some(code) if BEGIN_ANEW.contains(&code.as_str()) => lost(&code),
        Some(problem) if !TRANSIENT.contains(&problem.as_str()) => {
            UploadStep::Failed { problem, transient: false }
        }
        _ => UploadStep::Failed { problem: "network".to_owned(), transient: true },
    }
}

fn path(url: &str) -> String {
    url.find("/api/").map_or(url, |at| &url[at..]).to_owned()
}

fn creation(task: &UploadTask, length: usize) -> Ask {
    let field = |name: &str, value: &str| format!("{name} {}", BASE64.encode(value));
    let metadata = [
        field("media", &task.media.to_string()),
        field("role", "original"),
        field("sha256", &task.sha256.to_string()),
    ];
    Ask {
        method: "POST",
        path: "/api/v1/uploads".to_owned(),
        headers: vec![
            ("tus-resumable", "1.0.0".to_owned()),
            ("upload-length", length.to_string()),
            ("upload-metadata", metadata.join(",")),
        ],
        ..Ask::default()
    }
}
