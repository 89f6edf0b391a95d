//! Bodies that no app sends: too large, no JSON, swollen by compression. Each is a problem, none a crash.

use kit::http::client;
use kit::{Answer, on_both_databases};
use shared::limits::BODY_BYTES_MAX;
use shared::wire::problem::Code;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Bytes of a chunk that is refused; more than lie in the buffers of a connection.
const CHUNK_BYTES: usize = 6 << 20;

on_both_databases! {
    async fn a_body_that_is_no_json_or_another_type_is_told_so(kit) {
        let post = || client().post(format!("{}/api/v1/sessions", kit.url()));
        let json = post().header("content-type", "application/json");
        assert_eq!(Answer::of(json.body("{\"number\":")).await.code(), Code::BadRequest);
        assert_eq!(Answer::of(post().body("number=1")).await.code(), Code::UnsupportedMediaType);
        assert_eq!(Answer::of(post().json(&["an", "array"])).await.code(), Code::BadRequest);
    }

    async fn a_body_over_the_limit_is_refused_with_the_limit(kit) {
        let body = format!("{{\"number\":\"{}\"}}", "9".repeat(BODY_BYTES_MAX));
        let request = client().post(format!("{}/api/v1/sessions", kit.url()));
        let problem = Answer::of(request.header("content-type", "application/json").body(body)).await.problem();
        assert_eq!(problem.code, Code::BodyTooLarge);
        assert_eq!(problem.detail["limit_kb"], (BODY_BYTES_MAX / 1_024).to_string());
    }

    async fn a_bomb_is_measured_after_it_is_unpacked(kit) {
        // A gzip member of stored blocks would be honest; this one is 10 MB of spaces in some 10 kB.
        let bomb = include_bytes!("bomb.json.gz");
        assert!(bomb.len() < BODY_BYTES_MAX / 10);
        let request = client().post(format!("{}/api/v1/sessions", kit.url()));
        let request = request.header("content-type", "application/json").header("content-encoding", "gzip");
        assert_eq!(Answer::of(request.body(bomb.to_vec())).await.code(), Code::BodyTooLarge);
    }

    async fn an_encoding_that_is_none_is_refused(kit) {
        let request = client().post(format!("{}/api/v1/sessions", kit.url()));
        let request = request.header("content-type", "application/json").header("content-encoding", "rot13");
        assert_eq!(Answer::of(request.body("{}")).await.code(), Code::UnsupportedMediaType);
    }

    async fn who_is_refused_while_a_chunk_is_on_its_way_reads_why(kit) {
        let address = kit.url().trim_start_matches("http://").to_owned();
        let mut socket = TcpStream::connect(&address).await.expect("it listens");
        let head = format!(
            "PATCH /api/v1/uploads/{} HTTP/1.1\r\nhost: {address}\r\ntus-resumable: 1.0.0\r\nupload-offset: 0\r\n\
             content-type: application/offset+octet-stream\r\nauthorization: Bearer expired\r\n\
             content-length: {CHUNK_BYTES}\r\n\r\n",
            "0".repeat(32)
        );
        socket.write_all(head.as_bytes()).await.expect("it is taken");
        let chunk = vec![7; CHUNK_BYTES];
        let (first, rest) = chunk.split_at(1 << 20);
        socket.write_all(first).await.expect("it is taken");
        let mut answer = vec![0; 1 << 14];
        let read = socket.read(&mut answer).await.expect("it is answered");
        assert!(answer[..read].starts_with(b"HTTP/1.1 401"), "{}", String::from_utf8_lossy(&answer[..read]));
        // Whoever sends first and reads then is not met by a reset either.
        socket.write_all(rest).await.expect("the rest is taken too");
        let next = format!("GET /api/v1/health HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
        socket.write_all(next.as_bytes()).await.expect("it is taken");
        answer.clear();
        socket.read_to_end(&mut answer).await.expect("no reset ends it");
        assert!(String::from_utf8_lossy(&answer).contains("HTTP/1.1 200"), "the connection serves on");
    }
}
