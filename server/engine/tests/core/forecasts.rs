//! How long a run will still take, and figures over several runs.

use std::time::Duration;

use divisi_engine::plan::StoredPlan;
use divisi_engine::view::{PastDurations, Statistics, past_durations};

use crate::support::{Run, parse};

fn plan(text: &str, slots: u32, estimates: &[u64]) -> StoredPlan {
    let mut plan = parse(text);
    plan.max_parallel = slots;
    for (node, estimate) in plan.nodes.iter_mut().zip(estimates) {
        node.estimate_ms = *estimate;
    }
    plan
}

fn left(run: &Run, past: &[(&str, u64)]) -> u64 {
    let past: PastDurations =
        past.iter().map(|(path, ms)| ((*path).to_owned(), Duration::from_millis(*ms))).collect();
    run.view().remaining(&past, run.now).unwrap().as_millis().try_into().unwrap()
}

#[test]
fn a_chain_is_as_long_as_its_nodes() {
    let mut run = Run::started(plan("a\nb <- a\nc <- b", 4, &[100, 200, 300]));
    assert_eq!(left(&run, &[]), 600);
    assert_eq!(left(&run, &[("b", 20)]), 420, "the past counts before the estimate");
    run.now += 40;
    assert_eq!(left(&run, &[]), 560, "time that a running node has spent is over");
    run.now += 400;
    assert_eq!(left(&run, &[]), 500, "a node that takes longer than foreseen ends any moment");
    run.succeed("a");
    assert_eq!(left(&run, &[]), 500);
}

#[test]
fn slots_are_shared_and_the_longest_path_goes_first() {
    let text = "a\nb\nc\nd <- c";
    assert_eq!(left(&Run::planned(plan(text, 9, &[10, 10, 10, 30])), &[]), 40);
    assert_eq!(left(&Run::planned(plan(text, 2, &[10, 10, 10, 30])), &[]), 40);
    assert_eq!(left(&Run::planned(plan(text, 1, &[10, 10, 10, 30])), &[]), 60);
}

#[test]
fn groups_end_with_their_instances() {
    let text = "a\ng <- a: group(x y)\nx\ny\nz <- g";
    let run = Run::planned(plan(text, 2, &[10, 999, 20, 30, 40]));
    assert_eq!(left(&run, &[]), 80, "10 + 30 + 40; the group itself takes no time");
}

#[test]
fn what_is_over_takes_no_time() {
    let mut run = Run::started(plan("a\nb <- a", 2, &[10, 20]));
    run.fail("a");
    assert_eq!(left(&run, &[]), 0);
    assert_eq!(divisi_engine::view::RunView::default().remaining(&PastDurations::new(), 0), None);
}

#[test]
fn statistics_are_medians_over_runs() {
    let view = |wall: i64, is_good: bool| {
        let mut run = Run::started(parse("a\nb <- a"));
        run.now += wall;
        if is_good {
            run.succeed("a");
            run.now += 1;
            run.succeed("b");
        } else {
            run.fail("a");
        }
        run.view()
    };
    let runs = [view(10, true), view(30, true), view(500, false)];
    let statistics = Statistics::of(&runs);
    assert_eq!((statistics.runs, statistics.succeeded), (3, 2));
    assert!((statistics.success_rate() - 2.0 / 3.0).abs() < 1e-9);
    let worked: Vec<(&str, usize, usize)> =
        statistics.nodes.iter().map(|node| (node.path.as_str(), node.runs, node.succeeded)).collect();
    assert!(worked.contains(&("a", 3, 2)) && worked.contains(&("b", 2, 2)), "{worked:?}");
    assert_eq!(past_durations(&runs).len(), 2);
    assert_eq!(Statistics::of(&[]).wall, Duration::ZERO);
}
