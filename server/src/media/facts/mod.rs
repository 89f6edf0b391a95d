//! What photos say of themselves (照片信息), once their originals are here: read by a child with the pictures, kept by
//! the bytes. Feeds carry when a photo was taken and its placeholder. Camera and position are told only to those who
//! may have the exact bytes, and never stand in a feed, a log, a picture or a copy.

pub mod store;

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD as BASE64};
use shared::ids::{Digest, MediaId};
use shared::model::media::{MediaBody, MediaRest};
use shared::wire::facts::{MediaFacts, OffsetSource, Position, Taken};

use super::Part;
use crate::App;
use crate::db::{self, Conn};
use crate::derive::facts::{self, Facts, OFFSET_MINUTES_MAX, Offset};
use crate::derive::likeness::Likeness;
use crate::error::Result;

/// What is known of an original besides its pictures and its position.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// When it was taken. The offset is the file's, never the phone's: that is a claim about one item.
    pub taken: Option<facts::Taken>,
    /// Maker of the camera.
    pub make: Option<String>,
    /// The camera.
    pub model: Option<String>,
    /// Of a JPEG's coded picture.
    pub scan_sha256: Option<Digest>,
    /// `Likeness::light`.
    pub light: Option<u64>,
    /// `Likeness::thumb_hash` in base64, without the signs that only fill up.
    pub thumb_hash: Option<String>,
}

impl Known {
    /// What a child read and saw.
    pub fn new(facts: Facts, likeness: Option<Likeness>) -> Known {
        Known {
            taken: facts.taken,
            make: facts.make,
            model: facts.model,
            scan_sha256: facts.scan_sha256,
            light: likeness.as_ref().map(|likeness| likeness.light),
            thumb_hash: likeness.map(|likeness| BASE64.encode(likeness.thumb_hash)),
        }
    }

    /// When an item of these bytes was taken. Where the file names no offset, its phone may: `claimed`, in minutes.
    fn taken(&self, claimed: Option<i32>) -> Option<facts::Taken> {
        let taken = self.taken?;
        let claimed = claimed.filter(|minutes| minutes.unsigned_abs() <= OFFSET_MINUTES_MAX.unsigned_abs());
        let claimed = claimed.map(|minutes| Offset { minutes, source: OffsetSource::Phone });
        Some(facts::Taken { offset: taken.offset.or(claimed), ..taken })
    }

    /// Has an item's state say what goes to everybody who sees it.
    pub fn tell(&self, rest: &mut MediaRest, claimed: Option<i32>) {
        rest.taken = self.taken(claimed).map(|taken| taken.to_string());
        rest.thumb_hash.clone_from(&self.thumb_hash);
    }
}

/// Writes down what a child read and saw of an original.
pub async fn keep(
    db: &mut Conn,
    sha256: Digest,
    known: &Known,
    position: Option<Position>,
) -> db::Result<()> {
    store::put(db, sha256, known).await?;
    match position {
        Some(position) => store::put_position(db, sha256, position).await,
        None => Ok(()),
    }
}

/// What an item's file says, for who may have its exact bytes.
///
/// # Errors
/// Those of the database.
pub async fn of_item(app: &App, media: MediaId, body: MediaBody) -> Result<MediaFacts> {
    let mut db = app.db.read().await?;
    let sha256 = super::store::find_joined(&mut db, media, Part::Original).await?;
    let (known, position) = match sha256 {
        Some(sha256) => (store::find(&mut db, sha256).await?, store::find_position(&mut db, sha256).await?),
        None => (None, None),
    };
    let known = known.unwrap_or_default();
    Ok(MediaFacts {
        taken: known.taken(body.content.provenance.offset).map(|taken| Taken {
            local: taken.local.to_string(),
            offset: taken.offset.map(|offset| offset.minutes),
            offset_from: taken.offset.map(|offset| offset.source),
        }),
        make: known.make,
        model: known.model,
        width_px: body.rest.width_px,
        height_px: body.rest.height_px,
        position,
        provenance: body.content.provenance,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_names_an_offset_only_where_one_is_known() {
        let local = "2019-09-21T14:03:07".parse().expect("a time");
        let known = |offset| Known { taken: Some(facts::Taken { local, offset }), ..Known::default() };
        let said = |known: &Known, claimed| known.taken(claimed).map(|taken| taken.to_string());
        let none = known(None);
        assert_eq!(said(&none, None).as_deref(), Some("2019-09-21T14:03:07"));
        assert_eq!(said(&none, Some(480)).as_deref(), Some("2019-09-21T14:03:07+08:00"));
        assert_eq!(said(&none, Some(i32::MIN)).as_deref(), Some("2019-09-21T14:03:07"), "no zone is so far");
        let files = known(Some(Offset { minutes: -210, source: OffsetSource::OffsetTime }));
        assert_eq!(
            said(&files, Some(480)).as_deref(),
            Some("2019-09-21T14:03:07-03:30"),
            "the file goes first"
        );
        assert_eq!(Known::default().taken(Some(480)), None, "an offset alone is no time");
    }
}
