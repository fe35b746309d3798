//! Lowering what was read anew gives what lowering everything gives.

use divisi_model::lower::{lower, lower_again};
use divisi_model::{Dag, Stamp};
use divisi_syntax::{Tree, yaml};
use proptest::prelude::*;
use proptest::sample::{Index, select};

const FULL: &str = "\
name: review
args: { target: { required: true } }
defaults: { timeout: 10m, env: { A: x }, retry: { attempts: 2 }, runner: claude }
phases:
  - { id: first, nodes: [analyse, sum] }
  - id: second
    barrier: true
nodes:
  - id: analyse
    agent: analyser
    prompt: |
      Look at {{ args.target }}.
    outputs: [report, \"files\"]
  - id: review
    phase: second
    depends_on: [analyse]
    when: args.target
    for_each: \"{{ nodes.analyse.outputs.files }}\"
    run: ['cargo', \"--package={{ item }}\"]
    inputs: { files: analyse.files }
    reads: [src/**]
    locks: [{ name: gpu, mode: shared }]
    compensate: { run: undo, timeout: 1m }
  - just text
  -
    id: sum
    needs: review
    dag: other.dag.yaml
    args: { a: \"{{ item }}\" }
    cache: { key: k }
    env: { B: y }
max_parallel: 4
locks: { gpu: 2 }
";

const BEHIND: &str = "\
nodes:
  a: { run: x }
  b:
    depends_on: [a]
    run: y
  c:
    agent: z
    prompt: \"and so on\"
defaults:
  timeout: 5m
  model: large
phases:
  - id: one
    nodes: [a, c]
";

const SMALL: &str = "nodes:\n- id: a\n  run: x\n- id: b\n  approve: ok?\n- id: c\n  command: /x\n";

const PIECES: &[&str] = &[
    "a",
    "b: ",
    "- ",
    ": ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "\"",
    "|",
    "#",
    "\n",
    "\n  ",
    "\n    ",
    "\n  - id: new\n    run: x",
    "\n  d: { run: z }",
    " ",
    "é",
    "\n    k: v",
    "\nk: v",
    "nodes:\n",
    "defaults:\n",
    "timeout: 1h",
    "phase: first",
    "&x ",
    "*x",
    "null",
];

/// Where, how much goes, what comes.
type Edit = (Index, usize, &'static str);

fn edit() -> impl Strategy<Value = Edit> {
    let removed = prop_oneof![3 => Just(0_usize), 3 => 1..4_usize, 1 => 0..60_usize];
    (any::<Index>(), removed, prop_oneof![1 => Just(""), 4 => select(PIECES)])
}

fn edited(text: &str, (place, removed, piece): &Edit) -> String {
    let cut =
        |offset: usize| (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let start = cut(place.index(text.len() + 1));
    format!("{}{piece}{}", &text[..start], &text[cut(start + removed)..])
}

fn lowered(tree: &Tree) -> Option<Dag> {
    lower(tree, tree.root()?)
}

fn step(tree: Tree, dag: Option<Dag>, text: &str) -> (Tree, Option<Dag>) {
    let again = yaml::reparse(tree, text.into());
    let root = again.tree.root();
    let dag = match (root, dag, again.change) {
        (Some(root), Some(dag), Some(change)) => lower_again(dag, &again.tree, root, &change),
        (root, ..) => root.and_then(|root| lower(&again.tree, root)),
    };
    let lines = |dag: &Option<Dag>| format!("{dag:#?}");
    let (found, expected) = (lines(&dag), lines(&lowered(&again.tree)));
    let difference = found.lines().zip(expected.lines()).position(|(found, expected)| found != expected);
    let around = |text: &str| {
        text.lines().skip(difference.unwrap_or(0).saturating_sub(12)).take(16).collect::<Vec<_>>().join("\n")
    };
    assert!(
        found == expected,
        "{text}\n--- {:?}\n{}\n--- expected\n{}",
        again.change,
        around(&found),
        around(&expected)
    );
    (again.tree, dag)
}

/// Nodes point to the defaults that they take; here a default behind all nodes moves, and no node does.
#[test]
fn a_blank_within_defaults_behind_the_nodes() {
    let text = BEHIND.replace("timeout: 5m\n", "timeout: 5m \n");
    let tree = yaml::parse(BEHIND.into());
    let dag = lowered(&tree);
    step(tree, dag, &text);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edits_one_after_the_other(
        base in select(vec![FULL, BEHIND, SMALL]),
        edits in prop::collection::vec(edit(), 1..6),
    ) {
        let mut tree = yaml::parse(base.into());
        let mut dag = lowered(&tree);
        for edit in &edits {
            let text = edited(tree.text(), edit);
            (tree, dag) = step(tree, dag, &text);
        }
    }
}

/// What is not typed in keeps its stamp; else the test above shows nothing.
#[test]
fn other_nodes_are_kept() {
    for (base, at, kept) in
        [(FULL, "src/**", 2), (BEHIND, "and so", 2), (SMALL, "ok?", 2), (FULL, "name: review", 3)]
    {
        let tree = yaml::parse(base.into());
        let dag = lowered(&tree).unwrap();
        let stamps: Vec<Stamp> = dag.nodes.iter().map(|node| node.stamp).collect();
        let (_, dag) = step(tree, Some(dag), &base.replacen(at, &format!("{at}x"), 1));
        let now: Vec<Stamp> = dag.unwrap().nodes.iter().map(|node| node.stamp).collect();
        let same = stamps.iter().zip(&now).filter(|(before, now)| before == now).count();
        assert_eq!((same, now.len()), (kept, 3), "{at}");
    }
}
