//! TLS by certificates of our own, as a browser meets it; renewed while it serves.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kit::media::{LOOK, LOOKS_MAX};
use kit::{App, Engine, Home};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Certificate and key for `localhost`, in two files of a folder.
fn certificate(folder: &Path) -> (CertificateDer<'static>, [PathBuf; 2]) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate is made");
    let files = ["chain.pem", "key.pem"].map(|name| folder.join(name));
    fs::write(&files[0], cert.pem()).expect("it is written");
    fs::write(&files[1], signing_key.serialize_pem()).expect("it is written");
    (cert.der().clone(), files)
}

/// What comes back to one request.
async fn asked(stream: &mut (impl AsyncReadExt + AsyncWriteExt + Unpin)) -> String {
    let request = "GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.expect("it is sent");
    let mut answer = Vec::new();
    // A server that does not understand may cut the connection.
    let _cut = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

fn address(kit: &App) -> String {
    kit.url().replace("http://", "")
}

/// A connection to a server whose certificate is one of these, or vouched for by one.
async fn greeted(kit: &App, trusted: &[CertificateDer<'static>]) -> TlsStream<TcpStream> {
    greeted_at(&address(kit), trusted).await
}

/// As [`greeted`], for whoever answers at an address as `localhost`.
pub async fn greeted_at(address: &str, trusted: &[CertificateDer<'static>]) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    trusted.iter().for_each(|root| roots.add(root.clone()).expect("a certificate"));
    let client = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let socket = TcpStream::connect(address).await.expect("it listens");
    let name = "localhost".try_into().expect("a name");
    TlsConnector::from(Arc::new(client)).connect(name, socket).await.expect("a handshake")
}

/// The certificate that a new connection is shown.
async fn shown(kit: &App, trusted: &[CertificateDer<'static>]) -> CertificateDer<'static> {
    let tls = greeted(kit, trusted).await;
    tls.get_ref().1.peer_certificates().expect("it shows some")[0].clone()
}

/// Waits for a line of the log.
async fn logged(kit: &App, words: &str) {
    for _ in 0..LOOKS_MAX {
        if kit.log().await.contains(words) {
            return;
        }
        tokio::time::sleep(LOOK).await;
    }
    panic!("{words:?} does not stand in the log:\n{}", kit.log().await);
}

#[tokio::test]
async fn renewed_certificates_are_served_without_a_restart_and_halves_of_them_are_not() {
    let (folder, aside) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (old, [chain, key]) = certificate(folder.path());
    let kit = App::start_at(Engine::Sqlite, Home::Process, |config| {
        config.server.public_url = "https://localhost".into();
        config.server.tls_certificate = chain.clone();
        config.server.tls_key = key.clone();
    })
    .await;
    let (new, [new_chain, new_key]) = certificate(aside.path());
    let either = [old.clone(), new.clone()];
    let mut open = greeted(&kit, &either).await;
    assert_eq!(shown(&kit, &either).await, old);
    fs::copy(new_chain, chain).expect("the chain is renewed");
    logged(&kit, "new certificates cannot be used, the old ones stay").await;
    assert_eq!(shown(&kit, &either).await, old, "a chain without its key");
    fs::copy(new_key, key).expect("the key is renewed");
    logged(&kit, "new certificates are in use").await;
    assert_eq!(shown(&kit, &either).await, new);
    assert!(asked(&mut open).await.starts_with("HTTP/1.1 200"), "who was connected stays so");
    kit.stop().await.expect("it stops");
}

#[tokio::test]
async fn a_server_with_certificates_speaks_tls_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let (root, [chain, key]) = certificate(folder.path());
    let kit = App::start_with(Engine::Sqlite, |config| {
        config.server.listen = "0.0.0.0:0".parse().expect("an address");
        config.server.public_url = "https://localhost".into();
        config.server.tls_certificate = chain;
        config.server.tls_key = key;
    })
    .await;
    let answer = asked(&mut greeted(&kit, &[root]).await).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("strict-transport-security"), "{answer}");
    let mut plain = TcpStream::connect(address(&kit)).await.expect("it listens");
    let answer = asked(&mut plain).await;
    assert!(!answer.contains("HTTP/1.1"), "it answered in the clear: {answer}");
    kit.stop().await.expect("it stops");
}
