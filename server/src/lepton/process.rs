//! Starts the child that encodes or decodes, and writes its answer into a file without a name, hashing it in passing.
//! The server's own memory holds a buffer of it and no more; what was not wanted after all vanishes with its handle.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use shared::ids::Digest;
use shared::limits::{DECODED_ROOM_BYTES_MAX, DECODES_WAITING_MAX, DERIVE_SECONDS_MAX, PHOTO_BYTES_MAX};
use tokio::process::Child;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

use super::{Direction, Unfit, child::HEAD_BYTES};
use crate::derive::process::{child, end_group};

/// Bytes that one permit of the room stands for: 1 MiB.
const PERMIT_BYTES: u64 = 1 << 20;
/// Bytes of the child's answer held at once.
const BUFFER_BYTES: usize = 256 << 10;

/// Runs children, as many at once as there are processors.
#[derive(Debug)]
pub struct Lepton {
    program: PathBuf,
    /// Where files without a name are written.
    aside: PathBuf,
    cores: Semaphore,
    waiting: AtomicUsize,
    room: Arc<Semaphore>,
    deadline: Duration,
}

/// What a child made.
#[derive(Debug)]
pub struct Made {
    /// Its bytes, in a file without a name, open at its beginning.
    pub file: File,
    /// How many.
    pub length: u64,
    /// Their hash.
    pub sha256: Digest,
    /// Processor time that the child took.
    pub cpu: Duration,
}

/// Room on the disk that is given back when this is dropped.
pub type Room = OwnedSemaphorePermit;

/// A caller waits for a processor; not any more once this is dropped, in whatever way.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Lepton {
    /// `program` is the `miaopu` binary, `aside` a folder that this process may write.
    pub fn new(program: PathBuf, aside: PathBuf) -> Lepton {
        let cores = available_parallelism().map_or(1, usize::from);
        let permits = usize::try_from(DECODED_ROOM_BYTES_MAX / PERMIT_BYTES).expect("a few thousand");
        Lepton {
            program,
            aside,
            cores: Semaphore::new(cores),
            waiting: AtomicUsize::new(0),
            room: Arc::new(Semaphore::new(permits)),
            deadline: Duration::from_secs(DERIVE_SECONDS_MAX),
        }
    }

    /// Room for a decoded file of this length; `None` where so many are being sent that there is none.
    #[must_use]
    pub fn room(&self, length: u64) -> Option<Room> {
        let permits = u32::try_from(length.div_ceil(PERMIT_BYTES)).ok()?;
        Arc::clone(&self.room).try_acquire_many_owned(permits).ok()
    }

    /// Decodes for somebody who waits for it; `None` where too many do already.
    ///
    /// # Errors
    /// As [`Lepton::run`].
    pub async fn decode(&self, file: File) -> io::Result<Option<Result<Made, Unfit>>> {
        let ahead = self.waiting.fetch_add(1, Ordering::SeqCst);
        let waiting = Waiting(&self.waiting);
        if ahead >= DECODES_WAITING_MAX {
            return Ok(None);
        }
        let _permit = self.cores.acquire().await.map_err(io::Error::other)?;
        drop(waiting);
        self.answered(Direction::Decode, file).await.map(Some)
    }

    /// Runs one direction on an open file, read from where it stands, once a processor is free.
    ///
    /// # Errors
    /// The inner error is a fact about the file. The outer one is ours: the child did not start, or its answer could
    /// not be written.
    pub async fn run(&self, direction: Direction, file: File) -> io::Result<Result<Made, Unfit>> {
        let _permit = self.cores.acquire().await.map_err(io::Error::other)?;
        self.answered(direction, file).await
    }

    async fn answered(&self, direction: Direction, file: File) -> io::Result<Result<Made, Unfit>> {
        let mut child = self.start(direction, file)?;
        let pipe = child.stdout.take().expect("standard output is piped").into_owned_fd()?;
        let aside = self.aside.clone();
        let reading = spawn_blocking(move || receive(File::from(pipe), tempfile::tempfile_in(aside)?));
        let made = match tokio::time::timeout(self.deadline, reading).await {
            Ok(made) => made.map_err(io::Error::other)??,
            Err(_) => Err(Unfit::Timeout),
        };
        if made.is_err() {
            end_group(&child);
        }
        let ended_well = match tokio::time::timeout(self.deadline, child.wait()).await {
            Ok(status) => status?.success(),
            Err(_) => {
                end_group(&child);
                false
            }
        };
        Ok(made.and_then(|made| if ended_well { Ok(made) } else { Err(Unfit::Crashed) }))
    }

    fn start(&self, direction: Direction, file: File) -> io::Result<Child> {
        let mut child = child(&self.program, (Stdio::from(file), Stdio::piped()));
        child.args(["lepton", direction.name()]).spawn()
    }
}

