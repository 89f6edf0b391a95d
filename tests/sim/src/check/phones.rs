//! What phones hold: equal to the server, no more than the access table allows, and nothing whose consent went.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use shared::ids::{AccountId, EntryId, FeedId};
use shared::model::{Actor, Body, ConsentBody, ConsentStatus, RecordId, RecordKind, Scope};
use shared::rules::{World, access};
use uuid::Uuid;

use super::actors;
use crate::run::Run;
use crate::stage::ADMIN;

/// A record on a phone's disk.
#[derive(serde::Deserialize)]
struct Held {
    rev: u64,
    feeds: Vec<FeedId>,
    body: String,
}

/// Records on a phone's disk by name.
fn held(run: &Run<'_>, phone: usize) -> Result<BTreeMap<String, Held>> {
    let rows = run.phones[phone].disk.iter().filter(|((store, _), _)| store == "record");
    rows.map(|((_, key), text)| Ok((key.clone(), serde_json::from_str(text).with_context(|| text.clone())?)))
        .collect()
}

/// S7: a quiet phone holds, of each of its feeds, what the server has there, byte for byte.
pub async fn equal(run: &mut Run<'_>, phone: usize) -> Result<()> {
    let held = held(run, phone)?;
    let name = run.phones[phone].seat.name.clone();
    let feeds: BTreeSet<FeedId> = held.values().flat_map(|row| row.feeds.iter().copied()).collect();
    let mut db = run.inside().app.db.read().await?;
    for feed in feeds {
        let rows: Vec<(String, String, i64, String)> = sqlx::query_as(
            "SELECT feed_row.kind, feed_row.id, record.rev, record.body FROM feed_row JOIN record
             ON record.kind = feed_row.kind AND record.id = feed_row.id WHERE feed_row.feed_id = $1 AND feed_row.gone = 0",
        )
        .bind(feed.to_string())
        .fetch_all(&mut *db)
        .await?;
        let there: BTreeMap<String, (u64, String)> = rows
            .into_iter()
            .map(|(kind, id, rev, body)| (format!("{kind}/{id}"), (rev.unsigned_abs(), body)))
            .collect();
        let here: BTreeMap<String, (u64, String)> = held
            .iter()
            .filter(|(_, row)| row.feeds.contains(&feed))
            .map(|(name, row)| (name.clone(), (row.rev, row.body.clone())))
            .collect();
        for (record, row) in &there {
            ensure!(
                here.get(record) == Some(row),
                "S7: {name} has {:?} of {record} in {feed}, the server {row:?}",
                here.get(record)
            );
        }
        ensure!(here.len() == there.len(), "S7: {name} holds more of {feed} than the server");
    }
    drop(db);
    run.tally.saw("S7");
    Ok(())
}

/// S18: what a phone holds is what the access table allows; and who is in a branch holds all of that.
pub fn allowed(
    run: &mut Run<'_>,
    phone: usize,
    actors: &BTreeMap<AccountId, Actor>,
    worlds: &[World],
) -> Result<()> {
    let held = held(run, phone)?;
    let seat = &run.phones[phone].seat;
    let Some(actor) = actors.get(&seat.account) else { return Ok(()) };
    for world in worlds {
        for name in world.records.keys() {
            let text = format!("{}/{}", name.kind.name(), name.id);
            let (has, may) = (held.contains_key(&text), access::may_see(actor, world, *name));
            ensure!(may || !has, "S18: {} holds {text}, which is not theirs to see", seat.name);
            let syncs = actor.grants.iter().all(|(_, grant)| matches!(grant.scope, Scope::Branch(_)));
            ensure!(has || !may || !syncs, "S18: {} may see {text}, and does not hold it", seat.name);
        }
    }
    let known: BTreeSet<String> =
        run.state.0.keys().map(|name| format!("{}/{}", name.kind.name(), name.id)).collect();
    for name in held.keys() {
        ensure!(known.contains(name), "S18: {} holds {name}, which is no more", seat.name);
    }
    run.tally.saw("S18");
    Ok(())
}

/// S11: who is out of a branch and has just heard everything holds nothing of it that is not theirs.
pub async fn left(run: &mut Run<'_>, phone: usize) -> Result<()> {
    let heard = run.phones[phone].engine.me_view().is_some_and(|me| me.branches.is_empty());
    if !heard || run.phones[phone].seat.name == ADMIN {
        return Ok(());
    }
    let account = run.phones[phone].seat.account;
    // After a disk was put back they may be in it again, and the phone learn so by its checksums.
    let is_in = |actor: &Actor| actor.grants.iter().any(|(_, grant)| matches!(grant.scope, Scope::Branch(_)));
    if actors(run).await?.get(&account).is_some_and(is_in) {
        return Ok(());
    }
    let held = held(run, phone)?;
    for (name, Held { feeds, .. }) in &held {
        let theirs = feeds.iter().all(|feed| *feed == FeedId::Org || *feed == FeedId::Account(account));
        ensure!(
            theirs,
            "S11: {} is out of the branch and holds {name} of {feeds:?}",
            run.phones[phone].seat.name
        );
    }
    run.tally.saw("S11");
    Ok(())
}

/// S21: the strictest fact about an item's bytes holds until a later one names it: nobody else holds the item.
pub fn strictest(run: &mut Run<'_>) -> Result<()> {
    let facts: Vec<(Uuid, &ConsentBody)> = run
        .state
        .0
        .iter()
        .filter_map(|(name, record)| match &record.body {
            Body::Consent(fact) => Some((name.id, &**fact)),
            _ => None,
        })
        .collect();
    let loosened: BTreeSet<Uuid> = facts.iter().flat_map(|(_, fact)| &fact.loosens).map(|id| id.0).collect();
    let no = [ConsentStatus::Refused, ConsentStatus::Withdrawn];
    let barred = facts.iter().filter(|(id, fact)| no.contains(&fact.status) && !loosened.contains(id));
    let barred: Vec<(RecordId, EntryId)> = barred.map(|(_, fact)| (fact.item, fact.entry)).collect();
    for (item, entry) in barred {
        let (Some(body), Some(of)) =
            (run.state.0.get(&item), run.state.0.get(&RecordId::new(RecordKind::Entry, entry.0)))
        else {
            continue;
        };
        let Body::Entry(of) = &of.body else { continue };
        let (text, branch, author) = (super::describe(item), of.content.branch, of.content.author);
        let recorder = match &body.body {
            Body::Media(media) => media.content.recorder,
            Body::Quote(quote) => quote.content.recorder,
            _ => continue,
        };
        for phone in 0..run.phones.len() {
            let account = run.phones[phone].seat.account;
            let office = FeedId::Office(branch);
            let held = held(run, phone)?;
            let Some(Held { feeds, .. }) = held.get(&text) else { continue };
            let may = account == recorder || account == author || feeds.contains(&office);
            ensure!(may, "S21: {} holds {text}, whose consent went", run.phones[phone].seat.name);
        }
        run.tally.saw("S21");
    }
    Ok(())
}
