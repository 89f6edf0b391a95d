//! The base: records as the server sent them, with the feeds that hold each. Text is kept as it
//! came, also of kinds this build does not know; what can be read lies decoded beside it.

use uuid::Uuid;

use super::rows::{Changes, RECORD, RecordRow};
use crate::{
    digest,
    ids::{AccountId, BranchId, Checksum, EntryId, FeedId, GrantId, OpId, PersonId, parse_uuid, write_uuid},
    model::{Body, BranchBody, Grant, OutcomeBody, PersonBody, Record, RecordId, RecordKind},
    rules::{Office, World},
    table::{Set, Table},
    wire::pull::FeedRow,
};

/// Kind by name, and id.
pub type Name = (String, Uuid);

/// A record as it came.
#[derive(Debug)]
struct Kept {
    rev: u64,
    body: String,
    feeds: Set<FeedId>,
    sum: Checksum,
}

/// Everything the server sent.
#[derive(Debug, Default)]
pub struct Base {
    kept: Table<Name, Kept>,
    /// Entry of each record that belongs to one.
    entry_of: Table<RecordId, EntryId>,
    /// Entries with all that names them.
    pub worlds: Table<EntryId, World>,
    /// Branches.
    pub branches: Table<BranchId, BranchBody>,
    /// People by name.
    pub people: Table<PersonId, PersonBody>,
    /// Own grants.
    pub grants: Table<GrantId, Grant>,
    /// Late answers.
    pub outcomes: Table<OpId, OutcomeBody>,
}

impl Base {
    /// Takes a row as it was stored; one of another shape is passed over and stays on disk.
    pub fn load(&mut self, key: &str, row: RecordRow) {
        if let Some((kind, id)) = key.split_once('/')
            && let Ok(id) = parse_uuid(id)
        {
            let sum = digest::row(kind, id, row.rev, &row.body);
            let name = (kind.to_owned(), id);
            self.decode(&name, row.rev, &row.body);
            self.kept.insert(name, Kept { rev: row.rev, body: row.body.clone(), feeds: row.feeds, sum });
        }
    }

    /// Puts a row's record into its feed. Without a body the revision must be the one already here.
    pub fn put(&mut self, row: &FeedRow, rows: &mut Changes) {
        let FeedRow { feed, row, .. } = row;
        let name: Name = (row.kind.clone(), row.id);
        let kept = self.kept.get(&name);
        let body = match (&row.body, kept) {
            (Some(body), _) => body.get().to_owned(),
            (None, Some(kept)) if kept.rev == row.rev => kept.body.clone(),
            // The checksum will tell, and the feed is fetched anew.
            (None, _) => return,
        };
        let mut feeds = kept.map(|kept| kept.feeds.clone()).unwrap_or_default();
        feeds.insert(*feed);
        self.decode(&name, row.rev, &body);
        let sum = digest::row(&name.0, name.1, row.rev, &body);
        self.kept.insert(name.clone(), Kept { rev: row.rev, body, feeds, sum });
        self.store(&name, rows);
    }

    /// Takes a record out of a feed; without any feed it is dropped.
    pub fn leave(&mut self, name: &Name, feed: FeedId, rows: &mut Changes) {
        let Some(kept) = self.kept.get_mut(name) else { return };
        kept.feeds.remove(&feed);
        if kept.feeds.is_empty() {
            self.kept.remove(name);
            self.forget(name);
        }
        self.store(name, rows);
    }

    /// Takes every record out of a feed; answers which.
    pub fn drop_feed(&mut self, feed: FeedId, rows: &mut Changes) -> Vec<Name> {
        let inside: Vec<Name> = self
            .kept
            .iter()
            .filter(|(_, kept)| kept.feeds.contains(&feed))
            .map(|(name, _)| name.clone())
            .collect();
        for name in &inside {
            self.leave(name, feed, rows);
        }
        inside
    }

    /// Whether some feed holds the record.
    pub fn has(&self, name: &Name) -> bool {
        self.kept.contains_key(name)
    }

    /// Every feed that holds something here.
    pub fn feeds(&self) -> Set<FeedId> {
        self.kept.values().flat_map(|kept| kept.feeds.iter().copied()).collect()
    }

