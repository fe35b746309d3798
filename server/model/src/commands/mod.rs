//! Slash commands and skills that were found, as plain data.

mod built_in;
mod file;
mod text;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use divisi_syntax::Span;

use crate::agent::Tool;
use crate::registry::{Scope, normalise};

pub use file::CommandFile;
pub use text::{CommandArguments, CommandText};

/// How a slash command is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CommandKind {
    /// A skill.
    Skill,
    /// A file of `commands`, or part of the tool.
    Command,
}

/// One slash command, or one skill, which is called like one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlashCommand {
    /// How it is made.
    pub kind: CommandKind,
    /// The tool that loads it.
    pub tool: Tool,
    /// Where it comes from.
    pub scope: Scope,
    /// The name without its slash: the path below `commands` with `:` for `/`, or the skill's name; for plugins
    /// `plugin:name`.
    pub name: String,
    /// Other names that reach it: that of a skill's folder; for a plugin's skill also its name without the plugin's.
    pub aliases: Vec<String>,
    /// Its file; none for what is built in.
    pub path: Option<PathBuf>,
    /// Where the name stands in that file; empty where the file's path is the name.
    pub name_span: Span,
    /// `description`, else the first line of its text.
    pub description: Option<String>,
    /// `argument-hint`.
    pub argument_hint: Option<String>,
    /// Whether only the model uses it: it is no slash command then.
    pub hidden: bool,
}

impl SlashCommand {
    /// What decides between commands of one name: a skill goes before a command, and the user's before the project's,
    /// unlike agents (docs/decisions/0013-loader-oracle.md).
    fn rank(&self) -> (bool, CommandKind, bool, Scope) {
        (self.scope == Scope::BuiltIn, self.kind, self.scope != Scope::User, self.scope)
    }
}

/// The answer to a look-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandResolution<'a> {
    /// This one.
    Found(&'a SlashCommand),
    /// Several of one kind and scope.
    Ambiguous(Vec<&'a SlashCommand>),
    /// Nobody has this name.
    Unknown,
}

/// Slash commands and skills by name.
#[derive(Debug, Clone)]
pub struct Commands {
    commands: Vec<Arc<SlashCommand>>,
    /// Built-in commands included; each list with the one first that is meant.
    by_name: HashMap<String, Vec<Arc<SlashCommand>>>,
    /// Those that go by other names, too.
    by_alias: HashMap<String, Vec<Arc<SlashCommand>>>,
    /// Those with `:` in their name by the part after the last one.
    by_bare_name: HashMap<String, Vec<Arc<SlashCommand>>>,
}

impl Default for Commands {
    /// The built-in commands alone.
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl Commands {
    /// Builds the table. Built-in commands need not be given; they are known.
    pub fn new(commands: Vec<Arc<SlashCommand>>) -> Self {
        let (by_name, by_alias, by_bare_name) = (HashMap::new(), HashMap::new(), HashMap::new());
        let mut table = Self { commands, by_name, by_alias, by_bare_name };
        for command in table.commands.iter().chain(built_in::commands()) {
            table.by_name.entry(normalise(&command.name)).or_default().push(Arc::clone(command));
            for alias in &command.aliases {
                table.by_alias.entry(normalise(alias)).or_default().push(Arc::clone(command));
            }
            if let Some((_, bare)) = command.name.rsplit_once(':') {
                table.by_bare_name.entry(normalise(bare)).or_default().push(Arc::clone(command));
            }
        }
        for index in [&mut table.by_name, &mut table.by_alias, &mut table.by_bare_name] {
            // Stable: of one scope and kind, the order given stays.
            index.values_mut().for_each(|list| list.sort_by_key(|command| command.rank()));
        }
        table
    }

    /// All that come from files, in the order given.
    pub fn all(&self) -> &[Arc<SlashCommand>] {
        &self.commands
    }

    /// Whether no command's or skill's file is known at all.
    pub fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }

    /// Looks `name` up, with or without its slash: names first, then aliases, then the part after the last `:`, by
    /// which people mean a plugin's or a folder's command where nothing else has that name.
    pub fn resolve(&self, name: &str) -> CommandResolution<'_> {
        let name = normalise(name.strip_prefix('/').unwrap_or(name));
        let indexes = [&self.by_name, &self.by_alias, &self.by_bare_name];
        let list = indexes.into_iter().find_map(|index| index.get(&name));
        let Some((first, others)) = list.and_then(|list| list.split_first()) else {
            return CommandResolution::Unknown;
        };
        let is_rival = |other: &&Arc<SlashCommand>| other.rank() == first.rank() && other.path != first.path;
        let rivals = others.iter().filter(is_rival).map(Arc::as_ref);
        let all: Vec<&SlashCommand> = std::iter::once(first.as_ref()).chain(rivals).collect();
        if all.len() > 1 { CommandResolution::Ambiguous(all) } else { CommandResolution::Found(first) }
    }

    /// Every full name that [`Commands::resolve`] finds, each once with what is found, sorted by name.
    pub fn names(&self) -> Vec<&SlashCommand> {
        let meant = self.by_name.values().filter_map(|list| list.first());
        let mut commands: Vec<&SlashCommand> = meant.map(Arc::as_ref).collect();
        commands.sort_by(|a, b| a.name.cmp(&b.name));
        commands
    }
}
