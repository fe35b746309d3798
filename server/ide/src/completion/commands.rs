//! Slash commands and skills.

use divisi_analysis::describe;
use divisi_model::{CommandKind, SlashCommand};
use divisi_syntax::Span;
use divisi_workspace::{Document, Snapshot};

use super::agents::DETAIL;
use super::{Completion, CompletionKind};
use crate::card;

/// All slash commands, those that skills are among them.
pub(super) fn all(snapshot: &Snapshot, document: &Document, replace: Span) -> Vec<Completion> {
    let commands = snapshot.commands().names().into_iter().filter(|command| !command.hidden);
    commands.map(|command| completion(snapshot, document, replace, command)).collect()
}

/// All skills.
pub(super) fn skills(snapshot: &Snapshot, document: &Document, replace: Span) -> Vec<Completion> {
    let skills = snapshot.commands().names().into_iter().filter(|command| command.kind == CommandKind::Skill);
    skills.map(|command| completion(snapshot, document, replace, command)).collect()
}

fn completion(snapshot: &Snapshot, document: &Document, replace: Span, command: &SlashCommand) -> Completion {
    // The user's own before those that every installation has.
    let rank = usize::from(command.path.is_none());
    let mut completion = Completion::new(CompletionKind::Command, &command.name, replace, rank);
    completion.detail =
        command.description.as_deref().map(describe::first_line).map(|line| describe::cut(line, DETAIL));
    completion.note = Some(card::scope(command.scope).to_owned());
    completion.documentation = Some(card::command(command, snapshot.root_of(&document.path)));
    completion
}
