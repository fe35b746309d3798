//! From documents of commands and skills to the table of slash commands.

use std::path::Path;
use std::sync::Arc;

use divisi_model::{CommandFile, CommandKind, Commands, SlashCommand, Tool};

use crate::classify::Class;
use crate::document::Document;
use crate::layout::{Holds, Layout};
use crate::scopes::Scopes;

/// All slash commands and skills among `documents`.
pub(crate) fn table<'a>(documents: impl Iterator<Item = &'a Arc<Document>>, layout: &Layout) -> Commands {
    let files: Vec<(&Document, &CommandFile)> =
        documents.filter_map(|document| Some((document.as_ref(), command_file(Some(document))?))).collect();
    let scopes = Scopes::new(files.iter().map(|(document, _)| document.path.as_path()), layout);
    let commands = files.into_iter().filter_map(|(document, file)| slash_command(document, file, &scopes));
    Commands::new(commands.map(Arc::new).collect())
}

/// Whether two states of a file say the same of its command, so that the table can stay.
pub(crate) fn same_command(before: Option<&Arc<Document>>, after: Option<&Arc<Document>>) -> bool {
    command_file(before) == command_file(after)
}

/// Whether a document is a command or a skill.
pub(crate) fn is_command(document: Option<&Arc<Document>>) -> bool {
    command_file(document).is_some()
}

fn command_file(document: Option<&Arc<Document>>) -> Option<&CommandFile> {
    let document = document?;
    let is_command = matches!(document.class, Class::Command | Class::Skill);
    document.markdown.as_ref().filter(|_| is_command).map(|markdown| &markdown.command)
}

fn slash_command(document: &Document, file: &CommandFile, scopes: &Scopes<'_>) -> Option<SlashCommand> {
    let (kind, own_name) = match document.class {
        // A skill goes by its folder's name; `name` may say another.
        Class::Skill => {
            let folder = document.path.parent()?.file_name()?.to_str()?.to_owned();
            (CommandKind::Skill, file.name.as_ref().map_or(folder, |name| name.value.clone()))
        }
        _ => (CommandKind::Command, path_name(&document.path)?),
    };
    let (scope, name) = scopes.place(&document.path, &own_name);
    let written = file.name.as_ref().filter(|_| kind == CommandKind::Skill);
    Some(SlashCommand {
        kind,
        tool: Tool::ClaudeCode,
        scope,
        name,
        path: Some(document.path.clone()),
        name_span: written.map(|name| name.span).unwrap_or_default(),
        description: file.description.clone(),
        argument_hint: file.argument_hint.clone(),
    })
}

/// The path below the innermost folder `commands`, without its ending, `:` for `/`.
fn path_name(path: &Path) -> Option<String> {
    let folder = path.ancestors().skip(1).find(|folder| folder.ends_with(Holds::Commands.folder()))?;
    let below = path.strip_prefix(folder).ok()?.with_extension("");
    let parts: Option<Vec<&str>> = below.components().map(|part| part.as_os_str().to_str()).collect();
    Some(parts?.join(":"))
}
