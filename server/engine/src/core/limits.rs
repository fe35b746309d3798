//! Who of the ready nodes may start next: slots, limits and runners (ENGINE, section 7).
//!
//! Ready nodes that need the same (runner, limits, locks, money) wait together, in the order of starting. A plan has as many
//! such *rooms* as it has combinations, which are few; so finding who goes next looks at one node a room, however many
//! wait in it. Who stands in line for a lock is in no room yet.

use std::collections::HashMap;
use std::sync::Arc;

use rpds::RedBlackTreeSetSync;

use super::budget::Spending;
use super::graph::Graph;
use super::state::State;
use crate::amounts::Amounts;
use crate::plan::{PlanHold, PlanWork, StoredPlan};

/// What a node needs in order to start, besides a slot.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Demand {
    /// Place of its runner among those of the plan.
    pub(crate) runner: Option<usize>,
    /// Limits in which it takes a place.
    pub(crate) limits: Vec<usize>,
    /// Locks.
    pub(crate) holds: Vec<PlanHold>,
    /// What it reserves of its budgets.
    pub(crate) spending: Spending,
}

/// The demands of a plan, each once.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Demands {
    all: Vec<Demand>,
    /// For each node the place of its demand.
    by_node: Vec<usize>,
}

impl Demands {
    pub(crate) fn new(plan: &StoredPlan) -> Self {
        let mut all = Vec::new();
        let mut places: HashMap<Demand, usize> = HashMap::new();
        let runners: HashMap<&str, usize> =
            plan.runners.keys().enumerate().map(|(place, name)| (name.as_str(), place)).collect();
        let by_node = plan.nodes.iter().map(|node| {
            let runner = match &node.work {
                PlanWork::Agent { runner, .. } => runners.get(runner.as_str()).copied(),
                _ => None,
            };
            let (limits, holds) = (node.limits.clone(), node.locks.clone());
            let demand = Demand { runner, limits, holds, spending: Spending::of(node) };
            *places.entry(demand).or_insert_with_key(|demand| {
                all.push(demand.clone());
                all.len() - 1
            })
        });
        let by_node = by_node.collect();
        Self { all, by_node }
    }

    pub(crate) fn count(&self) -> usize {
        self.all.len()
    }

    /// The demand at a place.
    pub(crate) fn get(&self, place: usize) -> Option<&Demand> {
        self.all.get(place)
    }

    /// The place of a node's demand.
    pub(crate) fn place(&self, node: usize) -> usize {
        self.by_node.get(node).copied().unwrap_or(usize::MAX)
    }
}

/// The same nodes by their ranks in another graph.
fn moved(ranks: &RedBlackTreeSetSync<usize>, from: &Graph, to: &Graph) -> RedBlackTreeSetSync<usize> {
    ranks.iter().filter_map(|rank| Some(to.rank(from.at_rank(*rank)?))).collect()
}

impl State {
    /// Puts what is ready into the order of a graph that replaced `former`, to whose nodes others were added.
    pub(super) fn follow_ranks(&mut self, former: &Graph) {
        let graph = Arc::clone(&self.graph);
        self.ready = moved(&self.ready, former, &graph);
        let added = self.rooms.len()..graph.demands.count();
        let added = added.map(|_| RedBlackTreeSetSync::new_sync());
        self.rooms = self.rooms.iter().map(|room| moved(room, former, &graph)).chain(added).collect();
        let first = self.rooms.iter().enumerate().filter_map(|(place, room)| Some((*room.first()?, place)));
        self.foremost = first.collect();
    }

    /// Nothing but slots, limits and its runner is between a ready node and its start.
    pub(super) fn let_through(&mut self, node: usize) {
        self.change_room(node, true);
    }

    /// The node is not ready any more, or goes back into the lines of its locks.
    pub(super) fn leave_room(&mut self, node: usize) {
        self.change_room(node, false);
    }

