//! What people write, as ops: a complete 义诊 of an afternoon, an edit, a photo, somebody's words. Builders, not
//! fixtures: each call makes a new one with ids and salts of its own.

use serde_json::{Value, json};
use shared::ids::{ConsentId, EntryId, MediaId, PersonId, QuoteId};
use shared::model::fields::key;
use shared::model::media::Provenance;
use shared::model::{Change, ConsentHow, ConsentScope, ConsentStatus, Leaves, MediaKind, RecordId};
use shared::wire::Act;

use crate::app::START_MS;
use crate::ids::{id, salt};
use crate::phone::Phone;
use crate::upload::sha256;

/// Minutes that the local wall clock of Shanghai is ahead of UTC.
const SHANGHAI: i64 = 8 * 60;
/// The local minute at which the kit's activities begin.
const BEGINS: i64 = START_MS / 60_000 + SHANGHAI;

/// Leaves with these values, each with a salt of its own.
#[must_use]
pub fn leaves(values: &[(&str, Value)]) -> Leaves {
    let mut leaves = Leaves::default();
    for (key, value) in values {
        leaves.set(key, Some(value.clone()), salt());
    }
    leaves
}

/// Everything that a 义诊 needs to be submitted; one person was there for four hours.
#[must_use]
pub fn clinic(person: PersonId) -> Leaves {
    let day = BEGINS.div_euclid(24 * 60);
    leaves(&[
        (key::KIND, json!("free_clinic")),
        (key::TITLE, json!("石槽村义诊")),
        (key::SUMMARY, json!("在村委会院里为村民看诊一上午。")),
        (key::STARTED_AT, json!({ "minute": BEGINS, "offset": SHANGHAI })),
        (key::ENDED_AT, json!({ "minute": BEGINS + 240, "offset": SHANGHAI })),
        (key::PLACE, json!({ "name": "石槽村村委会" })),
        (
            &format!("{}/{person}", key::PARTICIPANTS),
            json!({ "who": { "person": person }, "duty": "physician", "days": [{ "day": day, "minutes": 240 }] }),
        ),
        (key::CLINIC_HOST, json!("附属医院骨伤科")),
        (key::CLINIC_FILING, json!("not_asked")),
        (key::CLINIC_VISITS, json!(63)),
        (&format!("{}/acupuncture", key::CLINIC_SERVICES), json!(63)),
    ])
}

/// Begins an entry with these fields.
#[must_use]
pub fn create(entry: EntryId, leaves: Leaves) -> Act {
    Act::EntryCreate { entry, created_at: START_MS, leaves, contributors: Vec::new() }
}

/// Changes one field.
#[must_use]
pub fn edit(entry: EntryId, key: &str, from: Option<Value>, to: Option<Value>) -> Act {
    let change = Change { key: key.to_owned(), from, to, salt: salt(), answers: Vec::new() };
    Act::EntryEdit { entry, changes: vec![change], move_to: None, contributors: None }
}

/// Names a photo by its bytes.
///
/// # Panics
/// Never: no test has 2⁶⁴ bytes.
#[must_use]
pub fn photo(entry: EntryId, media: MediaId, bytes: &[u8]) -> Act {
    Act::MediaAdd {
        media,
        entry,
        sha256: sha256(bytes),
        size_bytes: u64::try_from(bytes.len()).expect("a length"),
        kind: MediaKind::Photo,
        leaves: leaves(&[(key::PHASE, json!("during")), (key::PEOPLE, json!("none"))]),
        provenance: Provenance {
            source: "picker".to_owned(),
            mime: "image/jpeg".to_owned(),
            ..Provenance::default()
        },
    }
}

/// Writes down what somebody said.
#[must_use]
pub fn quote(entry: EntryId, quote: QuoteId, text: &str) -> Act {
    let speaker = json!({ "kind": "served", "label": "村民,七十来岁" });
    let leaves = leaves(&[(key::TEXT, json!(text)), (key::SPEAKER, speaker), (key::PHASE, json!("during"))]);
    Act::QuoteAdd { quote, entry, leaves }
}

/// Says by word of mouth what somebody said about a use of their picture or words.
#[must_use]
pub fn consent(entry: EntryId, item: RecordId, status: ConsentStatus) -> Act {
    Act::ConsentAdd {
        consent: ConsentId(id()),
        entry,
        item,
        status,
        scope: ConsentScope::Internal,
        how: ConsentHow::Spoken,
        reason: String::new(),
        loosens: Vec::new(),
    }
}

impl Phone {
    /// Begins a complete 义诊 in a branch.
    ///
    /// # Panics
    /// When the server does not take it.
    pub async fn begun(&self, branch: shared::ids::BranchId, person: PersonId) -> EntryId {
        let entry = id();
        self.applied(branch, create(entry, clinic(person))).await;
        entry
    }

    /// Begins and submits a complete 义诊; answers it with the digest that was submitted.
    ///
    /// # Panics
    /// When the server does not take it.
    pub async fn submitted(
        &self,
        branch: shared::ids::BranchId,
        person: PersonId,
    ) -> (EntryId, shared::ids::Digest) {
        let entry = self.begun(branch, person).await;
        let (_, digest) = self.applied(branch, Act::EntrySubmit { entry }).await;
        (entry, digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kits_own_entry_lacks_nothing() {
        assert!(shared::rules::complete::missing(&clinic(id())).is_empty());
        shared::rules::complete::check(&clinic(id())).expect("complete");
    }
}
