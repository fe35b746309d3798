//! Graphs as text and as pictures.

#![expect(clippy::expect_used, reason = "what goes wrong here fails a test")]

use std::sync::Arc;

use divisi_analysis::drawing::{Notation, draw};
use divisi_model::{Dag, lower};
use divisi_syntax::yaml;
use expect_test::{Expect, expect};

fn dag(text: &str) -> Dag {
    let tree = yaml::parse(Arc::from(text));
    let root = tree.root().expect("a root");
    lower::lower(&tree, root).expect("a DAG")
}

fn check(text: &str, notation: Notation, expected: Expect) {
    expected.assert_eq(&draw(&dag(text), "review \"all\"", notation));
}

const REVIEW: &str = r#"
phases:
  - {id: look, title: Look <at> it}
  - {id: tell, barrier: true}
nodes:
  - {id: map, agent: mapper, prompt: x, phase: look, estimate: 5m}
  - {id: quality, agent: reviewer, prompt: x, phase: look, depends_on: [map]}
  - {id: tests, run: [cargo, test, "a \"b\""], depends_on: [map], estimate: 10m}
  - {id: merge, agent: senior, prompt: x, phase: tell, depends_on: [quality, tests, map]}
"#;

const RING: &str = "
nodes:
  - {id: a, run: x, depends_on: [c]}
  - {id: b, run: x, depends_on: [a]}
  - {id: c, run: x, depends_on: [b]}
  - {id: d, run: x, depends_on: [c]}
  - {run: nameless}
";

