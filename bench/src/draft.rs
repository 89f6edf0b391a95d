//! What people write, as ops: a complete entry, an edit of a note, a photo, somebody's words.

use serde_json::{Value, json};
use shared::ids::{Digest, EntryId, MediaId, PersonId, QuoteId};
use shared::model::fields::key;
use shared::model::media::Provenance;
use shared::model::{Change, Leaves, MediaKind};
use shared::wire::Act;

use crate::chance::{Chance, START_MS};
use crate::text::text;

/// Minutes that the local wall clock of Shanghai is ahead of UTC.
const SHANGHAI: i64 = 8 * 60;
/// The local minute at which every activity begins.
const BEGINS: i64 = START_MS.cast_signed() / 60_000 + SHANGHAI;

fn leaves(chance: &mut Chance, values: Vec<(String, Value)>) -> Leaves {
    let mut leaves = Leaves::default();
    for (key, value) in values {
        leaves.set(&key, Some(value), chance.salt());
    }
    leaves
}

/// Begins an entry that lacks nothing: 比学超, one participant, and these notes.
pub fn create(chance: &mut Chance, entry: EntryId, person: PersonId, notes: &[(&str, String)]) -> Act {
    let day = BEGINS.div_euclid(24 * 60);
    let title = text(chance, 12);
    let summary = text(chance, 24);
    let took_part =
        json!({ "who": { "person": person }, "duty": "recorder", "days": [{ "day": day, "minutes": 120 }] });
    let mut values = vec![
        (key::KIND.to_owned(), json!("peer_learning")),
        (key::TITLE.to_owned(), json!(title)),
        (key::SUMMARY.to_owned(), json!(summary)),
        (key::STARTED_AT.to_owned(), json!({ "minute": BEGINS, "offset": SHANGHAI })),
        (key::ENDED_AT.to_owned(), json!({ "minute": BEGINS + 120, "offset": SHANGHAI })),
        (format!("{}/{person}", key::PARTICIPANTS), took_part),
    ];
    values.extend(notes.iter().map(|(key, note)| ((*key).to_owned(), json!(note))));
    let created_at = START_MS.cast_signed();
    Act::EntryCreate { entry, created_at, leaves: leaves(chance, values), contributors: Vec::new() }
}

/// Changes the note of what happened, by somebody who saw what stood there.
pub fn edit(chance: &mut Chance, entry: EntryId, from: &str, to: &str) -> Act {
    let change = Change {
        key: key::DURING_NOTE.to_owned(),
        from: Some(json!(from)),
        to: Some(json!(to)),
        salt: chance.salt(),
        answers: Vec::new(),
    };
    Act::EntryEdit { entry, changes: vec![change], move_to: None, contributors: None }
}

/// Names a file of these bytes.
pub fn media(chance: &mut Chance, entry: EntryId, kind: MediaKind, bytes: (Digest, u64)) -> (MediaId, Act) {
    let media = chance.id();
    let caption = text(chance, 14);
    let values = vec![
        (key::CAPTION.to_owned(), json!(caption)),
        (key::PHASE.to_owned(), json!("during")),
        (key::PEOPLE.to_owned(), json!("none")),
    ];
    let act = Act::MediaAdd {
        media,
        entry,
        sha256: bytes.0,
        size_bytes: bytes.1,
        kind,
        leaves: leaves(chance, values),
        provenance: Provenance {
            source: "picker".to_owned(),
            mime: if kind == MediaKind::Photo { "image/jpeg" } else { "video/mp4" }.to_owned(),
            ..Provenance::default()
        },
    };
    (media, act)
}

/// Writes down what somebody said.
pub fn quote(chance: &mut Chance, entry: EntryId) -> Act {
    let quote: QuoteId = chance.id();
    let said = text(chance, 40);
    let values = vec![
        (key::TEXT.to_owned(), json!(said)),
        (key::SPEAKER.to_owned(), json!({ "kind": "served", "label": "村民" })),
        (key::PHASE.to_owned(), json!("during")),
    ];
    Act::QuoteAdd { quote, entry, leaves: leaves(chance, values) }
}
