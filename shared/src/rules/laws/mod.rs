//! Laws of the rules, held over histories of ops: what must be true whoever tries whatever.
//! Tables of cases for people stand in `table`.

mod again;
mod combine;
mod feeds;
mod life;
mod room;
mod table;

use proptest::test_runner::{Config, TestRunner};

use crate::testing::{Part, Plan, Stage, Step, any_stage, any_step};

/// Plays steps that must all be applied.
pub(super) fn played(stage: &mut Stage, steps: &[(Part, Plan)]) {
    for (part, plan) in steps {
        let step = Step { part: *part, plan: plan.clone() };
        let decision = stage.play(&step);
        assert!(
            matches!(decision, Some(super::Decision::Applied(_))),
            "{step:?} after {:?}: {decision:?}",
            stage.world.entry().map(|entry| entry.rest.state)
        );
    }
}

/// The generators are worth something only if the allowed side is reached often.
#[test]
fn many_steps_are_allowed_and_many_are_not() {
    let (mut applied, mut refused) = (0, 0);
    let mut runner = TestRunner::new(Config { cases: 1_000, failure_persistence: None, ..Config::default() });
    let counted = std::cell::RefCell::new((&mut applied, &mut refused));
    let ran = runner.run(&(any_stage(), any_step()), |(mut stage, step)| {
        let mut counts = counted.borrow_mut();
        match stage.play(&step) {
            Some(super::Decision::Applied(_)) => *counts.0 += 1,
            _ => *counts.1 += 1,
        }
        Ok(())
    });
    assert!(ran.is_ok(), "{ran:?}");
    assert!(applied > 150 && refused > 150, "{applied} applied, {refused} refused");
}
