//! `deploy/Caddyfile` in front of a served instance, with the real Caddy: what people type works over TLS, hints come as
//! they are sent, and bytes of an upload reach the server before the last of them has left the phone.

use std::env;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use kit::drafts::{create, leaves};
use kit::media::{LOOK, LOOKS_MAX};
use kit::{App, Branch, Engine, Home, Part, Person, id};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

use crate::pictures::noise;
use crate::tls::greeted_at;
use crate::uploads::grown;

const CADDYFILE: &str = include_str!("../../deploy/Caddyfile");
/// What the file says for a real installation, and the test for its own.
const NAME: &str = "miaopu.example.edu";
const SERVER: &str = "127.0.0.1:8080";
/// How soon a hint, or the server's word on an upload, must be through. A proxy that collects would wait for ever.
const THROUGH: Duration = Duration::from_secs(10);
const MIB: usize = 1 << 20;

/// A running Caddy, and whom it is vouched for by.
struct Proxy {
    address: String,
    root: CertificateDer<'static>,
    _caddy: Child,
}

/// Whether the environment says that this is left out; says so aloud.
fn is_waived() -> bool {
    let waived = env::var_os("MIAOPU_SKIP_CADDY").is_some_and(|value| value == "1");
    if waived {
        eprintln!("MIAOPU_SKIP_CADDY=1: deploy/Caddyfile is NOT TESTED");
    }
    waived
}

impl Proxy {
    /// Starts Caddy by the file, as it stands but for name and addresses; certificates come from its own authority.
    async fn start(folder: &Path, port: u16, server: &str) -> Proxy {
        let (address, store) = (format!("127.0.0.1:{port}"), folder.join("caddy"));
        let site = CADDYFILE
            .replace(&format!("{NAME} {{"), &format!("https://localhost:{port} {{\n\tbind 127.0.0.1"));
        let site = site.replace(SERVER, server);
        assert!(
            site.contains("https://localhost") && site.contains(server),
            "the file names other things now"
        );
        let own = "admin off\nlocal_certs\nskip_install_trust\nauto_https disable_redirects";
        let text = format!("{{\n{own}\nstorage file_system {}\n}}\n{site}", store.display());
        let file = folder.join("Caddyfile");
        std::fs::write(&file, text).expect("it is written");
        let mut caddy = Command::new("caddy");
        caddy.args(["run", "--adapter", "caddyfile", "--config"]).arg(&file).env("HOME", folder);
        let log = std::fs::File::create(folder.join("caddy.log")).expect("a file");
        caddy.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).kill_on_drop(true);
        let hint = "caddy runs (`apt-get install caddy`, or MIAOPU_SKIP_CADDY=1 to leave it out)";
        let child = caddy.spawn().expect(hint);
        let root = store.join("pki/authorities/local/root.crt");
        for _ in 0..LOOKS_MAX {
            if TcpStream::connect(&address).await.is_ok()
                && store.join("certificates/local/localhost/localhost.crt").exists()
            {
                let root = CertificateDer::from_pem_file(root).expect("a certificate");
                return Proxy { address, root, _caddy: child };
            }
            tokio::time::sleep(LOOK).await;
        }
        panic!(
            "caddy does not serve: {}",
            std::fs::read_to_string(folder.join("caddy.log")).unwrap_or_default()
        );
    }

    /// A request by somebody's phone, through the proxy; its body follows.
    async fn asked(&self, person: &Person, head: &str, more: &str) -> Through {
        let tls = greeted_at(&self.address, std::slice::from_ref(&self.root)).await;
        let mut through = Through { tls, got: String::new() };
        let token = person.phone.access().await;
        through
            .sent(
                format!("{head} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n{more}\r\n")
                    .as_bytes(),
            )
            .await;
        through
    }
}

/// One connection through the proxy.
struct Through {
    tls: TlsStream<TcpStream>,
    got: String,
}

impl Through {
    async fn sent(&mut self, bytes: &[u8]) {
        self.tls.write_all(bytes).await.expect("it is sent");
        self.tls.flush().await.expect("it leaves");
    }

    /// Reads until these words have come.
    async fn heard(&mut self, words: &str) {
        while !self.got.contains(words) {
            let mut bytes = [0; 4096];
            let read = timeout(THROUGH, self.tls.read(&mut bytes)).await;
            let read = read.unwrap_or_else(|_| panic!("{words:?} does not come through: {}", self.got));
            match read.expect("it is read") {
                0 => panic!("the connection ends without {words:?}: {}", self.got),
                read => self.got.push_str(&String::from_utf8_lossy(&bytes[..read])),
            }
        }
    }
}

async fn free_port() -> u16 {
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    socket.local_addr().expect("its address").port()
}

async fn begun(person: &Person, branch: Branch) {
    person.phone.applied(branch.id, create(id(), leaves(&[]))).await;
}

#[tokio::test]
async fn the_caddyfile_lets_hints_and_uploads_through_as_they_come() {
    if is_waived() {
        return;
    }
    let port = free_port().await;
    let kit = App::start_at(Engine::Sqlite, Home::Process, |config| {
        config.server.public_url = format!("https://localhost:{port}");
        config.server.trusted_proxies = vec!["127.0.0.1".parse().expect("an address")];
    })
    .await;
    let proxy = Proxy::start(kit.folder(), port, &kit.url().replace("http://", "")).await;
    let branch = kit.branch().await;
    let member = kit.member(branch).await;

    let mut me = proxy.asked(&member, "GET /api/v1/me", "Connection: close\r\n").await;
    me.heard(&member.account.to_string()).await;
    assert!(me.got.starts_with("HTTP/1.1 200") && me.got.contains("Strict-Transport-Security"), "{}", me.got);
    proxy.asked(&member, "GET /metrics", "").await.heard("HTTP/1.1 404").await;

    let mut events = proxy.asked(&member, "GET /api/v1/events", "Accept: text/event-stream\r\n").await;
    events.heard("text/event-stream").await;
    begun(&member, branch).await;
    events.heard(&format!("account:{}", member.account)).await;

    let file = noise(1, 3 * MIB);
    let (_, media) = member.named(branch, &file).await;
    let location = member.phone.begin_upload(media, Part::Original, &file).await;
    let head = format!(
        "Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: {}\r\n",
        file.len()
    );
    let mut patch = proxy.asked(&member, &format!("PATCH {location}"), &head).await;
    patch.sent(&file[..2 * MIB]).await;
    grown(&kit, &location, MIB as u64).await;
    patch.sent(&file[2 * MIB..]).await;
    patch.heard("HTTP/1.1 204").await;
    assert_eq!(member.phone.offset(&location).await, file.len() as u64);
    kit.stop().await.expect("it stops");
}
