//! What waits for an office above a branch, because nobody in the branch may decide it. The office holds no feed of
//! the branch, so each entry comes whole: its records as the office may read them, and the people whom they name.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use serde::Deserialize;
use serde_json::value::RawValue;
use shared::{
    ids::EntryId,
    limits::{PULL_BYTES_MAX, REVIEW_ENTRIES_MAX},
    model::{
        Actor, Body,
        fields::{Participant, Who, key},
    },
    rules::{World, access::may_see, standing},
    wire::{Row, entries::ReviewPage},
};
use uuid::Uuid;

use super::store::{self, PersonRow, Waiting};
use crate::{db::Conn, error::Result, place::Place, sync::records};

/// A page of them, oldest submission first. It may be empty and still have a next one: which entries an office
/// decides is the rules' to say, and the database offers all that might be.
pub async fn page(db: &mut Conn, actor: &Actor, after: Option<Place<EntryId>>) -> Result<ReviewPage> {
    let after = after.map(|Place(at, entry)| (at, entry));
    let offered = store::list_waiting(db, actor.account, after, REVIEW_ENTRIES_MAX as i64 + 1).await?;
    let mut page = Filling::default();
    let mut last = None;
    for Waiting { entry, branch, submitted_at } in offered.iter().take(REVIEW_ENTRIES_MAX) {
        let world = records::load(db, *entry, *branch).await?.world;
        if standing::waits_above(&world, actor) {
            page.take(&world, actor)?;
        }
        last = Some(Place(*submitted_at, *entry));
        if page.bytes >= PULL_BYTES_MAX {
            break;
        }
    }
    let seen_all = offered.last().is_none_or(|end| last == Some(Place(end.submitted_at, end.entry)));
    let named: Vec<Uuid> = page.named.iter().copied().collect();
    let people: BTreeMap<_, _> =
        store::people(db, &named).await?.into_iter().map(|person| (person.id, person)).collect();
    for person in people.into_values() {
        page.rows.push(person_row(person)?);
    }
    Ok(ReviewPage { rows: page.rows, next: last.filter(|_| !seen_all).map(|place| place.to_string()) })
}

/// A page being filled.
#[derive(Default)]
struct Filling {
    rows: Vec<Row>,
    bytes: usize,
    /// People whose names are needed, by their own id or their account's.
    named: BTreeSet<Uuid>,
}

impl Filling {
    fn take(&mut self, world: &World, actor: &Actor) -> Result<()> {
        for (name, record) in &world.records {
            if !may_see(actor, world, *name) {
                continue;
            }
            self.name(&record.body);
            let text = record.body.to_json();
            self.bytes += text.len();
            let body = RawValue::from_string(text).context("a body is written as JSON")?;
            let kind = name.kind.name().to_owned();
            self.rows.push(Row { kind, id: name.id, rev: record.rev, gone: false, body: Some(body) });
        }
        Ok(())
    }

    fn name(&mut self, body: &Body) {
        match body {
            Body::Entry(entry) => {
                self.named.insert(entry.content.author.0);
                self.named.extend(entry.rest.contributors.iter().map(|account| account.0));
                let participants = entry.content.leaves.elements(key::PARTICIPANTS);
                self.named.extend(participants.filter_map(|(_, value)| {
                    match Participant::deserialize(value).ok()?.who {
                        Who::Person(person) => Some(person.0),
                        Who::Guest { .. } => None,
                    }
                }));
            }
            Body::Media(media) => drop(self.named.insert(media.content.recorder.0)),
            Body::Quote(quote) => drop(self.named.insert(quote.content.recorder.0)),
            Body::Consent(fact) => drop(self.named.insert(fact.by.0)),
            Body::Verdict(verdict) => drop(self.named.insert(verdict.by.0)),
            _ => {}
        }
    }
}

fn person_row(person: PersonRow) -> Result<Row> {
    let body = RawValue::from_string(person.body).context("a person's record is JSON")?;
    Ok(Row { kind: "person".to_owned(), id: person.id.0, rev: person.rev, gone: false, body: Some(body) })
}
