//! What a name can stand for.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use divisi_model::registry::normalise;
use divisi_model::{
    Agent, CommandKind, CommandResolution, Commands, Registry, Resolution, SlashCommand, Tool,
};

/// A thing that is named somewhere. Two places name the same thing exactly if their entities are equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Entity {
    /// An agent, known or not.
    Agent {
        /// The tool that loads it; of an unknown agent the tool that would be asked first.
        tool: Tool,
        /// Its full name (`plugin:name` for plugins), normalised.
        name: String,
    },
    /// A slash command, known or not.
    Command {
        /// Its full name without `/`, normalised.
        name: String,
    },
    /// A skill.
    Skill {
        /// Its full name, normalised.
        name: String,
    },
    /// A file: a DAG's, or any other that a path leads to. Absolute, without `.` and `..`.
    File(PathBuf),
    /// A node of a DAG.
    Node {
        /// The file of the DAG.
        document: Arc<Path>,
        /// Ids of the nodes in whose bodies it stands, the outermost first; none for the DAG's own nodes.
        within: Vec<String>,
        /// Its id.
        id: String,
    },
    /// A phase of a DAG.
    Phase {
        /// The file of the DAG.
        document: Arc<Path>,
        /// Its id.
        id: String,
    },
    /// A lock of a DAG.
    Lock {
        /// The file of the DAG.
        document: Arc<Path>,
        /// Its name.
        name: String,
    },
    /// An argument of a DAG.
    Arg {
        /// The file of the DAG.
        document: Arc<Path>,
        /// Its name.
        name: String,
    },
    /// An output of a node. An input that has no name of its own (`inputs: [findings]`) is the output it takes in.
    Output {
        /// The file of the DAG.
        document: Arc<Path>,
        /// Ids of the nodes in whose bodies the node stands.
        within: Vec<String>,
        /// Id of the node.
        node: String,
        /// Its name.
        name: String,
    },
    /// An agent that a dialect's file defines for itself.
    OwnAgent {
        /// The file.
        document: Arc<Path>,
        /// Its id.
        id: String,
    },
    /// An input of a node under a name of its own.
    Input {
        /// The file of the DAG.
        document: Arc<Path>,
        /// Id of the node.
        node: String,
        /// Its name.
        name: String,
    },
}

impl Entity {
    /// The agent that `name` means to `tool`. A bare name stands for a plugin's agent where only that one bears it.
    pub fn agent(registry: &Registry, tool: Tool, name: &str) -> Self {
        let found = |agent: &Agent| Self::of_agent(agent);
        match registry.resolve(tool, name) {
            Resolution::Found(agent) | Resolution::NotLoaded(agent) => found(agent),
            Resolution::Ambiguous(agents) => {
                agents.first().map_or_else(|| Self::unknown_agent(tool, name), |agent| found(agent))
            }
            Resolution::Unknown => {
                let mut scoped = registry.scoped(name);
                match (scoped.next(), scoped.next()) {
                    (Some(agent), None) => found(agent),
                    _ => Self::unknown_agent(tool, name),
                }
            }
        }
    }

    /// The agent itself.
    pub fn of_agent(agent: &Agent) -> Self {
        Self::unknown_agent(agent.tool, &agent.name)
    }

    fn unknown_agent(tool: Tool, name: &str) -> Self {
        Self::Agent { tool, name: normalise(name) }
    }

    /// What `/name` calls: a command, or a skill.
    pub fn command(commands: &Commands, name: &str) -> Self {
        match commands.resolve(name) {
            CommandResolution::Found(command) => Self::of_command(command),
            CommandResolution::Ambiguous(all) => {
                all.first().map_or_else(|| Self::unknown_command(name), |command| Self::of_command(command))
            }
            CommandResolution::Unknown => Self::unknown_command(name),
        }
    }

    fn unknown_command(name: &str) -> Self {
        Self::Command { name: normalise(name) }
    }

    /// The command or skill itself.
    pub fn of_command(command: &SlashCommand) -> Self {
        let name = normalise(&command.name);
        match command.kind {
            CommandKind::Command => Self::Command { name },
            CommandKind::Skill => Self::Skill { name },
        }
    }

    /// The one document in which it can be named; `None` where others can name it, too.
    pub fn document(&self) -> Option<&Path> {
        match self {
            Self::Node { document, .. }
            | Self::Phase { document, .. }
            | Self::Lock { document, .. }
            | Self::Output { document, .. }
            | Self::OwnAgent { document, .. }
            | Self::Input { document, .. } => Some(document),
            Self::Agent { .. }
            | Self::Command { .. }
            | Self::Skill { .. }
            | Self::File(_)
            // Nodes of other DAGs that run this one pass its arguments by name.
            | Self::Arg { .. } => None,
        }
    }

    /// The document that declares it, where its identity says so.
    pub(super) fn owner(&self) -> Option<&Path> {
        match self {
            Self::Arg { document, .. } => Some(document),
            other => other.document(),
        }
    }

    /// What people call such a thing.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Agent { .. } | Self::OwnAgent { .. } => "agent",
            Self::Command { .. } => "command",
            Self::Skill { .. } => "skill",
            Self::File(_) => "file",
            Self::Node { .. } => "node",
            Self::Phase { .. } => "phase",
            Self::Lock { .. } => "lock",
            Self::Arg { .. } => "argument",
            Self::Output { .. } => "output",
            Self::Input { .. } => "input",
        }
    }
}
