//! `resume --only` (ENGINE, section 6): one node starts alone, what follows it is taken back and waits for the next
//! resume.

use divisi_engine::core::status::{PauseCause, RunStatus, status};
use divisi_engine::core::{Effect, TimerId};
use divisi_engine::event::{LostDecision, NodeState, Request, Verdict};
use divisi_model::OnFailure;
use expect_test::expect;

use crate::support::{Run, parse};

fn only(node: &str) -> [Request; 2] {
    [Request::Resume, Request::Only { node: node.to_owned() }]
}

fn done(plan: &str) -> Run {
    let mut run = Run::started(parse(plan));
    finish(&mut run);
    assert_eq!(run.verdict(), Some(Verdict::Succeeded));
    run
}

fn finish(run: &mut Run) {
    while let Some(path) = run.first_live() {
        run.succeed(&path);
    }
}

#[test]
fn a_node_of_a_run_that_succeeded_is_done_again_alone() {
    let mut run = done("a\nb <- a\nc <- b\nd <- a");
    run.take_over(Vec::new(), &only("b"));
    assert_eq!(run.states(), "a: succeeded\nb: running\nc: pending\nd: succeeded\n");
    run.succeed("b");
    assert_eq!(run.states(), "a: succeeded\nb: succeeded\nc: pending\nd: succeeded\n");
    assert_eq!(run.verdict(), Some(Verdict::Halted));
    assert_eq!(status(&run.state, false), RunStatus::Ended(Verdict::Halted));
    run.resume();
    assert_eq!(run.states(), "a: succeeded\nb: succeeded\nc: running\nd: succeeded\n");
    finish(&mut run);
    assert_eq!(run.verdict(), Some(Verdict::Succeeded));
}

#[test]
fn the_last_node_ends_the_run() {
    let mut run = done("a\nb <- a");
    run.take_over(Vec::new(), &only("b"));
    run.succeed("b");
    assert_eq!(run.verdict(), Some(Verdict::Succeeded), "nothing is left for a resume");
}

#[test]
fn what_else_failed_waits_too() {
    let mut run = Run::started(parse("a\nb\nc <- a b"));
    run.fail("a");
    run.fail("b");
    run.take_over(Vec::new(), &only("a"));
    assert_eq!(run.states(), "a: running\nb: pending\nc: pending\n");
    run.succeed("a");
    assert_eq!(run.verdict(), Some(Verdict::Halted));
    run.resume();
    assert_eq!(run.states(), "a: succeeded\nb: running\nc: pending\n");
}

#[test]
fn what_a_node_waits_for_stays_as_it_ended() {
    let mut run = Run::started(parse("a: tolerant\nb <- a\nc <- b"));
    run.fail("a");
    run.succeed("b");
    run.fail("c");
    run.take_over(Vec::new(), &only("b"));
    assert_eq!(run.states(), "a: failed(exit)\nb: running\nc: pending\n");
    run.succeed("b");
    run.resume();
    assert_eq!(run.state_of("a"), NodeState::Running, "the next resume does it again as ever");
}

#[test]
fn it_may_fail_and_be_tried_again() {
    let mut run = Run::started(parse("a: retry(2)\nb <- a"));
    run.succeed("a");
    run.succeed("b");
    run.take_over(Vec::new(), &only("a"));
    run.fail("a");
    assert_eq!(run.verdict(), None);
    run.try_again("a");
    run.fail("a");
    assert_eq!(run.states(), "a: failed(exit)\nb: pending\n");
    assert_eq!(run.verdict(), Some(Verdict::Failed));
    run.resume();
    finish(&mut run);
    assert_eq!(run.verdict(), Some(Verdict::Succeeded));
}

#[test]
fn a_cancel_ends_it() {
    let mut run = done("a\nb <- a");
    run.take_over(Vec::new(), &only("a"));
    run.request(Request::Cancel);
    run.succeed("a");
    assert_eq!(run.states(), "a: cancelled\nb: pending\n");
    assert_eq!(run.verdict(), Some(Verdict::Cancelled));
}

