//! ENGINE, section 2: each table stands here as text and is compared cell by cell.

use divisi_engine::core::class::Class;
use divisi_engine::core::mode::{Mode, Unstarted, Waiting};
use divisi_engine::core::rule::{Ends, Ruling, ruling};
use divisi_engine::core::verdict::{Ending, Facts, ending};
use divisi_engine::event::{FailKind, NodeState, Request, Verdict};
use divisi_model::{OnFailure, TriggerRule};

use crate::support::{Run, name, parse, rule};

const RULES: [&str; 5] =
    ["all_success", "none_failed", "none_failed_min_one_success", "one_success", "all_done"];

/// Classes that a row speaks of: o ok, s skip, b bad.
const TABLE_1: &str = "
    -   | run     | run     | run     | run     | run
    o   | run     | run     | run     | run     | run
    os  | skipped | run     | run     | run     | run
    s   | skipped | run     | skipped | skipped | run
    ob  | blocked | blocked | blocked | run     | run
    osb | blocked | blocked | blocked | run     | run
    b   | blocked | blocked | blocked | blocked | run
    sb  | blocked | blocked | blocked | blocked | run
";

fn table_1() -> impl Iterator<Item = (&'static str, TriggerRule, &'static str)> {
    TABLE_1.lines().map(str::trim).filter(|line| !line.is_empty()).flat_map(|line| {
        let mut cells = line.split('|').map(str::trim);
        let classes = cells.next().unwrap().trim_matches('-');
        RULES.into_iter().zip(cells).map(move |(name, cell)| (classes, rule(name), cell))
    })
}

#[test]
fn table_1_holds_for_the_pure_function() {
    for (classes, rule, expected) in table_1() {
        let ends: Ends = classes
            .chars()
            .map(|class| match class {
                'o' => Class::Ok,
                's' => Class::Skip,
                _ => Class::Bad,
            })
            .collect();
        let found = match ruling(rule, ends) {
            Ruling::Run => "run",
            Ruling::Skip => "skipped",
            Ruling::Block => "blocked",
        };
        assert_eq!(found, expected, "{classes:?} under {rule:?}");
    }
}

/// The same through a whole run: dependencies end in every way that has the class, each once and twice.
#[test]
fn table_1_holds_in_a_run() {
    for (classes, rule, expected) in table_1() {
        for ok_is_tolerated in [false, true] {
            for copies in [1, 2] {
                let found = node_after(classes, ok_is_tolerated, copies, rule);
                let found = if found == NodeState::Running { "run".to_owned() } else { name(found) };
                assert_eq!(
                    found, expected,
                    "{copies} × {classes:?} under {rule:?}, tolerated {ok_is_tolerated}"
                );
            }
        }
    }
}

fn node_after(classes: &str, ok_is_tolerated: bool, copies: usize, rule: TriggerRule) -> NodeState {
    let mut text = String::new();
    let mut paths = Vec::new();
    for (at, class) in classes.repeat(copies).chars().enumerate() {
        let path = format!("{class}{at}");
        let options = match class {
            'o' if ok_is_tolerated => ": tolerant",
            's' => ": when(false)",
            _ => "",
        };
        text.push_str(&format!("{path}{options}\n"));
        paths.push(path);
    }
    text.push_str(&format!("x <- {}", paths.join(" ")));
    let mut plan = parse(&text);
    plan.on_failure = OnFailure::Continue;
    plan.max_parallel = 16;
    plan.nodes.last_mut().unwrap().rule = rule;
    let mut run = Run::started(plan);
    for path in &paths {
        match path.as_bytes()[0] {
            b'o' if !ok_is_tolerated => drop(run.succeed(path)),
            b's' => {}
            _ => drop(run.fail(path)),
        }
    }
    run.state_of("x")
}

#[test]
fn a_rule_waits_for_all_dependencies() {
    let mut run = Run::started(parse("a\nb\nx <- a b: one_success"));
    run.succeed("a");
    assert_eq!(run.state_of("x"), NodeState::Pending);
    run.succeed("b");
    assert_eq!(run.state_of("x"), NodeState::Running);
}

#[test]
fn table_2_conditions() {
    let failed = NodeState::Failed { kind: FailKind::Expression };
    for (when, expected) in [
        ("", NodeState::Running),
        (": when(true)", NodeState::Running),
        (": when(false)", NodeState::Skipped),
        (": when(1 + 1)", failed),
    ] {
        assert_eq!(Run::started(parse(&format!("x{when}"))).state_of("x"), expected, "{when}");
    }
}

