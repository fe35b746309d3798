//! `too-long`: a text of a skill that is longer than its specification allows.

use divisi_model::keys::command::SKILL_LIMITS;
use divisi_workspace::Class;

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::finding::Finding;
use crate::markdown::MarkdownContext;

pub(super) static CODE: Code = Code {
    name: "too-long",
    severity: Severity::Warning,
    extent: Extent::Text,
    summary: "A skill's `description` or `compatibility` is longer than the Agent Skills specification allows (1,024 \
              and 500 characters).",
    silent: "For agents and commands, for which no limit is published.",
    fix: "Shorten it; details belong into the text below.",
    explanation: "Tools that keep to the specification refuse the skill or cut the text off.",
    example: Example { path: "", bad: "", good: "" },
};

pub(super) fn check(context: &MarkdownContext<'_>, findings: &mut Vec<Finding>) {
    if context.document.class != Class::Skill {
        return;
    }
    for (key, limit) in SKILL_LIMITS.iter().filter(|(key, _)| *key != "name") {
        let Some(value) = context.text_of(key) else { continue };
        let length = value.trim().chars().count();
        if length > *limit {
            let message =
                format!("`{key}` has {length} characters; the Agent Skills specification allows {limit}");
            findings.push(Finding::new(&CODE, context.key_span(key).unwrap_or(value.span), message));
        }
    }
}
