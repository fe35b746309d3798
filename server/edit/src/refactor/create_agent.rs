//! Makes the file of an agent that is named and does not exist.

use std::path::Path;

use divisi_model::{Resolution, Tool, Work, tool_of_runner};
use divisi_syntax::Span;
use divisi_workspace::{Document, Snapshot};

use super::{Refactoring, RefactoringKind, touches};
use crate::change::{Change, Step};

/// Where a project keeps its agents. Those of Claude Code are found whatever the runner.
const FOLDER: &str = ".claude/agents";

pub(super) fn offer(snapshot: &Snapshot, document: &Document, span: Span) -> Option<Refactoring> {
    let (tool, name) = named(document, span)?;
    let is_unknown = matches!(snapshot.registry().resolve(tool, name), Resolution::Unknown);
    if !is_unknown || !is_name(name) {
        return None;
    }
    let root = snapshot.root_of(&document.path)?;
    let path = root.join(FOLDER).join(Path::new(name).with_extension("md"));
    if snapshot.document(&path).is_some() {
        return None;
    }
    let text = format!(
        "---\nname: {name}\ndescription: Use when …\n---\n\nYou are {name}. Say here what you do, and what you answer with.\n"
    );
    Some(Refactoring {
        title: format!("Create the agent `{name}`"),
        kind: RefactoringKind::Mend,
        change: Change { steps: vec![Step::Create { path, text }] },
    })
}

/// The name of an agent under the cursor.
fn named(document: &Document, span: Span) -> Option<(Tool, &str)> {
    let (_, dag) = document.dag()?;
    dag.nodes.iter().find_map(|node| match &node.work {
        Some(Work::Agent(work)) if work.naming.may_be_reference() && touches(work.agent.span, span) => {
            let tool = work.runner.as_ref().map_or(Tool::ClaudeCode, |runner| tool_of_runner(&runner.value));
            Some((tool, work.agent.value.as_str()))
        }
        _ => None,
    })
}

/// Whether a file and an agent may be called so.
fn is_name(name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    !name.is_empty() && !name.starts_with('-') && name.chars().all(is_part)
}
