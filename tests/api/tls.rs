//! TLS by certificates of our own, as a browser meets it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kit::{App, Engine};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
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
    let address = kit.url().replace("http://", "");
    let mut roots = RootCertStore::empty();
    roots.add(root).expect("a certificate");
    let client = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let socket = TcpStream::connect(&address).await.expect("it listens");
    let name = "localhost".try_into().expect("a name");
    let mut tls = TlsConnector::from(Arc::new(client)).connect(name, socket).await.expect("a handshake");
    let answer = asked(&mut tls).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("strict-transport-security"), "{answer}");
    let mut plain = TcpStream::connect(&address).await.expect("it listens");
    let answer = asked(&mut plain).await;
    assert!(!answer.contains("HTTP/1.1"), "it answered in the clear: {answer}");
    kit.stop().await.expect("it stops");
}
