//! What a decoder could do that a stranger's file has taken over: this test program starts itself again, confines
//! itself as the child does, and really tries. Each attempt succeeds unconfined, or the test would prove nothing.

use std::fs::File;
use std::io::{self, BufRead, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use kit::{App, Engine};
use miaopu_server::derive::confine::{self, Bounds, calls, files};
use miaopu_server::derive::{Want, answer};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};

use crate::pictures::phone_photo;

/// Bytes that a decoder has no reason to hold or to write.
const GIGABYTE: usize = 1 << 30;
/// What unconfined attempts write, to spare the disk.
const LITTLE: usize = 1 << 20;
/// Nobody waits for 80 s of CPU: the confined attempt has this bound.
const CPU_SECONDS: u64 = 1;
/// `SIGXCPU`, `SIGXFSZ`, `SIGKILL`.
const ENDED_BY: [i32; 3] = [24, 25, 9];

/// How an attempt ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Did,
    /// With the error number, where there is one.
    Refused(Option<i32>),
    Ended(i32),
}

/// `EPERM`, by seccomp.
const BY_CALLS: End = End::Refused(Some(1));
/// `ENOSYS`, by seccomp where another program runs.
const NO_SUCH_CALL: End = End::Refused(Some(38));
/// `EACCES`, by landlock.
const BY_FILES: End = End::Refused(Some(13));

/// Tries in a new process. `layer`: `none`, `all`, `landlock`, `seccomp`, `old kernel`, `ffmpeg`: as that is run.
fn tried(layer: &str, attempt: &str, argument: &str, output: Stdio) -> End {
    let program = std::env::current_exe().expect("this program has a path");
    let mut command = match layer {
        "ffmpeg" => Command::new(kit::miaopu()),
        _ => Command::new(&program),
    };
    if layer == "ffmpeg" {
        command.args(["run-confined", "--seconds", &CPU_SECONDS.to_string()]).arg(program);
    }
    let mut child = command
        .args(["--exact", "confined::attempt", "--ignored", "--nocapture", "--test-threads=1"])
        .stdin(Stdio::piped())
        .stdout(output)
        .stderr(Stdio::piped())
        .spawn()
        .expect("this program starts again");
    let mut stdin = child.stdin.take().expect("standard input is piped");
    writeln!(stdin, "{layer}\n{attempt}\n{argument}").expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    match (output.status.signal(), said.lines().find_map(|line| line.strip_prefix("refused: "))) {
        (Some(signal), _) => End::Ended(signal),
        (None, Some(number)) => End::Refused(number.parse().ok()),
        (None, None) => {
            assert!(output.status.success(), "{attempt}: {said}");
            End::Did
        }
    }
}

/// Not a test but the other process.
#[test]
#[ignore = "started by the tests beside it"]
fn attempt() {
    let mut lines = io::stdin().lock().lines();
    let mut line = || lines.next().expect("three lines").expect("text");
    let (layer, attempt, argument) = (line(), line(), line());
    let bounds = Bounds { cpu_seconds: CPU_SECONDS, ..Bounds::DECODER };
    match layer.as_str() {
        "all" => {
            let given = confine::decoder(bounds).expect("bounds can be set");
            assert!(given.files && given.calls, "this kernel gives {given}: these tests need both");
        }
        "landlock" => assert!(files::close(None).expect("landlock works")),
        "old kernel" => grow_old(),
        "seccomp" => assert!(calls::close(calls::Purpose::Decode).expect("seccomp works")),
        _ => {}
    }
    if let Err(error) = act(&attempt, &argument) {
        let number = error.raw_os_error().map_or_else(|| "none".to_owned(), |number| number.to_string());
        writeln!(io::stderr(), "refused: {number}").expect("standard error is open");
    }
    std::process::exit(0);
}

/// Neither landlock nor seccomp for whatever this process becomes: as a kernel that has none would answer.
fn grow_old() {
    let missing = [libc::SYS_seccomp, libc::SYS_landlock_create_ruleset].map(|call| (call, Vec::new()));
    let [answer, rest] = [SeccompAction::Errno(libc::ENOSYS.unsigned_abs()), SeccompAction::Allow];
    let processor = std::env::consts::ARCH.try_into().expect("a processor with seccomp");
    let filter = SeccompFilter::new(missing.into(), rest, answer, processor).expect("a filter");
    apply_filter(&filter.try_into().map(|filter: BpfProgram| filter).expect("a filter"))
        .expect("seccomp works");
}

