//! What is looked at after a single request: answers that may never change, values that may not go away unnamed,
//! approvals, refusals of consent, and final pages.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use shared::ids::{ClientId, EntryId, MediaId, OpId};
use shared::model::{Body, Change, ConsentStatus, RecordId, RecordKind};
use shared::wire::push::Answer as Told;
use shared::wire::{Act, Op, Page, PullAsk, PushAnswer, PushAsk};

use super::{State, recorded};
use crate::run::Run;
use crate::server::Answer;

/// A push was answered, or failed.
pub async fn pushed(run: &mut Run<'_>, phone: usize, ask: &PushAsk, answer: &Answer) -> Result<()> {
    let before = run.state.clone();
    run.refresh().await?;
    if answer.status != 200 {
        ensure!(before.0 == run.state.0, "S5: a push that failed with {} changed records", answer.status);
        run.tally.saw("S5");
        return Ok(());
    }
    let told: PushAnswer = answer.json()?;
    let ops: Vec<(u64, Op)> = ask
        .ops
        .iter()
        .filter_map(|sealed| Some((sealed.n, serde_json::from_str(sealed.op.get()).ok()?)))
        .collect();
    once(run, phone, ask.client, &told)?;
    for one in told.answers.iter().filter(|one| matches!(one.answer, Told::Held { .. })) {
        let held = ops.iter().find(|(n, _)| *n == one.n);
        run.held.extend(held.map(|(_, op)| (op.id, op.clone())));
    }
    let late: Vec<Op> = run.held.values().cloned().collect();
    let taken =
        told.answers.iter().filter(|one| !matches!(one.answer, Told::Refused(_) | Told::Duplicate { .. }));
    let fresh: Vec<&Op> = taken
        .filter_map(|one| ops.iter().find(|(n, _)| *n == one.n).map(|(_, op)| op))
        .filter(|op| !run.held.contains_key(&op.id))
        .chain(&late)
        .collect();
    values_go_by_name(run, &before, &fresh)?;
    approvals(run, &before, &fresh)?;
    for op in fresh {
        consent_reaches(run, op).await?;
    }
    Ok(())
}

/// S1: one answer to each number, whatever is sent again.
fn once(run: &mut Run<'_>, phone: usize, client: ClientId, told: &PushAnswer) -> Result<()> {
    let account = run.phones[phone].seat.account;
    for one in &told.answers {
        // What stands now is filled in when answering; the ledger's own part never changes.
        let said = match &one.answer {
            Told::Refused(refused) => format!("refused {:?} {:?}", refused.code, refused.detail),
            Told::Merged { rev, digest, .. } => format!("merged {rev} {digest}"),
            Told::Duplicate { answer } => format!("duplicate {}", kind(answer)),
            other => format!("{other:?}"),
        };
        match run.told.insert((account, client, one.n), said.clone()) {
            None => {
                if let Some(op) = one.op.filter(|_| !matches!(one.answer, Told::Duplicate { .. })) {
                    let first = run.decided.insert((account, op), (client, one.n));
                    ensure!(first.is_none(), "S1: {op} was decided twice, as {first:?} and as {}", one.n);
                }
                run.tally.ops += 1;
                run.tally.refused += u64::from(matches!(one.answer, Told::Refused(_)));
            }
            Some(was) => {
                ensure!(was == said, "S1: number {} was answered {was}, and then {said}", one.n);
                run.tally.saw("S1");
            }
        }
    }
    Ok(())
}

fn kind(answer: &Told) -> &'static str {
    match answer {
        Told::Applied { .. } => "applied",
        Told::Merged { .. } => "merged",
        Told::Duplicate { .. } => "duplicate",
        Told::Refused(_) => "refused",
        Told::Held { .. } => "held",
    }
}

