//! Everything an op about one entry may look at, as the caller loaded it: under the lock on the
//! server, from the phone's own records with its pending ops on top.

use uuid::Uuid;

use crate::{
    digest,
    ids::{AccountId, CommitteeId, Digest, EntryId, MediaId, QuoteId},
    model::{
        ApprovedBody, ApprovedItem, Body, ClassificationBody, ConsentBody, EntryBody, MediaBody, QuoteBody,
        Record, RecordId, RecordKind, VerdictBody,
    },
    table::{Set, Table},
};

/// One entry with all that names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct World {
    /// Which entry.
    pub entry_id: EntryId,
    /// The entry, its media, quotes, consents, classification, verdicts and approved copy.
    pub records: Table<RecordId, Record>,
    /// Who may decide.
    pub office: Office,
    /// The entry was a draft that its author threw away.
    pub discarded: bool,
    /// Target ids that stand for something else already: another entry's item, or an erased one.
    pub taken: Set<RecordId>,
    /// Other entries that hold an item with the bytes the op is about; loaded for `media.add` and
    /// `consent.add`, empty on phones.
    pub elsewhere: Vec<World>,
}

/// Who may decide a branch's entries now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Office {
    /// Accounts in the branch now; contributors are among them.
    pub members: Vec<AccountId>,
    /// Living secretaries and deputies.
    pub approvers: Vec<AccountId>,
    /// The committee above the branch.
    pub committee: Option<CommitteeId>,
    /// Accounts that work there; empty where unknown (phones).
    pub committee_accounts: Vec<AccountId>,
    /// The committee lets an approver decide their own entry.
    pub self_approval: bool,
}

impl World {
    /// A world in which the entry does not exist yet.
    pub fn empty(entry_id: EntryId, office: Office) -> Self {
        Self {
            entry_id,
            records: Table::new(),
            office,
            discarded: false,
            taken: Set::new(),
            elsewhere: Vec::new(),
        }
    }

    fn body(&self, kind: RecordKind, id: impl Into<Uuid>) -> Option<&Body> {
        self.records.get(&RecordId::new(kind, id)).map(|record| &record.body)
    }

    /// The entry, if it exists.
    pub fn entry(&self) -> Option<&EntryBody> {
        match self.body(RecordKind::Entry, self.entry_id.0)? {
            Body::Entry(body) => Some(body),
            _ => None,
        }
    }

    /// The entry's revision; 0 where it does not exist.
    pub fn rev(&self) -> u64 {
        self.records.get(&RecordId::new(RecordKind::Entry, self.entry_id.0)).map_or(0, |record| record.rev)
    }

    /// One media item.
    pub fn media(&self, id: MediaId) -> Option<&MediaBody> {
        match self.body(RecordKind::Media, id.0)? {
            Body::Media(body) => Some(body),
            _ => None,
        }
    }

    /// One quote.
    pub fn quote(&self, id: QuoteId) -> Option<&QuoteBody> {
        match self.body(RecordKind::Quote, id.0)? {
            Body::Quote(body) => Some(body),
            _ => None,
        }
    }

    /// The approved copy that counts, if any.
    pub fn approved(&self) -> Option<&ApprovedBody> {
        match self.body(RecordKind::Approved, self.entry_id.0)? {
            Body::Approved(body) => Some(body),
            _ => None,
        }
    }

    /// Strengths, signature activity and task, if anybody set them.
    pub fn classification(&self) -> Option<&ClassificationBody> {
        match self.body(RecordKind::Classification, self.entry_id.0)? {
            Body::Classification(body) => Some(body),
            _ => None,
        }
    }

    /// All media, in the order of their ids.
    pub fn all_media(&self) -> impl Iterator<Item = (MediaId, &MediaBody)> {
        self.records.values().filter_map(|record| match &record.body {
            Body::Media(body) => Some((MediaId(record.id), &**body)),
            _ => None,
        })
    }

    /// All quotes, in the order of their ids.
    pub fn all_quotes(&self) -> impl Iterator<Item = (QuoteId, &QuoteBody)> {
        self.records.values().filter_map(|record| match &record.body {
            Body::Quote(body) => Some((QuoteId(record.id), &**body)),
            _ => None,
        })
    }

    /// All facts about consent.
    pub fn all_consents(&self) -> impl Iterator<Item = (Uuid, &ConsentBody)> {
        self.records.values().filter_map(|record| match &record.body {
            Body::Consent(body) => Some((record.id, &**body)),
            _ => None,
        })
    }

    /// All verdicts, oldest id first.
    pub fn all_verdicts(&self) -> impl Iterator<Item = (Uuid, &VerdictBody)> {
        self.records.values().filter_map(|record| match &record.body {
            Body::Verdict(body) => Some((record.id, &**body)),
            _ => None,
        })
    }

    /// The items an approval covers, with their hashes; what was offered late is not among them.
    pub fn items(&self) -> Vec<ApprovedItem> {
        let media = self.all_media().filter(|(_, body)| !body.rest.offered).map(|(id, body)| ApprovedItem {
            item: RecordId::new(RecordKind::Media, id.0),
            digest: digest::media(id.0, &body.content),
        });
        let quotes =
            self.all_quotes().filter(|(_, body)| !body.rest.offered).map(|(id, body)| ApprovedItem {
                item: RecordId::new(RecordKind::Quote, id.0),
                digest: digest::quote(id.0, &body.content),
            });
        media.chain(quotes).collect()
    }

    /// The digest of the entry's content as it stands here; `None` where there is no entry.
    pub fn digest(&self) -> Option<Digest> {
        let items: Vec<_> = self.items().into_iter().map(|item| (item.item, item.digest)).collect();
        Some(digest::entry(self.entry_id.0, &self.entry()?.content, &items))
    }
}
