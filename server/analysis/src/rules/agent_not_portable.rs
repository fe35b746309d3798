//! `agent-not-portable`: an agent that loads in its tool and breaks elsewhere.

use divisi_model::Load;

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::finding::Finding;
use crate::markdown::MarkdownContext;
use crate::quoting;

pub(super) static CODE: Code = Code {
    name: "agent-not-portable",
    severity: Severity::Warning,
    extent: Extent::Text,
    summary: "An agent's file loads in its tool, which reads it more tolerantly than others do, and breaks elsewhere.",
    silent: "For files that the tool drops, too (`agent-not-loaded`).",
    fix: "Put the value in quotes, or add what is missing.",
    explanation: "Claude Code and OpenCode read front matter a second time when it is not YAML, with one-line values \
                  taken as plain text. Other tools, editors and scripts that read the same file do not: they refuse \
                  it, or lose what follows.",
    example: Example {
        path: ".claude/agents/release-writer.md",
        bad: "---\nname: release-writer\ndescription: Use when: a release is near\n---\nYou write release notes.\n",
        good: "---\nname: release-writer\ndescription: \"Use when: a release is near\"\n---\nYou write release notes.\n",
    },
};

pub(super) fn check(context: &MarkdownContext<'_>, findings: &mut Vec<Finding>) {
    let Some(agent) = context.agent() else { return };
    let Load::Tolerated { span, reason } = &agent.load else { return };
    let message = format!("this agent does not load everywhere: {reason}");
    let fix = quoting::of_line_at(context.document, *span);
    findings.push(Finding::new(&CODE, *span, message).fix(fix));
}
