//! ENGINE, sections 2 and 3, over the barriers of phases: they make nodes wait, and no rule looks at them.

use divisi_engine::event::{NodeState, Request, Verdict};
use divisi_model::OnFailure;

use crate::support::{Run, parse};

const PHASES: &str = "
    a
    b          <- a
    gate <- a b: barrier
    c          : after(gate)
    d          <- c
";

fn continuing(text: &str) -> Run {
    let mut plan = parse(text);
    plan.on_failure = OnFailure::Continue;
    Run::started(plan)
}

#[test]
fn a_phase_waits_for_all_of_the_phases_before() {
    let mut run = continuing(PHASES);
    run.succeed("a");
    assert_eq!(run.state_of("c"), NodeState::Pending);
    run.succeed("b");
    assert_eq!(run.state_of("gate"), NodeState::Succeeded);
    assert_eq!(run.state_of("c"), NodeState::Running);
}

#[test]
fn however_they_ended() {
    let mut run = continuing(PHASES);
    run.fail("a");
    assert_eq!(run.state_of("b"), NodeState::Blocked);
    run.succeed("c");
    run.succeed("d");
    assert_eq!(run.verdict(), Some(Verdict::Failed));
}

#[test]
fn a_run_that_stops_starts_nothing_behind_a_barrier() {
    let mut run = Run::started(parse(PHASES));
    run.fail("a");
    assert_eq!(run.states(), "a: failed(exit)\nb: blocked\ngate: succeeded\nc: blocked\nd: blocked\n");
}

#[test]
fn a_rule_does_not_look_at_a_barrier() {
    let text = "bad\ngate <- bad: barrier\nc <- bad: one_success, after(gate)";
    let mut run = continuing(text);
    run.fail("bad");
    assert_eq!(run.state_of("c"), NodeState::Blocked);
}

/// A barrier that was passed stands again where what is before it is done again.
#[test]
fn a_resume_closes_a_barrier() {
    let mut run = Run::started(parse(PHASES));
    run.fail("a");
    run.take_over(Vec::new(), &[Request::Resume]);
    assert_eq!(run.state_of("gate"), NodeState::Pending);
    run.succeed("a");
    assert_eq!(run.state_of("c"), NodeState::Pending);
    run.succeed("b");
    assert_eq!(run.state_of("c"), NodeState::Running);
    run.succeed("c");
    run.succeed("d");
    assert_eq!(run.verdict(), Some(Verdict::Succeeded));
}

#[test]
fn what_is_behind_a_barrier_is_forgotten_with_what_is_before_it() {
    let mut run = Run::started(parse(PHASES));
    for node in ["a", "b", "c", "d"] {
        run.succeed(node);
    }
    run.take_over(Vec::new(), &[Request::Resume, Request::Forget { node: "b".to_owned() }]);
    assert_eq!(run.states(), "a: succeeded\nb: running\ngate: pending\nc: pending\nd: pending\n");
}
