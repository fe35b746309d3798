//! What stands beside nodes.

use std::time::Duration;

use divisi_ide::{Durations, hints};
use divisi_syntax::Span;
use divisi_workspace::settings::HintSettings;
use expect_test::{Expect, expect};

use crate::support::fixture;

const TEXT: &str = "\
nodes:
  - {id: map, run: x, estimate: 5m}
  - {id: quality, run: x, depends_on: [map]}
  - {id: tests, run: x, estimate: 10m, depends_on: [map]}
  - {run: x}
";

fn check(text: &str, settings: HintSettings, expected: Expect) {
    let (_, document, _) = fixture("a.dag.yaml", &format!("$0{text}"));
    let last = Durations::from([("map".to_owned(), Duration::from_secs(192))]);
    let mut shown = String::new();
    for hint in hints(&document, Span::new(0, text.len() as u32), &settings, Some(&last)) {
        let before = &text[..hint.offset as usize];
        let line = before.lines().last().unwrap_or_default().trim();
        shown.push_str(&format!("{line} <{}>\\n{}\\n", hint.label, hint.tooltip).replace("\\n", "\n"));
    }
    expected.assert_eq(&shown);
}

#[test]
fn level_critical_path_and_time() {
    check(
        TEXT,
        HintSettings::default(),
        expect![[r#"
            - {id: map <level 1/2 · critical · took 3m 12s>
            The level is the longest way from a node that waits for nothing.
            On the critical path: a delay here delays the run.
            How long the last run took; the estimate is 5m.
            - {id: quality <level 2/2>
            The level is the longest way from a node that waits for nothing.
            - {id: tests <level 2/2 · critical · ~10m>
            The level is the longest way from a node that waits for nothing.
            On the critical path: a delay here delays the run.
            The estimate: no run of it is known.
        "#]],
    );
}

#[test]
fn each_can_be_switched_off() {
    check(
        TEXT,
        HintSettings { level: false, critical: false, ..HintSettings::default() },
        expect![[r#"
            - {id: map <took 3m 12s>
            How long the last run took; the estimate is 5m.
            - {id: tests <~10m>
            The estimate: no run of it is known.
        "#]],
    );
    check(
        TEXT,
        HintSettings { level: false, critical: false, duration: false, node_runs: false, node_uses: false },
        expect![[""]],
    );
}

#[test]
fn a_cycle_has_no_levels() {
    let text =
        "nodes:\n  - {id: a, run: x, estimate: 1m, depends_on: [b]}\n  - {id: b, run: x, depends_on: [a]}\n";
    check(
        text,
        HintSettings::default(),
        expect![[r#"
            - {id: a <~1m>
            The estimate: no run of it is known.
        "#]],
    );
}

#[test]
fn only_those_in_the_range_are_given() {
    let (_, document, _) = fixture("a.dag.yaml", &format!("$0{TEXT}"));
    let line = Span::new(document.lines.line_start(2), document.lines.line_start(3));
    assert_eq!(hints(&document, line, &HintSettings::default(), None).len(), 1);
}