/// S4: a value goes away only by an edit that names it.
fn values_go_by_name(run: &mut Run<'_>, before: &State, ops: &[&Op]) -> Result<()> {
    let mut edits: BTreeMap<RecordId, Vec<&Change>> = BTreeMap::new();
    let mut begins = false;
    for op in ops {
        match &op.act {
            Act::EntryEdit { changes, .. }
            | Act::MediaDescribe { changes, .. }
            | Act::QuoteEdit { changes, .. } => {
                edits.entry(op.act.target()).or_default().extend(changes);
            }
            Act::EntryCreate { .. } => begins = true,
            _ => {}
        }
    }
    let names: Vec<RecordId> = before.0.keys().copied().collect();
    for name in names {
        let (Some(was), Some(is)) = (before.values(&name), run.state.values(&name)) else { continue };
        for (key, leaf) in &was.0 {
            let Some(old) = leaf.value() else { continue };
            let new = is.value(key);
            if new == Some(old) {
                continue;
            }
            let mut stood: Option<&Value> = Some(old);
            for change in edits.get(&name).into_iter().flatten().filter(|change| change.key == *key) {
                if change.from.as_ref() == stood || !change.answers.is_empty() {
                    stood = change.to.as_ref();
                }
            }
            ensure!(
                stood == new || begins,
                "S4: {name:?} {key} went from {old} to {new:?} by no edit that names it"
            );
            run.tally.saw("S4");
        }
    }
    Ok(())
}

/// S10: what is approved is what the approver's op names, and that was the content when it was decided.
fn approvals(run: &mut Run<'_>, before: &State, ops: &[&Op]) -> Result<()> {
    let approvals: BTreeMap<OpId, (EntryId, shared::ids::Digest)> = ops
        .iter()
        .filter_map(|op| match &op.act {
            Act::EntryApprove { entry, digest, .. } => Some((op.id, (*entry, *digest))),
            _ => None,
        })
        .collect();
    let undone = |entry: EntryId| {
        ops.iter().any(|op| matches!(op.act, Act::EntryUndo { entry: of, .. } if of == entry))
    };
    for (name, record) in &run.state.0 {
        let Body::Approved(copy) = &record.body else { continue };
        if before.0.get(name).is_some_and(|was| was.body == record.body) || undone(copy.entry) {
            continue;
        }
        // What it absorbed after it was approved is decided the next time.
        let of = before.0.get(&RecordId::new(RecordKind::Entry, copy.entry.0)).map(|record| &record.body);
        let wrote = matches!(of, Some(Body::Entry(entry)) if entry.is_by(copy.by));
        ensure!(
            !wrote && copy.by != copy.content.author,
            "S10: {name:?} was approved by who wrote it, or what it absorbed"
        );
        let (entry, seen) = approvals
            .get(&copy.verdict)
            .with_context(|| format!("S10: {name:?} is an approval that nobody made"))?;
        ensure!(
            *entry == copy.entry && *seen == copy.digest,
            "S10: {name:?} approves what its approver did not see"
        );
        let touches = |op: &&&Op| {
            let absorbs = matches!(op.act, Act::EntryCombine { into, .. } if into == *entry);
            absorbs || op.act.entry() == *entry
        };
        let only = ops.iter().filter(touches).count() == 1;
        if only {
            let stood = before.digest(*entry);
            ensure!(stood == Some(*seen), "S10: {name:?} approves {seen}, and {stood:?} was submitted");
        }
        run.tally.saw("S10");
    }
    Ok(())
}

/// S21: once consent is withdrawn, nobody is answered the item but who recorded it and the office.
async fn consent_reaches(run: &mut Run<'_>, op: &Op) -> Result<()> {
    let Act::ConsentAdd { item, status, entry, .. } = &op.act else { return Ok(()) };
    if item.kind != RecordKind::Media || !matches!(status, ConsentStatus::Refused | ConsentStatus::Withdrawn)
    {
        return Ok(());
    }
    let media = MediaId(item.id);
    let Some(Body::Media(body)) = run.state.0.get(item).map(|record| record.body.clone()) else {
        return Ok(());
    };
    let Some(Body::Entry(of)) =
        run.state.0.get(&RecordId::new(RecordKind::Entry, entry.0)).map(|one| one.body.clone())
    else {
        return Ok(());
    };
    let actors = super::actors(run).await?;
    let server = run.cores.iter().position(Option::is_some).context("a server runs")?;
    for phone in 0..run.phones.len() {
        let account = run.phones[phone].seat.account;
        let office = actors.get(&account).is_some_and(|actor| actor.in_office(of.content.branch));
        let above = actors
            .get(&account)
            .is_some_and(|actor| !actor.grants.is_empty() && !actor.in_branch(of.content.branch));
        if account == body.content.recorder || office || above {
            continue;
        }
        let ask = crate::server::Ask {
            method: "GET",
            path: format!("/api/v1/media/{media}/original"),
            ..Default::default()
        };
        let answer = run.ask(phone, server, ask).await;
        ensure!(
            answer.status != 200 && answer.status != 206,
            "S21: {} was answered bytes whose consent went",
            run.phones[phone].seat.name
        );
        run.tally.saw("S21");
    }
    Ok(())
}

