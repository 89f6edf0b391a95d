//! Files this phone took, on their way to the server. They wait for ops and never the reverse; one
//! that fails is set aside and the next goes on.

use super::{
    Engine, FileRole, UploadStep, UploadTask,
    rows::{self, MediaRow, Transfer},
    turn::Turn,
};
use crate::{
    ids::MediaId,
    model::{MediaKind, media::Arrival},
};

/// Tries after which a file waits for the person.
pub const TRIES_MAX: u32 = 3;

impl Engine {
    /// Takes note of how an upload goes on.
    pub(super) fn upload(&mut self, media: MediaId, role: FileRole, step: UploadStep, turn: &mut Turn) {
        let Some(row) = self.media.get_mut(&media) else { return };
        let transfer = match (role, &mut row.sketch) {
            (FileRole::Original, _) => &mut row.original,
            (FileRole::Sketch, Some(sketch)) => &mut sketch.transfer,
            (FileRole::Sketch, None) => return,
        };
        match step {
            UploadStep::Progress { url, sent_bytes } => {
                transfer.url = Some(url);
                transfer.sent_bytes = sent_bytes;
            }
            UploadStep::Sent => *transfer = Transfer { sent: true, ..Transfer::default() },
            UploadStep::Lost { problem } => {
                transfer.url = None;
                transfer.sent_bytes = 0;
                transfer.problem = Some(problem);
                transfer.tries += 1;
            }
            UploadStep::Failed { problem, transient } => {
                transfer.problem = Some(problem);
                transfer.tries += u32::from(!transient);
            }
        }
        self.store_file(media, turn);
    }

    /// The bytes are gone from the phone: said, and never tried again.
    pub(super) fn file_lost(&mut self, media: MediaId, turn: &mut Turn) {
        if let Some(row) = self.media.get_mut(&media) {
            row.lost = true;
            self.store_file(media, turn);
        }
    }

    /// The person asks for another try.
    pub(super) fn upload_retry(&mut self, media: MediaId, turn: &mut Turn) {
        let Some(row) = self.media.get_mut(&media) else { return };
        for transfer in
            std::iter::once(&mut row.original).chain(row.sketch.as_mut().map(|one| &mut one.transfer))
        {
            transfer.tries = 0;
            transfer.problem = None;
        }
        self.store_file(media, turn);
    }

    /// Keeps a row for a file that was just added.
    pub(super) fn keep_file(&mut self, media: MediaId, row: MediaRow, turn: &mut Turn) {
        self.media.insert(media, row);
        self.store_file(media, turn);
    }

    /// Drops a file's row and lets its bytes go, unless they lie in the bin.
    pub(super) fn forget_file(&mut self, media: MediaId, turn: &mut Turn) {
        if !self.is_binned(media) && self.media.remove(&media).is_some() {
            turn.rows.drop(rows::MEDIA, media);
            turn.forget(media);
            turn.changed();
        }
    }

    fn store_file(&self, media: MediaId, turn: &mut Turn) {
        if let Some(row) = self.media.get(&media) {
            turn.rows.put(rows::MEDIA, media, row);
            turn.changed();
        }
    }

    /// After a page: what the server says has arrived needs no sending.
    pub(super) fn settle_files(&mut self, turn: &mut Turn) {
        let arrived: Vec<MediaId> = self
            .media
            .iter()
            .filter(|(id, row)| {
                let world = self.base.worlds.get(&row.entry);
                let body = world.and_then(|world| world.media(**id));
                let here = |arrival: Arrival| arrival == Arrival::Arrived;
                body.is_some_and(|body| {
                    (here(body.rest.original) && !row.original.sent)
                        || (here(body.rest.sketch)
                            && row.sketch.as_ref().is_some_and(|one| !one.transfer.sent))
                })
            })
            .map(|(id, _)| *id)
            .collect();
        for media in arrived {
            let Some(row) = self.media.get_mut(&media) else { continue };
            let rest =
                self.base.worlds.get(&row.entry).and_then(|world| world.media(media)).map(|body| &body.rest);
            let Some(rest) = rest else { continue };
            if rest.original == Arrival::Arrived {
                row.original = Transfer { sent: true, ..Transfer::default() };
            }
            if let (Arrival::Arrived, Some(sketch)) = (rest.sketch, &mut row.sketch) {
                sketch.transfer = Transfer { sent: true, ..Transfer::default() };
            }
            self.store_file(media, turn);
        }
    }

    /// Bytes that may be sent now: sketches, photos smallest first, voices, clips. Their op is at
    /// the server; they have not failed too often.
    pub fn uploads(&self) -> Vec<UploadTask> {
        let mut tasks: Vec<((u8, u64), UploadTask)> = Vec::new();
        for (media, row) in self.media.iter().filter(|(media, row)| !row.lost && self.is_begun(**media)) {
            let of = |role, transfer: &Transfer, sha256, size_bytes| UploadTask {
                media: *media,
                role,
                sha256,
                size_bytes,
                url: transfer.url.clone(),
            };
            if let Some(sketch) = row.sketch.as_ref().filter(|sketch| may_go(&sketch.transfer)) {
                tasks.push(((0, row.size_bytes), of(FileRole::Sketch, &sketch.transfer, sketch.sha256, 0)));
            }
            if may_go(&row.original) {
                let order = match row.kind {
                    MediaKind::Photo => 1,
                    MediaKind::Voice => 2,
                    MediaKind::Clip => 3,
                };
                let task = of(FileRole::Original, &row.original, row.sha256, row.size_bytes);
                tasks.push(((order, row.size_bytes), task));
            }
        }
        tasks.sort_unstable_by_key(|(order, _)| *order);
        tasks.into_iter().map(|(_, task)| task).collect()
    }
}

fn may_go(transfer: &Transfer) -> bool {
    !transfer.sent && transfer.tries < TRIES_MAX
}
