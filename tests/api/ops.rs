//! Every op, for everybody: done by those to whom it belongs, and on what is hidden answered like on what never was,
//! byte for byte.

use kit::{App, Branch, Person, id, on_both_databases};
use shared::model::Role;
use shared::wire::push::{Answer, PushAnswer};
use shared::wire::{Act, Code};

use crate::samples::{Names, Stage, Troupe, act};

/// Everybody who belongs to one branch, or to what is above it.
async fn everybody(kit: &App, branch: Branch) -> [(Role, Person); 6] {
    [
        (Role::Member, kit.member(branch).await),
        (Role::Secretary, kit.secretary(branch).await),
        (Role::Deputy, kit.deputy(branch).await),
        (Role::Committee, kit.committee(branch).await),
        (Role::School, kit.school().await),
        (Role::Admin, kit.admin().await),
    ]
}

/// Who else than its author does something to an entry that is decided in its branch.
fn belongs_to(act: &Act, role: Role) -> bool {
    match act {
        Act::EntryApprove { .. }
        | Act::EntryReturn { .. }
        | Act::EntryReopen { .. }
        | Act::ConsentAdd { .. } => matches!(role, Role::Secretary | Role::Deputy),
        Act::EntryVoid { .. } => matches!(role, Role::Secretary | Role::Committee),
        Act::Classify { .. } | Act::EntryCombine { .. } => matches!(role, Role::Secretary | Role::Deputy),
        Act::EntryCreate { .. }
        | Act::EntryEdit { .. }
        | Act::EntryTakeIn { .. }
        | Act::EntrySubmit { .. }
        | Act::EntryWithdraw { .. }
        | Act::EntryUndo { .. }
        | Act::EntryDiscard { .. }
        | Act::MediaAdd { .. }
        | Act::MediaDescribe { .. }
        | Act::MediaRemove { .. }
        | Act::QuoteAdd { .. }
        | Act::QuoteEdit { .. }
        | Act::QuoteRemove { .. } => false,
    }
}

/// The text of one op's answer, without the number and the op's own id, which the caller gave.
async fn answered(caller: &Person, branch: shared::ids::BranchId, act: Act) -> (Answer, String) {
    let answer: PushAnswer = caller.phone.push(&[caller.phone.op(branch, act)]).await;
    assert_eq!(answer.stopped, None);
    let one = answer.answers.into_iter().next().expect("one answer for one op").answer;
    let text = serde_json::to_string(&one).expect("JSON");
    (one, text)
}

fn code(answer: &Answer) -> Option<Code> {
    if let Answer::Refused(refused) = answer { Some(refused.code) } else { None }
}

on_both_databases! {
    async fn every_op_is_done_by_whom_it_belongs_to(kit) {
        let troupe = Troupe::gather(kit).await;
        for (name, _) in Act::KNOWN {
            let stage = Stage::of(&act(name, &Names::never(troupe.branch.id)));
            let names = troupe.set(stage).await;
            let sample = act(name, &names);
            assert_eq!(sample.name(), *name);
            let (answer, text) = answered(troupe.actor(stage), troupe.branch.id, sample).await;
            assert!(matches!(answer, Answer::Applied { .. } | Answer::Merged { .. }), "{name}: {text}");
        }
    }

    async fn every_op_of_everybody_else_in_sight_is_refused_in_words_or_done_by_right(kit) {
        let troupe = Troupe::gather(kit).await;
        let callers = everybody(kit, troupe.branch).await;
        for (name, _) in Act::KNOWN {
            let stage = match Stage::of(&act(name, &Names::never(troupe.branch.id))) {
                Stage::Nothing => continue,
                Stage::Draft | Stage::Submitted => Stage::Deciding,
                deciding => deciding,
            };
            for (role, caller) in &callers {
                let names = troupe.set(stage).await;
                let sample = act(name, &names);
                let mine = belongs_to(&sample, *role);
                let (answer, text) = answered(caller, troupe.branch.id, sample).await;
                let done = matches!(answer, Answer::Applied { .. });
                let in_branch = matches!(role, Role::Member | Role::Secretary | Role::Deputy);
                if in_branch {
                    assert_eq!(done, mine, "{name} by {role:?}: {text}");
                    assert_ne!(code(&answer), Some(Code::UnknownRecord), "{name} by {role:?} is in sight");
                } else if stage == Stage::Deciding {
                    assert_eq!(code(&answer), Some(Code::UnknownRecord), "{name} by {role:?}: {text}");
                } else {
                    assert!(!done || mine, "{name} by {role:?}: {text}");
                }
            }
        }
    }

    async fn every_op_on_what_is_hidden_is_answered_like_on_what_never_was(kit) {
        let (there, here) = (Troupe::gather(kit).await, kit.branch().await);
        let callers = everybody(kit, here).await;
        for stage in [Stage::Draft, Stage::Deciding] {
            let hidden = there.set(stage).await;
            for (name, _) in Act::KNOWN {
                for (role, caller) in &callers {
                    for branch in [there.branch.id, here.id] {
                        let (existing, found) = answered(caller, branch, act(name, &hidden)).await;
                        let what = format!("{name} by {role:?} on {stage:?}");
                        if *name == "entry.create" {
                            // An id that is taken cannot be given again; where one may not write, not even that is told.
                            let may_write = branch == here.id
                                && matches!(role, Role::Member | Role::Secretary | Role::Deputy);
                            assert!(!matches!(existing, Answer::Applied { .. }), "{what}: {found}");
                            assert!(!found.contains(&hidden.digest.to_string()), "{what}: {found}");
                            if may_write {
                                continue;
                            }
                        }
                        let (_, none) = answered(caller, branch, act(name, &Names::never(branch))).await;
                        assert_eq!(found, none, "{what} in {branch}");
                    }
                }
            }
        }
    }

    async fn an_item_of_a_hidden_entry_cannot_be_reached_through_an_entry_of_ones_own(kit) {
        let (there, here) = (Troupe::gather(kit).await, Troupe::gather(kit).await);
        let hidden = there.set(Stage::Draft).await;
        let own = here.set(Stage::Draft).await;
        let foreign = Names { media: hidden.media, quote: hidden.quote, ..own.clone() };
        let never = Names { media: id(), quote: id(), ..own };
        for name in ["media.describe", "media.remove", "quote.edit", "quote.remove", "consent.add"] {
            let (_, found) = answered(&here.author, here.branch.id, act(name, &foreign)).await;
            let (answer, none) = answered(&here.author, here.branch.id, act(name, &never)).await;
            assert_eq!((found, code(&answer)), (none, Some(Code::UnknownRecord)), "{name}");
        }
    }
}
