//! Every move from every state by everybody. A letter per person who may; all others are refused.

use crate::{
    ids::{AccountId, OpId},
    model::{ConsentStatus, EntryState},
    rules::{Decision, laws::played},
    testing::{Cast, Part, Plan, Stage, Step},
};

const LETTERS: &[(char, Part)] = &[
    ('a', Part::Author),
    ('c', Part::Contributor),
    ('m', Part::Member),
    ('s', Part::Secretary),
    ('d', Part::Deputy),
    ('k', Part::Committee),
    ('K', Part::OtherCommittee),
    ('o', Part::School),
    ('x', Part::Admin),
    ('j', Part::CoMember),
    ('J', Part::CoSecretary),
    ('n', Part::Outsider),
    ('f', Part::Former),
];

/// A name, the steps after a draft with one photo, and the state they lead to.
type Column = (&'static str, &'static [(Part, Plan)], EntryState);

/// The columns: how an entry comes to stand there. Two drafts, because one that was submitted
/// once has a history. A reopened entry was approved before.
const STATES: [Column; 8] = {
    use Part::{Author as A, Secretary as S};
    const SUBMIT: (Part, Plan) = (A, Plan::Submit);
    const APPROVE: (Part, Plan) = (S, Plan::Approve { seen: true });
    [
        ("draft", &[], EntryState::Draft),
        ("withdrawn", &[SUBMIT, (A, Plan::Withdraw)], EntryState::Draft),
        ("submitted", &[SUBMIT], EntryState::Submitted),
        ("approved", &[SUBMIT, APPROVE], EntryState::Approved),
        ("returned", &[SUBMIT, (S, Plan::Return { seen: true })], EntryState::Returned),
        ("reopened", &[SUBMIT, APPROVE, (S, Plan::Reopen)], EntryState::Reopened),
        ("voided", &[SUBMIT, (S, Plan::Void)], EntryState::Voided),
        (
            "withdrawn while an approved copy counts",
            &[SUBMIT, APPROVE, (S, Plan::Reopen), SUBMIT, (A, Plan::Withdraw)],
            EntryState::Draft,
        ),
    ]
};

fn edit() -> Plan {
    Plan::Edit { key: 0, value: Some(2), knows: true }
}

fn refuse_photo() -> Plan {
    Plan::Consent { item: 0, photo: true, status: ConsentStatus::Refused, loosens: false }
}

