//! `write-conflict`: two nodes that may write the same files at the same time.

use divisi_model::Node;

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::finding::Finding;
use crate::globs::Glob;
use crate::overlaps::{self, Overlap, Shared};
use crate::separate;

pub(super) static CODE: Code = Code {
    name: "write-conflict",
    severity: Severity::Warning,
    extent: Extent::Document,
    summary: "Two nodes that nothing orders declare that they write the same files, or the instances of one node do.",
    silent: "Where a lock that one of them holds exclusively keeps them apart, where both run in worktrees, where only \
             one node runs at a time, where conditions may let only one of them run; where it is not certain that the \
             globs have a path in common (templates, exclusions, escapes); while the DAG has a cycle, and for nodes \
             that wait for a node that does not exist.",
    fix: "Let one wait for the other, hold one lock in both, or run both in worktrees.",
    explanation: "Whoever writes last wins, and the work of the other is lost without a word. Locks with a capacity \
                  of more than one keep nobody apart.",
    example: Example::dag(
        "nodes:\n  - id: style\n    agent: code-reviewer\n    prompt: Review the style\n    writes: [REVIEW.md]\n  - id: security\n    agent: code-reviewer\n    prompt: Review the security\n    writes: [REVIEW.md]\n",
        "nodes:\n  - id: style\n    agent: code-reviewer\n    prompt: Review the style\n    writes: [REVIEW.md]\n  - id: security\n    depends_on: [style]\n    agent: code-reviewer\n    prompt: Review the security\n    writes: [REVIEW.md]\n",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let conflicts = context.overlaps().iter().filter(|overlap| overlap.both_write() && !overlap.both_make());
    findings.extend(conflicts.map(|overlap| finding(context, overlap)));
    let repeated = context.nodes().filter(|(_, node)| overlaps::meets_itself(context, node));
    findings.extend(repeated.filter_map(|(_, node)| of_instances(node)));
}

fn finding(context: &Context<'_>, overlap: &Overlap) -> Finding {
    let (first, second) = (overlap.first.node, overlap.second.node);
    let (a, b) = (&context.node(first).id.value, &context.node(second).id.value);
    let what = match &overlap.shared {
        Shared::All(files) => format!("both write `{files}`"),
        Shared::Example(file) => format!("both may write files such as `{file}`"),
    };
    let message = format!("`{a}` and `{b}` may run at the same time, and {what}");
    Finding::new(&CODE, overlap.second.span, message)
        .related(overlap.first.span, format!("`{a}` writes it here"))
        .fix(separate::order(context, second, first))
        .fix(separate::order(context, first, second))
        .fix(separate::lock(context, overlap))
        .fix(separate::worktrees(context, &[first, second]))
}

/// One file that every instance of a node writes. Of a glob each may write files of its own.
fn of_instances(node: &Node) -> Option<Finding> {
    let is_file = |glob: &&divisi_syntax::Spanned<String>| {
        let path = Glob::parse(&glob.value).and_then(|glob| glob.as_path());
        path.is_some()
    };
    let file = node.writes.iter().flatten().find(is_file)?;
    let message = format!(
        "the instances of `{}` may run at the same time, and all of them write `{}`: hold a lock, or run them in \
         worktrees",
        node.id.value, file.value
    );
    Some(Finding::new(&CODE, file.span, message))
}
