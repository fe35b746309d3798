//! `ignored-key`: a key that does nothing where it stands, though people write it.

use divisi_model::Tool;
use divisi_model::keys::agent::WITHOUT_EFFECT;

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::finding::{Edit, Finding, Fix};
use crate::markdown::{FrontEntry, MarkdownContext};

pub(super) static CODE: Code = Code {
    name: "ignored-key",
    severity: Severity::Warning,
    extent: Extent::Text,
    summary: "An agent has a key that Claude Code does not read there, such as `allowed-tools`, a key of commands.",
    silent: "For keys that are nobody's: notes of your own are welcome.",
    fix: "Write `tools` for `allowed-tools`, and `description` for `whenToUse`.",
    explanation: "An agent without `tools` has **every** tool. With `allowed-tools` it looks restricted and is not.",
    example: Example {
        path: ".claude/agents/release-writer.md",
        bad: "---\nname: release-writer\ndescription: Writes release notes\nallowed-tools: Read, Grep\n---\nYou write.\n",
        good: "---\nname: release-writer\ndescription: Writes release notes\ntools: Read, Grep\n---\nYou write.\n",
    },
};

pub(super) fn check(context: &MarkdownContext<'_>, findings: &mut Vec<Finding>) {
    if context.agent().is_none_or(|agent| agent.tool != Tool::ClaudeCode) {
        return;
    }
    for entry in context.entries() {
        if let Some((_, meant)) = WITHOUT_EFFECT.iter().find(|(name, _)| *name == entry.name) {
            findings.push(finding(context, &entry, meant));
        }
    }
}

fn finding(context: &MarkdownContext<'_>, entry: &FrontEntry<'_>, meant: &'static str) -> Finding {
    let name = &entry.name;
    let has_meant = context.entries().any(|other| other.name == meant);
    let message = match (meant, has_meant) {
        ("tools", false) => {
            format!("`{name}` does nothing on an agent: the agent then has every tool; write `tools`")
        }
        ("disallowedTools", false) => {
            format!("`{name}` does nothing on an agent: nothing is forbidden; write `disallowedTools`")
        }
        (_, false) => format!("`{name}` does nothing on an agent; write `{meant}`"),
        (_, true) => format!("`{name}` does nothing on an agent, which has `{meant}` for that"),
    };
    let finding = Finding::new(&CODE, context.span(entry.key), message);
    if has_meant { finding } else { finding.fix(write_instead(context, entry, meant)) }
}

/// The key that is meant, and commas where a command's tools may be parted by spaces.
fn write_instead(context: &MarkdownContext<'_>, entry: &FrontEntry<'_>, meant: &str) -> Option<Fix> {
    let mut edits = vec![Edit { span: context.span(entry.key), text: meant.to_owned() }];
    let span = context.span(entry.value);
    let value = span.slice(context.text());
    let is_list = value.starts_with(['[', '-']) || value.contains([',', '\n']);
    if meant != "description" && !is_list && value.contains(' ') {
        edits.push(Edit { span, text: with_commas(value) });
    }
    Some(Fix { title: format!("Write `{meant}`"), edits, safe: false })
}

/// `Bash(git log) Read` with a comma between the two.
fn with_commas(value: &str) -> String {
    let mut depth = 0_u32;
    let mut text = String::with_capacity(value.len() + 4);
    for c in value.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ' ' if depth == 0 && !text.ends_with([',', ' ']) => text.push(','),
            _ => {}
        }
        text.push(c);
    }
    text
}
