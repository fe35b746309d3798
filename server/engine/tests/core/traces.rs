//! A run as a trace: which spans it has, what they are called, and that whoever reads the journal tells the same.

use std::collections::BTreeMap;

use divisi_engine::core::Recovered;
use divisi_engine::event::Verdict;
use divisi_engine::plan::StoredPlan;
use divisi_engine::traces::{AttributeValue, Span, SpanId, SpanStatus, TraceContext, Tracer};
use divisi_model::OnFailure;
use expect_test::expect;

use crate::support::{Run, failed, give_to_runner, parse, spent, succeeded, undoing};

const AROUND: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn spans(run: &Run, plan: &StoredPlan) -> Vec<Span> {
    let mut tracer = Tracer::new(TraceContext::of("r", plan), plan);
    run.records.iter().for_each(|record| tracer.take(record));
    tracer.break_off();
    tracer.finished()
}

/// The spans as a tree, siblings by their names; times since the run began.
fn tree(spans: &[Span]) -> String {
    let names: BTreeMap<SpanId, &str> = spans.iter().map(|span| (span.id, span.name.as_str())).collect();
    assert_eq!(names.len(), spans.len(), "each span has an id of its own");
    let start = spans.iter().map(|span| span.start).min().unwrap();
    let mut lines = Vec::new();
    let roots = spans.iter().filter(|span| span.parent.is_none_or(|parent| !names.contains_key(&parent)));
    let mut open: Vec<(usize, &Span)> = roots.map(|span| (0, span)).collect();
    while let Some((depth, span)) = open.pop() {
        let mut text =
            format!("{}{} {}–{}", "  ".repeat(depth), span.name, span.start - start, span.end - start);
        for (name, value) in &span.attributes {
            let value = match value {
                AttributeValue::Text(text) => text.clone(),
                AttributeValue::Whole(number) => number.to_string(),
                AttributeValue::Number(number) => number.to_string(),
                AttributeValue::Truth(truth) => truth.to_string(),
            };
            let is_said_by_the_name = name.starts_with("cicd.") && !name.ends_with("result");
            if !is_said_by_the_name {
                text.push_str(&format!(" {name}={value}"));
            }
        }
        for link in &span.links {
            text.push_str(&format!(" ←{}", names[link]));
        }
        if let SpanStatus::Error(why) = &span.status {
            text.push_str(&format!(" !{why}"));
        }
        lines.push(text + "\n");
        let mut children: Vec<_> = spans.iter().filter(|child| child.parent == Some(span.id)).collect();
        children.sort_by(|one, other| (&other.name, other.start).cmp(&(&one.name, one.start)));
        open.extend(children.into_iter().map(|child| (depth + 1, child)));
    }
    lines.concat()
}

