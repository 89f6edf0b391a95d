//! Tables `blob_fact` and `blob_position`, by the bytes of an original.

use shared::ids::Digest;
use shared::wire::facts::{OffsetSource, Position};

use super::Known;
use crate::db::{self, Conn, at, word};
use crate::derive::facts::{Offset, Taken};

/// A row of `blob_fact` after its key.
type Line = (
    Option<String>,
    Option<i64>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<String>,
);

/// Writes down what is known of an original; the latest stands.
pub async fn put(db: &mut Conn, sha256: Digest, known: &Known) -> db::Result<()> {
    let offset = known.taken.and_then(|taken| taken.offset);
    sqlx::query(
        "INSERT INTO blob_fact (part, sha256, taken_local, offset_min, offset_from, make, model, scan_sha256, light,
         thumb_hash) VALUES ('original', $1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (part, sha256) DO UPDATE SET taken_local = excluded.taken_local,
         offset_min = excluded.offset_min, offset_from = excluded.offset_from, make = excluded.make,
         model = excluded.model, scan_sha256 = excluded.scan_sha256, light = excluded.light,
         thumb_hash = excluded.thumb_hash",
    )
    .bind(sha256.to_string())
    .bind(known.taken.map(|taken| taken.local.to_string()))
    .bind(offset.map(|offset| i64::from(offset.minutes)))
    .bind(offset.map(|offset| word(&offset.source)))
    .bind(known.make.as_deref())
    .bind(known.model.as_deref())
    .bind(known.scan_sha256.map(|scan| scan.to_string()))
    .bind(known.light.map(u64::cast_signed))
    .bind(known.thumb_hash.as_deref())
    .execute(db)
    .await?;
    Ok(())
}

/// What is known of an original; `None` where it was not looked into yet.
pub async fn find(db: &mut Conn, sha256: Digest) -> db::Result<Option<Known>> {
    let id = sha256.to_string();
    let found: Option<Line> = sqlx::query_as(
        "SELECT taken_local, offset_min, offset_from, make, model, scan_sha256, light, thumb_hash
         FROM blob_fact WHERE part = 'original' AND sha256 = $1",
    )
    .bind(&id)
    .fetch_optional(db)
    .await?;
    let Some((local, minutes, source, make, model, scan, light, thumb_hash)) = found else {
        return Ok(None);
    };
    let row = at("blob_fact", &id);
    let offset = match (minutes, source) {
        (Some(minutes), Some(source)) => {
            let minutes = i32::try_from(minutes).map_err(|_| row.broken("offset_min"))?;
            Some(Offset { minutes, source: row.word::<OffsetSource>("offset_from", &source)? })
        }
        _ => None,
    };
    let local = local.map(|local| row.parse("taken_local", &local)).transpose()?;
    let taken = local.map(|local| Taken { local, offset });
    let scan_sha256 = scan.map(|scan| row.parse("scan_sha256", &scan)).transpose()?;
    let light = light.map(i64::cast_unsigned);
    Ok(Some(Known { taken, make, model, scan_sha256, light, thumb_hash }))
}

/// Writes down where an original was taken; the latest stands.
pub async fn put_position(db: &mut Conn, sha256: Digest, position: Position) -> db::Result<()> {
    sqlx::query(
        "INSERT INTO blob_position (part, sha256, latitude_e7, longitude_e7) VALUES ('original', $1, $2, $3)
         ON CONFLICT (part, sha256) DO UPDATE SET latitude_e7 = excluded.latitude_e7,
         longitude_e7 = excluded.longitude_e7",
    )
    .bind(sha256.to_string())
    .bind(i64::from(position.latitude_e7))
    .bind(i64::from(position.longitude_e7))
    .execute(db)
    .await?;
    Ok(())
}

/// Where an original was taken, if its file says so.
pub async fn find_position(db: &mut Conn, sha256: Digest) -> db::Result<Option<Position>> {
    let id = sha256.to_string();
    let found: Option<(i64, i64)> = sqlx::query_as(
        "SELECT latitude_e7, longitude_e7 FROM blob_position WHERE part = 'original' AND sha256 = $1",
    )
    .bind(&id)
    .fetch_optional(db)
    .await?;
    let row = at("blob_position", &id);
    let degrees = |value: i64, column| i32::try_from(value).map_err(|_| row.broken(column));
    let Some((latitude, longitude)) = found else { return Ok(None) };
    Ok(Some(Position {
        latitude_e7: degrees(latitude, "latitude_e7")?,
        longitude_e7: degrees(longitude, "longitude_e7")?,
    }))
}
