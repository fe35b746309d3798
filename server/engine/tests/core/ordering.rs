//! ENGINE, section 7 and DESIGN, section 5: who goes first.

use divisi_engine::event::Event;

use crate::support::{Run, parse};

/// The order in which attempts are granted with one slot.
fn order(text: &str) -> String {
    let mut plan = parse(text);
    plan.max_parallel = 1;
    let mut run = Run::started(plan);
    while let Some(path) = run.first_live() {
        run.succeed(&path);
    }
    let granted = run.records.iter().filter_map(|record| match &record.event {
        Event::AttemptGranted { node, .. } => Some(node.as_str()),
        _ => None,
    });
    granted.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_longest_remaining_path_goes_first() {
    assert_eq!(order("short\nlong: estimate(5000)"), "long short");
    assert_eq!(order("single: estimate(2500)\nhead\nmid <- head\ntail <- mid"), "head single mid tail");
}

#[test]
fn priority_goes_before_the_path_and_the_plans_order_last() {
    assert_eq!(order("a: estimate(9000)\nb: priority(1)\nc: priority(-1), estimate(99000)\nd"), "b a d c");
    assert_eq!(order("b\na\nc"), "b a c");
}

#[test]
fn an_instance_is_as_urgent_as_what_waits_for_its_group() {
    assert_eq!(order("alone: estimate(3000)\ng: group(x)\nx\nafter <- g: estimate(9000)"), "x after alone");
    assert_eq!(order("alone: estimate(3000)\nhead\ng <- head: group(x)\nx: estimate(9000)"), "head x alone");
}

#[test]
fn no_more_than_max_parallel_at_once() {
    let mut plan = parse("a\nb\nc\nd");
    plan.max_parallel = 3;
    assert_eq!(Run::started(plan.clone()).state.live().count(), 3);
    plan.max_parallel = 0;
    assert_eq!(Run::started(plan).state.live().count(), 1, "a plan without slots would never end");
}
