//! `unknown-tool`: a tool that nobody has.

use divisi_model::agent::tool_names;
use divisi_model::{Tool, built_in_tools};
use divisi_syntax::{Kind, Span, Spanned};
use divisi_workspace::Class;

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::did_you_mean;
use crate::edits;
use crate::finding::Finding;
use crate::markdown::MarkdownContext;

pub(super) static CODE: Code = Code {
    name: "unknown-tool",
    severity: Severity::Warning,
    extent: Extent::Text,
    summary: "A list of tools names one that its tool does not have: a slip in a known name, or another product's name.",
    silent: "For names that are like no known one, which may be new or come from a server, and for `mcp__…`. For GitHub \
             Copilot, which takes any name.",
    fix: "Correct the name.",
    explanation: "A tool that does not exist is left out without a word. An agent whose `tools` hold no name that \
                  exists is listed, and refused when it is called. Case matters: the tool is `Bash`, not `bash`.",
    example: Example {
        path: ".claude/agents/release-writer.md",
        bad: "---\nname: release-writer\ndescription: Writes release notes\ntools: Read, WebFtech\n---\nYou write.\n",
        good: "---\nname: release-writer\ndescription: Writes release notes\ntools: Read, WebFetch\n---\nYou write.\n",
    },
};

/// Keys that list tools.
const OF_AGENTS: &[&str] = &["tools", "disallowedTools"];
const OF_COMMANDS: &[&str] = &["allowed-tools", "disallowed-tools"];

pub(super) fn check(context: &MarkdownContext<'_>, findings: &mut Vec<Finding>) {
    let (tool, keys) = match (context.agent(), context.document.class) {
        (Some(agent), _) => (agent.tool, OF_AGENTS),
        (None, Class::Command | Class::Skill) => (Tool::ClaudeCode, OF_COMMANDS),
        _ => return,
    };
    let Some((tree, _)) = context.front() else { return };
    for entry in context.entries().filter(|entry| keys.contains(&entry.name.as_ref())) {
        let is_mapping = tree.kind(entry.value) == Kind::Mapping;
        if is_mapping && tool != Tool::OpenCode {
            continue;
        }
        // OpenCode switches tools on and off by name.
        let names: Vec<Spanned<String>> = if is_mapping {
            let names = tree
                .entries(entry.value)
                .filter_map(|(name, _)| Some(Spanned::new(tree.str(name)?.into_owned(), tree.span(name))));
            names.collect()
        } else {
            tool_names(tree, entry.value).unwrap_or_default()
        };
        let words: Vec<(&str, Span)> = names.iter().flat_map(|name| words(context.text(), name)).collect();
        let mut found: Vec<Finding> =
            words.iter().filter_map(|(word, span)| judge(context, tool, word, *span)).collect();
        if tool == Tool::ClaudeCode && entry.name == "tools" && found.len() == words.len() {
            for finding in &mut found {
                finding.message.push_str(REFUSED);
            }
        }
        findings.extend(found);
    }
}

/// Source: docs/decisions/0013-loader-oracle.md.
const REFUSED: &str = " (Claude Code refuses to start an agent without any tool that it knows)";

fn judge(context: &MarkdownContext<'_>, tool: Tool, name: &str, span: Span) -> Option<Finding> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !name.chars().all(is_word) || name.starts_with("mcp_") || built_in_tools::has(tool, name) {
        return None;
    }
    let title = tool.title();
    if let Some(meant) = did_you_mean::one_slip(name, built_in_tools::of(tool).iter().copied()) {
        let message = format!("{title} has no tool `{name}`; did you mean `{meant}`?");
        return Some(Finding::new(&CODE, span, message).fix(edits::change_to(context.text(), span, meant)));
    }
    let owner = built_in_tools::owner_of(tool, name).filter(|_| !built_in_tools::of(tool).is_empty())?;
    // A Gemini agent with such a tool is not loaded at all, which says more.
    let is_said = tool == Tool::Gemini;
    let message = format!("`{name}` is a tool of {}; {title} has none of that name", owner.title());
    (!is_said).then(|| Finding::new(&CODE, span, message))
}

/// The words of an entry, since tools may be parted by spaces too, each up to its `(`.
fn words<'a>(text: &'a str, entry: &'a Spanned<String>) -> impl Iterator<Item = (&'a str, Span)> {
    let value = entry.value.as_str();
    let mut depth = 0_u32;
    let is_between = move |c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && c.is_whitespace()
    };
    let words = value.split(is_between).filter(|word| !word.is_empty());
    words.map(move |word| {
        let start = word.as_ptr().addr() - value.as_ptr().addr();
        let name = word.split('(').next().unwrap_or(word);
        (name, edits::part_of(text, entry, start..start + name.len()))
    })
}
