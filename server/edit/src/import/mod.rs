//! Markdown trackers as a DAG of ours.
//!
//! A tracker is a plan that people and agents keep by hand: phases, sections for agents, tasks with boxes or marks, a
//! matrix of who waits for whom, points where all wait. Reading is tolerant and invents nothing: what is no part of
//! the DAG is told with its lines.
//!
//! ```text
//! mojibake    text that was read in a wrong code page, put right
//! line        what each line is
//! marks       boxes, emoji and words for how far something is
//! wording     what headings and fields are called
//! tracker     what a tracker says, before it is written
//! read        lines → tracker
//! links       who is meant by a name, and what waits for what
//! write       tracker → *.dag.yaml
//! ```

mod line;
mod links;
mod marks;
mod mojibake;
mod read;
mod tracker;
mod wording;
mod write;

/// The agent for work of which the tracker does not say whose it is: Claude Code's own.
const DEFAULT_AGENT: &str = "claude";

/// A tracker in our own format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The text of the `*.dag.yaml`.
    pub text: String,
    /// Nodes in it.
    pub nodes: usize,
    /// Tasks that are left to do: they stand in the nodes' prompts.
    pub open_tasks: usize,
    /// Tasks that are done already: they stand in comments.
    pub done_tasks: usize,
    /// What is no part of the DAG, in order of lines.
    pub notices: Vec<Notice>,
    /// Names of agents in the tracker for which no agent is known; `claude` stands for them.
    pub labels: Vec<String>,
}

/// Something in a tracker that the DAG does not say.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Notice {
    /// First line, from 1.
    pub first: usize,
    /// Last line, from 1.
    pub last: usize,
    /// What, and why not.
    pub message: String,
}

impl Notice {
    fn at(line: usize, message: impl Into<String>) -> Self {
        Self { first: line, last: line, message: message.into() }
    }
}

/// There is no task in the file that is left to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NothingToDo {
    /// Tasks that are done.
    pub done_tasks: usize,
}

/// The tracker as a DAG. `source` is what the file is called in the first line of the result; `agent_of` says which
/// agent is meant by the name of a section, where it is known.
///
/// # Errors
/// No task is left to do.
pub fn tracker(
    text: &str,
    source: &str,
    agent_of: &dyn Fn(&str) -> Option<String>,
) -> Result<Imported, NothingToDo> {
    let text = mojibake::repaired(text);
    let mut tracker = read::read(&text);
    links::link(&mut tracker);
    write::write(tracker, source, agent_of)
}
