//! The rows. Each makes an installation of its own, measures, and takes it away again.

pub mod app;
pub mod at_once;
pub mod hostile;
pub mod originals;
pub mod pair;
pub mod push;
pub mod start;
pub mod sync;
pub mod upload;
pub mod visible;

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;

use anyhow::Result;

use crate::figure::Figure;

/// What a row measures by.
pub struct Bench {
    /// The release binary.
    pub program: PathBuf,
    /// Folders of photos; none: those of the demo.
    pub photos: Vec<PathBuf>,
    /// Folders of files that are made to harm; none: a few that are made here.
    pub hostile: Vec<PathBuf>,
}

type Measured<'a> = Pin<Box<dyn Future<Output = Result<Vec<Figure>>> + 'a>>;

/// Rows that are measured together.
pub struct Group {
    /// Their names.
    pub ids: &'static [&'static str],
    /// How.
    pub measure: for<'a> fn(&'a Bench) -> Measured<'a>,
}

/// All rows, in the order in which they run.
pub const GROUPS: &[Group] = &[
    Group { ids: &["push_100x8_sqlite"], measure: |bench| Box::pin(push::batches_on_sqlite(bench)) },
    Group { ids: &["push_100x8_pg"], measure: |bench| Box::pin(push::batches_on_postgres(bench)) },
    Group { ids: &["push_1x64_sqlite"], measure: |bench| Box::pin(push::singles_on_sqlite(bench)) },
    Group {
        ids: &[
            "first_sync_bytes",
            "first_sync_requests",
            "first_sync_cpu_ms",
            "idle_sync_bytes",
            "idle_sync_cpu_ms",
            "idle_rss_mb",
        ],
        measure: |bench| Box::pin(sync::on_postgres(bench)),
    },
    Group { ids: &["upload_200mb", "upload_200mb_rss_mb"], measure: |bench| Box::pin(upload::clip(bench)) },
    Group {
        ids: &["upload_1gb_rss_mb_folder", "upload_1gb_rss_mb_s3"],
        measure: |bench| Box::pin(upload::large(bench)),
    },
    Group { ids: &["upload_16x_tus"], measure: |bench| Box::pin(at_once::uploads(bench)) },
    Group {
        ids: &["lepton_stored_ratio", "lepton_changed_files", "lepton_cpu_ms_per_mb", "original_download_ms"],
        measure: |bench| Box::pin(originals::smaller(bench)),
    },
    Group { ids: &["derive_pair_12mp", "derive_pair_ssim"], measure: |bench| Box::pin(pair::derive(bench)) },
    Group {
        ids: &["hostile_worst_s", "hostile_worst_mb", "hostile_server_mb"],
        measure: |bench| Box::pin(hostile::files(bench)),
    },
    Group { ids: &["visible_p99_ms"], measure: |bench| Box::pin(visible::on_postgres(bench)) },
    Group { ids: &["app_first_visit_kb", "app_wasm_kb"], measure: |bench| Box::pin(app::first_visit(bench)) },
    Group { ids: &["app_offline_start_ms"], measure: |bench| Box::pin(start::offline(bench)) },
];