/// Rows in the order of [`STATES`]. `-`: nobody.
fn table() -> [(Plan, [&'static str; 8]); 16] {
    [
        //                              draft withdrawn submitted approved returned reopened voided again
        (edit(), ["a", "a", "-", "-", "a", "a", "-", "a"]),
        (Plan::OwnMinutes(2), ["ac", "ac", "-", "-", "ac", "ac", "-", "ac"]),
        (Plan::Submit, ["a", "a", "-", "-", "a", "a", "-", "a"]),
        (Plan::Withdraw, ["-", "-", "a", "-", "-", "-", "-", "-"]),
        (Plan::Approve { seen: true }, ["-", "-", "sd", "-", "-", "-", "-", "-"]),
        (Plan::Approve { seen: false }, ["-", "-", "-", "-", "-", "-", "-", "-"]),
        (Plan::Return { seen: true }, ["-", "-", "sd", "-", "-", "-", "-", "-"]),
        (Plan::Undo, ["-", "-", "-", "s", "s", "-", "-", "-"]),
        (Plan::Reopen, ["-", "-", "-", "sd", "-", "-", "-", "-"]),
        (Plan::Void, ["-", "a", "s", "sk", "s", "sk", "-", "sk"]),
        (Plan::Discard, ["a", "-", "-", "-", "-", "-", "-", "-"]),
        (Plan::Classify, ["-", "-", "sd", "sdko", "sd", "sdko", "-", "sdko"]),
        (Plan::AddMedia(1, 1), ["ac", "ac", "c", "c", "ac", "ac", "-", "ac"]),
        (Plan::RemoveMedia(0), ["a", "a", "-", "-", "a", "a", "-", "a"]),
        (Plan::AddQuote(1, 1), ["ac", "ac", "c", "c", "ac", "ac", "-", "ac"]),
        (refuse_photo(), ["a", "a", "asd", "asd", "asd", "asd", "asd", "asd"]),
    ]
}

fn staged(cast: Cast, way: &[(Part, Plan)]) -> Stage {
    let mut stage = Stage::new(cast);
    played(&mut stage, &[(Part::Author, Plan::Create), (Part::Author, Plan::AddMedia(0, 0))]);
    played(&mut stage, way);
    stage
}

fn who_may(stage: &Stage, plan: &Plan) -> String {
    let may = |part: Part| {
        let step = Step { part, plan: plan.clone() };
        matches!(stage.clone().play(&step), Some(Decision::Applied(_)))
    };
    let letters: String = LETTERS.iter().filter(|(_, part)| may(*part)).map(|(letter, _)| *letter).collect();
    if letters.is_empty() { "-".to_owned() } else { letters }
}

#[test]
fn every_move_from_every_state_by_everybody() {
    for (plan, row) in table() {
        for ((name, way, state), expected) in STATES.iter().zip(row) {
            let stage = staged(Cast::ordinary(), way);
            assert_eq!(stage.world.entry().map(|entry| entry.rest.state), Some(*state));
            assert_eq!(who_may(&stage, &plan), expected, "{plan:?} when {name}");
        }
    }
}

/// Who approves and returns a submitted entry, by how the branch is staffed.
#[test]
fn somebody_else_decides_wherever_somebody_else_can() {
    let cast =
        |has_deputy, self_approval, secretary_writes| Cast { has_deputy, self_approval, secretary_writes };
    for (cast, expected) in [
        (cast(true, false, false), "sd"),
        (cast(false, false, false), "s"),
        (cast(true, false, true), "d"),
        (cast(true, true, true), "ad"),
        (cast(false, false, true), "k"),
        (cast(false, true, true), "ak"),
    ] {
        let stage = staged(cast, &[(Part::Author, Plan::Submit)]);
        for plan in [Plan::Approve { seen: true }, Plan::Return { seen: true }] {
            assert_eq!(who_may(&stage, &plan), expected, "{cast:?}");
        }
    }
}

#[test]
fn the_school_decides_where_the_committee_is_the_author() {
    let cast = Cast { has_deputy: false, self_approval: false, secretary_writes: true };
    let mut stage = staged(cast, &[(Part::Author, Plan::Submit)]);
    let author: AccountId = crate::testing::account(Part::Author);
    stage.world.office.committee_accounts = vec![author];
    assert!(who_may(&stage, &Plan::Approve { seen: true }).contains('o'));
}

#[test]
fn a_verdict_is_undone_by_who_gave_it_while_nothing_changed() {
    let mut stage = staged(Cast::ordinary(), STATES[4].1);
    assert_eq!(who_may(&stage, &Plan::Undo), "s");
    played(&mut stage, &[(Part::Author, edit())]);
    assert_eq!(who_may(&stage, &Plan::Undo), "-", "the content is another now");
    let decided = stage.world.entry().and_then(|entry| entry.rest.decided.clone()).expect("returned");
    assert_eq!(decided.verdict, OpId(stage.world.all_verdicts().last().expect("a verdict").0));
    for item in [Plan::AddMedia(1, 1), Plan::AddQuote(1, 1), Plan::RemoveMedia(0), Plan::Describe(0, 2)] {
        let mut stage = staged(Cast::ordinary(), STATES[4].1);
        played(&mut stage, &[(Part::Author, item.clone())]);
        assert_eq!(who_may(&stage, &Plan::Undo), "-", "{item:?} changed what was decided");
    }
}
