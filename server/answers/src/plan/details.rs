//! What only a plan that could be run tells: what DAGs that are nodes hold, and which earlier results would be used.

use std::collections::{BTreeMap, BTreeSet};

use divisi_analysis::plan::Slot;
use divisi_engine::foresee::{Foreseen, Outlook, can_reuse, foresee};
use divisi_engine::plan::{PlanNode, PlanWork, StoredPlan};

/// Nothing, where the DAG cannot be run as it is.
#[derive(Debug, Default)]
pub(super) struct Details {
    held: BTreeMap<String, Vec<Held>>,
    /// Empty where no result can ever be used again.
    foreseen: Vec<Foreseen>,
}

/// A node that a DAG holds which is a node itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    path: String,
    /// How many groups are around it.
    depth: usize,
    /// From the start of the outermost.
    start_ms: u64,
    end_ms: u64,
}

impl Held {
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// As it stands in a table: its own name, behind that of the node that holds it.
    pub fn shown(&self) -> String {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        format!("{}{name}", "  ".repeat(self.depth))
    }

    /// Columns of that.
    pub fn width(&self) -> usize {
        self.shown().chars().count()
    }

    /// When it would run, where `around` is the slot of the outermost node that holds it.
    pub(super) fn slot(&self, around: &Slot, reuse: bool) -> Slot {
        Slot {
            id: self.path.clone(),
            start_ms: around.start_ms.saturating_add(self.start_ms),
            end_ms: around.start_ms.saturating_add(self.end_ms),
            level: around.level,
            reuse,
        }
    }
}

impl Details {
    pub(super) fn new(plan: &StoredPlan) -> Self {
        let foreseen = if can_reuse(plan) { foresee(plan).unwrap_or_default() } else { Vec::new() };
        let times = times(plan);
        let outermost = plan
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.group.is_none() && matches!(node.work, PlanWork::Dag { .. }));
        let held = outermost.map(|(index, dag)| (dag.path.clone(), held_by(plan, index, &times)));
        Self { held: held.collect(), foreseen }
    }

    /// What a node holds; nothing where it is no DAG.
    pub(super) fn holds(&self, id: &str) -> &[Held] {
        self.held.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    /// What a DAG that is a node takes, with slots for all that it holds; none for another node.
    pub(super) fn takes_ms(&self, id: &str) -> Option<u64> {
        self.held.get(id)?.iter().map(|held| held.end_ms).max()
    }

    /// Whether all that a node is would be taken from earlier results.
    pub(super) fn is_reused(&self, id: &str) -> bool {
        let mut of_node = self.of(id).peekable();
        of_node.peek().is_some() && of_node.all(|node| matches!(node.outlook, Outlook::Reused { .. }))
    }

    /// What would become of a node, for people; none where that is nothing to tell.
    pub(super) fn why(&self, id: &str) -> Option<String> {
        let all: Vec<&Foreseen> = self.of(id).collect();
        let reused = all.iter().filter_map(|node| match &node.outlook {
            Outlook::Reused { run } => Some(run.as_str()),
            _ => None,
        });
        let reused: Vec<&str> = reused.collect();
        match (all.as_slice(), reused.len()) {
            ([], _) => None,
            (_, count) if count == all.len() => {
                let runs: BTreeSet<&str> = reused.into_iter().collect();
                let runs: Vec<&str> = runs.into_iter().collect();
                Some(format!("reused from run {}", runs.join(", ")))
            }
            ([one], _) => told(&one.outlook),
            (all, count) => Some(format!("{count} of {} reused", all.len())),
        }
    }

    /// The node itself, its instances, what it holds.
    fn of(&self, id: &str) -> impl Iterator<Item = &Foreseen> {
        self.foreseen.iter().filter(move |node| {
            let rest = node.path.strip_prefix(id);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '/']))
        })
    }
}

fn told(outlook: &Outlook) -> Option<String> {
    match outlook {
        Outlook::Reused { run } => Some(format!("reused from run {run}")),
        Outlook::Runs { why } if why.is_empty() => None,
        Outlook::Runs { why } => Some(format!("runs: {why}")),
        Outlook::Follows { after } => Some(format!("follows from {after}")),
        Outlook::Asks => Some("asks a person".to_owned()),
        Outlook::Ends { why } => Some(format!("does not run: {why}")),
    }
}

fn held_by(plan: &StoredPlan, dag: usize, times: &[(u64, u64)]) -> Vec<Held> {
    let begin = times.get(dag).map_or(0, |(start, _)| *start);
    let held = plan.nodes.iter().enumerate().filter_map(|(index, node)| {
        let depth = groups_around(plan, node).position(|group| group == dag)? + 1;
        let (start, end) = times.get(index).copied().unwrap_or_default();
        Some(Held {
            path: node.path.clone(),
            depth,
            start_ms: start.saturating_sub(begin),
            end_ms: end.saturating_sub(begin),
        })
    });
    held.collect()
}

/// The groups that hold a node, the innermost first.
fn groups_around<'a>(plan: &'a StoredPlan, node: &PlanNode) -> impl Iterator<Item = usize> + use<'a> {
    std::iter::successors(node.group, |group| plan.nodes.get(*group)?.group)
}

/// When each node of the plan would begin and end with slots for all. A group begins before what it holds and ends with
/// the last of it.
fn times(plan: &StoredPlan) -> Vec<(u64, u64)> {
    let mut times = vec![(0, 0); plan.nodes.len()];
    // Each pass settles at least one more node: there are no rings.
    for _ in 0..=plan.nodes.len() {
        let before = times.clone();
        for (index, node) in plan.nodes.iter().enumerate() {
            let end_of = |other: &usize| times.get(*other).map_or(0, |(_, end)| *end);
            let after = node.dependencies.iter().chain(&node.after).map(end_of);
            let group = node.group.and_then(|group| times.get(group)).map(|(start, _)| *start);
            let start = after.chain(group).max().unwrap_or(0);
            let end = match node.work.children() {
                Some(children) => children.iter().map(end_of).fold(start, u64::max),
                None => start.saturating_add(node.estimate_ms),
            };
            if let Some(slot) = times.get_mut(index) {
                *slot = (start, end);
            }
        }
        if times == before {
            break;
        }
    }
    times
}
