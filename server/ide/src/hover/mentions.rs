//! What a text names.

use std::path::Path;
use std::sync::Arc;

use divisi_analysis::mentions::{resolve_agent, resolve_file, tool_of};
use divisi_model::{CommandResolution, Mention, MentionTarget, Resolution};
use divisi_workspace::{Document, Snapshot};

use super::Hover;
use crate::card;

/// The card of what the Markdown text names at `offset`.
pub(super) fn in_markdown(snapshot: &Snapshot, document: &Arc<Document>, offset: u32) -> Option<Hover> {
    let mentions = &document.markdown.as_ref()?.mentions;
    let mention = mentions.iter().find(|mention| mention.span.touches(offset))?;
    of(snapshot, document, mention)
}

/// The card of what `mention` leads to, where it leads anywhere.
pub(super) fn of(snapshot: &Snapshot, document: &Document, mention: &Mention) -> Option<Hover> {
    let root = snapshot.root_of(&document.path);
    let markdown = match mention.target {
        MentionTarget::Agent => agents(&resolve_agent(snapshot, document, tool_of(document), mention), root)?,
        MentionTarget::Command | MentionTarget::Skill => commands(snapshot, &mention.name, root)?,
        MentionTarget::File => {
            let path = resolve_file(snapshot, document, mention)?;
            card::file(snapshot, snapshot.document(&path)?, root)
        }
    };
    Some(Hover { span: mention.span, markdown })
}

/// The cards of who was found.
pub(super) fn agents(resolution: &Resolution<'_>, root: Option<&Path>) -> Option<String> {
    match resolution {
        Resolution::Found(agent) | Resolution::NotLoaded(agent) => Some(card::agent(agent, root)),
        Resolution::Ambiguous(agents) => {
            let cards: Vec<String> = agents.iter().map(|agent| card::agent(agent, root)).collect();
            Some(format!("Several agents have this name:\n\n{}", cards.join("\n\n---\n\n")))
        }
        Resolution::Unknown => None,
    }
}

/// The cards of the slash commands or skills called `name`.
pub(super) fn commands(snapshot: &Snapshot, name: &str, root: Option<&Path>) -> Option<String> {
    match snapshot.commands().resolve(name) {
        CommandResolution::Found(command) => Some(card::command(command, root)),
        CommandResolution::Ambiguous(commands) => {
            let cards: Vec<String> = commands.iter().map(|command| card::command(command, root)).collect();
            Some(format!("Several commands have this name:\n\n{}", cards.join("\n\n---\n\n")))
        }
        CommandResolution::Unknown => None,
    }
}
