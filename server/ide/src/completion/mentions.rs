//! Names in running text: agents where a text names one, slash commands after a slash, files after `@`.

use std::sync::Arc;

use divisi_analysis::mentions::tool_of;
use divisi_model::Tool;
use divisi_syntax::Span;
use divisi_workspace::{Document, Snapshot};

use super::{Completion, agents, commands, files};

/// What a text is about to name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Agent,
    Command,
}

/// Proposals where the text before `offset` calls for a name; `None` where it does not.
pub(super) fn complete(
    snapshot: &Snapshot,
    document: &Arc<Document>,
    offset: u32,
) -> Option<Vec<Completion>> {
    let (before, after) = document.text.split_at_checked(offset as usize)?;
    let line = before.get(before.rfind('\n').map_or(0, |at| at + 1)..)?;
    if document.markdown.is_some()
        && let Some(begun) = begun_path(line)
    {
        let rest = after.len() - after.trim_start_matches(is_part_of_path).len();
        let replace = Span::new(offset - begun.len() as u32, offset + rest as u32);
        return Some(files::all(snapshot, document, begun, replace));
    }
    let name_start = line.trim_end_matches(is_part).len();
    let (lead, name) = line.split_at_checked(name_start)?;
    let (wanted, begun) = wanted(lead, name, document.markdown.is_some())?;
    let rest = after.len() - after.trim_start_matches(is_part).len();
    let replace = Span::new(offset - begun as u32, offset + rest as u32);
    Some(match wanted {
        Wanted::Agent => {
            let tool = if document.markdown.is_some() { tool_of(document) } else { Tool::ClaudeCode };
            agents::of_tool(snapshot, tool, replace)
        }
        Wanted::Command => commands::all(snapshot, replace),
    })
}

const fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':')
}

const fn is_part_of_path(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '/' | '-')
}

/// What stands between an `@` that begins a word and the end of `line`, unless it names an agent.
fn begun_path(line: &str) -> Option<&str> {
    let (lead, begun) = line.split_at_checked(line.trim_end_matches(is_part_of_path).len())?;
    let before = lead.strip_suffix('@')?;
    let begins_word = !before.ends_with(|c: char| is_part(c) || matches!(c, '@' | '.' | '/' | '\\'));
    (begins_word && !begun.starts_with("agent-")).then_some(begun)
}

/// What is wanted after `lead` and the begun `name`, and how many bytes of it are there already.
fn wanted(lead: &str, name: &str, is_markdown: bool) -> Option<(Wanted, usize)> {
    if lead.ends_with('@') && !lead.trim_end_matches('@').ends_with(is_part) {
        return name.strip_prefix("agent-").map(|begun| (Wanted::Agent, begun.len()));
    }
    let quoted = lead.trim_end_matches(['"', '\'', '`', '\\']);
    let assigned = quoted.trim_end_matches(' ').strip_suffix([':', '=']);
    let key = assigned.map(|key| key.trim_end_matches([' ', '"', '\'', '`', '*', '\\']));
    if key.is_some_and(|key| key.ends_with("subagent_type")) {
        return Some((Wanted::Agent, name.len()));
    }
    let open = lead.rfind('(').filter(|at| !lead[*at..].contains(')'));
    let called = open.and_then(|at| lead.get(..at)).unwrap_or_default();
    let is_list = open
        .is_some_and(|at| lead[at + 1..].chars().all(|c| is_part(c) || matches!(c, ' ' | ',' | '@' | '*')));
    if is_list && ["Task", "Agent"].iter().any(|tool| called.ends_with(tool)) {
        return Some((Wanted::Agent, name.len()));
    }
    let is_word =
        lead.strip_suffix('/').is_some_and(|before| before.is_empty() || before.ends_with([' ', '`', '(']));
    (is_markdown && is_word).then_some((Wanted::Command, name.len()))
}
