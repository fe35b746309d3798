//! Budgets: reserved at the start, settled at the end (ENGINE, section 7).

use divisi_engine::amounts::Amounts;
use divisi_engine::core::status::{PauseCause, RunStatus, status};
use divisi_engine::core::{Effect, Input, TimerId};
use divisi_engine::event::{AttemptEnd, FailKind, NodeState, Request, Verdict};
use divisi_engine::plan::{PlanWork, StoredPlan};
use expect_test::expect;

use crate::support::{Run, failed, give_to_runner, limit, parse, spent, succeeded};

const DOLLAR: u64 = 1_000_000;

fn usd(micro_usd: u64) -> Amounts {
    Amounts { micro_usd: Some(micro_usd), ..Amounts::default() }
}

/// Agents `a`, `b`, `c` and the program `p`, two at a time, five dollars together.
fn agents() -> StoredPlan {
    let mut plan = parse("a\nb\nc\np: priority(-1)");
    for node in 0..3 {
        give_to_runner(&mut plan, node, "one");
    }
    plan.max_parallel = 2;
    limit(&mut plan, usd(5 * DOLLAR));
    plan
}

fn cap(plan: &mut StoredPlan, node: usize, micro_usd: u64) {
    let PlanWork::Agent { max_micro_usd, .. } = &mut plan.nodes[node].work else { panic!("no agent") };
    *max_micro_usd = Some(micro_usd);
}

fn raise(scope: &str, more: Amounts) -> Request {
    Request::Raise { scope: scope.to_owned(), more }
}

