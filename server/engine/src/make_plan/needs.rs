//! What nodes need besides their dependencies: locks, and places in the limits of their phases.

use std::collections::BTreeMap;

use divisi_model::{Dag, LockMode, Node, OutputForm};

use crate::plan::{PlanHold, PlanLimit, PlanLock, PlanNode, PlanWork};

/// The locks and limits of a plan, as its nodes turn out to need them.
#[derive(Debug, Default)]
pub(super) struct Needs {
    pub(super) locks: Vec<PlanLock>,
    pub(super) limits: Vec<PlanLimit>,
    /// Places of the locks by name: the DAGs of a run share them.
    places: BTreeMap<String, usize>,
}

/// Limits of the phases of one DAG.
#[derive(Debug)]
pub(super) struct PhaseLimits<'a> {
    dag: &'a Dag,
    of_phases: Vec<Option<usize>>,
}

impl PhaseLimits<'_> {
    /// The limit of a node's phase.
    pub(super) fn of(&self, node: &Node) -> Option<usize> {
        let phase = node.phase.as_ref()?;
        let place = self.dag.phases.iter().position(|listed| listed.id.value == phase.value)?;
        self.of_phases.get(place).copied().flatten()
    }
}

impl Needs {
    /// The limits of a DAG's phases.
    pub(super) fn phases<'a>(&mut self, dag: &'a Dag) -> PhaseLimits<'a> {
        let of_phases = dag.phases.iter().map(|phase| {
            let capacity = phase.max_parallel.as_ref()?.value;
            Some(self.limit(format!("the phase {}", phase.id.value), capacity))
        });
        PhaseLimits { dag, of_phases: of_phases.collect() }
    }

    /// A limit of the plan, by its place.
    pub(super) fn limit(&mut self, name: String, capacity: u32) -> usize {
        self.limits.push(PlanLimit { name, capacity: capacity.max(1) });
        self.limits.len() - 1
    }

    /// The name of a lock.
    pub(super) fn name(&self, lock: usize) -> &str {
        self.locks.get(lock).map_or("", |lock| lock.name.as_str())
    }

    /// The locks of a node, each once: named twice, the stronger word counts.
    pub(super) fn holds(&mut self, dag: &Dag, node: &Node) -> Vec<PlanHold> {
        let mut holds: BTreeMap<usize, bool> = BTreeMap::new();
        for lock in &node.locks {
            let place = self.place(dag, &lock.name.value);
            let has_capacity = self.locks.get(place).is_some_and(|lock| lock.capacity.is_some());
            let exclusive = match lock.mode {
                Some(mode) => mode == LockMode::Exclusive,
                None => !has_capacity,
            };
            *holds.entry(place).or_default() |= exclusive;
        }
        holds.into_iter().map(|(lock, exclusive)| PlanHold { lock, exclusive }).collect()
    }

    fn place(&mut self, dag: &Dag, name: &str) -> usize {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let listed = dag.locks.iter().find(|listed| listed.name.value == name);
        self.locks.push(PlanLock {
            name: name.to_owned(),
            capacity: listed.and_then(|lock| lock.capacity),
            scope: listed.map(|lock| lock.scope).unwrap_or_default(),
        });
        self.places.insert(name.to_owned(), self.locks.len() - 1);
        self.locks.len() - 1
    }
}

/// What the nodes of a plan write: their `writes` and the files of their outputs. None where one of them does not say.
pub(super) fn writes(nodes: &[PlanNode]) -> Option<Vec<String>> {
    let mut globs = Vec::new();
    add_writes(nodes, &mut globs)?;
    globs.sort_unstable();
    globs.dedup();
    Some(globs)
}

fn add_writes(nodes: &[PlanNode], globs: &mut Vec<String>) -> Option<()> {
    for node in nodes {
        if let Some(expansion) = &node.expansion {
            add_writes(&expansion.instance, globs)?;
        }
        if matches!(node.work, PlanWork::Approve { .. }) || node.work.is_group() {
            continue;
        }
        globs.extend(node.writes.as_ref()?.iter().cloned());
        globs.extend(node.outputs.iter().filter_map(|output| match &output.form {
            OutputForm::File(path) => Some(path.clone()),
            _ => None,
        }));
    }
    Some(())
}
