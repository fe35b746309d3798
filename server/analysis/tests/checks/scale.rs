//! Large files: figures to look at (`-- --nocapture`), and bounds that only something quadratic would break.

use std::time::{Duration, Instant};

use crate::support::{AGENTS, Fixture};

/// Checks the text, prints the best time of three, and returns the number of findings.
fn timed(what: &str, text: &str) -> usize {
    let mut fixture = Fixture::new(AGENTS);
    fixture.open("large.dag.yaml", text);
    let (snapshot, document) = (fixture.snapshot(), fixture.document("large.dag.yaml"));
    let mut best = Duration::MAX;
    let mut found = 0;
    for _ in 0..3 {
        let begin = Instant::now();
        found = divisi_analysis::check(&snapshot, &document).len();
        best = best.min(begin.elapsed());
    }
    println!("{what}: {found} findings in {best:?}");
    assert!(best < Duration::from_secs(60), "{what}: {best:?}");
    found
}

fn nodes(count: u32, node: impl Fn(u32) -> String) -> String {
    let mut text = String::from("args: { scope: { default: src } }\nnodes:\n");
    (0..count).for_each(|index| text.push_str(&node(index)));
    text
}

#[test]
fn ten_thousand_ordinary_nodes() {
    let text = nodes(10_000, |index| {
        let before = match index {
            0..10 => String::new(),
            _ => format!("    depends_on: [n{}, n{}]\n", index - 10, index - 7),
        };
        // What nobody takes is the result of a node that nobody waits for.
        let made = if index < 9_990 { "    outputs: [out]\n" } else { "" };
        let from = index.saturating_sub(10);
        let prompt = match index {
            0..10 => "Review {{ args.scope }}".to_owned(),
            _ => format!("Merge {{{{ nodes.n{from}.outputs.out }}}} of {{{{ args.scope }}}}"),
        };
        format!(
            "  - id: n{index}\n    agent: planner\n{before}    prompt: {prompt}\n{made}    timeout: 10m\n    estimate: 2m\n"
        )
    });
    assert_eq!(timed("10,000 ordinary nodes", &text), 0);
}

#[test]
fn ten_thousand_nodes_that_use_the_first() {
    let text = nodes(10_000, |index| match index {
        0 => "  - { id: n0, run: x, outputs: [o] }\n".to_owned(),
        _ => format!(
            "  - {{ id: n{index}, run: [x, '{{{{ nodes.n0.outputs.o }}}}'], depends_on: [n{}] }}\n",
            index - 1
        ),
    });
    assert_eq!(timed("10,000 nodes that use the first", &text), 0);
}

#[test]
fn ten_thousand_nodes_with_faults() {
    let text = nodes(10_000, |index| {
        format!(
            "  - {{ id: n{index}, agent: plannr{index}, prompt: '{{{{ args.scop }}}}', depends_on: [m{index}], timout: 5, timeout: 7 }}\n"
        )
    });
    assert_eq!(timed("10,000 nodes with five faults each", &text), 50_000);
}

#[test]
fn a_chain_of_100_000_nodes() {
    let text = nodes(100_000, |index| match index {
        0 => "  - { id: n0, run: x }\n".to_owned(),
        _ => format!("  - {{ id: n{index}, run: x, depends_on: [n{}] }}\n", index - 1),
    });
    assert_eq!(timed("a chain of 100,000 nodes", &text), 0);
}

#[test]
fn a_ring_of_100_000_nodes() {
    let text = nodes(100_000, |index| {
        format!("  - {{ id: n{index}, run: x, depends_on: [n{}] }}\n", (index + 1) % 100_000)
    });
    assert_eq!(timed("a ring of 100,000 nodes", &text), 1);
}

/// Each level names the one below it ten times, and the last stands where a type is asked for.
#[test]
fn an_alias_bomb() {
    let mut text = String::from("x-0: &a0 { k: x }\n");
    for level in 1..200 {
        let below = level - 1;
        let items = vec![format!("*a{below}"); 10].join(", ");
        text.push_str(&format!("x-{level}: &a{level} [{items}]\n"));
    }
    text.push_str("nodes: *a199\n");
    assert_eq!(timed("an alias bomb", &text), 1);
}

/// Every item of a deep value is anchored and used where another type is asked for.
#[test]
fn nested_anchors() {
    let depth = 100;
    let mut text = String::from("x-deep: ");
    (0..depth).for_each(|level| text.push_str(&format!("&a{level} {{ env: ")));
    text.push('1');
    text.push_str(&" }".repeat(depth));
    text.push_str("\nnodes:\n");
    (0..10_000)
        .for_each(|node| text.push_str(&format!("  - {{ id: n{node}, run: x, env: *a{} }}\n", node % depth)));
    assert!(timed("nested anchors", &text) <= depth);
}

#[test]
fn ten_thousand_nodes_with_globs() {
    let text = nodes(10_000, |index| {
        let before = if index == 0 { String::new() } else { format!(", depends_on: [n{}]", index / 2) };
        format!("  - {{ id: n{index}, run: x{before}, reads: ['src/m{}/**', '*.md'], writes: ['out/m{index}/**', 'log/{index}.txt'] }}\n", index % 100)
    })
    .replace("id: n0, run: x, depends_on: [n0]", "id: n0, run: x");
    assert_eq!(timed("10,000 nodes with globs", &text), 0);
}

#[test]
fn ten_thousand_nodes_that_write_one_file() {
    let text = nodes(10_000, |index| format!("  - {{ id: n{index}, run: x, writes: [a.md] }}\n"));
    assert_eq!(timed("10,000 nodes that write one file", &text), 9_999);
}

#[test]
fn ten_thousand_nodes_with_deep_globs() {
    let text = nodes(10_000, |index| {
        format!("  - {{ id: n{index}, run: x, reads: ['**/a*{index}.md'], writes: ['**/b*{index}.md'] }}\n")
    });
    timed("10,000 nodes with globs for every folder", &text);
}
