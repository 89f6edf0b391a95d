//! Starts the child that decodes, waits for its answer no longer than allowed, and ends it with
//! everything it may have started. Never decodes anything in this process.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use shared::limits::{DECODE_PIXELS_MAX, DERIVE_SECONDS_MAX, PICTURE_PIXELS_MAX};
use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};
use tokio::sync::{OnceCell, Semaphore};

use super::confine::{Confined, Risky};
use super::facts::{self, Facts};
use super::reason::Unreadable;
use super::sniff::Kind;
use super::{Derived, Want, answer, decoders, header, sniff};

/// Pixels that one permit of the semaphore stands for: 1 MP.
const PERMIT_PIXELS: u64 = 1_000_000;
/// Permits of a child that only reads what a file says: it holds the file, and no pixels.
const FACTS_PERMITS: u32 = 16;
/// Bytes of the file looked at for its size; headers of phone photos fit, with their thumbnails.
const HEAD_BYTES: usize = 256 << 10;

/// Runs children, as many at once as pixels allow.
pub struct Deriver {
    program: PathBuf,
    pixels: Semaphore,
    deadline: Duration,
    unconfined: Vec<Risky>,
    decoders: OnceCell<String>,
}

/// How much memory a child's allocator asks for at once. By itself it asks for a gigabyte of addresses, which a child
/// with less to its name gets or not by chance: some files brought one child in fifty down.
const HEAP: (&str, &str) = ("MIMALLOC_ARENA_RESERVE", "16MiB");

/// `miaopu` as a child that will confine itself: it gets nothing of this process but what it reads from and writes to,
/// leads a process group, and ends with whoever drops it.
pub fn child(program: &Path, (input, output): (Stdio, Stdio)) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env(HEAP.0, HEAP.1).current_dir("/");
    command.stdin(input).stdout(output).stderr(Stdio::null());
    command.process_group(0).kill_on_drop(true);
    command
}

impl Deriver {
    /// `program` is the `miaopu` binary; `unconfined` names what is decoded even where the kernel confines too little.
    pub fn new(program: PathBuf, unconfined: Vec<Risky>) -> Deriver {
        let permits = usize::try_from(DECODE_PIXELS_MAX / PERMIT_PIXELS).expect("a few hundred");
        let deadline = Duration::from_secs(DERIVE_SECONDS_MAX);
        Deriver { program, pixels: Semaphore::new(permits), deadline, unconfined, decoders: OnceCell::new() }
    }

    /// Derives pictures from an open file, read from its beginning.
    ///
    /// # Errors
    /// The inner error is a fact about the file. The outer one is ours (the child did not start,
    /// the file could not be read): try again later.
    pub async fn derive(&self, file: File, want: Want) -> io::Result<Result<Derived, Unreadable>> {
        let (file, permits) = tokio::task::spawn_blocking(move || {
            let permits = permits_for(&file)?;
            io::Result::Ok((file, permits))
        })
        .await
        .map_err(io::Error::other)??;
        let permits = match permits {
            Ok(permits) => permits,
            Err(reason) => return Ok(Err(reason)),
        };
        let answered = self.ask((file, want), permits, answer::ANSWER_BYTES_MAX).await?;
        Ok(answered.and_then(|bytes| answer::parse(&bytes, want).unwrap_or(Err(Unreadable::Crashed))))
    }

    /// What an open file says of itself, read from its beginning. A file that brings its reader down says nothing.
    ///
    /// # Errors
    /// As [`Deriver::derive`]'s outer one.
    pub async fn facts(&self, file: File) -> io::Result<Facts> {
        let (file, kind) = tokio::task::spawn_blocking(move || {
            let kind = sniff::sniff(&head_of(&file, sniff::SNIFF_BYTES)?);
            io::Result::Ok((file, kind))
        })
        .await
        .map_err(io::Error::other)??;
        if !facts::may_speak(kind) {
            return Ok(Facts::default());
        }
        let answered = self.ask((file, Want::Facts), FACTS_PERMITS, facts::answer::ANSWER_BYTES_MAX).await?;
        Ok(answered.ok().and_then(|bytes| facts::answer::parse(&bytes)).unwrap_or_default())
    }

    /// A child's answer of at most `bytes_max` bytes, once there are permits for it.
    async fn ask(
        &self,
        (file, want): (File, Want),
        permits: u32,
        bytes_max: u64,
    ) -> io::Result<Result<Vec<u8>, Unreadable>> {
        let _permit = self.pixels.acquire_many(permits).await.map_err(io::Error::other)?;
        let mut child = self.start(file, want)?;
        let result = tokio::time::timeout(self.deadline, listen(&mut child, bytes_max)).await;
        end_group(&child);
        child.wait().await?;
        Ok(result.unwrap_or(Err(Unreadable::Timeout)))
    }

    /// What the kernel gives to confine a child, as a child of this program finds it.
    ///
    /// # Errors
    /// Where the child does not start or says nothing that can be read.
    pub async fn confinement(&self) -> io::Result<Confined> {
        let output = Command::new(&self.program).arg("confinement").env_clear().kill_on_drop(true).output();
        let output = tokio::time::timeout(self.deadline, output).await.map_err(io::Error::other)??;
        String::from_utf8_lossy(&output.stdout).trim().parse().map_err(io::Error::other)
    }

