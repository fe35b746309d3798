//! What is in the way of a ready node, in words.

use super::{NodeView, RunView};
use crate::event::NodeState;
use crate::plan::PlanHold;

impl RunView {
    /// `the lock db, held by migrate`; none for a node that is not ready, or waits for nothing but a slot.
    pub fn in_the_way_of(&self, node: &NodeView) -> Option<String> {
        if node.state != NodeState::Ready {
            return None;
        }
        let withheld = node.withheld.clone();
        withheld.or_else(|| self.lock_in_the_way(node)).or_else(|| self.full_limit(node))
    }

    fn lock_in_the_way(&self, node: &NodeView) -> Option<String> {
        node.locks.iter().find_map(|hold| {
            let lock = self.locks.get(hold.lock)?;
            let holders: Vec<&NodeView> = self
                .running()
                .filter(|other| other.locks.iter().any(|held| held.lock == hold.lock))
                .collect();
            let alone = |hold: &PlanHold, held: &PlanHold| {
                hold.lock == held.lock && (hold.exclusive || held.exclusive)
            };
            let is_alone = holders.iter().any(|other| other.locks.iter().any(|held| alone(hold, held)));
            let units = lock.capacity.map_or(usize::MAX, |units| units as usize);
            if !is_alone && holders.len() < units {
                return None;
            }
            let paths: Vec<&str> = holders.iter().map(|node| node.path.as_str()).collect();
            Some(format!("the lock {}, held by {}", lock.name, paths.join(", ")))
        })
    }

    fn full_limit(&self, node: &NodeView) -> Option<String> {
        node.limits.iter().find_map(|index| {
            let limit = self.limits.get(*index)?;
            let taken = self.running().filter(|other| other.limits.contains(index)).count();
            (taken >= limit.capacity as usize)
                .then(|| format!("{}, which runs {taken} at a time", limit.name))
        })
    }
}
