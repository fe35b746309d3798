//! How long a run will still take.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use super::statistics::PastDurations;
use super::{NodeView, RunView};

impl RunView {
    /// How long it will probably go on from `now`, in milliseconds since the epoch: the nodes that are left, started in
    /// the order of a run (longest remaining path first, no more than its slots at a time), each as long as in `past`,
    /// else as its estimate. Locks, conditions and retries are not foreseen. None without a plan.
    pub fn remaining(&self, past: &PastDurations, now: i64) -> Option<Duration> {
        self.has_plan.then(|| Forecast::new(self, past, now).run())
    }

    /// What is left of a node, in milliseconds.
    fn left_of(&self, node: &NodeView, past: &PastDurations, now: i64) -> u64 {
        if node.is_group || node.state.is_terminal() {
            return 0;
        }
        let whole = past.get(&node.path).copied().or(node.estimate).unwrap_or_default();
        let spent = node.started_at.map_or(0, |start| u64::try_from(now.saturating_sub(start)).unwrap_or(0));
        u64::try_from(whole.as_millis()).unwrap_or(u64::MAX).saturating_sub(spent)
    }
}

/// A schedule of what is left.
struct Forecast {
    slots: usize,
    left: Vec<u64>,
    /// A group needs no slot, nor does what is over.
    needs_slot: Vec<bool>,
    is_running: Vec<bool>,
    dependents: Vec<Vec<usize>>,
    waits_for: Vec<usize>,
}

impl Forecast {
    fn new(run: &RunView, past: &PastDurations, now: i64) -> Self {
        let count = run.nodes.len();
        let mut forecast = Self {
            slots: run.max_parallel.max(1) as usize,
            left: run.nodes.iter().map(|node| run.left_of(node, past, now)).collect(),
            needs_slot: run.nodes.iter().map(|node| !node.is_group && !node.state.is_terminal()).collect(),
            is_running: run.nodes.iter().map(NodeView::is_running).collect(),
            dependents: vec![Vec::new(); count],
            waits_for: vec![0; count],
        };
        for (index, node) in run.nodes.iter().enumerate() {
            // What runs or is over waits for nothing any more.
            if node.is_running() || node.state.is_terminal() {
                continue;
            }
            let group = node.group.and_then(|group| run.nodes.get(group));
            let before = node.dependencies.iter().chain(&node.children);
            for earlier in before.chain(group.into_iter().flat_map(|group| &group.dependencies)) {
                forecast.wait(index, *earlier);
            }
        }
        forecast
    }

    fn wait(&mut self, later: usize, earlier: usize) {
        if let (Some(dependents), Some(waits)) =
            (self.dependents.get_mut(earlier), self.waits_for.get_mut(later))
        {
            dependents.push(later);
            *waits += 1;
        }
    }

    /// Milliseconds on the longest path from the beginning of each to the end. A ring, which no sound plan has, gets 0.
    fn paths(&self) -> Vec<u64> {
        let mut waits = self.waits_for.clone();
        let mut order: Vec<usize> = (0..waits.len()).filter(|index| waits.get(*index) == Some(&0)).collect();
        let mut at = 0;
        while let Some(index) = order.get(at).copied() {
            at += 1;
            for later in self.dependents.get(index).into_iter().flatten() {
                let Some(count) = waits.get_mut(*later) else { continue };
                *count -= 1;
                if *count == 0 {
                    order.push(*later);
                }
            }
        }
        let mut paths = vec![0_u64; self.left.len()];
        for index in order.into_iter().rev() {
            let later = self.dependents.get(index).into_iter().flatten();
            let longest = later.filter_map(|later| paths.get(*later)).max().copied().unwrap_or(0);
            if let (Some(path), Some(left)) = (paths.get_mut(index), self.left.get(index)) {
                *path = left.saturating_add(longest);
            }
        }
        paths
    }

    fn run(mut self) -> Duration {
        let paths = self.paths();
        let mut ready: BinaryHeap<(u64, Reverse<usize>)> = BinaryHeap::new();
        let mut running: BinaryHeap<Reverse<(u64, usize, bool)>> = BinaryHeap::new();
        let mut free = self.slots;
        let mut now = 0_u64;
        let mut open: Vec<usize> =
            (0..self.left.len()).filter(|index| self.waits_for.get(*index) == Some(&0)).collect();
        loop {
            for index in open.drain(..) {
                let left = self.left.get(index).copied().unwrap_or(0);
                let is_running = self.is_running.get(index) == Some(&true);
                if is_running || self.needs_slot.get(index) == Some(&false) {
                    free = free.saturating_sub(usize::from(is_running));
                    running.push(Reverse((now.saturating_add(left), index, is_running)));
                } else {
                    ready.push((paths.get(index).copied().unwrap_or(0), Reverse(index)));
                }
            }
            while free > 0
                && let Some((_, Reverse(index))) = ready.pop()
            {
                free -= 1;
                let left = self.left.get(index).copied().unwrap_or(0);
                running.push(Reverse((now.saturating_add(left), index, true)));
            }
            let Some(Reverse((end, index, had_slot))) = running.pop() else { break };
            now = end;
            free += usize::from(had_slot);
            for later in self.dependents.get(index).into_iter().flatten() {
                let Some(count) = self.waits_for.get_mut(*later) else { continue };
                *count -= 1;
                if *count == 0 {
                    open.push(*later);
                }
            }
        }
        Duration::from_millis(now)
    }
}
