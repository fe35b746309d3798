//! What explains a proposal.

use divisi_model::{CommandResolution, Resolution, Tool};
use divisi_workspace::Snapshot;

use crate::card;

/// What explains a proposal, in Markdown. Of thousands of agents and commands one at a time is looked at, so that their
/// cards are written when they are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Documentation {
    /// The text.
    Text(String),
    /// The card of an agent.
    Agent {
        /// The tool that looks for it.
        tool: Tool,
        /// Its name.
        name: String,
    },
    /// The card of a slash command or a skill.
    Command {
        /// Its name, without the slash.
        name: String,
    },
}

impl Documentation {
    /// The text; none where what it is about has gone since.
    pub fn text(self, snapshot: &Snapshot) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Agent { tool, name } => {
                let agent = match snapshot.registry().resolve(tool, &name) {
                    Resolution::Found(agent) | Resolution::NotLoaded(agent) => agent,
                    Resolution::Ambiguous(agents) => *agents.first()?,
                    Resolution::Unknown => return None,
                };
                let root = agent.path.as_deref().and_then(|path| snapshot.root_of(path));
                Some(card::agent(agent, root))
            }
            Self::Command { name } => {
                let command = match snapshot.commands().resolve(&name) {
                    CommandResolution::Found(command) => command,
                    CommandResolution::Ambiguous(commands) => *commands.first()?,
                    CommandResolution::Unknown => return None,
                };
                let root = command.path.as_deref().and_then(|path| snapshot.root_of(path));
                Some(card::command(command, root))
            }
        }
    }
}
