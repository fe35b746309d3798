//! Nodes that wait for a person (ENGINE, sections 2, 3 and 7).

use divisi_engine::core::status::{PauseCause, RunStatus, status};
use divisi_engine::core::{Durability, Effect, TimerId};
use divisi_engine::event::{FailKind, NodeState, Request, Verdict};
use divisi_engine::plan::PlanWork;
use divisi_model::OnFailure;
use expect_test::expect;

use crate::support::{Run, answer_about, parse};

fn about(run: &Run, path: &str) -> String {
    run.state.asked_about(run.state.index(path).unwrap()).unwrap().to_owned()
}

#[test]
fn a_person_is_asked_and_agrees() {
    let mut run = Run::started(parse("build\nok <- build: approve\ndeploy <- ok"));
    let asked = run.succeed("build");
    assert_eq!(asked.durability, Durability::Power, "what is told must last");
    let answered = run.answer("ok", true);
    assert_eq!(answered.durability, Durability::Power);
    run.succeed("deploy");
    let about = about_of(&run);
    expect![[r#"
        host 1
        build → ready
        build#1 granted
        build → running
        build#1 ended Succeeded
        build → succeeded
        ok → ready
        ok asks go on?
        ok → waiting_approval: go on?
        requested Approve { node: "ok", approved: true, by: "ann", comment: None, about: "ABOUT" }
        ok → succeeded: approved by ann
        deploy → ready
        deploy#1 granted
        deploy → running
        deploy#1 ended Succeeded
        deploy → succeeded
        run Succeeded
    "#]]
    .assert_eq(&run.story(0).replace(&about, "ABOUT"));
}

fn about_of(run: &Run) -> String {
    let asked = run.records.iter().find_map(|record| match &record.event {
        divisi_engine::event::Event::ApprovalAsked { about, .. } => Some(about.clone()),
        _ => None,
    });
    asked.unwrap()
}

#[test]
fn a_no_fails_the_node() {
    let mut run = Run::started(parse("ok: approve\ndeploy <- ok"));
    run.answer("ok", false);
    assert_eq!(run.states(), "ok: failed(rejected)\ndeploy: blocked\n");
    assert_eq!(run.verdict(), Some(Verdict::Failed));
}

#[test]
fn a_comment_is_kept() {
    let mut run = Run::started(parse("ok: approve"));
    let about = about(&run, "ok");
    let (node, by, comment) = ("ok".to_owned(), "ann".to_owned(), Some("not on a Friday".to_owned()));
    run.request(Request::Approve { node, approved: false, by, comment, about });
    assert_eq!(run.state.node(0).unwrap().detail(), Some("rejected by ann: not on a Friday"));
}

#[test]
fn it_holds_no_slot_and_asks_beside_a_full_house() {
    let mut plan = parse("ok: approve\na\nother: approve");
    plan.max_parallel = 1;
    let run = Run::started(plan);
    assert_eq!(run.states(), "ok: waiting_approval\na: running\nother: waiting_approval\n");
}

#[test]
fn only_its_own_time_out_ends_the_wait() {
    let mut run = Run::started(parse("ok: approve, timeout"));
    let timer = TimerId::Approval { node: 0 };
    let set = run.effects.iter().find_map(|effect| match effect {
        Effect::SetTimer { timer: set, after_ms, .. } if *set == timer => Some(*after_ms),
        _ => None,
    });
    assert_eq!(set, Some(60_000));
    run.now += 60_000;
    run.expire("ok");
    assert_eq!(run.state_of("ok"), NodeState::Failed { kind: FailKind::TimedOut });

    let patient = Run::started(parse("ok: approve"));
    assert!(!patient.effects.iter().any(|effect| matches!(effect, Effect::SetTimer { .. })));
}

#[test]
fn an_answer_voids_the_timer_and_an_old_timer_is_none() {
    let mut run = Run::started(parse("a\nok <- a: approve, timeout"));
    run.succeed("a");
    let late = run.effects.iter().rev().find_map(|effect| match effect {
        Effect::SetTimer { timer, generation, .. } => Some((*timer, *generation)),
        _ => None,
    });
    let (timer, generation) = late.unwrap();
    assert!(run.answer("ok", true).effects.contains(&Effect::CancelTimer { timer, generation }));
    run.now += 5;
    run.take_over(Vec::new(), &[Request::Resume, Request::Forget { node: "a".to_owned() }]);
    run.succeed("a");
    run.input(divisi_engine::core::Input::Timer { timer, generation });
    assert_eq!(run.state_of("ok"), NodeState::WaitingApproval, "it was asked anew, later");
}

#[test]
fn a_takeover_keeps_the_question_and_what_is_left_of_its_time() {
    let mut run = Run::started(parse("ok: approve, timeout"));
    let before = about(&run, "ok");
    run.now += 20_000;
    let taken = run.take_over(Vec::new(), &[Request::Resume]);
    assert!(taken.effects.iter().any(|effect| matches!(effect, Effect::SetTimer { after_ms: 40_000, .. })));
    assert_eq!(about(&run, "ok"), before);
    run.now -= 1_000_000;
    let taken = run.take_over(Vec::new(), &[]);
    assert!(taken.effects.iter().any(|effect| matches!(effect, Effect::SetTimer { after_ms: 60_000, .. })));
}

#[test]
fn an_answer_about_other_results_is_none() {
    let mut run = Run::started(parse("a\nok <- a: approve\nb <- ok"));
    run.succeed("a");
    let stale = about(&run, "ok");
    run.take_over(Vec::new(), &[Request::Resume, Request::Forget { node: "a".to_owned() }]);
    run.succeed("a");
    assert_ne!(about(&run, "ok"), stale, "a was done anew");
    run.request(answer_about("ok", true, &stale));
    assert_eq!(run.state_of("ok"), NodeState::WaitingApproval);
    run.request(answer_about("b", true, &stale));
    run.request(answer_about("nobody", true, &stale));
    run.answer("ok", true);
    assert_eq!(run.state_of("b"), NodeState::Running);
}

#[test]
fn two_approvals_in_a_row_are_two_questions() {
    let mut run = Run::started(parse("one: approve\ntwo <- one: approve"));
    run.answer("one", true);
    let first = about(&run, "two");
    run.answer("two", true);
    run.now += 1;
    run.take_over(Vec::new(), &[Request::Resume, Request::Forget { node: "one".to_owned() }]);
    run.answer("one", true);
    assert_ne!(about(&run, "two"), first, "the first was given anew");
}

#[test]
fn a_second_answer_changes_nothing() {
    let mut run = Run::started(parse("ok: approve\nb <- ok"));
    let about = about(&run, "ok");
    run.request(answer_about("ok", true, &about));
    run.request(answer_about("ok", false, &about));
    assert_eq!(run.states(), "ok: succeeded\nb: running\n");
}

#[test]
fn a_pause_asks_nothing_and_takes_answers() {
    let mut run = Run::started(parse("a\nok: approve\nlater <- a: approve\nb <- ok"));
    run.request(Request::Pause);
    run.succeed("a");
    assert_eq!(run.state_of("later"), NodeState::Ready);
    run.answer("ok", true);
    assert_eq!(run.state_of("b"), NodeState::Ready);
    run.request(Request::Unpause);
    assert_eq!(run.state_of("later"), NodeState::WaitingApproval);
    assert_eq!(run.state_of("b"), NodeState::Running);
}

#[test]
fn a_question_that_cannot_be_asked_fails() {
    let mut plan = parse("ok: approve");
    plan.nodes[0].work = PlanWork::Approve { question: "bad-template".to_owned() };
    let run = Run::started(plan);
    assert_eq!(run.state_of("ok"), NodeState::Failed { kind: FailKind::Template });
}

#[test]
fn each_instance_asks_for_itself() {
    let mut run = Run::started(parse("a\ng <- a: group(x y)\nx: approve\ny: approve\nz <- g"));
    run.succeed("a");
    assert_ne!(about(&run, "x"), about(&run, "y"));
    run.answer("x", true);
    run.answer("y", true);
    assert_eq!(run.state_of("z"), NodeState::Running);
}

#[test]
fn one_that_waits_is_cancelled_alone() {
    let mut run = Run::started(parse("ok: approve, timeout\na"));
    assert!(
        run.cancel_node("ok")
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::CancelTimer { timer: TimerId::Approval { node: 0 }, .. }))
    );
    assert_eq!(run.state_of("ok"), NodeState::Cancelled);
}