#[test]
fn a_condition_is_not_asked_unless_the_rule_says_run() {
    let mut run = Run::started(parse("a\nb <- a: when(error)"));
    run.fail("a");
    assert_eq!(run.state_of("b"), NodeState::Blocked);
}

/// Columns: rule says run, ready, live attempt, retry_wait, waiting_approval. The cells of unstarted nodes read
/// `others/all_done`.
const TABLE_3: &str = "
    Normal       | go/go               | go/go               | runs    | go        | go/go
    Stopping     | blocked/go          | blocked/go          | runs    | failed    | blocked/go
    Aborting     | blocked/go          | blocked/go          | stopped | failed    | blocked/go
    Compensating | blocked/blocked     | blocked/blocked     | runs    | failed    | blocked/blocked
    Cancelling   | cancelled/cancelled | cancelled/cancelled | stopped | cancelled | cancelled/cancelled
";

#[test]
fn table_3_holds_for_the_pure_functions() {
    let modes = [Mode::Normal, Mode::Stopping, Mode::Aborting, Mode::Compensating, Mode::Cancelling];
    let unstarted = |mode: Mode, rule| match mode.unstarted(rule) {
        Unstarted::GoesOn => "go",
        Unstarted::Blocked => "blocked",
        Unstarted::Cancelled => "cancelled",
    };
    let mut rows = 0;
    for line in TABLE_3.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let mode = *modes.iter().find(|mode| format!("{mode:?}") == cells[0]).unwrap();
        for column in [1, 2, 5] {
            let (others, all_done) = cells[column].split_once('/').unwrap();
            for name in RULES {
                let expected = if name == "all_done" { all_done } else { others };
                assert_eq!(unstarted(mode, rule(name)), expected, "{line}: {name}");
            }
        }
        assert_eq!(mode.stops_live_attempts(), cells[3] == "stopped", "{line}");
        let waiting = match mode.waiting_for_retry() {
            Waiting::GoesOn => "go",
            Waiting::Failed => "failed",
            Waiting::Cancelled => "cancelled",
        };
        assert_eq!(waiting, cells[4], "{line}");
        assert_eq!(mode.allows_retry(), mode == Mode::Normal);
        rows += 1;
    }
    assert_eq!(rows, modes.len());
}

#[test]
fn the_mode_follows_from_failures_and_requests() {
    let all = [OnFailure::Stop, OnFailure::Abort, OnFailure::Continue, OnFailure::Compensate];
    for on_failure in all {
        assert_eq!(Mode::of(on_failure, false, false), Mode::Normal);
        assert_eq!(Mode::of(on_failure, true, true), Mode::Cancelling);
    }
    let after = all.map(|on_failure| Mode::of(on_failure, false, true));
    assert_eq!(after, [Mode::Stopping, Mode::Aborting, Mode::Normal, Mode::Compensating]);
}

/// One plan for all modes. When `bad` ends: `live` runs; `ready` and `ready-done` are ready, but all slots are taken;
/// `next` and `next-done` are pending until `bad` is over.
const MODES: &str = "
    bad:        priority(9)
    live:       priority(8)
    ready
    ready-done: all_done
    next       <- bad: one_success, when(true)
    next-done  <- bad: all_done
";

fn in_mode(on_failure: OnFailure) -> Run {
    let mut plan = parse(MODES);
    plan.on_failure = on_failure;
    plan.max_parallel = 2;
    Run::started(plan)
}

fn states_in_mode(run: &Run) -> Vec<String> {
    ["live", "ready", "ready-done", "next-done"].map(|path| name(run.state_of(path))).to_vec()
}

#[test]
fn table_3_stop_in_a_run() {
    let mut run = in_mode(OnFailure::Stop);
    run.fail("bad");
    assert_eq!(states_in_mode(&run), ["running", "blocked", "running", "ready"]);
    run.succeed("live");
    assert_eq!(run.state_of("live"), NodeState::Succeeded);
    assert_eq!(run.state_of("next-done"), NodeState::Running);
    run.succeed("ready-done");
    run.succeed("next-done");
    assert_eq!(run.verdict(), Some(Verdict::Failed));
}

#[test]
fn table_3_abort_in_a_run() {
    let mut run = in_mode(OnFailure::Abort);
    run.fail("bad");
    assert_eq!(states_in_mode(&run), ["stopping(cancelled)", "blocked", "running", "ready"]);
    run.succeed("live");
    assert_eq!(run.state_of("live"), NodeState::Cancelled);
}