#[test]
fn a_run_holds_its_nodes_and_a_node_its_attempts() {
    let mut plan = parse("a\nb <- a: retry(2)\ng <- a: group(x)\nx\nz <- b g");
    give_to_runner(&mut plan, 0, "claude");
    let mut run = Run::started(plan.clone());
    run.now += 10;
    run.exit("a", spent(20_000, 1_500, 2));
    run.now += 5;
    run.fail("b");
    run.succeed("x");
    run.now += 5;
    run.try_again("b");
    run.fail("b");
    assert_eq!(run.verdict(), Some(Verdict::Failed));
    expect![[r#"
        RUN test 0–20 divisi.max_parallel=4 divisi.tokens=1500 divisi.cost.usd=0.02 cicd.pipeline.result=failure divisi.verdict=failed error.type=failed !
          a 0–10 divisi.node.kind=agent cicd.pipeline.task.run.result=success divisi.node.state=succeeded
            invoke_agent claude 0–10 divisi.attempt=1 gen_ai.operation.name=invoke_agent gen_ai.agent.name=claude divisi.runner=claude gen_ai.provider.name=anthropic divisi.attempt.end=succeeded gen_ai.usage.input_tokens=0 gen_ai.usage.output_tokens=1500 gen_ai.usage.cache_read.input_tokens=0 divisi.cost.usd=0.02 divisi.turns=2
          b 10–20 divisi.node.kind=program cicd.pipeline.task.run.result=failure divisi.node.state=failed error.type=exit ←a !exit status 1
            attempt 10–15 divisi.attempt=1 divisi.attempt.end=failed process.exit.code=1 error.type=exit !exit
            attempt 20–20 divisi.attempt=2 divisi.attempt.end=failed process.exit.code=1 error.type=exit !exit
          g 10–15 divisi.node.kind=for_each cicd.pipeline.task.run.result=success divisi.node.state=succeeded ←a
            x 10–15 divisi.node.kind=program cicd.pipeline.task.run.result=success divisi.node.state=succeeded
              attempt 10–15 divisi.attempt=1 divisi.attempt.end=succeeded
          z 20–20 divisi.node.kind=program cicd.pipeline.task.run.result=skip divisi.node.state=blocked ←b ←g
    "#]].assert_eq(&tree(&spans(&run, &plan)));
}

#[test]
fn a_run_that_goes_on_after_its_end_is_a_part_of_the_first() {
    let plan = parse("a\nb <- a");
    let mut run = Run::started(plan.clone());
    run.succeed("a");
    run.fail("b");
    run.now += 1_000;
    run.resume();
    run.succeed("b");
    assert_eq!(run.verdict(), Some(Verdict::Succeeded));
    expect![[r#"
        RUN test 0–0 divisi.max_parallel=4 cicd.pipeline.result=failure divisi.verdict=failed error.type=failed !
          RUN test 1000–1000 divisi.max_parallel=4 cicd.pipeline.result=success divisi.verdict=succeeded
            b 1000–1000 divisi.node.kind=program cicd.pipeline.task.run.result=success divisi.node.state=succeeded ←a
              attempt 1000–1000 divisi.attempt=2 divisi.attempt.end=succeeded
          a 0–0 divisi.node.kind=program cicd.pipeline.task.run.result=success divisi.node.state=succeeded
            attempt 0–0 divisi.attempt=1 divisi.attempt.end=succeeded
          b 0–0 divisi.node.kind=program cicd.pipeline.task.run.result=failure divisi.node.state=failed error.type=exit ←a !exit status 1
            attempt 0–0 divisi.attempt=1 divisi.attempt.end=failed process.exit.code=1 error.type=exit !exit
    "#]].assert_eq(&tree(&spans(&run, &plan)));
}

#[test]
fn undoing_is_told_beside_what_was_done() {
    let mut plan = parse("a\nb <- a");
    plan.nodes[0].compensate = Some(undoing("undo", ""));
    plan.on_failure = OnFailure::Compensate;
    let mut run = Run::started(plan.clone());
    run.succeed("a");
    run.fail("b");
    run.now += 10;
    run.succeed("a");
    assert_eq!(run.verdict(), Some(Verdict::Compensated));
    expect![[r#"
        RUN test 0–10 divisi.max_parallel=4 cicd.pipeline.result=failure divisi.verdict=compensated error.type=compensated !
          a 0–0 divisi.node.kind=program cicd.pipeline.task.run.result=success divisi.node.state=succeeded
            attempt 0–0 divisi.attempt=1 divisi.attempt.end=succeeded
          b 0–0 divisi.node.kind=program cicd.pipeline.task.run.result=failure divisi.node.state=failed error.type=exit ←a !exit status 1
            attempt 0–0 divisi.attempt=1 divisi.attempt.end=failed process.exit.code=1 error.type=exit !exit
          undo a 0–10 divisi.node.kind=program cicd.pipeline.task.run.result=success divisi.node.state=compensated
            attempt 0–10 divisi.attempt=2 divisi.attempt.end=succeeded
    "#]].assert_eq(&tree(&spans(&run, &plan)));
}

#[test]
fn a_host_that_takes_over_goes_on_with_the_same_spans() {
    let plan = parse("a\nb <- a");
    let mut run = Run::started(plan.clone());
    let key = run.key("a");
    let found = vec![Recovered { node: key.node, attempt: key.attempt, outcome: succeeded("made") }];
    run.now += 10;
    run.take_over(found, &[]);
    run.now += 10;
    run.take_over(Vec::new(), &[]);
    run.exit("b", failed());
    let whole = spans(&run, &plan);
    expect![[r#"
        RUN test 0–20 divisi.max_parallel=4 cicd.pipeline.result=failure divisi.verdict=failed error.type=failed !
          a 0–10 divisi.node.kind=program cicd.pipeline.task.run.result=success divisi.node.state=succeeded
            attempt 0–10 divisi.attempt=1 divisi.attempt.end=succeeded
          b 10–20 divisi.node.kind=program cicd.pipeline.task.run.result=failure divisi.node.state=failed error.type=exit ←a !exit status 1
            attempt 10–20 divisi.attempt=1 divisi.attempt.end=lost error.type=lost !lost
            attempt 20–20 divisi.attempt=2 divisi.attempt.end=failed process.exit.code=1 error.type=exit !exit
    "#]].assert_eq(&tree(&whole));

    let mut tracer = Tracer::new(TraceContext::of("r", &plan), &plan);
    let mut by_and_by = Vec::new();
    for record in &run.records {
        tracer.take(record);
        by_and_by.extend(tracer.finished());
    }
    assert_eq!(by_and_by, whole, "what is told follows from the events alone");
    assert!(by_and_by.windows(2).all(|pair| pair[0].seq < pair[1].seq), "one event ends one span");
}

#[test]
fn a_run_joins_the_trace_in_which_it_was_started() {
    let mut plan = parse("a");
    let own = TraceContext::of("r", &plan);
    assert_eq!(own.parent(), None);
    assert_eq!(own, TraceContext::of("r", &plan), "a resume continues the same trace");
    assert_ne!(own.trace(), TraceContext::of("s", &plan).trace());

    plan.trace_parent = Some(AROUND.to_owned());
    let joined = TraceContext::of("r", &plan);
    let handed = joined.handed_to("a", 1);
    assert!(
        handed.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && handed.ends_with("-01"),
        "{handed}"
    );
    let run = Run::started(plan.clone());
    let root = spans(&run, &plan).into_iter().next_back().unwrap();
    assert_eq!(root.parent, joined.parent());
    assert!(root.parent.is_some());

    plan.trace_parent = Some("nonsense".to_owned());
    assert_eq!(TraceContext::of("r", &plan), own);
}
