//! Media, quotes and the consent that holds for each.

use uuid::Uuid;

use super::{
    super::{Engine, files::TRIES_MAX, rows::MediaRow},
    Download, FileState, FileView, MediaView, Picture, QuoteView, Reason,
};
use crate::{
    ids::{ConsentId, MediaId, QuoteId},
    model::{
        ConsentBody, ConsentStatus, MediaBody, QuoteBody, RecordId, RecordKind,
        fields::key,
        media::{Arrival, Derived},
    },
    rules::{
        World,
        access::{CopyKind, Seen, may_fetch_media},
        consents,
    },
    sync::ConsentFact,
    table::Set,
    wire::problem::{Code, Detail},
};

impl Engine {
    pub(super) fn media_view(
        &self,
        world: &World,
        id: MediaId,
        body: &MediaBody,
        english: bool,
    ) -> MediaView {
        let leaves = &body.content.leaves;
        MediaView {
            id,
            kind: body.content.kind,
            caption: leaves.get(key::CAPTION).unwrap_or_default(),
            phase: leaves.get(key::PHASE),
            people: leaves.get(key::PEOPLE),
            consent: consent_of(world, RecordId::new(RecordKind::Media, id.0)),
            own: self.me.as_ref().is_some_and(|me| me.account == body.content.recorder),
            recorder: self.account_name(body.content.recorder),
            size_bytes: body.content.size_bytes,
            sha256: body.content.sha256,
            sketch: body.content.provenance.sketch,
            arrived: body.rest.original == Arrival::Arrived,
            picture: picture(body),
            taken: body.rest.taken.clone(),
            thumb_hash: body.rest.thumb_hash.clone(),
            playable: body.rest.playable,
            download: self.download(world, id, body),
            file: self.media.get(&id).map(|row| file_view(id, row, english)),
            barred: body.rest.barred,
            offered: body.rest.offered,
            may_consent: self.may_consent(world, RecordId::new(RecordKind::Media, id.0)),
        }
    }

    pub(super) fn quote_view(&self, world: &World, id: QuoteId, body: &QuoteBody) -> QuoteView {
        let leaves = &body.content.leaves;
        QuoteView {
            id,
            text: leaves.get(key::TEXT).unwrap_or_default(),
            speaker: leaves.get(key::SPEAKER),
            phase: leaves.get(key::PHASE),
            voice: leaves.get(key::VOICE),
            consent: consent_of(world, RecordId::new(RecordKind::Quote, id.0)),
            own: self.me.as_ref().is_some_and(|me| me.account == body.content.recorder),
            recorder: self.account_name(body.content.recorder),
            barred: body.rest.barred,
            offered: body.rest.offered,
            may_consent: self.may_consent(world, RecordId::new(RecordKind::Quote, id.0)),
        }
    }

    fn download(&self, world: &World, id: MediaId, body: &MediaBody) -> Option<Download> {
        let actor = self.actor().filter(|_| body.rest.original == Arrival::Arrived)?;
        let full = |copy| may_fetch_media(&actor, world, id, copy) == Seen::Full;
        if full(CopyKind::Original) {
            return Some(Download::Original);
        }
        full(CopyKind::PositionFree).then_some(Download::Copy)
    }

    fn may_consent(&self, world: &World, item: RecordId) -> bool {
        self.actor().is_some_and(|actor| consents::may_add(world, &actor, item).is_ok())
    }
}

fn picture(body: &MediaBody) -> Picture {
    match (body.rest.derived, body.rest.sketch) {
        (Derived::Ready, _) => Picture::Ready,
        (Derived::Unreadable | Derived::Unsupported, Arrival::Expected) => Picture::Unreadable,
        (_, Arrival::Arrived) => Picture::Sketch,
        (Derived::Waiting, Arrival::Expected) => Picture::None,
    }
}

/// A file for the queue's screen.
pub fn file_view(media: MediaId, row: &MediaRow, english: bool) -> FileView {
    let transfer = &row.original;
    let state = if row.lost {
        FileState::Lost
    } else if transfer.sent {
        FileState::Sent
    } else if transfer.tries >= TRIES_MAX {
        FileState::Failed
    } else if transfer.url.is_some() {
        FileState::Sending
    } else {
        FileState::Waiting
    };
    let problem = transfer.problem.as_ref().map(|name| {
        let code = crate::json::read::<Code>(&name.clone().into());
        let message = code.unwrap_or(Code::Unavailable).sentence(english, &Detail::new());
        Reason { code: name.clone(), message }
    });
    FileView {
        media,
        entry: row.entry,
        kind: row.kind,
        state,
        size_bytes: row.size_bytes,
        sent_bytes: if transfer.sent { row.size_bytes } else { transfer.sent_bytes },
        problem,
    }
}

/// Facts about an item or its bytes that no later fact loosens.
fn standing<'a>(world: &'a World, item: RecordId) -> Vec<(Uuid, &'a ConsentBody)> {
    let sha256 = match item.kind {
        RecordKind::Media => world.media(item.id.into()).map(|media| media.content.sha256),
        _ => None,
    };
    let about = |fact: &ConsentBody| fact.item == item || (sha256.is_some() && fact.sha256 == sha256);
    let facts: Vec<(Uuid, &'a ConsentBody)> = world.all_consents().filter(|(_, fact)| about(fact)).collect();
    let loosened: Set<Uuid> = facts.iter().flat_map(|(_, fact)| fact.loosens.iter().map(|id| id.0)).collect();
    facts.into_iter().filter(|(id, _)| !loosened.contains(id)).collect()
}

fn bars(status: ConsentStatus) -> bool {
    matches!(status, ConsentStatus::Refused | ConsentStatus::Withdrawn)
}

/// The fact that holds: a refusal before anything else, else the latest.
fn consent_of(world: &World, item: RecordId) -> Option<ConsentFact> {
    let facts = standing(world, item);
    let (_, fact) = facts.iter().max_by_key(|(id, fact)| (bars(fact.status), *id))?;
    Some(ConsentFact { status: fact.status, scope: fact.scope, how: fact.how, reason: fact.reason.clone() })
}

/// The refusals that a new fact of this status would loosen.
pub fn loosened_by(world: &World, item: RecordId, status: ConsentStatus) -> Vec<ConsentId> {
    if bars(status) {
        return Vec::new();
    }
    standing(world, item)
        .into_iter()
        .filter(|(_, fact)| bars(fact.status))
        .map(|(id, _)| ConsentId(id))
        .collect()
}
