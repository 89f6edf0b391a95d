//! Random acts on random phones over a bad network, killed at any point: nothing a person made is
//! lost, nothing happens twice, and quiet phones show what the server holds.

use proptest::prelude::*;
use serde_json::json;

use super::super::{Command, EngineEvent, Values, rows::OutboxRow};
use super::{Phone, complete, create, id, phone::Mail, server::Server, title, world};
use crate::{
    ids::{EntryId, OpId},
    wire::{Op, push::Answer},
};

#[derive(Debug, Clone)]
enum Step {
    Create(usize, u8),
    Title(usize, u8, u8),
    Note(usize, u8, u8),
    Submit(usize, u8),
    Withdraw(usize, u8),
    Discard(usize, u8),
    Approve(usize, u8),
    Return(usize, u8),
    Quote(usize, u8, u8),
    Carry(usize),
    Lose(usize),
    Twice(usize),
    Later(usize),
    Kill(usize, u8),
    Pause(usize),
}

fn any_step() -> impl Strategy<Value = Step> {
    use Step as S;
    let (phone, entry, text) = (0..4_usize, 0..3_u8, 0..4_u8);
    let both = (phone.clone(), entry.clone());
    let three = (phone.clone(), entry, text);
    prop_oneof![
        2 => both.clone().prop_map(|(p, e)| S::Create(p, e)),
        3 => three.clone().prop_map(|(p, e, t)| S::Title(p, e, t)),
        2 => three.clone().prop_map(|(p, e, t)| S::Note(p, e, t)),
        3 => both.clone().prop_map(|(p, e)| S::Submit(p, e)),
        1 => both.clone().prop_map(|(p, e)| S::Withdraw(p, e)),
        1 => both.clone().prop_map(|(p, e)| S::Discard(p, e)),
        3 => both.clone().prop_map(|(p, e)| S::Approve(p, e)),
        1 => both.prop_map(|(p, e)| S::Return(p, e)),
        1 => three.prop_map(|(p, e, t)| S::Quote(p, e, t)),
        12 => phone.clone().prop_map(S::Carry),
        3 => phone.clone().prop_map(S::Lose),
        2 => phone.clone().prop_map(S::Twice),
        2 => phone.clone().prop_map(S::Later),
        2 => (phone.clone(), 0..3_u8).prop_map(|(p, e)| S::Kill(p, e)),
        4 => phone.prop_map(S::Pause),
    ]
}

/// Ops on disk by id, sealed ones with their bytes.
fn made(phone: &Phone) -> Vec<(OpId, Option<String>)> {
    let of = |(key, value): (&(String, String), &String)| match key.0.as_str() {
        "outbox" => {
            let row: OutboxRow = crate::json::parse(value).expect("an outbox row");
            let op: Op = serde_json::from_str(&row.op).expect("an op");
            Some((op.id, row.ticket.map(|_| row.op.clone())))
        }
        "tray" => key.1.parse().ok().map(|id| (id, None)),
        _ => None,
    };
    phone.disk.iter().filter_map(of).collect()
}

fn perform(step: &Step, phones: &mut [Phone], server: &mut Server) {
    let entry = |number: u8| -> EntryId { id(1_000 + u128::from(number)) };
    match step.clone() {
        Step::Create(p, e) => phones[p].act(create(entry(e), complete())),
        Step::Title(p, e, t) => {
            phones[p].act(title(entry(e), ["药圃认药", "认药", "药圃一日", "认药二十四种"][t as usize]))
        }
        Step::Note(p, e, t) => {
            let values = Values::from([("during_note".to_owned(), json!(format!("第{t}段")))]);
            phones[p].act(Command::Edit { entry: entry(e), values });
        }
        Step::Submit(p, e) => phones[p].act(Command::Submit { entry: entry(e) }),
        Step::Withdraw(p, e) => phones[p].act(Command::Withdraw { entry: entry(e) }),
        Step::Discard(p, e) => phones[p].act(Command::Discard { entry: entry(e) }),
        Step::Approve(p, e) => {
            if let Some(digest) = phones[p].engine.entry(entry(e), 0, true).and_then(|view| view.digest) {
                phones[p].act(Command::Approve {
                    entry: entry(e),
                    digest,
                    sketches: Vec::new(),
                    strengths: Vec::new(),
                });
            }
        }
        Step::Return(p, e) => {
            if let Some(digest) = phones[p].engine.entry(entry(e), 0, true).and_then(|view| view.digest) {
                phones[p].act(Command::Return {
                    entry: entry(e),
                    digest,
                    comment: "请补带教医师".to_owned(),
                });
            }
        }
        Step::Quote(p, e, t) => {
            let values = Values::from([("text".to_owned(), json!("气微香"))]);
            let quote = id(3_000 + 100 * p as u128 + 10 * u128::from(e) + u128::from(t));
            phones[p].act(Command::AddQuote { entry: entry(e), quote, values });
        }
        Step::Carry(p) => drop(phones[p].carry(server, false)),
        Step::Lose(p) => drop(phones[p].carry(server, true)),
        Step::Twice(p) => {
            if let Some(mail) = phones[p].mail.front().cloned() {
                phones[p].mail.push_back(mail);
            }
            phones[p].carry(server, false);
        }
        Step::Later(p) => phones[p].mail.rotate_left(usize::from(phones[p].mail.len() > 1)),
        Step::Kill(p, effects) => {
            let event = match phones[p].mail.pop_front() {
                Some(Mail::Pushed { ask, text }) => EngineEvent::PushAnswered { ask, text },
                Some(Mail::Page { ask, text }) => EngineEvent::PageArrived { ask, text },
                _ => EngineEvent::Flush,
            };
            phones[p].tell_until(event, effects.into());
            phones[p].restart();
        }
        Step::Pause(p) => {
            phones[p].now += 400_000;
            phones[p].tell(EngineEvent::Online);
        }
    }
}

fn walk(steps: &[Step]) -> Result<(), TestCaseError> {
    let (mut server, mut phones) = world();
    let mut sealed = std::collections::BTreeMap::new();
    for step in steps {
        perform(step, &mut phones, &mut server);
        for phone in &phones {
            for (op, bytes) in made(phone).into_iter().filter_map(|(op, bytes)| Some((op, bytes?))) {
                let first = sealed.entry(op).or_insert_with(|| bytes.clone());
                prop_assert_eq!(&*first, &bytes, "a sealed op changed");
            }
        }
    }
    for _ in 0..3 {
        phones.iter_mut().for_each(|phone| phone.settle(&mut server));
    }
    prop_assert!(server.applied.values().all(|times| *times == 1), "an op took effect twice");
    for op in sealed.keys() {
        let kept = phones.iter().any(|phone| phone.disk.contains_key(&("tray".to_owned(), op.to_string())));
        match server.answer_to(*op) {
            Some(Answer::Refused(_)) => prop_assert!(kept, "a refused op is on no phone"),
            Some(_) => {}
            None => prop_assert!(false, "a sealed op was lost"),
        }
    }
    for phone in &phones {
        let outbox = phone.engine.outbox_view(true);
        prop_assert!(outbox.unsent.is_empty(), "the queue did not drain: {:?}", outbox.unsent);
        for world in phone.engine.worlds() {
            let theirs = &server.worlds[&world.entry_id];
            for (name, record) in &world.records {
                prop_assert_eq!(Some(record), theirs.records.get(name), "a quiet phone shows something else");
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_doubled_or_shown_wrong(steps in prop::collection::vec(any_step(), 1..90)) {
        walk(&steps)?;
    }
}
