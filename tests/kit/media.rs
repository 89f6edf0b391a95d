//! Media as a phone follows them: named, looked at until something holds, fetched by their paths.

use std::time::Duration;

use shared::ids::{EntryId, MediaId};
use shared::model::media::Derived;
use shared::model::{Body, MediaBody, RecordId, RecordKind};

use crate::drafts;
use crate::ids::id;
use crate::org::{Branch, Person};
use crate::phone::Phone;

/// How often a job's outcome is looked for, and how long in all.
pub const LOOK: Duration = Duration::from_millis(100);
/// Looks in all.
pub const LOOKS_MAX: usize = 300;

/// The path of an item's copy: `thumb`, `preview`, `sketch`, `copy` or `original`.
#[must_use]
pub fn path(media: MediaId, copy: &str) -> String {
    format!("/api/v1/media/{media}/{copy}")
}

impl Person {
    /// Names a photo of these bytes in a new entry.
    ///
    /// # Panics
    /// When the server does not take it.
    pub async fn named(&self, branch: Branch, bytes: &[u8]) -> (EntryId, MediaId) {
        let entry = self.phone.begun(branch.id, self.id).await;
        (entry, self.phone.added(branch, entry, bytes).await)
    }
}

impl Phone {
    /// Names a photo of these bytes in an entry.
    ///
    /// # Panics
    /// When the server does not take it.
    pub async fn added(&self, branch: Branch, entry: EntryId, bytes: &[u8]) -> MediaId {
        let media = id();
        self.applied(branch.id, drafts::photo(entry, media, bytes)).await;
        media
    }

    /// The item as it stands.
    ///
    /// # Panics
    /// When this phone does not get it.
    pub async fn item(&self, media: MediaId) -> MediaBody {
        match self.pull().await.body(RecordId::new(RecordKind::Media, media.0)) {
            Some(Body::Media(body)) => *body,
            other => panic!("no media item but {other:?}"),
        }
    }

    /// The item once a condition holds; jobs run beside the requests.
    ///
    /// # Panics
    /// When it never does.
    pub async fn item_once(&self, media: MediaId, holds: impl Fn(&MediaBody) -> bool) -> MediaBody {
        for _ in 0..LOOKS_MAX {
            let body = self.item(media).await;
            if holds(&body) {
                return body;
            }
            tokio::time::sleep(LOOK).await;
        }
        panic!("still {:?}", self.item(media).await.rest);
    }

    /// The item once its pictures are made, or it is known that there are none.
    ///
    /// # Panics
    /// When neither comes.
    pub async fn derived(&self, media: MediaId) -> MediaBody {
        self.item_once(media, |body| body.rest.derived != Derived::Waiting).await
    }
}
