//! `read-write-conflict`: a node that may read files while another one writes them.

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::finding::Finding;
use crate::overlaps::{Access, Overlap, Shared};
use crate::separate;

pub(super) static CODE: Code = Code {
    name: "read-write-conflict",
    severity: Severity::Warning,
    extent: Extent::Document,
    summary: "A node declares that it reads files that another one writes, and nothing orders the two.",
    silent: "For `reads: workspace`; where a lock that one of them holds exclusively keeps them apart, where one runs \
             in a worktree, where only one node runs at a time, where conditions may let only one of them run; where \
             it is not certain that the globs have a path in common; where `write-conflict` says it already; while \
             the DAG has a cycle, and for nodes that wait for a node that does not exist.",
    fix: "Let the reader wait for the writer, or the writer for the reader; hold one lock in both; or run the reader \
          in a worktree, where it sees the files as they were when it began.",
    explanation: "The reader sees the files before, after or in the midst of the change, on one day this and on the \
                  next day that.",
    example: Example::dag(
        "nodes:\n  - id: format\n    run: cargo fmt\n    writes: [\"src/**\"]\n  - id: review\n    agent: code-reviewer\n    prompt: Review src\n    reads: [\"src/**/*.rs\"]\n",
        "nodes:\n  - id: format\n    run: cargo fmt\n    writes: [\"src/**\"]\n  - id: review\n    depends_on: [format]\n    agent: code-reviewer\n    prompt: Review src\n    reads: [\"src/**/*.rs\"]\n",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let conflicts = context.overlaps().iter().filter(|overlap| !overlap.both_write());
    findings.extend(conflicts.map(|overlap| finding(context, overlap)));
}

fn finding(context: &Context<'_>, overlap: &Overlap) -> Finding {
    let (reader, writer) = match overlap.first.access {
        Access::Reads => (overlap.first, overlap.second),
        Access::Writes | Access::Makes => (overlap.second, overlap.first),
    };
    let (reading, writing) = (&context.node(reader.node).id.value, &context.node(writer.node).id.value);
    let message = match &overlap.shared {
        Shared::All(files) => format!("`{reading}` may read `{files}` while `{writing}` writes it"),
        Shared::Example(file) => {
            format!("`{reading}` may read files such as `{file}` while `{writing}` writes them")
        }
    };
    Finding::new(&CODE, reader.span, message)
        .related(writer.span, format!("`{writing}` writes it here"))
        .fix(separate::order(context, reader.node, writer.node))
        .fix(separate::order(context, writer.node, reader.node))
        .fix(separate::lock(context, overlap))
        .fix(separate::worktrees(context, &[reader.node]))
}
