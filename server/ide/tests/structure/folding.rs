//! What can be folded away.

use divisi_ide::folds;
use expect_test::{Expect, expect};

use crate::support::fixture;
use crate::{COMMAND_V2, REVIEW};

/// Each fold by its lines; the first line that stays and the last that goes.
fn check(path: &str, text: &str, expected: Expect) {
    let (_, document, _) = fixture(path, &format!("$0{text}"));
    let lines: Vec<&str> = text.lines().collect();
    let mut shown = String::new();
    for fold in folds(&document) {
        let (first, last) = (fold.first_line as usize, fold.last_line as usize);
        let kind = if fold.is_comment { " comment" } else { "" };
        shown.push_str(&format!(
            "{first}-{last}{kind}: {} ... {}\n",
            lines[first].trim(),
            lines[last].trim()
        ));
        assert!(document.lines.line(fold.span.start) >= fold.first_line, "{fold:?}");
        assert!(document.lines.line(fold.span.end) >= fold.last_line, "{fold:?}");
    }
    expected.assert_eq(&shown);
}

#[test]
fn a_dag() {
    check(
        "a.dag.yaml",
        REVIEW,
        expect![[r#"
        0-1 comment: # Reviews what changed. ... # Twice.
        4-8: args: ... default: 2
        6-8: depth: ... default: 2
        9-13: phases: ... barrier: true
        10-11: - id: look ... title: Look at it
        12-13: - id: tell ... barrier: true
        14-27: nodes: ... trigger_rule: all_done
        15-22: - id: quality ... outputs: [findings]
        18-21: prompt: | ... Be fair.
        24-27: - id: tests ... trigger_rule: all_done
    "#]],
    );
}

#[test]
fn closing_brackets_stay() {
    check(
        ".claude/commands/v2/review.json",
        COMMAND_V2,
        expect![[r#"
        0-10: { ... ]
        2-9: "phases": [ ... }
        3-8: { ... ]
        5-7: "agents": [ ... { "name": "tester", "dependencies": ["quality"] }
    "#]],
    );
}

#[test]
fn markdown() {
    check(
        ".claude/agents/a.md",
        "---\nname: a\ndescription: |\n  Does it.\n  Well.\n---\n# One\n\ntext\n\n## Two\n\n```\ncode\n```\n",
        expect![[r#"
            0-5: --- ... ---
            2-4: description: | ... Well.
            6-14: # One ... ```
            10-14: ## Two ... ```
            12-14: ``` ... ```
        "#]],
    );
}

#[test]
fn line_ends_of_windows() {
    check(
        "a.dag.yaml",
        "nodes:\r\n  - id: a\r\n    run: make\r\n\r\n",
        expect![[r#"
        0-2: nodes: ... run: make
        1-2: - id: a ... run: make
    "#]],
    );
}
