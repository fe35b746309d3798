//! Locks and limits as the journal tells of them, counted by hand: who holds, who waits and since when.

use std::collections::BTreeMap;
use std::sync::Arc;

use divisi_engine::event::{AttemptEnd, Event, NodeState};
use divisi_engine::plan::{PlanHold, PlanWork, Reuse, StoredPlan};

use crate::sometimes::Sometimes;

#[derive(Clone)]
pub(crate) struct Holdings {
    plan: Arc<StoredPlan>,
    /// Nodes with a live attempt.
    holders: Vec<usize>,
    /// Nodes whose merge is under way: they hold their locks, and no place in a limit.
    merging: Vec<usize>,
    /// Since when the holders waited: whose attempt is lost goes back to this place.
    tickets: BTreeMap<usize, u64>,
    /// Nodes that are ready, and the event since which they wait for their locks; none while their runner is closed.
    waiters: BTreeMap<usize, Option<u64>>,
    closed: Vec<String>,
    events: u64,
}

impl Holdings {
    pub(crate) fn new(plan: Arc<StoredPlan>) -> Self {
        Self {
            plan,
            holders: Vec::new(),
            merging: Vec::new(),
            tickets: BTreeMap::new(),
            waiters: BTreeMap::new(),
            closed: Vec::new(),
            events: 0,
        }
    }

    /// Groups may have grown.
    pub(crate) fn follow(&mut self, plan: &Arc<StoredPlan>) {
        self.plan = plan.clone();
    }

    pub(crate) fn take(&mut self, event: &Event) {
        self.events += 1;
        match event {
            Event::NodeState { node, state, .. } => {
                let node = self.index(node);
                self.merging.retain(|merging| *merging != node);
                if *state == NodeState::Merging {
                    self.merging.push(node);
                }
                if *state == NodeState::Ready && self.is_looked_for(node) {
                    self.tickets.remove(&node);
                } else if *state == NodeState::Ready {
                    let since = self.tickets.remove(&node).unwrap_or(self.events);
                    self.waiters.insert(node, (!self.is_closed(node)).then_some(since));
                } else {
                    self.waiters.remove(&node);
                    if !self.holders.contains(&node) {
                        self.tickets.remove(&node);
                    }
                }
            }
            Event::NodeIdentified { node, .. } => {
                let node = self.index(node);
                self.waiters.insert(node, (!self.is_closed(node)).then_some(self.events));
            }
            Event::AttemptGranted { node, .. } => {
                let node = self.index(node);
                let since = self.waiters.remove(&node).flatten();
                self.tickets.insert(node, since.unwrap_or(self.events));
                self.holders.push(node);
            }
            Event::AttemptEnded { node, end, .. } => {
                let node = self.index(node);
                if *end != AttemptEnd::Lost {
                    self.tickets.remove(&node);
                }
                self.holders.retain(|holder| *holder != node);
            }
            Event::RunnerClosed { runner, .. } => {
                self.closed.push(runner.clone());
                self.stamp();
            }
            Event::RunnerOpened { runner, .. } => {
                self.closed.retain(|closed| closed != runner);
                self.stamp();
            }
            Event::RunResumed { .. } => {
                self.closed.clear();
                self.stamp();
            }
            _ => {}
        }
    }

    /// Whoever has a runner that is closed does not wait for locks; when it opens he begins to.
    fn stamp(&mut self) {
        let closed: Vec<usize> =
            self.waiters.keys().copied().filter(|waiter| self.is_closed(*waiter)).collect();
        let now = self.events;
        for (waiter, since) in &mut self.waiters {
            *since = (!closed.contains(waiter)).then(|| since.unwrap_or(now));
        }
    }

    fn index(&self, path: &str) -> usize {
        self.plan.nodes.iter().position(|node| node.path == path).unwrap()
    }

    /// Whether its identity has to be known before it waits for anything.
    fn is_looked_for(&self, node: usize) -> bool {
        self.plan.nodes[node].cache.is_some() && self.plan.reuse != Reuse::Off
    }

    fn is_closed(&self, node: usize) -> bool {
        matches!(&self.plan.nodes[node].work, PlanWork::Agent { runner, .. } if self.closed.contains(runner))
    }