    /// Names the decoders that there are and that may run here. What they could not show is tried again by others.
    ///
    /// # Errors
    /// As [`Deriver::confinement`].
    pub async fn decoders(&self) -> io::Result<&str> {
        let named = self
            .decoders
            .get_or_try_init(async || io::Result::Ok(decoders(self.confinement().await?, &self.unconfined)));
        Ok(named.await?)
    }

    fn start(&self, file: File, want: Want) -> io::Result<Child> {
        let allowed = self.unconfined.iter().flat_map(|risky| ["--unconfined", risky.name()]);
        let mut child = child(&self.program, (Stdio::from(file), Stdio::piped()));
        child.args(["derive-one", want.name()]).args(allowed).spawn()
    }
}

/// Megapixels the decoder will hold, from the file's header; the most there can be where the header does not
/// say. What has no decoder, a film of gigabytes for one, needs no child to be told so.
fn permits_for(file: &File) -> io::Result<Result<u32, Unreadable>> {
    let head = head_of(file, HEAD_BYTES)?;
    let kind = sniff::sniff(&head);
    if kind == Kind::Heif {
        // Its header is deep, and parsed only where the parser is confined.
        return Ok(Ok(permits_of(PICTURE_PIXELS_MAX)));
    }
    let pixels = match header::admit(kind, &head) {
        Ok((width, height)) => u64::from(width) * u64::from(height),
        Err(Unreadable::NoDecoder) => return Ok(Err(Unreadable::NoDecoder)),
        Err(_) => PICTURE_PIXELS_MAX,
    };
    Ok(Ok(permits_of(pixels)))
}

fn permits_of(pixels: u64) -> u32 {
    u32::try_from(pixels.div_ceil(PERMIT_PIXELS)).expect("bounded by the largest picture")
}

/// The first bytes of a file, `most` of them where there are so many. Where the file is read from stays as it is.
pub fn head_of(file: &File, most: usize) -> io::Result<Vec<u8>> {
    let mut head = vec![0; most];
    let mut filled = 0;
    while filled < head.len() {
        match file.read_at(&mut head[filled..], filled as u64)? {
            0 => break,
            read => filled += read,
        }
    }
    head.truncate(filled);
    Ok(head)
}

/// What the child answered, once it has ended well; `Crashed` for everything else it may do.
async fn listen(child: &mut Child, bytes_max: u64) -> Result<Vec<u8>, Unreadable> {
    let stdout = child.stdout.take().expect("standard output is piped");
    let mut bytes = Vec::new();
    let read = stdout.take(bytes_max + 1).read_to_end(&mut bytes).await;
    if read.is_err() || bytes.len() as u64 > bytes_max {
        return Err(Unreadable::Crashed);
    }
    match child.wait().await {
        Ok(status) if status.success() => Ok(bytes),
        _ => Err(Unreadable::Crashed),
    }
}

/// Kills the child's process group, unless the child has already ended and been waited for.
pub fn end_group(child: &Child) {
    let leader = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(leader) = leader
        && let Err(error) = kill_process_group(leader, Signal::KILL)
        && error != rustix::io::Errno::SRCH
    {
        tracing::warn!(%error, "could not end a derive process group");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// What becomes of a child that is this shell script.
    async fn derive_by(script: &str) -> Result<Derived, Unreadable> {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("child");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let mut deriver = Deriver::new(program, Vec::new());
        deriver.deadline = Duration::from_secs(2);
        let gif = folder.path().join("file");
        std::fs::write(&gif, b"GIF89a\x10\0\x10\0").unwrap();
        let file = File::open(gif).unwrap();
        deriver.derive(file, Want::Photo).await.unwrap()
    }

    #[tokio::test]
    async fn a_child_that_misbehaves_is_a_reason_and_no_fault_of_ours() {
        assert_eq!(derive_by("exit 1").await, Err(Unreadable::Crashed));
        assert_eq!(derive_by("kill -9 $$").await, Err(Unreadable::Crashed));
        assert_eq!(derive_by("echo MPD1 and more").await, Err(Unreadable::Crashed));
        assert_eq!(derive_by("exec cat /dev/zero").await, Err(Unreadable::Crashed));
        assert_eq!(derive_by("printf 'MPD1\\001'; exit 1").await, Err(Unreadable::Crashed));
        assert_eq!(derive_by("printf 'MPD1\\001'").await, Err(Unreadable::NoDecoder));
    }

    #[tokio::test]
    async fn a_child_past_its_time_is_ended_with_its_own_children() {
        let started = std::time::Instant::now();
        assert_eq!(derive_by("sleep 60 & sleep 60").await, Err(Unreadable::Timeout));
        assert!(started.elapsed() < Duration::from_secs(20));
    }

    #[tokio::test]
    async fn what_has_no_decoder_needs_no_child() {
        let deriver = Deriver::new(PathBuf::from("/nonexistent"), Vec::new());
        let file = File::open("/dev/null").unwrap();
        assert_eq!(deriver.derive(file, Want::Photo).await.unwrap(), Err(Unreadable::NoDecoder));
    }

    #[tokio::test]
    async fn a_child_gets_no_environment() {
        assert_eq!(
            derive_by("test -z \"$HOME$CARGO$USER\" && printf 'MPD1\\001'").await,
            Err(Unreadable::NoDecoder)
        );
    }
}
