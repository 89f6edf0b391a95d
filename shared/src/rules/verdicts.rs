//! Verdicts: approve, return, undo, reopen, void; and classification. Nothing unseen is decided:
//! approve and return name the digest of what the approver had before them.

use super::{Denied, desk::Desk, standing};
use crate::{
    ids::{Digest, OpId},
    limits,
    model::{
        ApprovedBody, ClassificationBody, EntryState, Move, RecordId, RecordKind, VerdictBody,
        entry::Decided, fields::Classify,
    },
    wire::problem::Code,
};

/// 通过: makes the approved copy that counts from now on.
pub fn approve(
    desk: &mut Desk,
    seen: Digest,
    sketches: &[Digest],
    classify: Option<&Classify>,
) -> Result<(), Denied> {
    let own = may_decide(desk, seen)?;
    if sketches.len() > limits::MEDIA_MAX {
        return Err(Denied::too_many("sketches", limits::MEDIA_MAX));
    }
    let entry = desk.entry()?.clone();
    let approved = ApprovedBody {
        entry: desk.world.entry_id,
        content: entry.content.clone(),
        items: desk.world.items(),
        digest: seen,
        version: entry.rest.version,
        verdict: desk.op.id,
        by: desk.actor.account,
        at: desk.now,
    };
    let mut verdict = verdict(desk, Move::Approve, seen, "")?;
    verdict.sketches = sketches.to_vec();
    verdict.own = own;
    verdict.replaced = desk.world.approved().cloned().map(Box::new);
    decide(desk, EntryState::Approved, verdict)?;
    desk.entry_mut()?.rest.approved = Some(seen);
    desk.put(desk.world.entry_id.0, approved);
    if let Some(classify) = classify {
        set_classification(desk, classify)?;
    }
    Ok(())
}

/// 退回, with a comment.
pub fn send_back(desk: &mut Desk, seen: Digest, comment: &str) -> Result<(), Denied> {
    let own = may_decide(desk, seen)?;
    check_comment(comment)?;
    let mut verdict = verdict(desk, Move::Return, seen, comment)?;
    verdict.own = own;
    decide(desk, EntryState::Returned, verdict)
}

/// 撤销 by the same approver, while the content is still what was decided.
pub fn undo(desk: &mut Desk, verdict_id: OpId) -> Result<(), Denied> {
    let entry = desk.entry()?;
    let decided = entry.rest.decided.clone().ok_or(Code::CannotUndo)?;
    if decided.by != desk.actor.account {
        return Err(Code::NotApprover.into());
    }
    let stands = matches!(
        (decided.decision, entry.rest.state),
        (Move::Approve, EntryState::Approved) | (Move::Return, EntryState::Returned)
    );
    if !stands || decided.verdict != verdict_id || desk.world.digest() != Some(decided.digest) {
        return Err(Code::CannotUndo.into());
    }
    standing::decider(&desk.world, desk.actor)?;
    if decided.decision == Move::Approve {
        put_back_approved(desk, verdict_id)?;
    }
    let undone = verdict(desk, Move::Undo, decided.digest, "")?;
    desk.put(desk.op.id.0, undone);
    let rest = &mut desk.entry_mut()?.rest;
    rest.state = EntryState::Submitted;
    rest.decided = None;
    Ok(())
}

/// Puts back the approved copy that the undone verdict had replaced, or none.
fn put_back_approved(desk: &mut Desk, verdict_id: OpId) -> Result<(), Denied> {
    let replaced = desk
        .world
        .all_verdicts()
        .find(|(id, _)| *id == verdict_id.0)
        .and_then(|(_, verdict)| verdict.replaced.as_deref().cloned());
    desk.entry_mut()?.rest.approved = replaced.as_ref().map(|approved| approved.digest);
    let entry_id = desk.world.entry_id.0;
    match replaced {
        Some(approved) => desk.put(entry_id, approved),
        None => desk.end(RecordId::new(RecordKind::Approved, entry_id)),
    }
    Ok(())
}

/// 重开: the approved copy stands until the next verdict.
pub fn reopen(desk: &mut Desk, reason: &str) -> Result<(), Denied> {
    let entry = desk.entry()?;
    let decides = desk.actor.in_office(entry.content.branch)
        || standing::decides_from_above(&desk.world, entry, desk.actor);
    if !decides {
        return Err(Code::NotApprover.into());
    }
    if entry.rest.state != EntryState::Approved {
        return Err(Code::WrongState.into());
    }
    check_comment(reason)?;
    let digest = desk.world.digest().ok_or(Code::UnknownRecord)?;
    let verdict = verdict(desk, Move::Reopen, digest, reason)?;
    desk.put(desk.op.id.0, verdict);
    let rest = &mut desk.entry_mut()?.rest;
    rest.state = EntryState::Reopened;
    rest.decided = None;
    Ok(())
}

