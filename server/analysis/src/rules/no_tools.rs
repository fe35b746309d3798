//! `no-tools`: a `tools` with no names behind it.

use divisi_model::Tool;
use divisi_syntax::{Kind, ScalarValue};

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::finding::Finding;
use crate::markdown::MarkdownContext;

pub(super) static CODE: Code = Code {
    name: "no-tools",
    severity: Severity::Warning,
    extent: Extent::Text,
    summary: "An agent has the key `tools` with no names behind it, but nothing, a number, or a mapping as other tools \
              want it: Claude Code then gives it no tool at all.",
    silent: "For `tools: []`, which says so.",
    fix: "List the tools, or remove the key: without it the agent has every tool.",
    explanation: "Claude Code shows such an agent as having all tools, and starts it with none.",
    example: Example {
        path: ".claude/agents/release-writer.md",
        bad: "---\nname: release-writer\ndescription: Writes release notes\ntools:\n---\nYou write release notes.\n",
        good: "---\nname: release-writer\ndescription: Writes release notes\n---\nYou write release notes.\n",
    },
};

pub(super) fn check(context: &MarkdownContext<'_>, findings: &mut Vec<Finding>) {
    if context.agent().is_none_or(|agent| agent.tool != Tool::ClaudeCode) {
        return;
    }
    let Some((tree, _)) = context.front() else { return };
    let Some(entry) = context.entries().find(|entry| entry.name == "tools") else { return };
    let has_names = match tree.scalar(entry.value) {
        Some(ScalarValue::Str(text)) => !text.trim().is_empty(),
        Some(_) => false,
        None => tree.kind(entry.value) == Kind::Sequence,
    };
    if !has_names {
        let message = "this agent has no tool at all: list its tools, or remove the key for all of them";
        findings.push(Finding::new(&CODE, context.span(entry.key), message));
    }
}
