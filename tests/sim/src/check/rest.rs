//! What is looked at once everything is quiet: the server by itself, every phone, bytes, deciders, and whatever is owed.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use miaopu_server::verify;
use shared::ids::{AccountId, BranchId, EntryId, OpId};
use shared::model::{Actor, Body, EntryState, RecordId, RecordKind, media::Arrival};
use shared::rules::{Decision, World, decide};
use shared::wire::{Act, Code, Op};
use uuid::Uuid;

use super::{actors, describe, hours, phones, recorded, reload};
use crate::phone::Phone;
use crate::run::Run;
use crate::server::Ask;

/// Looks at everything.
pub async fn quiet(run: &mut Run<'_>) -> Result<()> {
    run.refresh().await?;
    let report = verify::verify(&run.inside().app.db).await?;
    ensure!(report.faults.is_empty(), "S2, S4: {:?}", report.faults);
    run.tally.saw("S2");
    let actors = actors(run).await?;
    let worlds = worlds(run).await?;
    nothing_is_lost(run).await?;
    for phone in 0..run.phones.len() {
        run.tally.saw("S9");
        if run.phones[phone].skew_ms.abs() > 86_400_000 {
            run.tally.saw("S14");
        }
        reload(run, phone)?;
        phones::equal(run, phone).await?;
        phones::allowed(run, phone, &actors, &worlds)?;
    }
    phones::strictest(run)?;
    hours::check(run)?;
    deciders(run, &actors, &worlds)?;
    kept(run).await?;
    held_back(run, &actors, &worlds).await?;
    owed(run).await
}

/// Every entry with all that the rules look at, as the server loads it.
async fn worlds(run: &Run<'_>) -> Result<Vec<World>> {
    let entries: BTreeMap<EntryId, BranchId> = run.state.entries().collect();
    let mut db = run.inside().app.db.read().await?;
    let mut worlds = Vec::new();
    for (entry, branch) in entries {
        worlds.push(miaopu_server::sync::records::load(&mut db, entry, branch).await?.world);
    }
    Ok(worlds)
}

/// S6: every op that ever had a number is in a ledger, waits on a phone, or went with a disk that was taken away.
async fn nothing_is_lost(run: &mut Run<'_>) -> Result<()> {
    let recorded = recorded(run).await?;
    for phone in &run.phones {
        let carded: BTreeSet<OpId> = phone.carded().collect();
        for op in phone.numbered() {
            let safe = recorded.contains(&(phone.seat.account, op)) || carded.contains(&op);
            ensure!(safe, "S6: {op} lies on {}, and no ledger has it", phone.seat.name);
            run.tally.saw("S6");
        }
    }
    Ok(())
}

/// S19: every submitted entry has somebody who may decide it.
fn deciders(run: &mut Run<'_>, actors: &BTreeMap<AccountId, Actor>, worlds: &[World]) -> Result<()> {
    for world in worlds {
        let Some(entry) = world.entry().filter(|entry| entry.rest.state == EntryState::Submitted) else {
            continue;
        };
        let Some(digest) = world.digest() else { continue };
        let act = Act::EntryApprove { entry: world.entry_id, digest, sketches: Vec::new(), classify: None };
        let op = Op {
            id: OpId(Uuid::from_u128(1)),
            v: 1,
            epoch: None,
            made_at: run.now(),
            branch: entry.content.branch,
            needs: Vec::new(),
            act,
        };
        let living =
            actors.values().any(|actor| matches!(decide(world, actor, &op, run.now()), Decision::Applied(_)));
        ensure!(living, "S19: nobody may decide {}", world.entry_id);
        run.tally.saw("S19");
    }
    Ok(())
}