#[test]
fn what_is_left_is_shared_among_the_open_slots_and_the_rest_comes_back() {
    let mut run = Run::started(agents());
    run.exit("a", spent(DOLLAR, 10, 1));
    run.exit("b", spent(2_500_000, 10, 1));
    run.exit("c", spent(0, 10, 1));
    run.succeed("p");
    expect![[r#"
        host 1
        a → ready
        b → ready
        c → ready
        p → ready
        a#1 granted usd 2500000
        a → running
        b#1 granted usd 2500000
        b → running
        a#1 ended Succeeded
        a → succeeded
        c#1 granted usd 1500000
        c → running
        b#1 ended Succeeded
        b → succeeded
        p#1 granted
        p → running
        c#1 ended Succeeded
        c → succeeded
        p#1 ended Succeeded
        p → succeeded
        run Succeeded
    "#]]
    .assert_eq(&run.story(0));
    let starts = run.effects.iter().filter_map(|effect| match effect {
        Effect::Start(start) => start.reserved.micro_usd,
        _ => None,
    });
    assert_eq!(starts.collect::<Vec<_>>(), [2_500_000, 2_500_000, 1_500_000], "it is the runner's cap");
}

#[test]
fn a_node_reserves_its_own_budget_else_what_it_spent_in_the_past() {
    let mut plan = agents();
    cap(&mut plan, 0, DOLLAR);
    plan.nodes[0].past = usd(3 * DOLLAR);
    plan.nodes[1].past = usd(2 * DOLLAR);
    let run = Run::started(plan);
    let story = run.story(0);
    assert!(story.contains("a#1 granted usd 1000000"), "{story}");
    assert!(story.contains("b#1 granted usd 2000000"), "{story}");
}

#[test]
fn who_wants_more_than_the_whole_gets_the_whole() {
    let mut plan = agents();
    cap(&mut plan, 0, 9 * DOLLAR);
    let run = Run::started(plan);
    let story = run.story(0);
    assert!(story.contains("a#1 granted usd 5000000"), "{story}");
    assert!(
        story.contains("p#1 granted\n"),
        "nothing is left for others, and programs need nothing: {story}"
    );
    assert!(!story.contains("exhausted"), "what is held may come back");
}

#[test]
fn an_unknown_cost_is_all_that_was_held() {
    let mut plan = agents();
    plan.max_parallel = 1;
    cap(&mut plan, 0, 4 * DOLLAR);
    let mut run = Run::started(plan);
    run.exit("a", succeeded("a"));
    assert!(run.story(0).contains("b#1 granted usd 1000000"), "{}", run.story(0));
}

#[test]
fn a_program_that_never_started_cost_nothing() {
    let mut plan = agents();
    plan.max_parallel = 1;
    plan.nodes[0].continue_on_error = true;
    cap(&mut plan, 0, 4 * DOLLAR);
    let mut run = Run::started(plan);
    let key = run.key("a");
    run.input(Input::SpawnFailed { key, detail: "no such file".to_owned() });
    assert!(run.story(0).contains("b#1 granted usd 5000000"), "{}", run.story(0));
}

#[test]
fn a_lost_attempt_pays_what_it_held() {
    let mut plan = agents();
    plan.max_parallel = 1;
    cap(&mut plan, 0, 2 * DOLLAR);
    let mut run = Run::started(plan);
    run.take_over(Vec::new(), &[]);
    run.exit("a", spent(2 * DOLLAR, 1, 1));
    let story = run.story(0);
    assert!(story.contains("a#2 granted usd 2000000"), "{story}");
    assert!(story.contains("b#1 granted usd 1000000"), "{story}");
}

#[test]
fn an_exhausted_budget_pauses_the_run_until_it_is_raised() {
    let mut run = Run::started(agents());
    run.exit("a", spent(4 * DOLLAR, 10, 1));
    let from = run.records.len();
    run.exit("b", spent(4 * DOLLAR, 10, 1));
    run.succeed("p");
    expect![[r#"
        b#1 ended Succeeded
        b → succeeded
        budget "" exhausted: 8000000 of 5000000 usd
        p#1 ended Succeeded
        p → succeeded
    "#]]
    .assert_eq(&run.story(from));
    assert_eq!(run.state_of("c"), NodeState::Ready);
    assert_eq!(status(&run.state, true), RunStatus::Paused(PauseCause::Budget));
    assert_eq!(run.view().exhausted().len(), 1);
    run.request(raise("", usd(2 * DOLLAR)));
    assert_eq!(run.state_of("c"), NodeState::Ready, "seven dollars are less than eight");
    assert_eq!(run.view().exhausted().len(), 1, "it is told again");
    run.request(raise("", usd(2 * DOLLAR)));
    assert!(run.story(from).contains("c#1 granted usd 1000000"), "{}", run.story(from));
    assert_eq!(status(&run.state, true), RunStatus::Running);
    assert!(run.view().exhausted().is_empty());
    run.exit("c", spent(1, 1, 1));
    assert_eq!(run.verdict(), Some(Verdict::Succeeded));
}

#[test]
fn a_raise_beside_a_resume_is_heard_before_anything_starts() {
    let mut run = Run::started(agents());
    run.exit("a", spent(4 * DOLLAR, 10, 1));
    run.exit("b", spent(4 * DOLLAR, 10, 1));
    run.succeed("p");
    run.take_over(Vec::new(), &[Request::Resume, raise("", usd(4 * DOLLAR))]);
    assert_eq!(run.state_of("c"), NodeState::Running);
}

#[test]
fn a_resume_alone_tells_again_that_nothing_is_left() {
    let mut run = Run::started(agents());
    run.exit("a", spent(4 * DOLLAR, 10, 1));
    run.exit("b", spent(4 * DOLLAR, 10, 1));
    run.succeed("p");
    let from = run.records.len();
    run.resume();
    assert!(run.story(from).contains("exhausted"), "{}", run.story(from));
    assert_eq!(status(&run.state, true), RunStatus::Paused(PauseCause::Budget));
}

#[test]
fn a_part_of_a_run_has_a_budget_of_its_own_within_the_whole() {
    let mut plan = agents();
    plan.budgets.push(divisi_engine::plan::PlanBudget { scope: "part".to_owned(), limit: usd(DOLLAR) });
    plan.nodes[1].budgets.push(1);
    plan.nodes[2].budgets.push(1);
    let mut run = Run::started(plan);
    run.exit("b", spent(DOLLAR, 1, 1));
    run.succeed("p");
    let story = run.story(0);
    assert!(story.contains("b#1 granted usd 1000000"), "the stricter of its budgets: {story}");
    assert!(story.contains("budget \"part\" exhausted: 1000000 of 1000000 usd"), "{story}");
    assert!(story.contains("p#1 granted"), "all others go on: {story}");
    run.request(raise("part", usd(DOLLAR)));
    assert_eq!(run.state_of("c"), NodeState::Running);
}

#[test]
fn tokens_and_turns_are_limited_like_money() {
    let mut plan = agents();
    plan.budgets[0].limit = Amounts { tokens: Some(10_000), turns: Some(3), ..Amounts::default() };
    let mut run = Run::started(plan);
    run.exit("a", spent(0, 9_500, 1));
    run.exit("b", spent(0, 0, 1));
    run.succeed("p");
    let story = run.story(0);
    assert!(story.contains("a#1 granted tokens 5000 turns 1"), "{story}");
    assert!(story.contains("b#1 granted tokens 5000 turns 2"), "{story}");
    assert!(story.contains("exhausted: 9500 of 10000 tokens"), "500 tokens are too few for a start: {story}");
}

#[test]
fn time_goes_by_while_anything_runs_and_what_runs_goes_on() {
    let mut plan = parse("a\nb <- a\nc <- b");
    plan.max_parallel = 1;
    limit(&mut plan, Amounts { wall_ms: Some(10_000), ..Amounts::default() });
    let mut run = Run::started(plan);
    run.now += 9_000;
    run.succeed("a");
    run.now += 60_000;
    run.succeed("b");
    assert_eq!(run.state_of("c"), NodeState::Ready);
    assert!(run.story(0).contains("exhausted: 69000 of 10000 wall"), "{}", run.story(0));
    assert_eq!(status(&run.state, true), RunStatus::Paused(PauseCause::Budget));
    run.now += 3_600_000;
    run.request(raise("", Amounts { wall_ms: Some(60_000), ..Amounts::default() }));
    assert_eq!(run.state_of("c"), NodeState::Running, "a wait is no time of the budget");
}

#[test]
fn the_sleep_of_the_machine_is_no_time_of_a_budget() {
    let mut plan = parse("a\nb <- a");
    limit(&mut plan, Amounts { wall_ms: Some(10_000), ..Amounts::default() });
    let mut run = Run::started(plan);
    run.now += 3_600_000;
    let key = run.key("a");
    let mut outcome = succeeded("a");
    outcome.evidence.wall_ms = 4_000;
    run.input(Input::AttemptExited { key, outcome });
    assert_eq!(run.state_of("b"), NodeState::Running);
}

#[test]
fn an_attempt_is_stopped_when_the_time_of_its_own_budget_is_over() {
    let mut plan = parse("a: retry(3)");
    plan.nodes[0].wall_budget_ms = Some(5_000);
    let mut run = Run::started(plan);
    run.spawned("a");
    let timer = TimerId::AttemptBudget { node: 0 };
    assert!(run.effects.contains(&Effect::SetTimer { timer, generation: 1, after_ms: 5_000 }));
    run.input(Input::Timer { timer, generation: 1 });
    run.exit("a", failed());
    assert_eq!(run.state_of("a"), NodeState::Failed { kind: FailKind::Budget }, "it is not tried again");
    assert!(run.story(0).contains(&format!("ended {:?}", AttemptEnd::Failed { kind: FailKind::Budget })));
}

#[test]
fn a_cancel_ends_a_run_without_budget() {
    let mut run = Run::started(agents());
    run.exit("a", spent(5 * DOLLAR, 10, 1));
    run.exit("b", spent(0, 10, 1));
    run.succeed("p");
    run.request(Request::Cancel);
    assert_eq!(run.verdict(), Some(Verdict::Cancelled));
}
