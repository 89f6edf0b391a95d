//! Answers on a socket until told to stop: in the clear for loopback and proxies, or by TLS with certificates of our own.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use axum_server::{
    Handle,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use tokio::net::TcpListener;

use crate::{App, config::Server, jobs, router};

/// How long a new connection may take until it has sent the head of a request, and a handshake before that.
const GREETING: Duration = Duration::from_secs(20);
/// How often certificates are looked at for newer ones: two files' times, and whoever renews them wants to see it.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// The certificates in use.
#[derive(Clone)]
pub(crate) struct Tls {
    files: Arc<[PathBuf; 2]>,
    config: RustlsConfig,
}

impl Tls {
    /// Reads certificate and key, where the configuration names them.
    ///
    /// # Errors
    /// With what is wrong with the files.
    pub(crate) async fn open(server: &Server) -> Result<Option<Tls>> {
        if !server.ends_tls() {
            return Ok(None);
        }
        let [certificate, key] = [&server.tls_certificate, &server.tls_key];
        let config = RustlsConfig::from_pem_file(certificate, key).await.with_context(|| {
            format!(
                "cannot serve by TLS: server.tls_certificate = {} must hold the chain and server.tls_key = {} its key, \
                 as PEM, readable for this user",
                certificate.display(),
                key.display()
            )
        })?;
        let files = [certificate.clone(), key.clone()];
        Ok(Some(Tls { files: Arc::new(files), config }))
    }

    /// Takes new certificates as they come, for ever. Files that cannot be taken leave the old ones in use.
    async fn renew(self) {
        let mut seen = self.changed_at();
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let now = self.changed_at();
            if now == seen {
                continue;
            }
            let [certificate, key] = &*self.files;
            match self.config.reload_from_pem_file(certificate, key).await {
                Ok(()) => tracing::info!("new certificates are in use"),
                Err(error) => tracing::error!("new certificates cannot be used, the old ones stay: {error}"),
            }
            seen = now;
        }
    }

    fn changed_at(&self) -> [Option<std::time::SystemTime>; 2] {
        let changed = |file: &PathBuf| std::fs::metadata(file).and_then(|metadata| metadata.modified()).ok();
        self.files.each_ref().map(changed)
    }
}

/// Answers until told to stop, then gives requests under way their time and closes the database.
pub(crate) async fn serve(listener: TcpListener, tls: Option<Tls>, app: App) -> Result<()> {
    let workers = tokio::spawn(jobs::worker::run(app.clone(), app.config.derive.workers_in_server()));
    let handle = Handle::new();
    let stop = tokio::spawn(stop(app.clone(), handle.clone()));
    let renewal = tls.clone().map(|tls| tokio::spawn(tls.renew()));
    let outcome = answer(listener.into_std()?, tls, handle, &app).await.context("serving failed");
    app.stopping.cancel();
    stop.abort();
    if let Some(renewal) = renewal {
        renewal.abort();
    }
    let worked = workers.await.context("the workers died")?;
    app.db.close().await;
    outcome.and(worked)
}

async fn answer(
    listener: std::net::TcpListener,
    tls: Option<Tls>,
    handle: Handle<SocketAddr>,
    app: &App,
) -> std::io::Result<()> {
    let service = router::build(app).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum_server::from_tcp(listener)?.handle(handle).first_request_timeout(GREETING);
    match tls {
        None => server.serve(service).await,
        Some(tls) => {
            let acceptor = RustlsAcceptor::new(tls.config).handshake_timeout(GREETING);
            server.acceptor(acceptor).serve(service).await
        }
    }
}

/// Waits for the word to stop, then for requests under way as long as they may take.
async fn stop(app: App, handle: Handle<SocketAddr>) {
    app.stopping.cancelled().await;
    let patience = Duration::from_secs(app.config.server.stop_seconds);
    handle.graceful_shutdown(Some(patience));
    tokio::time::sleep(patience).await;
    tracing::warn!(
        "{} connections were still busy after {patience:?}; they are cut",
        handle.connection_count()
    );
}
