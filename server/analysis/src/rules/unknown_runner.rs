//! `unknown-runner`: a runner that is neither built in nor defined.

use std::collections::HashSet;

use divisi_model::Work;
use divisi_workspace::settings::BUILT_IN_RUNNERS;

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::edits;
use crate::finding::Finding;

pub(super) static CODE: Code = Code {
    name: "unknown-runner",
    severity: Severity::Error,
    extent: Extent::Node,
    summary: "A runner is neither built in nor defined in the settings.",
    silent: "For a name with `{{` in it; in dialects.",
    fix: "Correct the name, or define the runner under `[runners]` in your settings or in `divisi.toml`.",
    explanation: "A DAG file only names a runner. What it executes is defined by you, so that a file that came with \
                  a repository cannot bring a program of its own.",
    example: Example::dag(
        "nodes:\n  - id: review\n    agent: code-reviewer\n    runner: cluade\n    prompt: Review the code\n",
        "nodes:\n  - id: review\n    agent: code-reviewer\n    runner: claude\n    prompt: Review the code\n",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if !context.is_native() {
        return;
    }
    let defined = &context.snapshot.settings().runners;
    let of_nodes = context.nodes().filter_map(|(_, node)| match &node.work {
        Some(Work::Agent(work)) => work.runner.as_ref(),
        _ => None,
    });
    // Nodes inherit the default's name with its place.
    let mut seen = HashSet::new();
    for runner in context.dag.defaults.runner.iter().chain(of_nodes) {
        let name = runner.value.as_str();
        let is_known = BUILT_IN_RUNNERS.contains(&name) || defined.contains_key(name);
        if is_known || name.is_empty() || name.contains("{{") || !seen.insert(runner.span) {
            continue;
        }
        let known = BUILT_IN_RUNNERS.iter().copied().chain(defined.keys().map(String::as_str));
        let finding = match context.suggest(name, known) {
            Some(meant) => {
                let message = format!("no runner `{name}`; did you mean `{meant}`?");
                Finding::new(&CODE, runner.span, message).fix(edits::change_to(
                    context.text(),
                    runner.span,
                    meant,
                ))
            }
            None => {
                let message = format!(
                    "no runner `{name}`: define it under `[runners.{name}]` in your settings or `divisi.toml`"
                );
                Finding::new(&CODE, runner.span, message)
            }
        };
        findings.push(finding);
    }
}