fn act(attempt: &str, argument: &str) -> io::Result<()> {
    match attempt {
        "read" => File::open(argument).and_then(|mut file| file.read_exact(&mut [0; 16])),
        "list" => std::fs::read_dir(argument).map(drop),
        "create" => File::create(argument).map(drop),
        "tcp" => TcpStream::connect(argument).map(drop),
        "listen" => TcpListener::bind("127.0.0.1:0").map(drop),
        "udp" => UdpSocket::bind("127.0.0.1:0").map(drop),
        "unix" => UnixStream::connect(argument).map(drop),
        "fork" => Command::new("/bin/true").spawn().and_then(|mut child| child.wait()).map(drop),
        "exec" => Err(Command::new("/bin/true").exec()),
        "thread" => std::thread::Builder::new().spawn(|| {}).map(drop),
        "signal" => {
            let parent =
                rustix::process::Pid::from_raw(argument.parse().expect("a number")).expect("a parent");
            Ok(rustix::process::test_kill_process(parent)?)
        }
        "raise" => Ok(rlimit::Resource::NOFILE.set(16, 64)?),
        "allocate" => {
            let mut much = Vec::<u8>::new();
            much.try_reserve_exact(2 * GIGABYTE).map_err(io::Error::other)
        }
        "write" => {
            let (block, bytes) = (vec![7; LITTLE], argument.parse::<usize>().expect("a number"));
            let mut out = io::stdout().lock();
            (0..bytes / LITTLE).try_for_each(|_| out.write_all(&block))
        }
        "compute" => {
            let (started, mut sum) = (Instant::now(), 1_u64);
            while started.elapsed() < Duration::from_secs(argument.parse().expect("seconds")) {
                sum = std::hint::black_box(sum.wrapping_mul(31));
            }
            Ok(())
        }
        "confinement" => Err(Command::new(kit::miaopu()).arg("confinement").exec()),
        "derive" => {
            let (option, file) = argument.split_once('|').expect("an option and a file");
            let options = option.split_whitespace();
            Err(Command::new(kit::miaopu())
                .args(["derive-one", "photo"])
                .args(options)
                .stdin(File::open(file)?)
                .exec())
        }
        other => panic!("nobody tries {other}"),
    }
}

#[test]
fn a_confined_decoder_reaches_nothing() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let kit = runtime.block_on(App::start(Engine::Sqlite));
    let database = kit.data_dir().join("miaopu.db");
    let database = database.to_str().expect("a path of letters");
    let folder = tempfile::tempdir().expect("a folder is made");
    let in_folder = |name: &str| folder.path().join(name).to_str().expect("a path of letters").to_owned();
    let _listener = UnixListener::bind(in_folder("socket")).expect("a socket is made");
    let address = kit.url().trim_start_matches("http://").to_owned();
    let parent = std::process::id().to_string();
    let (socket, made) = (in_folder("socket"), in_folder("made"));
    let cases = [
        ("read", database),
        ("read", "/proc/self/status"),
        ("list", "/"),
        ("create", &made),
        ("tcp", &address),
        ("listen", ""),
        ("udp", ""),
        ("unix", &socket),
        ("fork", ""),
        ("exec", ""),
        ("thread", ""),
        ("signal", &parent),
    ];
    for (attempt, argument) in cases {
        assert_eq!(tried("none", attempt, argument, Stdio::null()), End::Did, "{attempt} {argument}");
        for layer in ["all", "seccomp"] {
            assert_eq!(
                tried(layer, attempt, argument, Stdio::null()),
                BY_CALLS,
                "{layer}: {attempt} {argument}"
            );
        }
    }
    // Landlock alone: what it is there for, should seccomp be missing.
    for (attempt, argument) in
        [("read", database), ("create", made.as_str()), ("tcp", &address), ("listen", ""), ("exec", "")]
    {
        assert_eq!(tried("landlock", attempt, argument, Stdio::null()), BY_FILES, "{attempt} {argument}");
    }
    runtime.block_on(kit.stop()).expect("the server stops");
}

