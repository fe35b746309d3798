//! ENGINE, section 10: DAGs among the nodes, and instances that join in the run.

use divisi_engine::core::{Effect, Input, Made, TimerId, replay};
use divisi_engine::event::{NodeState, OutputValue, Request, Verdict};
use expect_test::expect;
use serde_json::json;

use crate::support::{Run, name, parse};

const NESTED: &str = "
    before
    d     <- before: dag(stop d/a d/b d/c d/end)
    d/a
    d/b   <- d/a
    d/c
    d/end <- d/b d/c: all_done
    after <- d
    beside
";

fn started(text: &str) -> Run {
    Run::started(parse(text))
}

/// What a new reader of the journal sees is what the host saw.
fn check_replay(run: &Run, text: &str) {
    let replayed = replay("run", parse(text).into(), &run.records).unwrap();
    assert_eq!(replayed.plan(), run.state.plan());
    for (index, node) in run.state.plan().nodes.iter().enumerate() {
        assert_eq!(replayed.node(index), run.state.node(index), "{}", node.path);
    }
}

#[test]
fn nodes_of_a_dag_start_when_it_opens_and_make_its_one_state() {
    let mut run = started(NESTED);
    assert_eq!(name(run.state_of("d/a")), "pending");
    run.succeed("before");
    assert_eq!(name(run.state_of("d")), "expanded");
    run.succeed("d/a");
    run.succeed("d/b");
    run.succeed("d/c");
    assert_eq!(name(run.state_of("after")), "pending");
    run.succeed("d/end");
    assert_eq!(name(run.state_of("d")), "succeeded");
    let value = OutputValue::Value(json!("d/end"));
    assert_eq!(run.state.output(1, "out"), Some(Made::Value(&value)));
    run.succeed("after");
    run.succeed("beside");
    assert_eq!(run.verdict(), Some(Verdict::Succeeded));
    check_replay(&run, NESTED);
}