#[test]
fn table_3_abort_leaves_what_goes_on_after_it() {
    let mut run = in_mode(OnFailure::Abort);
    run.fail("bad");
    run.fail("ready-done");
    run.succeed("live");
    assert_eq!(run.state_of("next-done"), NodeState::Running);
}

#[test]
fn table_3_continue_in_a_run() {
    let mut run = in_mode(OnFailure::Continue);
    run.fail("bad");
    assert_eq!(states_in_mode(&run), ["running", "running", "ready", "ready"]);
}

#[test]
fn table_3_compensate_blocks_even_all_done() {
    let mut run = in_mode(OnFailure::Compensate);
    run.fail("bad");
    assert_eq!(states_in_mode(&run), ["running", "blocked", "blocked", "blocked"]);
}

#[test]
fn table_3_cancelling_in_a_run() {
    let mut run = in_mode(OnFailure::Stop);
    run.request(Request::Cancel);
    assert_eq!(states_in_mode(&run), ["stopping(cancelled)", "cancelled", "cancelled", "pending"]);
    run.succeed("bad");
    assert_eq!(run.state_of("next"), NodeState::Cancelled);
    assert_eq!(run.state_of("next-done"), NodeState::Cancelled);
    assert_eq!(run.verdict(), None);
    run.succeed("live");
    assert_eq!(run.verdict(), Some(Verdict::Cancelled));
}

#[test]
fn table_3_cancelling_cancels_what_its_rule_lets_run_and_keeps_what_it_does_not() {
    let mut run = Run::started(parse("slow: timeout\ndone <- slow: all_done\nneedy <- slow"));
    run.spawned("slow");
    run.time_out("slow");
    run.request(Request::Cancel);
    run.fail("slow");
    assert_eq!(run.states(), "slow: failed(timed_out)\ndone: cancelled\nneedy: blocked\n");
    assert_eq!(run.verdict(), Some(Verdict::Cancelled));
}

#[test]
fn table_3_paused_starts_nothing_and_stops_nothing() {
    let mut run = in_mode(OnFailure::Stop);
    run.request(Request::Pause);
    run.succeed("bad");
    assert_eq!(states_in_mode(&run), ["running", "ready", "ready", "ready"]);
    run.succeed("live");
    assert_eq!(run.state_of("next"), NodeState::Ready, "the rule says run: ready, not started");
    assert_eq!(run.verdict(), None, "a paused run is not over");
    run.request(Request::Unpause);
    assert_eq!(states_in_mode(&run)[1..], ["running", "running", "ready"]);
}

#[test]
fn table_4() {
    // cancelled, untolerated, on_failure: compensate, undoing was asked for, one node ran alone.
    for facts in 0..32 {
        let [cancelled, untolerated, undoes_failures, undo_requested, unfinished] =
            [1, 2, 4, 8, 16].map(|bit| facts & bit != 0);
        let expected = match (undo_requested, cancelled, untolerated, undoes_failures) {
            (true, _, _, _) | (false, false, true, true) => Ending::IsUndone,
            (false, true, _, _) => Ending::Over(Verdict::Cancelled),
            (false, false, true, false) => Ending::Over(Verdict::Failed),
            (false, false, false, _) if unfinished => Ending::Over(Verdict::Halted),
            (false, false, false, _) => Ending::Over(Verdict::Succeeded),
        };
        let facts = Facts { cancelled, untolerated, undoes_failures, undo_requested, unfinished };
        assert_eq!(ending(facts), expected, "{facts:?}");
    }
}

#[test]
fn table_4_in_a_run() {
    let mut run = Run::started(parse("a: tolerant\nb: when(false)"));
    run.fail("a");
    assert_eq!(run.verdict(), Some(Verdict::Succeeded), "a tolerated failure and a skip are no failure");

    let mut run = Run::started(parse("a\nb <- a"));
    run.cancel_node("b");
    run.succeed("a");
    assert_eq!(run.verdict(), Some(Verdict::Failed), "cancelled alone is a failure");

    let mut run = Run::started(parse("a"));
    run.request(Request::Cancel);
    run.succeed("a");
    assert_eq!(run.verdict(), Some(Verdict::Cancelled), "the cancel was applied before the last node ended");

    assert_eq!(Run::started(parse("")).verdict(), Some(Verdict::Succeeded), "nothing to do is done");
}

#[test]
fn what_a_tolerated_failure_made_is_undefined() {
    let mut run = Run::started(parse("a: tolerant"));
    run.fail("a");
    assert_eq!(run.state.outputs(0), None);
}
