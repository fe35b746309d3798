//! `invalid-name`: a name that is not formed as the documentation asks, and loads all the same.

use divisi_model::keys::command::SKILL_LIMITS;
use divisi_model::{Scope, Tool};
use divisi_workspace::Class;

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::edits;
use crate::finding::Finding;
use crate::markdown::MarkdownContext;

pub(super) static CODE: Code = Code {
    name: "invalid-name",
    severity: Severity::Hint,
    extent: Extent::Text,
    summary: "The name of an agent or a skill is not formed as its documentation asks: lower-case letters, digits and \
              hyphens; or a plugin's agent has `:` in its name, to which the plugin's name is added once more.",
    silent: "For names that the tool refuses, which are `agent-not-loaded`. For tools whose names are free.",
    fix: "Write it in lower case with hyphens.",
    explanation: "Claude Code loads such names. Other tools that read the same file may not, and the Agent Skills \
                  specification rules them out for skills.",
    example: Example {
        path: ".claude/agents/release-writer.md",
        bad: "---\nname: Release Writer\ndescription: Writes release notes\n---\nYou write release notes.\n",
        good: "---\nname: release-writer\ndescription: Writes release notes\n---\nYou write release notes.\n",
    },
};

pub(super) fn check(context: &MarkdownContext<'_>, findings: &mut Vec<Finding>) {
    let kind = match (context.agent(), context.document.class) {
        (Some(agent), _) if agent.tool == Tool::ClaudeCode && agent.load.is_loaded() => "an agent",
        (None, Class::Skill) => "a skill",
        _ => return,
    };
    let Some(name) = context.text_of("name") else { return };
    if let Some(full) = doubled(context, &name) {
        let message =
            format!("the plugin's name comes in front by itself: this agent is reached as `{full}`");
        let bare = name.rsplit(':').next().unwrap_or_default();
        let fix = is_well_formed(bare).then(|| edits::change_to(context.text(), name.span, bare));
        findings.push(Finding::new(&CODE, name.span, message).fix(fix));
        return;
    }
    if !is_well_formed(&name) {
        let meant = well_formed(&name);
        let message = format!("the name of {kind} consists of lower-case letters, digits and single hyphens");
        let fix = meant.map(|meant| edits::change_to(context.text(), name.span, &meant));
        findings.push(Finding::new(&CODE, name.span, message).fix(fix));
        return;
    }
    let limit = SKILL_LIMITS.iter().find(|(key, _)| *key == "name").map_or(usize::MAX, |(_, limit)| *limit);
    if context.document.class == Class::Skill && name.chars().count() > limit {
        let message = format!("the Agent Skills specification allows names of {limit} characters at most");
        findings.push(Finding::new(&CODE, name.span, message));
    }
}

/// The full name of a plugin's agent that has `:` in its own.
fn doubled<'a>(context: &MarkdownContext<'a>, name: &str) -> Option<&'a str> {
    let agent = context.snapshot.registry().at(&context.document.path)?;
    (agent.scope == Scope::Plugin && name.contains(':')).then_some(agent.name.as_str())
}

fn is_well_formed(name: &str) -> bool {
    let is_allowed = |c: char| c == '-' || (c.is_alphanumeric() && !c.is_uppercase());
    !name.is_empty()
        && name.chars().all(is_allowed)
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.contains("--")
}

/// The same name in the form that is asked for; none where nothing is left of it.
fn well_formed(name: &str) -> Option<String> {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let joined = words.map(str::to_lowercase).collect::<Vec<_>>().join("-");
    (!joined.is_empty()).then_some(joined)
}
