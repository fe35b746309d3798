//! From documents of commands and skills to the table of slash commands.

use std::path::Path;
use std::sync::Arc;

use divisi_model::{CommandFile, CommandKind, Commands, Scope, SlashCommand, Tool};

use crate::classify::Class;
use crate::document::Document;
use crate::layout::{FolderKind, Holds, Layout};
use crate::scopes::Scopes;

/// All slash commands and skills among `documents`.
pub(crate) fn table<'a>(documents: impl Iterator<Item = &'a Arc<Document>>, layout: &Layout) -> Commands {
    let files: Vec<(&Document, &CommandFile)> =
        documents.filter_map(|document| Some((document.as_ref(), command_file(Some(document))?))).collect();
    let scopes = Scopes::new(files.iter().map(|(document, _)| document.path.as_path()), layout);
    let commands =
        files.into_iter().filter_map(|(document, file)| slash_command(document, file, layout, &scopes));
    Commands::new(commands.map(Arc::new).collect())
}

/// Whether two states of a file say the same of its command, so that the table can stay.
pub(crate) fn same_command(before: Option<&Arc<Document>>, after: Option<&Arc<Document>>) -> bool {
    command_file(before) == command_file(after)
}

fn command_file(document: Option<&Arc<Document>>) -> Option<&CommandFile> {
    document?.markdown.as_ref()?.command.as_ref()
}

fn slash_command(
    document: &Document,
    file: &CommandFile,
    layout: &Layout,
    scopes: &Scopes<'_>,
) -> Option<SlashCommand> {
    let is_skill = document.class == Class::Skill;
    if is_skill && is_out_of_reach(&document.path, layout) {
        return None;
    }
    // Among the commands, a skill goes by its folder alone.
    let written = file.name.as_ref().filter(|_| is_skill && !is_among_commands(&document.path));
    let by_path = if is_skill { folder_name(&document.path)? } else { path_name(&document.path)? };
    let (scope, name_by_path) = scopes.place(&document.path, &by_path);
    let (_, name) = scopes.place(&document.path, written.map_or(&by_path, |name| &name.value));
    let mut aliases = Vec::new();
    if is_skill && name_by_path != name {
        aliases.push(name_by_path);
    }
    if is_skill && scope == Scope::Plugin {
        aliases.push(written.map_or(by_path, |name| name.value.clone()));
    }
    Some(SlashCommand {
        kind: if is_skill { CommandKind::Skill } else { CommandKind::Command },
        tool: Tool::ClaudeCode,
        scope,
        name,
        aliases,
        path: Some(document.path.clone()),
        name_span: written.map(|name| name.span).unwrap_or_default(),
        description: file.description.clone(),
        argument_hint: file.argument_hint.clone(),
        hidden: file.hidden,
    })
}

/// Whether a `SKILL.md` lies in a folder of skills and not right below it: Claude Code does not look there. What a
/// plugin's manifest or a collection holds may lie anywhere.
fn is_out_of_reach(path: &Path, layout: &Layout) -> bool {
    let is_loaded_from = |folder: &&Path| {
        let of_user = layout.tool_folders.iter().any(|known| {
            known.path == **folder && known.kind == FolderKind::User && known.holds == Holds::Skills
        });
        of_user || folder.ends_with(Path::new(".claude").join(Holds::Skills.folder()))
    };
    let depth = path.ancestors().skip(1).position(|folder| is_loaded_from(&folder));
    depth.is_some_and(|depth| depth != 1)
}

fn is_among_commands(path: &Path) -> bool {
    let [commands, skills] = [Holds::Commands.folder(), Holds::Skills.folder()];
    let mut folders = path.ancestors().skip(1);
    let nearest = folders.find(|folder| folder.ends_with(commands) || folder.ends_with(skills));
    nearest.is_some_and(|folder| folder.ends_with(commands))
}

fn folder_name(path: &Path) -> Option<String> {
    path.parent()?.file_name()?.to_str().map(str::to_owned)
}

/// The path below the innermost folder `commands`, without its ending, `:` for `/`.
fn path_name(path: &Path) -> Option<String> {
    let folder = path.ancestors().skip(1).find(|folder| folder.ends_with(Holds::Commands.folder()))?;
    let below = path.strip_prefix(folder).ok()?.with_extension("");
    let parts: Option<Vec<&str>> = below.components().map(|part| part.as_os_str().to_str()).collect();
    Some(parts?.join(":"))
}
