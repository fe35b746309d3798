//! `unknown-model`: a slip in the name of a model.

use divisi_model::Tool;
use divisi_model::keys::agent::MODEL_ALIASES;
use divisi_workspace::Class;

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::did_you_mean;
use crate::edits;
use crate::finding::Finding;
use crate::markdown::MarkdownContext;

pub(super) static CODE: Code = Code {
    name: "unknown-model",
    severity: Severity::Warning,
    extent: Extent::Text,
    summary: "The `model` of an agent, a command or a skill is one slip away from a word that Claude Code knows.",
    silent: "For every other name: models come and go, and full ids are not known here.",
    fix: "Correct the name.",
    explanation: "",
    example: Example {
        path: ".claude/agents/release-writer.md",
        bad: "---\nname: release-writer\ndescription: Writes release notes\nmodel: sonet\n---\nYou write.\n",
        good: "---\nname: release-writer\ndescription: Writes release notes\nmodel: sonnet\n---\nYou write.\n",
    },
};

pub(super) fn check(context: &MarkdownContext<'_>, findings: &mut Vec<Finding>) {
    match (context.agent(), context.document.class) {
        (Some(agent), _) if agent.tool == Tool::ClaudeCode => {}
        (None, Class::Command | Class::Skill) => {}
        _ => return,
    }
    let Some(model) = context.text_of("model") else { return };
    if MODEL_ALIASES.iter().any(|known| known.eq_ignore_ascii_case(&model)) {
        return;
    }
    let Some(meant) = did_you_mean::one_slip(&model, MODEL_ALIASES.iter().copied()) else { return };
    let message = format!("no model `{}`; did you mean `{meant}`?", model.value);
    let fix = edits::change_to(context.text(), model.span, meant);
    findings.push(Finding::new(&CODE, model.span, message).fix(fix));
}