/// The host dies meanwhile, and a new one comes without a resume: the node goes on, alone.
#[test]
fn it_stays_alone_under_another_host() {
    let mut run = done("a\nb <- a\nc");
    run.take_over(Vec::new(), &only("a"));
    run.take_over(Vec::new(), &[]);
    assert_eq!(run.states(), "a: running\nb: pending\nc: succeeded\n");
    run.succeed("a");
    assert_eq!(run.verdict(), Some(Verdict::Halted));
}

/// A resume has the rest go on, also before the node that ran alone is over.
#[test]
fn a_resume_lets_the_rest_go_on() {
    let mut run = Run::started(parse("a\nb\nc <- a"));
    run.take_over(Vec::new(), &only("a"));
    assert_eq!(run.states(), "a: running\nb: pending\nc: pending\n");
    run.resume();
    assert_eq!(run.states(), "a: running\nb: running\nc: pending\n");
}

#[test]
fn a_group_runs_alone_as_a_whole_and_so_does_one_instance() {
    let plan = "a\ng <- a: group(g0 g1)\ng0\ng1\ne <- g";
    let mut found = String::new();
    for node in ["g", "g1"] {
        let mut run = done(plan);
        run.take_over(Vec::new(), &only(node));
        found += &format!("{node}:\n{}", run.states());
        finish(&mut run);
        found += &format!("then:\n{}", run.states());
        assert_eq!(run.verdict(), Some(Verdict::Halted), "{node}");
        run.resume();
        finish(&mut run);
        assert_eq!(run.verdict(), Some(Verdict::Succeeded), "{node}");
    }
    expect![[r#"
        g:
        a: succeeded
        g: expanded
        g0: running
        g1: running
        e: pending
        then:
        a: succeeded
        g: succeeded
        g0: succeeded
        g1: succeeded
        e: pending
        g1:
        a: succeeded
        g: expanded
        g0: succeeded
        g1: running
        e: pending
        then:
        a: succeeded
        g: succeeded
        g0: succeeded
        g1: succeeded
        e: pending
    "#]]
    .assert_eq(&found);
}

/// Inside of a group, what it waits for stays, and what else failed there is taken back.
#[test]
fn a_member_of_a_group_waits_for_its_siblings() {
    let mut run = Run::started(parse("g: dag(stop m n x)\nm: tolerant\nn <- m\nx"));
    run.fail("m");
    run.fail("x");
    run.succeed("n");
    run.take_over(Vec::new(), &only("n"));
    assert_eq!(run.states(), "g: expanded\nm: failed(exit)\nn: running\nx: pending\n");
    run.succeed("n");
    assert_eq!(run.verdict(), Some(Verdict::Halted));
}

/// The run is over while the group is open: no clock of it runs on, and it has its whole time in the next resume.
#[test]
fn the_time_of_a_group_stands_still_between_runs() {
    let mut run = done("g: timeout, dag(stop m n)\nm\nn <- m");
    run.take_over(Vec::new(), &only("m"));
    run.now += 10_000;
    run.effects.clear();
    run.succeed("m");
    assert_eq!(run.verdict(), Some(Verdict::Halted));
    let timer = TimerId::GroupTimeout { node: 0 };
    let is_voided = |effect: &Effect| matches!(effect, Effect::CancelTimer { timer: of, .. } if *of == timer);
    assert!(run.effects.iter().any(is_voided));
    run.now += 120_000;
    run.effects.clear();
    run.resume();
    assert_eq!(run.states(), "g: expanded\nm: succeeded\nn: running\n");
    let set = run.effects.iter().find_map(|effect| match effect {
        Effect::SetTimer { timer: of, after_ms, .. } if *of == timer => Some(*after_ms),
        _ => None,
    });
    assert_eq!(set, Some(60_000));
}

/// Its clock would run on while nothing of it may start.
#[test]
fn an_open_group_beside_it_is_taken_back() {
    let mut run = Run::started(parse("g: timeout, dag(stop m)\nm\nb"));
    run.take_over(Vec::new(), &only("b"));
    assert_eq!(run.states(), "g: pending\nm: pending\nb: running\n");
    let is_of_group = |timer: &TimerId| *timer == TimerId::GroupTimeout { node: 0 };
    let last = run.effects.iter().rfind(|effect| match effect {
        Effect::SetTimer { timer, .. } | Effect::CancelTimer { timer, .. } => is_of_group(timer),
        _ => false,
    });
    assert!(matches!(last, Some(Effect::CancelTimer { .. })));
    run.succeed("b");
    assert_eq!(run.verdict(), Some(Verdict::Halted));
    run.resume();
    assert_eq!(run.states(), "g: expanded\nm: running\nb: succeeded\n");
}

/// What waits for a person, or for its next try, waits for the resume now.
#[test]
fn nothing_else_is_asked_or_tried() {
    let mut run = Run::started(parse("a\nq: approve\nr: retry(2)\ns: ask\nz <- q r s"));
    run.fail("r");
    run.take_over(Vec::new(), &only("a"));
    expect![[r#"
        a: running
        q: pending
        r: pending
        s: waiting_decision
        z: pending
    "#]]
    .assert_eq(&run.states());
    run.request(Request::Decide { node: "s".to_owned(), decision: LostDecision::Retry });
    assert_eq!(run.state_of("s"), NodeState::Pending);
    run.succeed("a");
    assert_eq!(run.verdict(), Some(Verdict::Halted));
    run.resume();
    expect![[r#"
        a: succeeded
        q: waiting_approval
        r: running
        s: running
        z: pending
    "#]]
    .assert_eq(&run.states());
}

/// The command line refuses it before; a request that was made all the same ends the run, and holds nobody up.
#[test]
fn a_node_that_cannot_start_holds_nothing_up() {
    let mut run = Run::started(parse("a\nb <- a"));
    run.fail("a");
    run.take_over(Vec::new(), &only("b"));
    assert!(run.verdict().is_some());
    run.take_over(Vec::new(), &only("nobody"));
    finish(&mut run);
    assert_eq!(run.verdict(), Some(Verdict::Succeeded), "there is no such node: a plain resume");
}

#[test]
fn what_it_left_open_stays_so_while_the_run_is_undone() {
    let mut plan = parse("a: undo\nb\nc <- b");
    plan.on_failure = OnFailure::Compensate;
    let mut run = Run::started(plan);
    run.succeed("a");
    run.take_over(Vec::new(), &only("b"));
    run.fail("b");
    let open = "a: compensating\nb: failed(exit)\nc: pending\n";
    assert_eq!(run.states(), open);
    run.request(Request::CancelNode { node: "c".to_owned() });
    assert_eq!(run.states(), open);
    run.succeed("a");
    assert_eq!(run.verdict(), Some(Verdict::Compensated));
}

#[test]
fn what_a_lost_attempt_did_is_decided_before_the_run_is_undone() {
    let mut plan = parse("a: undo\ns: ask, undo\nb");
    plan.on_failure = OnFailure::Compensate;
    let mut run = Run::started(plan);
    run.succeed("a");
    run.take_over(Vec::new(), &only("b"));
    run.fail("b");
    assert_eq!(run.states(), "a: succeeded\ns: waiting_decision\nb: failed(exit)\n");
    assert_eq!(status(&run.state, true), RunStatus::Paused(PauseCause::Decision));
    run.request(Request::Decide { node: "s".to_owned(), decision: LostDecision::Succeeded });
    assert_eq!(run.states(), "a: succeeded\ns: compensating\nb: failed(exit)\n");
}