/// S13, S20: every original that is said to be here is, with the bytes that its recorder's phone took.
pub async fn kept(run: &mut Run<'_>) -> Result<()> {
    run.refresh().await?;
    let state = run.state.clone();
    let server = run.cores.iter().position(Option::is_some).context("a server runs")?;
    for (name, record) in &state.0 {
        let Body::Media(media) = &record.body else { continue };
        if media.rest.original != Arrival::Arrived {
            continue;
        }
        let owner = |phone: &Phone| phone.seat.account == media.content.recorder;
        let Some(phone) = run.phones.iter().position(owner) else { continue };
        let bytes = run.phones.iter().find_map(|phone| phone.files.get(&name.id.into())).cloned();
        let ask =
            Ask { method: "GET", path: format!("/api/v1/media/{}/original", name.id), ..Ask::default() };
        let answer = run.ask(phone, server, ask).await;
        if answer.status == 401 {
            continue;
        }
        ensure!(
            answer.status == 200,
            "S20: {} is said to be here and answers {}",
            describe(*name),
            answer.status
        );
        if let Some(bytes) = bytes {
            ensure!(answer.body == bytes, "S13: {} came back as other bytes", describe(*name));
            run.tally.saw("S13");
        }
        run.tally.saw("S20");
    }
    Ok(())
}

/// S9: what the server still holds waits for something that is not there: its entry, others' work on it, or what the same
/// phone did before.
async fn held_back(run: &mut Run<'_>, actors: &BTreeMap<AccountId, Actor>, worlds: &[World]) -> Result<()> {
    let mut db = run.inside().app.db.read().await?;
    let rows: Vec<(String, String, String, String, Option<i64>)> = sqlx::query_as(
        "SELECT account_id, client_id, payload, entry_id, rev FROM held ORDER BY at, account_id, n",
    )
    .fetch_all(&mut *db)
    .await?;
    drop(db);
    let mut before = BTreeSet::new();
    for (account, client, op, entry, rev) in rows {
        let op: Op = serde_json::from_str(&op)?;
        let name = RecordId::new(RecordKind::Entry, entry.parse::<Uuid>()?);
        let stands = run.state.0.get(&name).map(|record| record.rev);
        let waits = stands.is_none_or(|stands| rev.is_some_and(|rev| stands + 1 < rev.unsigned_abs()));
        let behind = !before.insert((account.clone(), client, entry));
        // To its account the record may not exist, as a draft of somebody else's.
        let world = worlds.iter().find(|world| world.entry_id.0 == name.id);
        let actor = account.parse().ok().and_then(|account: AccountId| actors.get(&account));
        let unknown = world.zip(actor).is_none_or(|(world, actor)| {
            let decision = decide(world, actor, &op, run.now());
            matches!(decision, Decision::Refused(why) if why.code == Code::UnknownRecord)
        });
        let op = op.id;
        ensure!(
            waits || behind || unknown,
            "S9: {op} is held, and {name:?} stands at {stands:?} for its {rev:?}"
        );
        run.tally.note("held for ever");
    }
    Ok(())
}

/// S16: what was acknowledged before a database went back, and still lay on a phone, is decided again or a card.
async fn owed(run: &mut Run<'_>) -> Result<()> {
    if run.owed.is_empty() {
        return Ok(());
    }
    let recorded: BTreeSet<OpId> = recorded(run).await?.into_iter().map(|(_, op)| op).collect();
    let on = |phone: &Phone| {
        let kept = phone.numbered().into_iter().chain(phone.carded());
        kept.chain(phone.tidied.iter().copied()).collect::<Vec<_>>()
    };
    let kept: BTreeSet<OpId> = run.phones.iter().flat_map(on).collect();
    let refused: BTreeSet<OpId> =
        run.phones.iter().flat_map(|phone| phone.carded().collect::<Vec<_>>()).collect();
    for op in &run.owed {
        run.tally.note(if refused.contains(op) { "owed, now a card" } else { "owed, and done again" });
        let safe = recorded.contains(op) || kept.contains(op) || run.evicted.contains(op);
        ensure!(safe, "S16: {op} was acknowledged, lay on a phone, and is lost");
        run.tally.saw("S16");
    }
    Ok(())
}