#[test]
fn a_confined_ffmpeg_reaches_its_libraries_and_nothing_else() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let kit = runtime.block_on(App::start(Engine::Sqlite));
    let database = kit.data_dir().join("miaopu.db");
    let folder = tempfile::tempdir().expect("a folder is made");
    let socket = folder.path().join("socket");
    let _listener = UnixListener::bind(&socket).expect("a socket is made");
    let (made, address) = (folder.path().join("made"), kit.url().trim_start_matches("http://").to_owned());
    let text = |path: &std::path::Path| path.to_str().expect("a path of letters").to_owned();
    let parent = std::process::id().to_string();
    for (attempt, argument, end) in [
        ("read", text(&database), BY_FILES),
        ("read", "/etc/passwd".into(), BY_FILES),
        ("read", "/proc/self/environ".into(), BY_FILES),
        ("create", text(&made), BY_FILES),
        ("exec", String::new(), BY_FILES),
        ("list", "/".into(), BY_FILES),
        ("tcp", address, NO_SUCH_CALL),
        ("listen", String::new(), NO_SUCH_CALL),
        ("udp", String::new(), NO_SUCH_CALL),
        ("unix", text(&socket), NO_SUCH_CALL),
        ("fork", String::new(), NO_SUCH_CALL),
        ("signal", parent, NO_SUCH_CALL),
        ("raise", String::new(), NO_SUCH_CALL),
        ("allocate", String::new(), End::Refused(None)),
        // What a library of codecs may do.
        ("thread", String::new(), End::Did),
        ("read", "/etc/ld.so.cache".into(), End::Did),
    ] {
        assert_eq!(tried("ffmpeg", attempt, &argument, Stdio::null()), end, "{attempt} {argument}");
    }
    let end = tried("ffmpeg", "compute", "80", Stdio::null());
    assert!(matches!(end, End::Ended(signal) if ENDED_BY.contains(&signal)), "{end:?}");
    runtime.block_on(kit.stop()).expect("the server stops");
}

#[test]
fn a_confined_decoder_cannot_raise_its_bounds() {
    assert_eq!(tried("all", "raise", "", Stdio::null()), BY_CALLS);
    assert_eq!(tried("none", "raise", "", Stdio::null()), End::Did);
}

#[test]
fn a_confined_decoder_gets_no_more_memory_than_its_bound() {
    assert_eq!(tried("none", "allocate", "", Stdio::null()), End::Did);
    assert_eq!(tried("all", "allocate", "", Stdio::null()), End::Refused(None));
}

#[test]
fn a_confined_decoder_writes_no_gigabyte() {
    let into = |layer, bytes: usize| {
        let file = tempfile::tempfile().expect("a file is made");
        let end = tried(layer, "write", &bytes.to_string(), file.try_clone().expect("a copy").into());
        (end, file.metadata().expect("a length").len())
    };
    let (end, length) = into("none", LITTLE);
    assert!(end == End::Did && length >= LITTLE as u64, "{end:?}, {length}");
    // What the test program said before it was confined is there, and not a byte of the gigabyte.
    let (end, length) = into("all", GIGABYTE);
    assert!(matches!(end, End::Ended(signal) if ENDED_BY.contains(&signal)), "{end:?}");
    assert!(length < 1_000, "{length}");
}

#[test]
fn a_confined_decoder_computes_no_longer_than_its_bound() {
    assert_eq!(tried("none", "compute", "2", Stdio::null()), End::Did);
    let started = Instant::now();
    let end = tried("all", "compute", "80", Stdio::null());
    assert!(matches!(end, End::Ended(signal) if ENDED_BY.contains(&signal)), "{end:?}");
    assert!(started.elapsed() < Duration::from_secs(40), "{:?}", started.elapsed());
}

/// What `miaopu` says in a process where the kernel gives nothing.
fn on_an_old_kernel(attempt: &str, argument: &str) -> Vec<u8> {
    // A decoder may not write to a file; what it says here fits into a pipe.
    let (mut out, pipe) = io::pipe().expect("a pipe is made");
    assert_eq!(tried("old kernel", attempt, argument, pipe.into()), End::Did);
    let mut said = Vec::new();
    out.read_to_end(&mut said).expect("the pipe is read");
    said
}

#[test]
fn a_kernel_that_confines_nothing_still_shows_ordinary_pictures_and_says_so() {
    let said = on_an_old_kernel("confinement", "");
    assert!(said.ends_with(b"landlock no seccomp no\n"), "{}", String::from_utf8_lossy(&said));
    let folder = tempfile::tempdir().expect("a folder is made");
    let photo = folder.path().join("photo");
    std::fs::write(&photo, phone_photo(1, 64, 48)).expect("a photo is written");
    let answered = on_an_old_kernel("derive", &format!("|{}", photo.display()));
    let at = answered.windows(4).position(|four| four == b"MPD1").expect("an answer");
    let derived = answer::parse(&answered[at..], Want::Photo).expect("a whole answer").expect("pictures");
    assert_eq!((derived.width_px, derived.height_px), (64, 48));
}
