//! ENGINE, section 7: tickets, lines, limits.

use divisi_engine::event::Request;
use divisi_model::OnFailure;
use expect_test::{Expect, expect};

use crate::support::{Run, give_to_runner, out_of_quota, parse};

/// Paths of the nodes with a live attempt.
fn live(run: &Run) -> Vec<String> {
    run.state.live().map(|live| run.state.plan().nodes[live.node].path.clone()).collect()
}

/// Runs to the end; who was live together at each step.
fn steps(mut run: Run, expected: Expect) {
    let mut told = String::new();
    while let Some(first) = run.first_live() {
        told += &format!("{}\n", live(&run).join(" "));
        run.succeed(&first);
    }
    assert!(run.verdict().is_some(), "{}", run.states());
    expected.assert_eq(&told);
}

#[test]
fn a_lock_without_a_capacity_has_one_writer_or_many_readers() {
    let run = Run::started(parse(
        "
        r1: shared(docs)
        r2: shared(docs)
        w: lock(docs)
        other
        ",
    ));
    steps(
        run,
        expect![[r#"
        r1 r2 other
        r2 other
        w other
        other
    "#]],
    );
}

#[test]
fn a_younger_reader_does_not_overtake_a_writer_that_waits() {
    let run = Run::started(parse(
        "
        r1: shared(docs)
        w: lock(docs)
        r2: shared(docs), priority(9)
        before
        r3 <- before: shared(docs), priority(9)
        ",
    ));
    // The tickets are taken in plan order here, so the reader of high priority stands behind the writer.
    steps(
        run,
        expect![[r#"
        r1 before
        w before
        r2 before
        before
        r3
    "#]],
    );
}

#[test]
fn a_capacity_is_taken_by_the_unit_or_as_a_whole() {
    let run = Run::started(parse(
        "
        a: shared(db 2)
        b: shared(db)
        c: shared(db)
        all: lock(db)
        d: shared(db)
        ",
    ));
    steps(
        run,
        expect![[r#"
        a b
        b c
        c
        all
        d
    "#]],
    );
}

#[test]
fn locks_are_taken_all_at_once_or_none() {
    let run = Run::started(parse(
        "
        x: lock(one)
        both: lock(one), lock(two)
        y: lock(two)
        z: lock(three)
        ",
    ));
    // While `both` waits for `one` it stands before `y` at `two`.
    steps(
        run,
        expect![[r#"
        x z
        both z
        y z
        z
    "#]],
    );
}

#[test]
fn priority_orders_those_that_are_not_in_each_others_way() {
    let mut plan = parse(
        "
        a: shared(docs)
        b: shared(docs), priority(5)
        c: shared(docs), priority(9)
        ",
    );
    plan.max_parallel = 1;
    steps(
        Run::started(plan),
        expect![[r#"
        c
        b
        a
    "#]],
    );
}

#[test]
fn what_waits_for_its_next_try_holds_nothing_and_stands_at_the_end_afterwards() {
    let mut run = Run::started(parse(
        "
        a: lock(db), retry(2)
        b: lock(db)
        c: lock(db)
        ",
    ));
    run.fail("a");
    assert_eq!(live(&run), ["b"]);
    run.try_again("a");
    run.succeed("b");
    assert_eq!(live(&run), ["c"]);
    run.succeed("c");
    assert_eq!(live(&run), ["a"]);
}

#[test]
fn who_waits_for_quota_is_in_nobodys_way() {
    let mut plan = parse(
        "
        a: lock(db)
        b: lock(db)
        c: lock(db)
        ",
    );
    give_to_runner(&mut plan, 0, "one");
    give_to_runner(&mut plan, 1, "one");
    let mut run = Run::started(plan);
    run.exit("a", out_of_quota(None));
    assert_eq!(live(&run), ["c"]);
    run.request(Request::Cancel);
    run.fail("c");
    assert!(run.verdict().is_some());
}

#[test]
fn the_end_of_one_who_waits_lets_the_next_in() {
    let mut plan = parse(
        "
        r: shared(docs)
        w: lock(docs)
        late: shared(docs)
        ",
    );
    plan.on_failure = OnFailure::Continue;
    let mut run = Run::started(plan);
    assert_eq!(live(&run), ["r"]);
    run.cancel_node("w");
    assert_eq!(live(&run), ["r", "late"]);
}

#[test]
fn a_limit_holds_whatever_else_is_free() {
    let run = Run::started(parse(
        "
        a: limit(phase 1)
        b: limit(phase), priority(3)
        c: limit(phase), limit(inner 1)
        d: limit(inner)
        e
        ",
    ));
    steps(
        run,
        expect![[r#"
        b d e
        a d e
        d e
        c e
        e
    "#]],
    );
}

#[test]
fn a_pause_holds_nobody_up_at_a_lock() {
    let mut run = Run::started(parse("a: lock(db)\nb: lock(db)"));
    run.request(Request::Pause);
    run.succeed("a");
    assert!(live(&run).is_empty());
    run.request(Request::Unpause);
    assert_eq!(live(&run), ["b"]);
}

#[test]
fn a_lost_attempt_gives_its_locks_back() {
    let mut run = Run::started(parse("a: lock(db), ask\nb: lock(db)"));
    run.take_over(Vec::new(), &[]);
    assert_eq!(live(&run), ["b"]);
}

#[test]
fn who_gets_what_another_run_had_opens_the_way_for_all_that_need_the_same() {
    let mut run = Run::planned(parse("a: shared(docs)\nfirst\nb <- first: shared(docs), limit(two 2)"));
    run.outside.held.insert(0);
    run.take_over(Vec::new(), &[]);
    assert_eq!(run.states(), "a: ready\nfirst: running\nb: pending\n");
    run.outside.held.clear();
    run.succeed("first");
    assert_eq!(run.states(), "a: running\nfirst: succeeded\nb: running\n");
}