#[test]
fn a_resume_that_takes_its_ground_away_takes_the_question_back() {
    let mut run = Run::started(parse("a: tolerant\nok <- a: approve\nb"));
    run.fail("a");
    let before = about(&run, "ok");
    run.resume();
    assert_eq!(run.state_of("ok"), NodeState::Pending);
    run.succeed("a");
    assert_ne!(about(&run, "ok"), before);
}

/// ENGINE, section 2, table 3, column waiting_approval.
#[test]
fn the_mode_of_the_run_decides_about_what_waits() {
    for (on_failure, usual, all_done) in [
        (OnFailure::Continue, "waiting_approval", "waiting_approval"),
        (OnFailure::Stop, "blocked", "waiting_approval"),
        (OnFailure::Abort, "blocked", "waiting_approval"),
        (OnFailure::Compensate, "blocked", "blocked"),
    ] {
        let mut plan = parse("bad\nok: approve\ndone: approve, all_done\nlive");
        plan.on_failure = on_failure;
        let mut run = Run::started(plan);
        run.fail("bad");
        let states = run.states();
        assert!(states.contains(&format!("ok: {usual}\ndone: {all_done}\n")), "{on_failure:?}: {states}");
    }
    let mut run = Run::started(parse("ok: approve\ndone: approve, all_done\nlive"));
    run.request(Request::Cancel);
    assert_eq!(run.states(), "ok: cancelled\ndone: cancelled\nlive: stopping(cancelled)\n");
}

#[test]
fn a_run_is_paused_where_nothing_else_can_go_on() {
    let mut run = Run::started(parse("ok: approve\na\nlost: ask"));
    assert_eq!(status(&run.state, true), RunStatus::Running);
    assert_eq!(run.view().waits_for(), None);
    run.succeed("a");
    run.succeed("lost");
    assert_eq!(status(&run.state, true), RunStatus::Paused(PauseCause::Approval));
    let view = run.view();
    assert_eq!(view.waits_for(), Some(PauseCause::Approval));
    let asking: Vec<_> = view.asking().map(|node| (node.path.as_str(), node.detail.as_deref())).collect();
    assert_eq!(asking, [("ok", Some("go on?"))]);
    assert_eq!(view.node("ok").unwrap().asked_about, Some(about(&run, "ok")));
    run.request(Request::Pause);
    assert_eq!(status(&run.state, true), RunStatus::Paused(PauseCause::User));
}