    /// Holders fit together, and no limit is exceeded.
    pub(crate) fn assert_sound(&self) {
        for lock in 0..self.plan.locks.len() {
            let holders: Vec<usize> = self.holders.iter().chain(&self.merging).copied().collect();
            assert!(self.fit(lock, &holders), "{holders:?} hold {}", self.plan.locks[lock].name);
        }
        for limit in 0..self.plan.limits.len() {
            assert!(self.in_limit(limit) <= self.plan.limits[limit].capacity, "more than a limit allows");
        }
    }

    pub(crate) fn assert_nothing_held(&self) {
        assert_eq!(self.holders, Vec::<usize>::new(), "nothing is held when a run is over");
        assert_eq!(self.merging, Vec::<usize>::new(), "no merge is under way when a run is over");
    }

    /// Nobody who holds is in the way of a node that starts, nor anybody who waits for longer.
    pub(crate) fn assert_may_start(&self, node: usize) {
        assert!(self.has_room(node), "{} starts beyond a limit", self.plan.nodes[node].path);
        assert!(
            self.has_locks(node, false),
            "{} overtakes or joins who is in its way",
            self.plan.nodes[node].path
        );
    }

    /// Nothing is in the way of a node that waits, not even those that came together with it.
    pub(crate) fn must_be_let_in(&self, node: usize) -> bool {
        self.has_room(node) && self.has_locks(node, true)
    }

    fn has_room(&self, node: usize) -> bool {
        let mut limits = self.plan.nodes[node].limits.iter();
        limits.all(|limit| self.in_limit(*limit) < self.plan.limits[*limit].capacity)
    }

    fn has_locks(&self, node: usize, with_equals: bool) -> bool {
        let Some(Some(since)) = self.waiters.get(&node) else { return true };
        let elders = self.waiters.iter().filter(|(waiter, other)| {
            let came_before = other.is_some_and(|other| other < *since || (with_equals && other == *since));
            **waiter != node && came_before
        });
        let holders = self.holders.iter().chain(&self.merging).copied();
        let line: Vec<usize> = holders.chain(elders.map(|(waiter, _)| *waiter)).chain([node]).collect();
        self.plan.nodes[node].locks.iter().all(|hold| self.fit(hold.lock, &line))
    }

    fn in_limit(&self, limit: usize) -> u32 {
        self.holders.iter().filter(|holder| self.plan.nodes[**holder].limits.contains(&limit)).count() as u32
    }

    fn fit(&self, lock: usize, nodes: &[usize]) -> bool {
        let holds: Vec<&PlanHold> = nodes
            .iter()
            .flat_map(|node| &self.plan.nodes[*node].locks)
            .filter(|hold| hold.lock == lock)
            .collect();
        let is_alone = holds.len() == 1;
        let units = self.plan.locks[lock].capacity.map_or(usize::MAX, |capacity| capacity as usize);
        is_alone || (holds.iter().all(|hold| !hold.exclusive) && holds.len() <= units)
    }

    /// Counts what is interesting about a node that is about to start.
    pub(crate) fn note(&self, node: usize, sometimes: &mut Sometimes) {
        let planned = &self.plan.nodes[node];
        let since = self.waiters.get(&node).copied().flatten();
        let is_passed = |(other, at): (&usize, &Option<u64>)| {
            *other != node && at.is_some() && *at < since && !self.has_locks(*other, false)
        };
        if self.waiters.iter().any(is_passed) {
            sometimes.saw("an elder that waits for a lock is passed by one that is not in its way");
        }
        let shares = |holder: &usize| {
            let mut holds = self.plan.nodes[*holder].locks.iter();
            holds.any(|hold| !hold.exclusive && planned.locks.contains(hold))
        };
        if self.holders.iter().any(shares) {
            sometimes.saw("a lock is shared");
        }
        if planned.limits.iter().any(|limit| self.in_limit(*limit) + 1 == self.plan.limits[*limit].capacity) {
            sometimes.saw("a limit is reached");
        }
        let waits =
            |(waiter, since): (&usize, &Option<u64>)| since.is_some() && !self.has_locks(*waiter, false);
        if self.waiters.iter().any(waits) {
            sometimes.saw("a node waits for a lock");
        }
        let waits = |waiter: &usize| !self.has_room(*waiter);
        if self.waiters.keys().any(waits) {
            sometimes.saw("a node waits for a limit");
        }
    }
}
