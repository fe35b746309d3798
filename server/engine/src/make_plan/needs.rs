//! What nodes need besides their dependencies: locks, and places in the limits of their phases.

use std::collections::BTreeMap;

use divisi_model::{Dag, LockMode, Node, OutputForm};

use crate::plan::{PlanHold, PlanLimit, PlanLock};

/// The locks and limits of a plan, as its nodes turn out to need them.
#[derive(Debug)]
pub(super) struct Needs<'a> {
    dag: &'a Dag,
    pub(super) locks: Vec<PlanLock>,
    pub(super) limits: Vec<PlanLimit>,
    /// Places of the locks by name.
    places: BTreeMap<String, usize>,
    /// For each phase its limit.
    of_phases: Vec<Option<usize>>,
}

impl<'a> Needs<'a> {
    pub(super) fn new(dag: &'a Dag) -> Self {
        let mut limits = Vec::new();
        let of_phases = dag.phases.iter().map(|phase| {
            let capacity = phase.max_parallel.as_ref()?.value.max(1);
            limits.push(PlanLimit { name: format!("the phase {}", phase.id.value), capacity });
            Some(limits.len() - 1)
        });
        let of_phases = of_phases.collect();
        Self { dag, locks: Vec::new(), limits, places: BTreeMap::new(), of_phases }
    }

    /// The limits of a node: that of its phase.
    pub(super) fn limits(&self, node: &Node) -> Vec<usize> {
        let phase = node
            .phase
            .as_ref()
            .and_then(|phase| self.dag.phases.iter().position(|listed| listed.id.value == phase.value));
        phase.and_then(|phase| self.of_phases.get(phase).copied().flatten()).into_iter().collect()
    }

    /// The locks of a node, each once: named twice, the stronger word counts.
    pub(super) fn holds(&mut self, node: &Node) -> Vec<PlanHold> {
        let mut holds: BTreeMap<usize, bool> = BTreeMap::new();
        for lock in &node.locks {
            let place = self.place(&lock.name.value);
            let has_capacity = self.locks.get(place).is_some_and(|lock| lock.capacity.is_some());
            let exclusive = match lock.mode {
                Some(mode) => mode == LockMode::Exclusive,
                None => !has_capacity,
            };
            *holds.entry(place).or_default() |= exclusive;
        }
        holds.into_iter().map(|(lock, exclusive)| PlanHold { lock, exclusive }).collect()
    }

    fn place(&mut self, name: &str) -> usize {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let listed = self.dag.locks.iter().find(|listed| listed.name.value == name);
        self.locks.push(PlanLock {
            name: name.to_owned(),
            capacity: listed.and_then(|lock| lock.capacity),
            scope: listed.map(|lock| lock.scope).unwrap_or_default(),
        });
        self.places.insert(name.to_owned(), self.locks.len() - 1);
        self.locks.len() - 1
    }
}

/// What the planned nodes write: their `writes` and the files of their outputs. None where one of them does not say.
pub(super) fn writes<'a>(nodes: impl Iterator<Item = &'a Node>) -> Option<Vec<String>> {
    let mut globs = Vec::new();
    for node in nodes {
        globs.extend(node.writes.as_ref()?.iter().map(|glob| glob.value.clone()));
        globs.extend(node.outputs.iter().filter_map(|output| match &output.form {
            OutputForm::File(path) => Some(path.clone()),
            _ => None,
        }));
    }
    globs.sort_unstable();
    globs.dedup();
    Some(globs)
}
