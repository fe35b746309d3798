//! `name-differs-from-file`: an agent or a skill that is not called like its file.

use divisi_model::Tool;
use divisi_model::registry::normalise;
use divisi_workspace::Class;

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::finding::Finding;
use crate::markdown::MarkdownContext;

pub(super) static CODE: Code = Code {
    name: "name-differs-from-file",
    severity: Severity::Hint,
    extent: Extent::Text,
    summary: "An agent's `name` is not its file's name, or a skill's not that of its folder.",
    silent: "Where only case and separators differ. For GitHub Copilot, whose names are for display.",
    fix: "Rename the file, or change the name.",
    explanation: "Tools know an agent by its `name` (OpenCode by its path), people look for the file. The Agent Skills \
                  specification asks that a skill's name is its folder's.",
    example: Example {
        path: ".claude/agents/writer.md",
        bad: "---\nname: release-notes\ndescription: Writes release notes\n---\nYou write release notes.\n",
        good: "---\nname: writer\ndescription: Writes release notes\n---\nYou write release notes.\n",
    },
};

pub(super) fn check(context: &MarkdownContext<'_>, findings: &mut Vec<Finding>) {
    let path = &context.document.path;
    let (by_path, kind) = match (context.agent(), context.document.class) {
        (Some(agent), _) if agent.tool == Tool::Copilot => return,
        (Some(_), _) => (path.file_stem(), "file"),
        (None, Class::Skill) => (path.parent().and_then(|folder| folder.file_name()), "folder"),
        _ => return,
    };
    let Some(by_path) = by_path.and_then(|name| name.to_str()) else { return };
    let Some((name, span)) = written_name(context) else { return };
    // What stands before `:` is `invalid-name`'s concern.
    let bare = name.rsplit(':').next().unwrap_or_default();
    if bare.is_empty() || normalise(bare) == normalise(by_path) {
        return;
    }
    let is_opencode = context.agent().is_some_and(|agent| agent.tool == Tool::OpenCode);
    let message = if is_opencode {
        format!("OpenCode knows this agent by its path, as `{by_path}`, not as `{name}`")
    } else {
        format!("it is called `{name}`, and its {kind} `{by_path}`")
    };
    findings.push(Finding::new(&CODE, span, message));
}

/// The name in the file.
fn written_name(context: &MarkdownContext<'_>) -> Option<(String, divisi_syntax::Span)> {
    if let Some(value) = context.text_of("name") {
        return Some((value.value, value.span));
    }
    let name = context.agent()?.name.as_ref().filter(|name| !name.span.is_empty())?;
    Some((name.value.clone(), name.span))
}
