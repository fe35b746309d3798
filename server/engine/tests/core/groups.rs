//! ENGINE, section 10: a group has one state for its dependents.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use divisi_engine::core::{Made, apply};
use divisi_engine::event::{EVENT_VERSION, Event, EventRecord, NodeState, OutputValue, Request, Verdict};
use divisi_engine::growth::Item;
use divisi_engine::plan::PlanNode;
use divisi_model::OnFailure;
use serde_json::json;

use crate::support::{Run, growing, name, node, parse, plan};

const GROUP: &str = "
    before
    g    <- before: group(g[1] g[2] g[3])
    g[1]
    g[2]: tolerant
    g[3]
    after <- g
";

fn continuing(text: &str) -> Run {
    let mut plan = parse(text);
    plan.on_failure = OnFailure::Continue;
    Run::started(plan)
}

#[test]
fn instances_wait_for_what_their_group_waits_for() {
    let mut run = continuing(GROUP);
    assert_eq!(run.state_of("g[1]"), NodeState::Pending);
    run.succeed("before");
    assert_eq!(run.state_of("g"), NodeState::Expanded);
    assert_eq!(run.state_of("g[1]"), NodeState::Running);
}

#[test]
fn outputs_stand_in_item_order_and_are_null_where_not_ok() {
    let mut run = continuing(GROUP);
    run.succeed("before");
    run.succeed("g[3]");
    run.fail("g[2]");
    assert_eq!(run.state.outputs(1), None, "undefined while it goes on");
    run.succeed("g[1]");
    assert_eq!(run.state_of("g"), NodeState::Succeeded);
    let [first, third] = ["g[1]", "g[3]"].map(|text| OutputValue::Value(json!(text)));
    let list = vec![Some(Made::Value(&first)), None, Some(Made::Value(&third))];
    assert_eq!(run.state.outputs(1).unwrap()["out"], Made::List(list.clone()));
    assert_eq!(run.state.output(1, "out"), Some(Made::List(list)));
    run.succeed("after");
    assert_eq!(run.verdict(), Some(Verdict::Succeeded));
}

/// Ends of three instances → state of the group: s succeeded, f failed, t failed and tolerated, k skipped, c cancelled
/// alone, b blocked.
#[test]
fn the_state_follows_from_the_instances() {
    for (ends, expected) in [
        ("sss", "succeeded"),
        ("sts", "succeeded"),
        ("ttt", "succeeded"),
        ("skt", "succeeded"),
        ("kkk", "skipped"),
        ("sfs", "failed(children)"),
        ("ssc", "failed(children)"),
        ("skb", "blocked"),
        ("bbb", "blocked"),
        ("fbk", "failed(children)"),
    ] {
        let paths = ["x", "y", "z"];
        let mut text = "bad\ng: group(x y z)\n".to_owned();
        for (path, end) in paths.into_iter().zip(ends.chars()) {
            text.push_str(match end {
                't' => ": tolerant",
                'k' => ": when(false)",
                'b' => "<- bad",
                _ => "",
            });
            text.insert_str(text.rfind('\n').unwrap() + 1, path);
            text.push('\n');
        }
        let mut run = continuing(&text);
        run.fail("bad");
        for (path, end) in paths.into_iter().zip(ends.chars()) {
            match end {
                's' => drop(run.succeed(path)),
                'f' | 't' => drop(run.fail(path)),
                'c' => {
                    run.cancel_node(path);
                    run.fail(path);
                }
                _ => {}
            }
        }
        assert_eq!(name(run.state_of("g")), expected, "{ends}");
    }
}

#[test]
fn an_empty_group_succeeds_with_empty_lists() {
    let run = Run::started(parse("g: group()"));
    assert_eq!(run.state_of("g"), NodeState::Succeeded);
    assert_eq!(run.state.outputs(0).unwrap()["out"], Made::List(Vec::new()));
    assert_eq!(run.verdict(), Some(Verdict::Succeeded));
}