/// S3: a final page tells of the ledger and the feeds as they stand, and no other page tells of them.
pub async fn pulled(run: &mut Run<'_>, phone: usize, body: &str, answer: &Answer) -> Result<()> {
    if answer.status != 200 {
        return Ok(());
    }
    let page: Page = answer.json()?;
    let Some(tail) = &page.tail else { return Ok(()) };
    ensure!(page.done, "S3: a page that is not the last tells of the ledger");
    let ask: PullAsk = serde_json::from_str(body)?;
    let account = run.phones[phone].seat.account;
    let mut db = run.inside().app.db.read().await?;
    let last: Option<i64> =
        sqlx::query_scalar("SELECT MAX(n) FROM ledger WHERE account_id = $1 AND client_id = $2")
            .bind(account.to_string())
            .bind(ask.client.to_string())
            .fetch_one(&mut *db)
            .await?;
    let last = u64::try_from(last.unwrap_or_default())?;
    ensure!(tail.last_n == last, "S3: a final page tells of {}, the ledger ends at {last}", tail.last_n);
    for (feed, sum) in &tail.sums {
        let stands: Option<String> = sqlx::query_scalar("SELECT checksum FROM feed WHERE id = $1")
            .bind(feed.to_string())
            .fetch_optional(&mut *db)
            .await?;
        let said = serde_json::to_value(sum)?;
        let stands = stands.unwrap_or_else(|| "0000000000000000".to_owned());
        ensure!(
            said.as_str() == Some(&stands),
            "S3: a final page gives {said} for {feed}, where {stands} stands"
        );
    }
    drop(db);
    run.tally.saw("S3");
    Ok(())
}

/// Ops that an answer says are refused.
pub fn refused_in(answer: &Answer) -> Vec<OpId> {
    let told = answer.json::<PushAnswer>().map(|told| told.answers).unwrap_or_default();
    let refused = told.into_iter().filter(|one| matches!(one.answer, Told::Refused(_)));
    refused.filter_map(|one| one.op).collect()
}

/// S6: a refused op that waited here is a card now, or waits on.
pub fn cards(run: &mut Run<'_>, phone: usize, refused: &[OpId]) -> Result<()> {
    let phone = &run.phones[phone];
    let cards: BTreeSet<OpId> = phone.carded().collect();
    for op in refused {
        let safe = cards.contains(op) || phone.waits_for(*op);
        ensure!(safe, "S6: {op} was refused, and {} shows no card of it", phone.seat.name);
        run.tally.saw("S6");
    }
    Ok(())
}

/// S6: a numbered op leaves the phone only for the ledger.
pub async fn let_go(run: &mut Run<'_>) -> Result<()> {
    for phone in &run.phones {
        ensure!(!phone.changed, "S6: {} changed an op after it had its number", phone.seat.name);
        let gone = &phone.cards_gone;
        ensure!(gone.is_empty(), "S6: {gone:?} were refused, and left {} by themselves", phone.seat.name);
    }
    if run.phones.iter().all(|phone| phone.let_go.is_empty()) {
        return Ok(());
    }
    let recorded = recorded(run).await?;
    for phone in &mut run.phones {
        let still: BTreeSet<OpId> = phone.numbered().into_iter().chain(phone.carded()).collect();
        for op in std::mem::take(&mut phone.let_go) {
            let safe = still.contains(&op) || recorded.contains(&(phone.seat.account, op));
            ensure!(safe, "S6: {} let go of {op}, which no ledger has", phone.seat.name);
            run.tally.saw("S6");
        }
    }
    Ok(())
}

/// An answer arrived: who left a branch and has heard everything holds nothing of it (S11).
pub async fn arrived(run: &mut Run<'_>, phone: usize) -> Result<()> {
    let account = run.phones[phone].seat.account;
    if !run.out.contains_key(&account) {
        return Ok(());
    }
    super::phones::left(run, phone).await
}