/// 作废: counts nowhere from now on. An author voids what they withdrew, which cannot be discarded,
/// unless an earlier approved copy of it still counts.
pub fn void(desk: &mut Desk, reason: &str) -> Result<(), Denied> {
    let entry = desk.entry()?;
    let withdrawn = entry.rest.state == EntryState::Draft && entry.rest.version > 0;
    let allowed = if withdrawn && entry.rest.approved.is_none() {
        entry.content.author == desk.actor.account
    } else {
        standing::may_void(&desk.world, desk.actor, entry)
    };
    if !allowed {
        return Err(Code::Forbidden.into());
    }
    if entry.rest.state == EntryState::Voided || (entry.rest.state == EntryState::Draft && !withdrawn) {
        return Err(Code::WrongState.into());
    }
    check_comment(reason)?;
    let digest = desk.world.digest().ok_or(Code::UnknownRecord)?;
    let verdict = verdict(desk, Move::Void, digest, reason)?;
    decide(desk, EntryState::Voided, verdict)?;
    desk.entry_mut()?.rest.approved = None;
    desk.end(RecordId::new(RecordKind::Approved, desk.world.entry_id.0));
    Ok(())
}

/// 归类, by those who may decide the entry or see it from above.
pub fn classify(desk: &mut Desk, classify: &Classify) -> Result<(), Denied> {
    let entry = desk.entry()?;
    let above = desk.world.office.committee.is_some_and(|committee| desk.actor.in_committee(committee));
    if !(desk.actor.in_office(entry.content.branch) || above || desk.actor.in_school()) {
        return Err(Code::NotApprover.into());
    }
    let hidden = entry.rest.state == EntryState::Draft && entry.rest.approved.is_none();
    if hidden || entry.rest.state == EntryState::Voided {
        return Err(Code::WrongState.into());
    }
    set_classification(desk, classify)
}

fn set_classification(desk: &mut Desk, classify: &Classify) -> Result<(), Denied> {
    let mut strengths = classify.strengths.clone();
    strengths.sort_unstable();
    strengths.dedup();
    if strengths.len() != classify.strengths.len() {
        return Err(Denied::from(Code::InvalidField).with("field", "strengths").with("why", "1×"));
    }
    let body = ClassificationBody {
        entry: desk.world.entry_id,
        branch: desk.entry()?.content.branch,
        strengths,
        signature_activity: classify.signature_activity,
        task: classify.task,
        by: desk.actor.account,
        at: desk.now,
    };
    desk.put(desk.world.entry_id.0, body);
    Ok(())
}

/// May decide, and has seen what is submitted. `Ok(true)`: it is their own entry.
fn may_decide(desk: &Desk, seen: Digest) -> Result<bool, Denied> {
    let own = standing::decider(&desk.world, desk.actor)?;
    let entry = desk.entry()?;
    let submitted = match (&entry.rest.submitted, entry.rest.state) {
        (Some(submitted), EntryState::Submitted) => submitted.digest,
        _ => return Err(Code::WrongState.into()),
    };
    if submitted != seen {
        return Err(Denied::from(Code::EntryChanged).with("seen", seen).with("current", submitted));
    }
    // An entry can arrive a page before its media: then nobody has seen all of it.
    if desk.world.digest() != Some(seen) {
        return Err(Code::NotAllHere.into());
    }
    Ok(own)
}

fn check_comment(comment: &str) -> Result<(), Denied> {
    let length = comment.trim().chars().count();
    if (limits::COMMENT_MIN..=limits::COMMENT_MAX).contains(&length)
        && comment.chars().count() <= limits::COMMENT_MAX
    {
        return Ok(());
    }
    Err(Denied::from(Code::CommentLength).with("min", limits::COMMENT_MIN).with("max", limits::COMMENT_MAX))
}

/// The verdict record of this op.
pub(super) fn verdict(
    desk: &Desk,
    decision: Move,
    digest: Digest,
    comment: &str,
) -> Result<VerdictBody, Denied> {
    let entry = desk.entry()?;
    let me = desk.actor.account;
    if decision != Move::Void && desk.world.all_verdicts().count() >= limits::VERDICTS_MAX {
        return Err(Denied::too_many("verdicts", limits::VERDICTS_MAX));
    }
    let contributed = entry.rest.contributors.contains(&me)
        || desk.world.all_media().any(|(_, media)| media.content.recorder == me)
        || desk.world.all_quotes().any(|(_, quote)| quote.content.recorder == me);
    Ok(VerdictBody {
        entry: desk.world.entry_id,
        branch: entry.content.branch,
        decision,
        by: me,
        digest,
        sketches: Vec::new(),
        comment: comment.to_owned(),
        contributed,
        own: false,
        replaced: None,
        at: desk.now,
    })
}

/// Writes the verdict down and moves the entry.
pub(super) fn decide(desk: &mut Desk, to: EntryState, verdict: VerdictBody) -> Result<(), Denied> {
    let decided =
        Decided { verdict: desk.op.id, decision: verdict.decision, by: verdict.by, digest: verdict.digest };
    desk.put(desk.op.id.0, verdict);
    let rest = &mut desk.entry_mut()?.rest;
    rest.state = to;
    rest.decided = Some(decided);
    Ok(())
}
