//! `bad-color`: a colour that Claude Code does not know.

use divisi_model::Tool;
use divisi_model::keys::{Ty, agent};

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::did_you_mean;
use crate::edits;
use crate::finding::Finding;
use crate::markdown::MarkdownContext;

pub(super) static CODE: Code = Code {
    name: "bad-color",
    severity: Severity::Hint,
    extent: Extent::Text,
    summary: "An agent has a `color` that Claude Code does not know; it is shown without.",
    silent: "For other tools. OpenCode refuses a file with a wrong colour (`agent-not-loaded`).",
    fix: "Choose red, blue, green, yellow, purple, orange, pink or cyan.",
    explanation: "",
    example: Example {
        path: ".claude/agents/release-writer.md",
        bad: "---\nname: release-writer\ndescription: Writes release notes\ncolor: gold\n---\nYou write.\n",
        good: "---\nname: release-writer\ndescription: Writes release notes\ncolor: yellow\n---\nYou write.\n",
    },
};

pub(super) fn check(context: &MarkdownContext<'_>, findings: &mut Vec<Finding>) {
    if context.agent().is_none_or(|agent| agent.tool != Tool::ClaudeCode) {
        return;
    }
    let Some(color) = context.text_of("color") else { return };
    let Some(Ty::Enum(known)) = agent::FRONT_MATTER.key("color").map(|key| key.ty) else { return };
    if known.iter().any(|word| word.eq_ignore_ascii_case(color.trim())) {
        return;
    }
    let message = format!("Claude Code has no colour `{}`; it has {}", color.value, known.join(", "));
    let meant = did_you_mean::one_slip(&color, known.iter().copied());
    let fix = meant.map(|meant| edits::change_to(context.text(), color.span, meant));
    findings.push(Finding::new(&CODE, color.span, message).fix(fix));
}
