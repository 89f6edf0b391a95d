//! From what the ledger holds to what a phone reads: values that people wrote are looked up now, and only where
//! the asker may see the entry.

use serde_json::value::RawValue;
use shared::{
    ids::{BranchId, EntryId},
    limits::COMBINED_STEPS_MAX,
    model::{Actor, Proposal, RecordId, RecordKind},
    rules::{access::may_see, combine},
    wire::{
        Answer, Code, Row,
        push::{OpAnswer, Refused},
    },
};

use super::{
    ledger::{Recorded, store::Line},
    records::{self, Loaded},
};
use crate::db::{Conn, Result};

/// The answer to an op, for the account that sent it.
pub async fn answer(db: &mut Conn, actor: &Actor, n: u64, line: &Line) -> Result<OpAnswer> {
    let seen = match (line.entry, looks_at_entry(line)) {
        (Some(entry), true) => {
            let proposes = matches!(line.answer.original(), Recorded::Merged { .. });
            entry_as_seen(db, actor, (entry, proposes)).await?
        }
        _ => None,
    };
    Ok(OpAnswer { n, op: line.op, answer: filled(&line.answer, line, seen.as_ref()) })
}

/// An entry as it stands, where the asker may see it. Proposals lie on the entry that it was combined into.
async fn entry_as_seen(
    db: &mut Conn,
    actor: &Actor,
    (mut entry, proposes): (EntryId, bool),
) -> Result<Option<Loaded>> {
    for _ in 0..=COMBINED_STEPS_MAX {
        let loaded = records::load(db, entry, BranchId(entry.0)).await?;
        match combine::next(&loaded.world).filter(|_| proposes) {
            Some(next) => entry = next,
            None => {
                let name = RecordId::new(RecordKind::Entry, entry.0);
                return Ok(Some(loaded).filter(|loaded| may_see(actor, &loaded.world, name)));
            }
        }
    }
    Ok(None)
}

/// Whether the answer shows something of the entry. Where the entry does not exist for the asker, nothing is
/// looked up, so that the answer is the same whether it is hidden or never was.
pub fn looks_at_entry(line: &Line) -> bool {
    match line.answer.original() {
        Recorded::Merged { .. } => true,
        Recorded::Refused { code, .. } => !matches!(
            code,
            Code::UnknownRecord | Code::IdTaken | Code::OpMalformed | Code::OpSetAside | Code::NeedsRefused
        ),
        Recorded::Applied { .. } | Recorded::Held { .. } | Recorded::Duplicate { .. } => false,
    }
}

fn filled(recorded: &Recorded, line: &Line, seen: Option<&Loaded>) -> Answer {
    match recorded {
        Recorded::Applied { rev, digest } => Answer::Applied { rev: *rev, digest: *digest },
        Recorded::Merged { rev, digest } => {
            Answer::Merged { rev: *rev, digest: *digest, proposals: proposals(line, seen) }
        }
        Recorded::Duplicate { answer } => Answer::Duplicate { answer: Box::new(filled(answer, line, seen)) },
        Recorded::Refused { code, detail } => {
            let current = seen.and_then(entry_row);
            Answer::Refused(Box::new(Refused { code: *code, detail: detail.clone(), current }))
        }
        Recorded::Held { missing } => Answer::Held { missing: *missing },
    }
}

/// Proposals that the op made and nobody has answered yet.
fn proposals(line: &Line, seen: Option<&Loaded>) -> Vec<Proposal> {
    let entry = seen.and_then(|loaded| loaded.world.entry());
    let waiting = entry.map(|entry| entry.rest.proposals.as_slice()).unwrap_or_default();
    waiting.iter().filter(|proposal| Some(proposal.op) == line.op).cloned().collect()
}

fn entry_row(loaded: &Loaded) -> Option<Row> {
    let name = RecordId::new(RecordKind::Entry, loaded.world.entry_id.0);
    let record = loaded.world.records.get(&name)?;
    let body = RawValue::from_string(record.body.to_json()).expect("a body is written as JSON");
    Some(Row {
        kind: name.kind.name().to_owned(),
        id: name.id,
        rev: record.rev,
        gone: false,
        body: Some(body),
    })
}
