//! `dependency-alias`: `needs` and the like for `depends_on`.

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::edits;
use crate::finding::Finding;

pub(super) static CODE: Code = Code {
    name: "dependency-alias",
    severity: Severity::Hint,
    extent: Extent::Node,
    summary: "Dependencies stand under another name than `depends_on`.",
    silent: "In dialects, which have names of their own.",
    fix: "Rename the key.",
    explanation: "`needs`, `depends`, `dependsOn`, `dependencies` and `blockedBy` are read, since people come from \
                  tools that call it so. One name is easier to search for.",
    example: Example::dag(
        "nodes:\n  - id: build\n    run: cargo build\n  - id: tests\n    needs: [build]\n    run: cargo test\n",
        "nodes:\n  - id: build\n    run: cargo build\n  - id: tests\n    depends_on: [build]\n    run: cargo test\n",
    ),
};

const NAME: &str = "depends_on";

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if !context.is_native() {
        return;
    }
    let keys = context.nodes().filter_map(|(_, node)| node.depends_on_key.as_ref());
    for key in keys.filter(|key| key.value != NAME) {
        let message = format!("`{}` is read as `{NAME}`", key.value);
        let fix = edits::change_to(context.text(), key.span, NAME).safe();
        findings.push(Finding::new(&CODE, key.span, message).fix(fix));
    }
}