    /// The checksums of all feeds that hold something here.
    pub fn sums(&self) -> Table<FeedId, Checksum> {
        let mut sums = Table::new();
        for kept in self.kept.values() {
            for feed in &kept.feeds {
                let sum = sums.get_or_insert_with(*feed, || Checksum([0; 8]));
                *sum = digest::toggle(*sum, kept.sum);
            }
        }
        sums
    }

    /// The entry a record belongs to, as far as this build can tell.
    pub fn entry_of(&self, name: &Name) -> Option<EntryId> {
        let id = RecordId { kind: name.0.parse().ok()?, id: name.1 };
        self.entry_of.get(&id).copied()
    }

    /// Who may decide a branch's entries, and who is in it, as far as this phone knows.
    pub fn office(&self, branch: BranchId) -> Office {
        let Some(body) = self.branches.get(&branch) else { return Office::default() };
        let members = self.people.values().filter(|person| person.branches.contains(&branch));
        Office {
            members: members.filter_map(|person| person.account).collect(),
            approvers: body.approvers.clone(),
            committee: Some(body.committee),
            committee_accounts: Vec::new(),
            self_approval: body.self_approval,
        }
    }

    /// Brings every entry's office up to date, after branches or people changed.
    pub fn refresh_offices(&mut self) {
        let offices: Table<BranchId, Office> =
            self.branches.keys().map(|branch| (*branch, self.office(*branch))).collect();
        for world in self.worlds.values_mut() {
            if let Some(office) = branch_of(world).and_then(|branch| offices.get(&branch)) {
                world.office = office.clone();
            }
        }
    }

    /// The name behind an account, as far as known.
    pub fn name_of(&self, account: AccountId) -> Option<&str> {
        let person = self.people.values().find(|person| person.account == Some(account))?;
        Some(&person.name)
    }

    fn store(&self, name: &Name, rows: &mut Changes) {
        let key = format!("{}/{}", name.0, write_uuid(name.1));
        match self.kept.get(name) {
            Some(kept) => {
                let row = RecordRow { rev: kept.rev, feeds: kept.feeds.clone(), body: kept.body.clone() };
                rows.put(RECORD, key, &row);
            }
            None => rows.drop(RECORD, key),
        }
    }

    /// Decodes a body; one that does not decode is set aside and stops nothing.
    fn decode(&mut self, name: &Name, rev: u64, text: &str) {
        self.forget(name);
        let Ok(kind) = name.0.parse::<RecordKind>() else { return };
        let Ok(body) = Body::from_json(kind, text) else { return };
        let record = Record { id: name.1, rev, body };
        if let Some(entry) = record.entry() {
            self.entry_of.insert(record.record_id(), entry);
            if !self.worlds.contains_key(&entry) {
                let office = record.branch().map(|branch| self.office(branch)).unwrap_or_default();
                self.worlds.insert(entry, World::empty(entry, office));
            }
            if let Some(world) = self.worlds.get_mut(&entry) {
                world.records.insert(record.record_id(), record);
            }
            return;
        }
        match record.body {
            Body::Branch(body) => drop(self.branches.insert(name.1.into(), *body)),
            Body::Person(body) => drop(self.people.insert(name.1.into(), *body)),
            Body::Grant(body) => drop(self.grants.insert(name.1.into(), body.grant)),
            Body::Outcome(body) => drop(self.outcomes.insert(body.op, *body)),
            _ => {}
        }
    }

    fn forget(&mut self, name: &Name) {
        let Ok(kind) = name.0.parse::<RecordKind>() else { return };
        match kind {
            RecordKind::Branch => drop(self.branches.remove(&name.1.into())),
            RecordKind::Person => drop(self.people.remove(&name.1.into())),
            RecordKind::Grant => drop(self.grants.remove(&name.1.into())),
            RecordKind::Outcome => drop(self.outcomes.remove(&name.1.into())),
            _ => {
                let id = RecordId { kind, id: name.1 };
                let Some(entry) = self.entry_of.remove(&id) else { return };
                if let Some(world) = self.worlds.get_mut(&entry) {
                    world.records.remove(&id);
                    if world.records.is_empty() {
                        self.worlds.remove(&entry);
                    }
                }
            }
        }
    }
}

/// The branch of an entry or of what is left of it.
pub fn branch_of(world: &World) -> Option<BranchId> {
    world.records.values().find_map(Record::branch)
}