#[test]
fn instances_of_a_group_that_never_opened_share_its_fate() {
    let mut run = continuing(GROUP);
    run.fail("before");
    assert_eq!(
        run.states(),
        "before: failed(exit)\ng: blocked\ng[1]: blocked\ng[2]: blocked\ng[3]: blocked\nafter: blocked\n"
    );
    let run = Run::started(parse("g: group(x), when(false)\nx"));
    assert_eq!(run.states(), "g: skipped\nx: skipped\n");
    let run = Run::started(parse("g: group(x), when(error)\nx"));
    assert_eq!(run.states(), "g: failed(expression)\nx: blocked\n");
}

#[test]
fn a_group_goes_on_after_a_failure_only_if_its_own_rule_says_so() {
    let mut plan = parse("bad\ng: group(x y)\nx\ny");
    plan.max_parallel = 2;
    let mut run = Run::started(plan.clone());
    run.fail("bad");
    run.succeed("x");
    assert_eq!(run.states(), "bad: failed(exit)\ng: blocked\nx: succeeded\ny: blocked\n");

    plan.nodes[1].rule = crate::support::rule("all_done");
    let mut run = Run::started(plan);
    run.fail("bad");
    run.succeed("x");
    run.succeed("y");
    assert_eq!(run.states(), "bad: failed(exit)\ng: succeeded\nx: succeeded\ny: succeeded\n");
}

#[test]
fn a_group_is_cancelled_alone_or_with_the_run() {
    let mut run = continuing(GROUP);
    run.cancel_node("g");
    assert_eq!(name(run.state_of("g[2]")), "cancelled");
    run.succeed("before");
    assert_eq!(run.state_of("after"), NodeState::Blocked);

    let mut run = continuing(GROUP);
    run.succeed("before");
    run.cancel_node("g");
    for path in ["g[1]", "g[2]", "g[3]"] {
        run.fail(path);
    }
    assert_eq!(name(run.state_of("g")), "failed(children)");

    let mut run = continuing(GROUP);
    run.succeed("before");
    run.succeed("g[1]");
    run.request(Request::Cancel);
    run.fail("g[2]");
    run.fail("g[3]");
    assert_eq!(name(run.state_of("g")), "cancelled");
    assert_eq!(name(run.state_of("after")), "cancelled");
}

#[test]
fn a_resumed_group_runs_only_what_did_not_succeed() {
    let mut run = Run::started(parse(GROUP));
    run.succeed("before");
    run.succeed("g[1]");
    run.fail("g[2]");
    run.fail("g[3]");
    assert_eq!(run.verdict(), Some(Verdict::Failed));
    run.resume();
    assert_eq!(
        run.states(),
        "before: succeeded\ng: expanded\ng[1]: succeeded\ng[2]: running\ng[3]: running\nafter: pending\n"
    );
    run.succeed("g[2]");
    run.succeed("g[3]");
    run.succeed("after");
    assert_eq!(run.verdict(), Some(Verdict::Succeeded));
}

#[test]
fn instances_of_a_group_that_succeeded_are_not_run_again() {
    let mut run = Run::started(parse("g: group(x y)\nx: tolerant\ny\nz"));
    run.fail("x");
    run.succeed("y");
    run.fail("z");
    run.resume();
    assert_eq!(run.states(), "g: succeeded\nx: failed(exit)\ny: succeeded\nz: running\n");
}

/// A journal that names an item twice is not of our making. Nothing of it is taken in.
#[test]
fn items_that_cannot_be_are_refused_whole() {
    let group = PlanNode { dependencies: vec![0], ..node("g") };
    let mut state = Run::started(plan(vec![node("before"), growing(group, "x", true)])).state;
    let before = Arc::clone(state.plan());
    let item = Item { key: "x".to_owned(), item: json!("x") };
    let record = EventRecord {
        v: EVENT_VERSION,
        run: "run".to_owned(),
        seq: state.seq() + 1,
        at: 0,
        critical: true,
        event: Event::GroupExpanded { node: "g".to_owned(), items: vec![item.clone(), item] },
    };
    // A debug build panics over it.
    let _ = catch_unwind(AssertUnwindSafe(|| apply(&mut state, &record)));
    assert_eq!(*state.plan(), before);
    assert_eq!(state.index("g[x]"), None);
}
