//! Slash commands and skills.

use divisi_analysis::describe;
use divisi_model::{CommandKind, SlashCommand};
use divisi_syntax::Span;
use divisi_workspace::Snapshot;

use super::agents::DETAIL;
use super::{Completion, CompletionKind, Documentation};

/// All slash commands, those that skills are among them.
pub(super) fn all(snapshot: &Snapshot, replace: Span) -> Vec<Completion> {
    let commands = snapshot.commands().names().into_iter().filter(|command| !command.hidden);
    commands.map(|command| completion(replace, command)).collect()
}

/// All skills.
pub(super) fn skills(snapshot: &Snapshot, replace: Span) -> Vec<Completion> {
    let skills = snapshot.commands().names().into_iter().filter(|command| command.kind == CommandKind::Skill);
    skills.map(|command| completion(replace, command)).collect()
}

fn completion(replace: Span, command: &SlashCommand) -> Completion {
    // The user's own before those that every installation has.
    let rank = usize::from(command.path.is_none());
    let mut completion = Completion::new(CompletionKind::Command, &command.name, replace, rank);
    completion.detail =
        command.description.as_deref().map(describe::first_line).map(|line| describe::cut(line, DETAIL));
    completion.note = Some(command.scope.word().to_owned());
    completion.documentation = Some(Documentation::Command { name: command.name.clone() });
    completion
}