    fn change_room(&mut self, node: usize, enters: bool) {
        let (rank, place) = (self.graph.rank(node), self.graph.demands.place(node));
        let Some(room) = self.rooms.get_mut(place) else { return };
        let former = room.first().copied();
        if enters {
            room.insert_mut(rank);
        } else {
            room.remove_mut(&rank);
        }
        let first = room.first().copied();
        if former == first {
            return;
        }
        if let Some(former) = former {
            self.foremost.remove_mut(&(former, place));
        }
        if let Some(first) = first {
            self.foremost.insert_mut((first, place));
        }
    }

    /// The node that starts next, and what it holds of its budgets; none where nothing that is ready may. Of the rooms
    /// whose nodes wait for another run only those are looked at that `asks_again` names.
    pub(super) fn next_to_start(
        &self,
        now_ms: i64,
        asks_again: impl Fn(usize) -> bool,
    ) -> Option<(usize, Amounts)> {
        if self.has_a_free_slot() { self.first_of(now_ms, asks_again) } else { None }
    }

    pub(super) fn has_a_free_slot(&self) -> bool {
        let slots = usize::try_from(self.plan.max_parallel.max(1)).unwrap_or(usize::MAX);
        !self.paused && self.live.size() < slots
    }

    /// The same, as if there were a slot. Nodes that need the same reserve the same, too: the foremost of them goes.
    pub(super) fn startable(&self, now_ms: i64) -> Option<(usize, Amounts)> {
        self.first_of(now_ms, |_| false)
    }

    fn first_of(&self, now_ms: i64, asks_again: impl Fn(usize) -> bool) -> Option<(usize, Amounts)> {
        let may_start = |place: usize| {
            self.is_room_open(place) && (!self.withheld.contains_key(&place) || asks_again(place))
        };
        self.foremost_where(may_start).find_map(|node| Some((node, self.reservation(node, now_ms).ok()?)))
    }

    /// The first node of each room whose nodes wait for nothing but a slot or a budget, in the order of starting.
    pub(super) fn foremost_that_may(&self) -> impl Iterator<Item = usize> + '_ {
        self.foremost_where(|place| self.is_room_open(place) && !self.withheld.contains_key(&place))
    }

    fn foremost_where<'a>(&'a self, wanted: impl Fn(usize) -> bool + 'a) -> impl Iterator<Item = usize> + 'a {
        let chosen = self.foremost.iter().filter(move |(_, place)| wanted(*place));
        chosen.filter_map(|(rank, _)| self.graph.at_rank(*rank))
    }

    /// Whether a ready node waits for what another run has.
    pub(crate) fn waits_for_others(&self) -> bool {
        let mut rooms = self.withheld.keys().filter_map(|place| self.rooms.get(*place));
        // What is to be undone is in no room: nothing of the run stands beside it.
        rooms.any(|room| !room.is_empty()) || (self.undo.is_some() && !self.withheld.is_empty())
    }

    fn is_room_open(&self, place: usize) -> bool {
        let Some(demand) = self.graph.demands.get(place) else { return false };
        demand.runner.is_none_or(|runner| self.is_runner_open(runner))
            && demand.limits.iter().all(|limit| self.has_place_in(*limit))
    }

    fn has_place_in(&self, limit: usize) -> bool {
        let taken = self.places_taken.get(limit).copied().unwrap_or(0);
        self.plan.limits.get(limit).is_none_or(|limit| taken < limit.capacity.max(1))
    }

    /// An attempt takes its places in the limits of its node.
    pub(super) fn take_places(&mut self, node: usize) {
        self.change_places(node, 1);
    }

    /// An attempt is over.
    pub(super) fn give_up_places(&mut self, node: usize) {
        self.change_places(node, -1);
    }

    fn change_places(&mut self, node: usize, change: i32) {
        let Some(planned) = self.plan.nodes.get(node) else { return };
        for limit in &planned.limits {
            if let Some(taken) = self.places_taken.get_mut(*limit) {
                *taken = taken.saturating_add_signed(change);
            }
        }
    }
}
