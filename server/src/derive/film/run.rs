//! Starts ffmpeg or ffprobe through `miaopu run-confined`, waits no longer than allowed, and ends it with everything
//! it may have started. Whether it did something is looked up in what it wrote: it ends well without having written.

use std::fs::File;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::process::Child;

use super::super::launch::{NOT_STARTED, TOO_FREE};
use super::super::process::{child, end_group};
use super::super::reason::Unreadable;
use super::super::sniff::Kind;
use super::{Films, demuxers};

/// Bytes of ffprobe's answer, or of a version; a film of a thousand streams is nobody's.
const ANSWER_BYTES_MAX: u64 = 1 << 20;
/// Seconds for a program to say which version it is.
const VERSION_SECONDS: u64 = 10;
/// `SIGXCPU`: it has computed as long as it may.
const OUT_OF_TIME: i32 = 24;

/// The two programs, by what they are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    Ffmpeg,
    Ffprobe,
}

/// Arguments that bind the reading of a file: one thread, its demuxers, no protocol but the file, nothing typed.
pub fn reading(kind: Kind) -> Vec<&'static str> {
    let demuxers = demuxers(kind).unwrap_or("none");
    vec!["-protocol_whitelist", "file", "-format_whitelist", demuxers]
}

/// Standard input and output by the only names that reach them with seeking.
pub const INPUT: &str = "file:/proc/self/fd/0";
pub const OUTPUT: &str = "file:/proc/self/fd/1";

impl Films {
    /// Starts a program; `None` where this server has none.
    pub(super) fn start(
        &self,
        tool: Tool,
        arguments: &[&str],
        (input, output): (Stdio, Stdio),
        seconds: u64,
    ) -> io::Result<Option<Child>> {
        let Some(tools) = &self.tools else { return Ok(None) };
        let path: &Path = if tool == Tool::Ffmpeg { &tools.ffmpeg } else { &tools.ffprobe };
        let allowed = self.unconfined.iter().flat_map(|risky| ["--unconfined", risky.name()]);
        let mut child = child(&self.program, (input, output));
        child.args(["run-confined", "--seconds", &seconds.to_string()]).args(allowed);
        let child = child.arg("--").arg(path).args(arguments).spawn()?;
        Ok(Some(child))
    }

    /// What a program answers on standard output, bounded.
    pub(super) async fn answer(
        &self,
        tool: Tool,
        arguments: &[&str],
        input: Stdio,
        seconds: u64,
    ) -> io::Result<Result<Vec<u8>, Unreadable>> {
        let Some(mut child) = self.start(tool, arguments, (input, Stdio::piped()), seconds)? else {
            return Ok(Err(Unreadable::NoDecoder));
        };
        let stdout = child.stdout.take().expect("standard output is piped");
        let read = async {
            let mut bytes = Vec::new();
            stdout.take(ANSWER_BYTES_MAX + 1).read_to_end(&mut bytes).await?;
            io::Result::Ok(bytes)
        };
        let bytes = finish(child, read, seconds).await?;
        Ok(bytes.and_then(|bytes| {
            if bytes.len() as u64 > ANSWER_BYTES_MAX { Err(Unreadable::Broken) } else { Ok(bytes) }
        }))
    }

    /// A file without a name that ffmpeg wrote; `Broken` where it wrote none, however it ended.
    pub(super) async fn made(
        &self,
        arguments: &[&str],
        input: &File,
        seconds: u64,
    ) -> io::Result<Result<File, Unreadable>> {
        let output = tempfile::tempfile_in(&self.scratch)?;
        let pipes = (Stdio::from(input.try_clone()?), Stdio::from(output.try_clone()?));
        let Some(child) = self.start(Tool::Ffmpeg, arguments, pipes, seconds)? else {
            return Ok(Err(Unreadable::NoDecoder));
        };
        let ended = finish(child, async { Ok(()) }, seconds).await?;
        let written = output.metadata()?.len() > 0;
        Ok(ended.and_then(|()| if written { Ok(output) } else { Err(Unreadable::Broken) }))
    }

    /// Names the ffmpeg that there is and that may run; `None` where there is none.
    ///
    /// # Errors
    /// When the child does not start.
    pub async fn version(&self) -> io::Result<Option<&str>> {
        let found = self.version.get_or_try_init(async || {
            let said = self.answer(Tool::Ffmpeg, &["-version"], Stdio::null(), VERSION_SECONDS).await?;
            let said = said.ok().and_then(|said| String::from_utf8(said).ok()).unwrap_or_default();
            let mut words = said.split_whitespace();
            let named = words.next() == Some("ffmpeg") && words.next() == Some("version");
            io::Result::Ok(words.next().filter(|_| named).map(|version| format!("ffmpeg-{version}")))
        });
        Ok(found.await?.as_deref())
    }
}

/// What `work` gave, once the child has ended well.
///
/// # Errors
/// The outer error is that of starting and of pipes.
pub(super) async fn finish<T>(
    mut child: Child,
    work: impl Future<Output = io::Result<T>>,
    seconds: u64,
) -> io::Result<Result<T, Unreadable>> {
    let ended = tokio::time::timeout(Duration::from_secs(seconds), async {
        let value = work.await?;
        io::Result::Ok((value, child.wait().await?))
    })
    .await;
    end_group(&child);
    child.wait().await?;
    let Ok(ended) = ended else { return Ok(Err(Unreadable::Timeout)) };
    let (value, status) = ended?;
    judge(status).map(|judged| judged.map(|()| value))
}

fn judge(status: ExitStatus) -> io::Result<Result<(), Unreadable>> {
    match (status.code(), status.signal()) {
        (Some(0), _) => Ok(Ok(())),
        (Some(TOO_FREE), _) => Ok(Err(Unreadable::NoDecoder)),
        (Some(NOT_STARTED), _) => Err(io::Error::other("ffmpeg could not be started; see derive.ffmpeg")),
        (Some(_), _) => Ok(Err(Unreadable::Broken)),
        (None, Some(OUT_OF_TIME)) => Ok(Err(Unreadable::Timeout)),
        (None, _) => Ok(Err(Unreadable::Crashed)),
    }
}
