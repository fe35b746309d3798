//! A check that takes over what an earlier one found says what a check of everything says.

use divisi_analysis::{CheckCache, check, check_again, codes};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::support::{AGENTS, Fixture};

/// Nodes with as many findings as possible, of each kind of rule.
const FAULTY: &str = "\
name: faulty
description: all kinds of faults
args: { scope: { default: src }, mode: { default: quick } }
phases:
  - { id: first, nodes: [scan, nobody] }
  - { id: second, barrier: true }
nodes:
  - id: scan
    agent: planner
    prompt: Look at {{ args.scop }} and {{ nodes.report.outputs.summary }}
    outputs: [findings]
  - id: lint
    needs: [scna, scan, scan]
    run: lint {{ args.scope }}
    timout: 5
    when: args.mode
  - id: report
    depends_on: [lint, scan]
    inputs: { found: findings, more: lint.log, other: nowhere }
    agent: code-reviewr
    prompt: |
      Sum up {{ nodes.scan.outputs.finding }} and {{ nodes.lint.status == \"success\" }}.
      Ask the code-reviewr agent. {{ item }} {{
    outputs: [summary]
    phase: secnd
  - id: scan
    run: [a, \"{{ nodes.late.outputs.x }}\"]
    approve: well?
    writes: [out/**]
  - id: late
    depends_on: [late, report]
    run: \"\"
    outputs: [x, x2]
    estimate: 10m
    timeout: 5m # divisi: allow(timeout-below-estimate)
    reads: [out/a]
  - id: bad id
    for_each: [a, b, a]
    agent: planner
    prompt: hello
    outputs: [one, two]
  - run: x
";

const SOUND: &str = "\
name: sound
nodes:
  - id: a
    agent: planner
    prompt: Look
    outputs: [found]
  - id: b
    depends_on: [a]
    agent: code-reviewer
    prompt: |
      {{ nodes.a.outputs.found }}
    outputs: [found]
  - id: c
    depends_on: [a, b]
    run: [x, \"{{ nodes.b.outputs.found }}\", \"{{ nodes.a.status }}\"]
  - id: d
    depends_on: [c]
    inputs: [found]
    run: y
max_parallel: 2
";

const IN_MAP: &str = "\
nodes:
  a: { run: x, outputs: [o] }
  b:
    depends_on: [a, c]
    run: [y, \"{{ nodes.a.outputs.p }}\"]
  c:
    agent: planner
    prompt: \"{{ nodes.b.outputs.q }}\"
    unknown: 1
";

const PIECES: &[&str] = &[
    "a",
    "b",
    "scan",
    "lint",
    "x: ",
    "- ",
    "[",
    "]",
    "\"",
    "#",
    "\n",
    "\n    ",
    "\n  - id: new\n    run: x",
    " ",
    "{{ args.x }}",
    "{{ nodes.a.outputs.found }}",
    "{{",
    ", scan",
    "\n    timeout: 5m",
    "\n    outputs: [y]",
    "\n    depends_on: [c]",
    "&x ",
    "*x",
    "# divisi: allow(unknown-key)",
    "é",
    "\nargs: { x: {} }",
];

/// Where, how much goes, what comes.
type Edit = (Index, usize, &'static str);

fn edit() -> impl Strategy<Value = Edit> {
    let removed = prop_oneof![3 => Just(0_usize), 3 => 1..4_usize, 1 => 0..40_usize];
    (any::<Index>(), removed, prop_oneof![1 => Just(""), 3 => select(PIECES)])
}

fn edited(text: &str, (place, removed, piece): &Edit) -> String {
    let cut =
        |offset: usize| (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let start = cut(place.index(text.len() + 1));
    format!("{}{piece}{}", &text[..start], &text[cut(start + removed)..])
}

/// The sound ones, the faulty one, and what the pages of the rules show.
fn bases() -> Vec<&'static str> {
    let examples = codes::all().map(|code| code.example);
    let dags =
        examples.filter(|example| example.path.ends_with(".dag.yaml")).flat_map(|it| [it.bad, it.good]);
    [FAULTY, SOUND, IN_MAP].into_iter().chain(dags.filter(|text| !text.is_empty())).collect()
}

/// Checks what is there now both ways.
fn compare(fixture: &Fixture, cache: &mut CheckCache) {
    let (snapshot, document) = (fixture.snapshot(), fixture.document("review.dag.yaml"));
    let again = check_again(&snapshot, &document, cache);
    let all = check(&snapshot, &document);
    let difference: Vec<_> = again
        .iter()
        .filter(|it| !all.contains(it))
        .chain(all.iter().filter(|it| !again.contains(it)))
        .collect();
    assert!(difference.is_empty() && again.len() == all.len(), "{}\n{difference:#?}", document.text);
}

fn run(base: &str, edits: &[Edit], back: bool) {
    let mut fixture = Fixture::new(AGENTS);
    let mut cache = CheckCache::default();
    let mut text = base.to_owned();
    fixture.open("review.dag.yaml", &text);
    compare(&fixture, &mut cache);
    for edit in edits {
        let now = edited(&text, edit);
        let before = std::mem::replace(&mut text, now);
        fixture.open("review.dag.yaml", &text);
        compare(&fixture, &mut cache);
        if back {
            text = before;
            fixture.open("review.dag.yaml", &text);
            compare(&fixture, &mut cache);
        }
    }
}

/// What a node of a [`wired`] DAG says of others, by index.
#[derive(Debug, Clone)]
struct Wires {
    waits_for: Vec<usize>,
    takes: Vec<usize>,
    input: Option<usize>,
}

const WIRED_NODES: usize = 6;

fn wires() -> impl Strategy<Value = Wires> {
    let some = || prop::collection::vec(0..WIRED_NODES, 0..3);
    let input = prop::option::weighted(0.2, 0..WIRED_NODES);
    (some(), some(), input).prop_map(|(waits_for, takes, input)| Wires { waits_for, takes, input })
}

/// Nodes that take from each other what may or may not be there by then.
fn wired(nodes: &[Wires]) -> String {
    let node = |(index, wires): (usize, &Wires)| {
        let names: Vec<String> = wires.waits_for.iter().map(|node| format!("n{node}")).collect();
        let input = wires.input.map(|node| format!("    inputs: [n{node}.o]\n")).unwrap_or_default();
        let takes: String =
            wires.takes.iter().map(|node| format!(" {{{{ nodes.n{node}.outputs.o }}}}")).collect();
        format!(
            "  - id: n{index}\n    depends_on: [{}]\n{input}    agent: planner\n    prompt: Look at{takes}\n    \
             outputs: [o, p]\n",
            names.join(", ")
        )
    };
    format!("nodes:\n{}", nodes.iter().enumerate().map(node).collect::<String>())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edits_one_after_the_other(base in select(bases()), edits in prop::collection::vec(edit(), 1..6)) {
        run(base, &edits, false);
    }

    #[test]
    fn slips_that_are_taken_back(
        base in select(vec![FAULTY, SOUND, IN_MAP]),
        edits in prop::collection::vec(edit(), 1..8),
    ) {
        run(base, &edits, true);
    }

    #[test]
    fn other_dependencies_and_other_templates(
        nodes in prop::collection::vec(wires(), WIRED_NODES),
        changes in prop::collection::vec((0..WIRED_NODES, wires()), 1..8),
    ) {
        let mut nodes = nodes;
        let mut fixture = Fixture::new(AGENTS);
        let mut cache = CheckCache::default();
        fixture.open("review.dag.yaml", &wired(&nodes));
        compare(&fixture, &mut cache);
        for (place, wires) in changes {
            nodes[place] = wires;
            fixture.open("review.dag.yaml", &wired(&nodes));
            compare(&fixture, &mut cache);
        }
    }
}