/// Takes the child's answer to its end. A child that says less than its head, or more than a photo, has crashed.
fn receive(mut pipe: File, mut file: File) -> io::Result<Result<Made, Unfit>> {
    let mut head = [0; HEAD_BYTES];
    if pipe.read_exact(&mut head).is_err() {
        return Ok(Err(Unfit::Crashed));
    }
    let [status, cpu_us @ ..] = head;
    if status > 0 {
        let reason = Unfit::ALL.get(usize::from(status) - 1).copied();
        return Ok(Err(reason.unwrap_or(Unfit::Crashed)));
    }
    let (mut hasher, mut length, mut buffer) = (Sha256::new(), 0, vec![0; BUFFER_BYTES]);
    loop {
        let read = pipe.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        length += read as u64;
        if length > PHOTO_BYTES_MAX {
            return Ok(Err(Unfit::Crashed));
        }
        hasher.update(&buffer[..read]);
        file.write_all(&buffer[..read])?;
    }
    file.rewind()?;
    let cpu = Duration::from_micros(u64::from_le_bytes(cpu_us));
    Ok(Ok(Made { file, length, sha256: Digest(hasher.finalize().into()), cpu }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// What becomes of a child that is this shell script.
    async fn answered_by(script: &str) -> Result<Vec<u8>, Unfit> {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("child");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let mut lepton = Lepton::new(program, folder.path().to_owned());
        lepton.deadline = Duration::from_secs(2);
        let made = lepton.run(Direction::Decode, File::open("/dev/null").unwrap()).await.unwrap()?;
        let bytes = io::read_to_string(made.file).unwrap().into_bytes();
        assert_eq!((bytes.len() as u64, Digest(Sha256::digest(&bytes).into())), (made.length, made.sha256));
        Ok(bytes)
    }

    #[tokio::test]
    async fn a_child_that_misbehaves_is_a_reason_and_no_fault_of_ours() {
        const HEAD: &str = r"printf '\000\001\000\000\000\000\000\000\000'";
        assert_eq!(answered_by("exit 1").await, Err(Unfit::Crashed));
        assert_eq!(answered_by("kill -9 $$").await, Err(Unfit::Crashed));
        assert_eq!(answered_by(&format!("{HEAD}; printf half; exit 1")).await, Err(Unfit::Crashed));
        assert_eq!(answered_by(&format!("{HEAD}; exec cat /dev/zero")).await, Err(Unfit::Crashed));
        assert_eq!(answered_by("sleep 60 & sleep 60").await, Err(Unfit::Timeout));
        assert_eq!(answered_by(r"printf '\002........'").await, Err(Unfit::TooManyScans));
        assert_eq!(answered_by(r"printf '\377........'").await, Err(Unfit::Crashed));
        assert_eq!(
            answered_by(&format!("test -z \"$HOME$USER\" && {HEAD}; printf all")).await,
            Ok(b"all".into())
        );
    }

    #[tokio::test]
    async fn who_comes_when_too_many_wait_is_told_so_at_once() {
        let lepton = Lepton::new(PathBuf::from("/nonexistent"), PathBuf::from("/nonexistent"));
        lepton.waiting.store(DECODES_WAITING_MAX, Ordering::SeqCst);
        assert!(lepton.decode(File::open("/dev/null").unwrap()).await.unwrap().is_none());
        assert_eq!(lepton.waiting.load(Ordering::SeqCst), DECODES_WAITING_MAX);
        let all = lepton.room(DECODED_ROOM_BYTES_MAX).unwrap();
        assert!(lepton.room(1).is_none());
        drop(all);
        assert!(lepton.room(1).is_some());
    }
}
