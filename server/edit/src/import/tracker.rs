//! What a tracker says, before it is written.

use std::time::Duration;

use super::Notice;
use super::marks::Progress;

#[derive(Debug, Default)]
pub(super) struct Tracker {
    pub(super) title: Option<String>,
    pub(super) phases: Vec<Phase>,
    pub(super) groups: Vec<Group>,
    /// Goals by which the whole is judged: line and text.
    pub(super) criteria: Vec<(usize, String)>,
    /// Rows of coordination matrices.
    pub(super) matrix: Vec<MatrixRow>,
    /// Points where all wait.
    pub(super) sync_points: Vec<SyncPoint>,
    /// Orders that the text states, by name.
    pub(super) orders: Vec<Order>,
    pub(super) notices: Vec<Notice>,
}

#[derive(Debug)]
pub(super) struct Phase {
    pub(super) number: u32,
    pub(super) title: String,
    /// All phases listed before end first.
    pub(super) is_barrier: bool,
}

/// What becomes a node: an agent's section, or tasks under one heading.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) line: usize,
    pub(super) title: String,
    /// `AGENT n`; none for tasks under a heading.
    pub(super) agent: Option<u32>,
    /// Index into the phases.
    pub(super) phase: Option<usize>,
    pub(super) status: Option<Progress>,
    pub(super) priority: Option<i64>,
    pub(super) estimate: Option<Duration>,
    /// What it hands over, in words.
    pub(super) outputs: Option<String>,
    pub(super) parts: Vec<Part>,
    /// Indices of the groups that it waits for.
    pub(super) waits_for: Vec<usize>,
}

/// A part of what is said of a group.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A heading inside of it.
    Head(String),
    Task {
        line: usize,
        indent: usize,
        progress: Progress,
        text: String,
    },
    /// Anything else, as it is written.
    Text(String),
}

#[derive(Debug)]
pub(super) struct MatrixRow {
    pub(super) line: usize,
    pub(super) agent: String,
    /// Names of those that it waits for.
    pub(super) dependencies: Vec<String>,
    pub(super) outputs: Option<String>,
}

#[derive(Debug)]
pub(super) struct SyncPoint {
    pub(super) line: usize,
    pub(super) text: String,
    /// Number of the phase in whose section it stands.
    pub(super) inside: Option<u32>,
}

/// `later` waits for `earlier`; both are names as they are written.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) line: usize,
    pub(super) earlier: String,
    pub(super) later: Later,
}

#[derive(Debug)]
pub(super) enum Later {
    Named(String),
    Group(usize),
}

impl Group {
    pub(super) fn new(line: usize, title: String, phase: Option<usize>, priority: Option<i64>) -> Self {
        Self {
            line,
            title,
            agent: None,
            phase,
            status: None,
            priority,
            estimate: None,
            outputs: None,
            parts: Vec::new(),
            waits_for: Vec::new(),
        }
    }

    /// Tasks that are left to do; none where the whole is done.
    pub(super) fn open_tasks(&self) -> usize {
        if self.status == Some(Progress::Done) {
            return 0;
        }
        self.tasks().filter(|progress| *progress != Progress::Done).count()
    }

    /// Tasks that are done.
    pub(super) fn done_tasks(&self) -> usize {
        self.tasks().count() - self.open_tasks()
    }

    /// Whether nothing is left to do. An agent's section without tasks is work as long as its status says nothing else.
    pub(super) fn is_done(&self) -> bool {
        let has_tasks = self.tasks().next().is_some();
        self.status == Some(Progress::Done) || (has_tasks && self.open_tasks() == 0)
    }

    fn tasks(&self) -> impl Iterator<Item = Progress> + '_ {
        self.parts.iter().filter_map(|part| match part {
            Part::Task { progress, .. } => Some(*progress),
            Part::Head(_) | Part::Text(_) => None,
        })
    }
}