#[test]
fn a_failure_inside_stops_the_inside_alone_until_its_end_is_the_groups_failure() {
    let mut run = started(NESTED);
    run.succeed("before");
    run.fail("d/a");
    expect![[r#"
        before: succeeded
        d: expanded
        d/a: failed(exit)
        d/b: blocked
        d/c: running
        d/end: pending
        after: pending
        beside: running
    "#]]
    .assert_eq(&run.states());
    run.succeed("d/c");
    assert_eq!(name(run.state_of("d/end")), "running", "all_done nodes go on");
    run.succeed("d/end");
    assert_eq!(name(run.state_of("d")), "failed(children)");
    assert_eq!(name(run.state_of("after")), "blocked");
    run.succeed("beside");
    assert_eq!(run.verdict(), Some(Verdict::Failed));
    check_replay(&run, NESTED);

    run.resume();
    expect![[r#"
        before: succeeded
        d: expanded
        d/a: running
        d/b: pending
        d/c: succeeded
        d/end: succeeded
        after: pending
        beside: succeeded
    "#]]
    .assert_eq(&run.states());
}

#[test]
fn on_failure_of_a_dag_is_its_own() {
    for (on_failure, of_c, of_b) in [
        ("stop", "running", "blocked"),
        ("abort", "stopping(cancelled)", "blocked"),
        ("continue", "running", "blocked"),
    ] {
        let mut run = started(&NESTED.replace("stop", on_failure));
        run.succeed("before");
        run.fail("d/a");
        assert_eq!(
            (name(run.state_of("d/c")), name(run.state_of("d/b"))),
            (of_c.to_owned(), of_b.to_owned())
        );
        assert_eq!(name(run.state_of("beside")), "running");
    }
    let mut run = started(&NESTED.replace("d     <- before:", "d     <- before: tolerant,"));
    run.succeed("before");
    run.fail("d/a");
    run.succeed("d/c");
    run.succeed("d/end");
    assert_eq!(name(run.state_of("after")), "running", "a tolerated failure of the whole");
}

#[test]
fn what_stops_outside_stops_the_inside() {
    let mut run = started(NESTED);
    run.succeed("before");
    run.fail("beside");
    run.succeed("d/a");
    assert_eq!(name(run.state_of("d/b")), "blocked");
    run.succeed("d/c");
    assert_eq!(name(run.state_of("d/end")), "running");
    run.succeed("d/end");
    assert_eq!(name(run.state_of("d")), "blocked");

    let mut run = started(NESTED);
    run.succeed("before");
    run.request(Request::Cancel);
    assert_eq!(name(run.state_of("d/a")), "stopping(cancelled)");
    for path in ["d/a", "d/c", "beside"] {
        run.fail(path);
    }
    assert_eq!(name(run.state_of("d")), "cancelled");
    assert_eq!(run.verdict(), Some(Verdict::Cancelled));
}

#[test]
fn a_dag_can_be_cancelled_alone() {
    let mut run = started(NESTED);
    run.succeed("before");
    run.cancel_node("d");
    run.fail("d/a");
    run.fail("d/c");
    assert_eq!(name(run.state_of("d")), "failed(children)");
    assert_eq!(name(run.state_of("beside")), "running");
}

#[test]
fn the_time_of_a_dag_is_a_deadline_over_hosts() {
    let text = NESTED.replace("dag(stop", "timeout, dag(stop");
    let mut run = started(&text);
    run.succeed("before");
    let timer = TimerId::GroupTimeout { node: 1 };
    let set = |run: &Run| {
        run.effects.iter().rev().find_map(|effect| match effect {
            Effect::SetTimer { timer: set, generation, after_ms } if *set == timer => {
                Some((*generation, *after_ms))
            }
            _ => None,
        })
    };
    let (generation, after_ms) = set(&run).unwrap();
    assert_eq!(after_ms, 60_000);
    run.now += 40_000;
    run.take_over(Vec::new(), &[]);
    assert_eq!(set(&run), Some((generation, 20_000)));
    run.input(Input::Timer { timer, generation: generation + 1 });
    assert_eq!(name(run.state_of("d/a")), "running", "an old timer says nothing");
    run.input(Input::Timer { timer, generation });
    assert_eq!(name(run.state_of("d/a")), "stopping(cancelled)");
    run.fail("d/a");
    run.fail("d/c");
    assert_eq!(name(run.state_of("d")), "failed(timed_out)");
    assert_eq!(run.state.node(1).unwrap().detail(), Some("took longer than its timeout of 1m"));
    run.succeed("beside");
    check_replay(&run, &text);
    run.resume();
    assert_eq!(name(run.state_of("d/a")), "running", "it has its whole time again");
    assert_eq!(set(&run).unwrap().1, 60_000);
}

#[test]
fn arguments_are_bound_when_the_dag_opens() {
    let text = "d: dag(stop d/a), late(src)\nd/a\n";
    let run = started(text);
    assert_eq!(run.state.plan().scopes[0].args["x"], "src");
    check_replay(&run, text);
    let run = started(&text.replace("src", "error"));
    expect![[r#"
        d: failed(expression)
        d/a: blocked
    "#]]
    .assert_eq(&run.states());
    assert_eq!(run.state.node(0).unwrap().detail(), Some("the argument x: no"));
}

const GROWING: &str = "
    before
    g     <- before: each(attempts 0)
    after <- g
";

#[test]
fn instances_join_when_the_items_are_known() {
    let text = "before\ng <- before: each(eu us)\nafter <- g\n";
    let mut run = started(text);
    run.succeed("before");
    expect![[r#"
        before: succeeded
        g: expanded
        after: pending
        g[eu]: running
        g[us]: running
    "#]]
    .assert_eq(&run.states());
    assert_eq!(run.view().total(), 4);
    run.succeed("g[us]");
    check_replay(&run, text);
    run.succeed("g[eu]");
    let [eu, us] = ["g[eu]", "g[us]"].map(|text| OutputValue::Value(json!(text)));
    let list = vec![Some(Made::Value(&eu)), Some(Made::Value(&us))];
    assert_eq!(run.state.output(1, "out"), Some(Made::List(list)), "in item order");
    run.succeed("after");
    assert_eq!(run.verdict(), Some(Verdict::Succeeded));
    assert_eq!((run.view().done(), run.view().percentage()), (4, 100));
}

#[test]
fn no_items_are_a_success_and_bad_ones_a_failure() {
    let run = started("g: each( )\nafter <- g\n");
    assert_eq!(name(run.state_of("g")), "succeeded");
    assert_eq!(run.state.output(0, "out"), Some(Made::List(Vec::new())));
    assert_eq!(name(run.state_of("after")), "running");
    for (items, detail) in [
        ("error", "no items"),
        ("a a", "`for_each` gives the key a twice; give each item a `key` of its own"),
        ("a b c d e f", "`for_each` gives 6 items, and 5 is the limit"),
    ] {
        let run = started(&format!("g: each({items})\n"));
        assert_eq!(name(run.state_of("g")), "failed(expression)");
        assert_eq!(run.state.node(0).unwrap().detail(), Some(detail));
    }
}

#[test]
fn a_resume_keeps_the_items_and_forgetting_what_they_came_from_does_not() {
    let mut run = started(GROWING);
    run.succeed("before");
    run.fail("g[1]");
    assert_eq!(run.verdict(), Some(Verdict::Failed));
    run.resume();
    assert_eq!(name(run.state_of("g[1]")), "running");
    assert!(run.state.index("g[2]").is_none());
    run.succeed("g[1]");
    run.succeed("after");

    run.take_over(Vec::new(), &[Request::Resume, Request::Forget { node: "before".to_owned() }]);
    run.succeed("before");
    expect![[r#"
        before: succeeded
        g: expanded
        after: pending
        g[1]: running
        g[2]: running
    "#]]
    .assert_eq(&run.states());
    check_replay(&run, GROWING);
}

#[test]
fn an_instance_whose_item_is_gone_is_left_out_and_can_come_back() {
    let mut run = started(&GROWING.replace("attempts 0", "a b"));
    run.succeed("before");
    let change = |run: &mut Run, items: &str| {
        let mut plan = (**run.state.plan()).clone();
        plan.nodes[1].expansion.as_mut().unwrap().expression = items.to_owned();
        let records = run.records.clone();
        run.state = replay("run", plan.into(), &records).unwrap();
    };
    run.succeed("g[a]");
    run.fail("g[b]");
    change(&mut run, "b");
    run.take_over(Vec::new(), &[Request::Resume, Request::Forget { node: "g".to_owned() }]);
    assert_eq!(run.state.node(run.state.index("g[a]").unwrap()).unwrap().detail(), Some("its item is gone"));
    run.fail("g[b]");
    assert_eq!(run.verdict(), Some(Verdict::Failed));
    run.resume();
    assert_eq!(name(run.state_of("g[a]")), "skipped", "a resume does not take it up again");
    run.fail("g[b]");
    change(&mut run, "a c");
    run.take_over(Vec::new(), &[Request::Resume, Request::Forget { node: "g".to_owned() }]);
    expect![[r#"
        before: succeeded
        g: expanded
        after: pending
        g[a]: running
        g[b]: skipped
        g[c]: running
    "#]]
    .assert_eq(&run.states());
    run.succeed("g[a]");
    run.succeed("g[c]");
    run.succeed("after");
    assert_eq!(run.verdict(), Some(Verdict::Succeeded));
}

#[test]
fn an_instance_can_be_a_dag() {
    let text = "g: each-dag(x y)\nafter <- g\n";
    let mut run = started(text);
    for path in ["g[x]/one", "g[y]/one", "g[x]/two"] {
        run.succeed(path);
    }
    check_replay(&run, text);
    run.fail("g[y]/two");
    expect![[r#"
        g: failed(children)
        after: blocked
        g[x]: succeeded
        g[x]/one: succeeded
        g[x]/two: succeeded
        g[y]: failed(children)
        g[y]/one: succeeded
        g[y]/two: failed(exit)
    "#]]
    .assert_eq(&run.states());
    let prefixes: Vec<&str> = run.state.plan().scopes.iter().map(|scope| scope.prefix.as_str()).collect();
    assert_eq!(prefixes, ["g[x]/", "g[y]/"]);
    run.resume();
    run.succeed("g[y]/two");
    run.succeed("after");
    assert_eq!(run.verdict(), Some(Verdict::Succeeded));

    run.take_over(Vec::new(), &[Request::Resume, Request::Forget { node: "g[y]/two".to_owned() }]);
    assert_eq!(name(run.state_of("g[y]/one")), "succeeded", "what it does not wait for stays");
    assert_eq!(name(run.state_of("g[x]/two")), "succeeded");
    assert_eq!(
        (name(run.state_of("g[y]/two")), name(run.state_of("after"))),
        ("running".into(), "pending".into())
    );
    assert_eq!(run.state_of("g"), NodeState::Expanded);
}
