//! One op under the locks: its entry's world, the rules, and what follows from them. Ops are decided here when they come
//! ([`super::batch`]), and late where they had to wait ([`super::held`]).

use shared::{
    ids::Digest,
    model::{Actor, RecordId, RecordKind},
    rules::{self, Decision, Effect},
    wire::{Act, Op},
};

use super::{
    commit::{Happening, Stamp},
    ledger::Recorded,
    records::{self, Loaded},
    writing::{Fail, Writing},
};

/// Decides an op. `rev` is the entry's revision after it as an earlier life of the database answered.
pub async fn decide(
    writing: &mut Writing,
    actor: &Actor,
    (op, rev): (&Op, Option<u64>),
    now: i64,
) -> Result<Recorded, Fail> {
    let mut loaded = world(writing, op).await?;
    let held = Recorded::Held { missing: RecordId::new(RecordKind::Entry, op.act.entry().0) };
    if rev.is_some_and(|rev| rules::held::is_before_its_place(&loaded.world, rev))
        && writing.has_lived().await?
    {
        writing.keep(loaded, false);
        return Ok(held);
    }
    match rules::decide(&loaded.world, actor, op, now) {
        Decision::Refused(denied) => {
            writing.keep(loaded, false);
            Ok(if rules::held::may_come(&denied, op, writing.epoch().await?) {
                held
            } else {
                Recorded::Refused { code: denied.code, detail: denied.detail }
            })
        }
        Decision::Applied(effect) => {
            let stamp = Stamp { by: Some((op.id, actor.account)), at: now };
            let before = loaded.world.entry().map(|entry| entry.content.branch);
            writing.apply(&mut loaded, &effect, (stamp, happenings(op))).await?;
            let moved = loaded.world.entry().map(|entry| entry.content.branch) != before;
            writing.keep(loaded, moved);
            Ok(recorded(&effect))
        }
    }
}

/// The entry's world under the locks, with what this op looks at besides.
async fn world(writing: &mut Writing, op: &Op) -> Result<Loaded, Fail> {
    let entry = op.act.entry();
    let mut loaded = writing.take(entry, op.branch).await?;
    loaded.world.taken.clear();
    writing.add_beside(&mut loaded, &op.act).await?;
    if let Some(target) = records::made_by(op)
        && writing.is_taken(target, entry).await?
    {
        loaded.world.taken.insert(target);
    }
    if let Some(sha256) = records::bytes_of(op, &loaded.world) {
        writing.add_holders(&mut loaded, sha256).await?;
    }
    Ok(loaded)
}

fn recorded(effect: &Effect) -> Recorded {
    let (rev, digest) = (effect.rev, effect.digest.unwrap_or(Digest([0; 32])));
    if effect.proposals.is_empty() {
        Recorded::Applied { rev, digest }
    } else {
        Recorded::Merged { rev, digest }
    }
}

/// What a branch's history remembers of an op. Combining changes what two entries hold.
fn happenings(op: &Op) -> Vec<Happening> {
    let what = match &op.act {
        Act::EntrySubmit { .. } => "entry.submit",
        Act::EntryWithdraw { .. } => "entry.withdraw",
        Act::EntryApprove { .. } => "entry.approve",
        Act::EntryReturn { .. } => "entry.return",
        Act::EntryUndo { .. } => "entry.undo",
        Act::EntryReopen { .. } => "entry.reopen",
        Act::EntryVoid { .. } => "entry.void",
        Act::EntryCombine { .. } => "entry.combine",
        Act::ConsentAdd { .. } => "consent.add",
        _ => return Vec::new(),
    };
    let stays = match &op.act {
        Act::EntryCombine { into, .. } => Some(RecordId::new(RecordKind::Entry, into.0)),
        _ => None,
    };
    std::iter::once(op.act.target()).chain(stays).map(|record| Happening { what, record }).collect()
}