#[test]
fn mermaid() {
    check(
        REVIEW,
        Notation::Mermaid,
        expect![[r#"
        ---
        title: "review \"all\""
        ---
        flowchart LR
          subgraph p0["Look #60;at#62; it"]
            n0["map<br/>agent mapper"]
            n1["quality<br/>agent reviewer"]
          end
          subgraph p1["tell (barrier)"]
            n3["merge<br/>agent senior"]
          end
          n2["tests<br/>run cargo test a #34;b#34;"]
          n0 --> n1
          n0 ==> n2
          n0 --> n3
          n1 --> n3
          n2 ==> n3
          classDef critical stroke-width:3px
          class n0,n2,n3 critical
    "#]],
    );
    check(
        RING,
        Notation::Mermaid,
        expect![[r#"
        ---
        title: "review \"all\""
        ---
        flowchart LR
          n0["a<br/>run x"]
          n1["b<br/>run x"]
          n2["c<br/>run x"]
          n3["d<br/>run x"]
          n4["run nameless"]
          n2 --> n0
          n0 --> n1
          n1 --> n2
          n2 --> n3
          classDef cycle stroke:#cf222e,stroke-width:3px
          class n0,n1,n2 cycle
          linkStyle 0,1,2 stroke:#cf222e
    "#]],
    );
}

#[test]
fn dot() {
    check(
        REVIEW,
        Notation::Dot,
        expect![[r#"
        digraph "review \"all\"" {
          rankdir=LR;
          node [shape=box, style=rounded, fontname="sans-serif"];
          subgraph cluster_0 {
            label="Look <at> it";
            n0 [label="map\nagent mapper", penwidth=2.5];
            n1 [label="quality\nagent reviewer"];
          }
          subgraph cluster_1 {
            label="tell (barrier)";
            n3 [label="merge\nagent senior", penwidth=2.5];
          }
          n2 [label="tests\nrun cargo test a \"b\"", penwidth=2.5];
          n0 -> n1;
          n0 -> n2 [penwidth=2.5];
          n0 -> n3;
          n1 -> n3;
          n2 -> n3 [penwidth=2.5];
        }
    "#]],
    );
    check(
        RING,
        Notation::Dot,
        expect![[r#"
        digraph "review \"all\"" {
          rankdir=LR;
          node [shape=box, style=rounded, fontname="sans-serif"];
          n0 [label="a\nrun x", color=red];
          n1 [label="b\nrun x", color=red];
          n2 [label="c\nrun x", color=red];
          n3 [label="d\nrun x"];
          n4 [label="run nameless"];
          n2 -> n0 [color=red];
          n0 -> n1 [color=red];
          n1 -> n2 [color=red];
          n2 -> n3;
        }
    "#]],
    );
}

#[test]
fn ascii() {
    check(
        REVIEW,
        Notation::Ascii,
        expect![[r#"
        review "all": 4 nodes, 5 dependencies, 3 levels

        level 0
          * map      agent mapper

        level 1
            quality  agent reviewer        <- map
          * tests    run cargo test a "b"  <- map

        level 2
          * merge    agent senior          <- map, quality, tests

        * on the critical path
    "#]],
    );
    check(
        RING,
        Notation::Ascii,
        expect![[r#"
            review "all": 5 nodes, 4 dependencies, 4 levels

            level 0
              ! a             run x  <- c
                run nameless

            level 1
              ! b             run x  <- a

            level 2
              ! c             run x  <- b

            level 3
                d             run x  <- c

            ! waits for itself in a ring
        "#]],
    );
    check(
        "nodes: []",
        Notation::Ascii,
        expect![[r#"
        review "all": 0 nodes, 0 dependencies, 0 levels
    "#]],
    );
}

/// The numbers of an attribute, in the order of the picture.
fn numbers(svg: &str, attribute: &str) -> Vec<f64> {
    let mark = format!(" {attribute}=\"");
    svg.split(&mark).skip(1).filter_map(|rest| rest.split('"').next()?.parse().ok()).collect()
}

/// Rectangles of nodes: left, top, width.
fn boxes(svg: &str) -> Vec<(f64, f64, f64)> {
    let of_node = |line: &str| {
        let number = |attribute| numbers(line, attribute).first().copied();
        Some((number("x")?, number("y")?, number("width")?))
    };
    svg.lines().filter(|line| line.contains("class=\"node")).filter_map(of_node).collect()
}

#[test]
fn svg_has_words_and_marks() {
    let svg = draw(&dag(REVIEW), "review \"all\"", Notation::Svg);
    for part in [
        "<title id=\"title\">review &quot;all&quot;</title>",
        "The critical path is map, tests, merge.",
        "Look &lt;at&gt; it",
        "prefers-color-scheme: dark",
        "class=\"node critical\"",
        "class=\"wire critical\"",
    ] {
        assert!(svg.contains(part), "{part}\n{svg}");
    }
    assert!(!svg.contains("href"));
    let ring = draw(&dag(RING), "ring", Notation::Svg);
    assert_eq!(ring.matches("class=\"wire cyclic\"").count(), 3, "{ring}");
    assert!(ring.contains("in a ring"));
}

#[test]
fn nodes_of_a_picture_do_not_cover_each_other() {
    let mut text = String::from("phases: [{id: p}, {id: q}, {id: r}]\nnodes:\n");
    for at in 0..50 {
        let before: Vec<String> =
            (0..at).filter(|other| (at * 7 + other * 3) % 11 == 0).map(|other| format!("n{other}")).collect();
        let phase = ["p", "q", "r"][at % 3];
        text.push_str(&format!(
            "  - {{id: n{at}, run: x, phase: {phase}, depends_on: [{}]}}\n",
            before.join(", ")
        ));
    }
    let boxes = boxes(&draw(&dag(&text), "many", Notation::Svg));
    assert_eq!(boxes.len(), 50);
    for (at, a) in boxes.iter().enumerate() {
        for b in boxes.iter().skip(at + 1) {
            let apart = a.0 + a.2 <= b.0 || b.0 + b.2 <= a.0 || (a.1 - b.1).abs() >= 40.0;
            assert!(apart, "{a:?} {b:?}");
        }
    }
}

#[test]
fn large_and_dense_graphs_are_drawn_soon() {
    let chain: String =
        (0..10_000).map(|at| format!("  - {{id: n{at}, run: x, depends_on: [n{}, n0]}}\n", at - 1)).collect();
    let wide: String = (0..10_000).map(|at| format!("  - {{id: n{at}, run: x}}\n")).collect();
    let dense: String = (0..400)
        .map(|at| {
            let all: Vec<String> = (0..400).map(|other| format!("n{other}")).collect();
            format!("  - {{id: n{at}, run: x, depends_on: [{}]}}\n", all.join(", "))
        })
        .collect();
    for nodes in [chain, wide, dense] {
        let dag = dag(&format!("nodes:\n{nodes}"));
        for notation in [Notation::Mermaid, Notation::Dot, Notation::Ascii, Notation::Svg] {
            let drawn = draw(&dag, "large", notation);
            assert!(drawn.len() < 20_000_000, "{notation:?}: {}", drawn.len());
        }
    }
}
