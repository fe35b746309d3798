//! What people are shown.

use divisi_engine::core::progress::{progress, summary, todos};
use divisi_engine::core::status::{RunStatus, status};
use divisi_engine::core::{Input, replay};
use divisi_engine::event::{Request, Verdict};
use expect_test::expect;

use crate::support::{Run, parse};

#[test]
fn status_is_derived() {
    let mut run = Run::planned(parse("a\nb\nc"));
    assert_eq!(status(&run.state, false), RunStatus::Planned);
    run.take_over(Vec::new(), &[]);
    assert_eq!(status(&run.state, true), RunStatus::Running);
    assert_eq!(status(&run.state, false), RunStatus::Orphaned);
    run.request(Request::Pause);
    assert_eq!(status(&run.state, true), RunStatus::Paused);
    run.request(Request::Unpause);
    run.fail("a");
    assert_eq!(status(&run.state, true), RunStatus::Stopping);
    run.request(Request::Cancel);
    assert_eq!(status(&run.state, true), RunStatus::Cancelling);
    run.fail("b");
    run.fail("c");
    assert_eq!(status(&run.state, false), RunStatus::Ended(Verdict::Cancelled));
}

#[test]
fn a_run_that_waits_for_a_decision_is_paused() {
    let mut run = Run::started(parse("a: ask\nb"));
    run.take_over(Vec::new(), &[]);
    assert_eq!(status(&run.state, true), RunStatus::Running, "b runs");
    run.succeed("b");
    assert_eq!(status(&run.state, true), RunStatus::Paused);
}

#[test]
fn counts_and_todos_are_over_nodes_that_work() {
    let mut plan = parse("a: tolerant\ng: group(x y)\nx\ny: when(false)\nz <- a x");
    plan.nodes[0].title = Some("Look around".to_owned());
    let mut run = Run::started(plan);
    run.fail("a");
    expect![[r#"
        Progress {
            total: 4,
            done: 2,
            ok: 0,
            running: [
                "x",
            ],
            failed: [
                "a",
            ],
            tolerated: [
                "a",
            ],
            skipped: 1,
            blocked: 0,
            cancelled: 0,
            percentage: 50,
        }
    "#]]
    .assert_debug_eq(&progress(&run.state));
    expect![[r#"[{"content":"Look around","activeForm":"Running Look around","status":"completed"},{"content":"x","activeForm":"Running x","status":"in_progress"},{"content":"y","activeForm":"Running y","status":"completed"},{"content":"z","activeForm":"Running z","status":"pending"}]"#]]
    .assert_eq(&serde_json::to_string(&todos(&run.state)).unwrap());
}

#[test]
fn the_summary_tells_what_the_run_waited_for() {
    let mut plan = parse("a\nb\ng <- a b: group(x)\nx\nc <- g");
    plan.max_parallel = 2;
    let mut run = Run::started(plan);
    for (after, path) in [(1_000, "a"), (2_000, "b"), (1_000, "x"), (4_000, "c")] {
        run.now += after;
        run.succeed(path);
    }
    expect![[r#"
        Summary {
            verdict: Some(
                Succeeded,
            ),
            wall_ms: 8000,
            nodes_ms: 9000,
            speed_up: 1.125,
            efficiency: 0.5625,
            critical_path: [
                "b",
                "x",
                "c",
            ],
            critical_ms: 8000,
        }
    "#]]
    .assert_debug_eq(&summary(&run.state, run.now));
}

#[test]
fn the_time_between_two_hosts_is_nobodys() {
    let mut run = Run::started(parse("a"));
    run.now += 500;
    run.spawned("a");
    run.now += 3_600_000;
    run.take_over(Vec::new(), &[]);
    run.now += 1_000;
    run.succeed("a");
    assert_eq!(summary(&run.state, run.now).wall_ms, 1_500);
}

#[test]
fn a_view_that_replays_shows_what_a_live_one_showed() {
    let mut run = Run::started(parse("a\nb <- a: tolerant\nc <- b"));
    run.succeed("a");
    run.fail("b");
    run.input(Input::Tick);
    let replayed = replay("run", run.state.plan().clone(), &run.records).unwrap();
    assert_eq!(replayed, run.state);
}
