//! A branch's gallery: pages of what stands in approved copies, for those who may see approved entries there.
//! The index says which items; what is shown of them is read from the records.

mod store;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;
use shared::ids::{BranchId, MediaId};
use shared::limits::GALLERY_ROWS_MAX;
use shared::model::fields::key;
use shared::model::{ActivityKind, Actor, Body, MediaKind, RecordId, RecordKind, activity::Phase};
use shared::rules::access::may_browse;
use shared::wire::Code;
use shared::wire::gallery::{GalleryItem, GalleryPage};

use crate::App;
use crate::db::Conn;
use crate::error::Result;
use crate::place::Place;
use crate::sync::{offices, records};

/// What is asked for; each filter narrows.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct Filter {
    /// Kind of activity.
    kind: Option<ActivityKind>,
    /// Photo, clip or voice.
    media: Option<MediaKind>,
    /// Before, during or after.
    phase: Option<Phase>,
    /// First local day.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    from: Option<Date>,
    /// Last local day.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    to: Option<Date>,
    /// `next` of the page before.
    after: Option<Place<MediaId>>,
    /// Items on the page.
    #[schemars(range(min = 1, max = GALLERY_ROWS_MAX))]
    limit: Option<usize>,
}

/// A page of a branch's gallery.
///
/// # Errors
/// `NotFound` for who may not see approved entries of the branch, as where there is no such branch.
pub async fn page(app: &App, actor: &Actor, branch: BranchId, filter: Filter) -> Result<GalleryPage> {
    let mut db = app.db.snapshot().await?;
    let office = offices::load(&mut db, branch).await?;
    if !may_browse(actor, branch, office.committee) {
        return Err(Code::NotFound.into());
    }
    let limit = filter.limit.unwrap_or(GALLERY_ROWS_MAX).clamp(1, GALLERY_ROWS_MAX);
    let rows = store::list(&mut db, (branch, &filter), limit + 1).await?;
    let more = rows.len() > limit;
    let mut items = Vec::with_capacity(limit);
    let mut last = None;
    for row in rows.into_iter().take(limit) {
        last = Some(Place(row.day, row.media));
        items.extend(item(&mut db, row).await?);
    }
    let next = last.filter(|_| more).map(|place| place.to_string());
    Ok(GalleryPage { items, next })
}

/// What is shown of an item; `None` where its records do not hold what the index says.
async fn item(db: &mut Conn, row: store::Row) -> Result<Option<GalleryItem>> {
    let media = crate::media::find(db, row.media).await?;
    let approved = records::store::find(db, RecordId::new(RecordKind::Approved, row.entry.0)).await?;
    let (Some(media), Some(Body::Approved(approved))) = (media, approved.map(|found| found.record.body))
    else {
        return Ok(None);
    };
    let leaves = &approved.content.leaves;
    Ok(Some(GalleryItem {
        media: row.media,
        entry: row.entry,
        title: leaves.get(key::TITLE).unwrap_or_default(),
        activity: leaves.get(key::KIND),
        day: row.day,
        kind: media.content.kind,
        phase: media.content.leaves.get(key::PHASE),
        caption: media.content.leaves.get(key::CAPTION).unwrap_or_default(),
        size_bytes: media.content.size_bytes,
        original: media.rest.original,
        derived: media.rest.derived,
        playable: media.rest.playable,
        width_px: media.rest.width_px,
        height_px: media.rest.height_px,
        taken: media.rest.taken,
        thumb_hash: media.rest.thumb_hash,
    }))
}

impl Filter {
    /// The local days asked for, as days since 1970-01-01.
    fn days(&self) -> (Option<i64>, Option<i64>) {
        let epoch = Date::constant(1970, 1, 1);
        let number = |day: Date| i64::from((day - epoch).get_days());
        (self.from.map(number), self.to.map(number))
    }
}
