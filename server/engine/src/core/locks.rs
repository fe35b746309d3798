//! Locks within a run (ENGINE, section 7).
//!
//! A node takes a ticket when it becomes ready, one for all its locks. At each lock the holders, and behind them the
//! waiters in the order of their tickets, form a line; whoever stands in the longest part of it that fits together is
//! *let in* at this lock. A node that is let in at all its locks may start. So no waiter is overtaken by a younger one
//! that is in its way, nobody starves, and locks are taken all at once or not at all.
//!
//! Whoever is let in stays so until its attempt ends or it is no longer ready: what is in front of it only gets less.
//! Therefore a lock keeps what is *taken*, by holders and by those let in, and the line of all others; each change
//! costs O(log n).

use std::sync::Arc;

use rpds::RedBlackTreeMapSync;

use super::state::State;
use crate::plan::{PlanHold, PlanLock};

/// One lock of a [`State`].
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct LockStanding {
    /// Held, or about to be.
    taken: Load,
    /// By ticket: the waiters that are not let in, and whether they want the lock alone.
    line: RedBlackTreeMapSync<u64, (usize, bool)>,
}

/// What is taken of a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Load {
    units: u32,
    exclusive: bool,
}

impl Load {
    fn has_room_for(self, exclusive: bool, lock: &PlanLock) -> bool {
        let units = lock.capacity.map_or(u32::MAX, |capacity| capacity.max(1));
        if exclusive { self.units == 0 } else { !self.exclusive && self.units < units }
    }

    fn take(&mut self, exclusive: bool) {
        self.units += 1;
        self.exclusive |= exclusive;
    }

    /// An exclusive holder is the only one.
    fn give_back(&mut self, exclusive: bool) {
        self.units = self.units.saturating_sub(1);
        self.exclusive &= !exclusive;
    }
}

impl State {
    /// A node that is ready takes its place in the lines of its locks. While its runner gives nothing it takes none, so
    /// that it is in nobody's way. One whose attempt was lost just now still has its place.
    pub(super) fn queue_up(&mut self, node: usize) {
        let graph = Arc::clone(&self.graph);
        let demand = graph.demand(node);
        if demand.holds.is_empty() {
            return self.let_through(node);
        }
        if demand.runner.is_some_and(|runner| self.is_runner_closed(runner)) {
            return self.give_up_locks(node);
        }
        if self.nodes.get(node).is_some_and(|standing| standing.ticket.is_some()) {
            return self.let_through(node);
        }
        self.last_ticket += 1;
        let ticket = self.last_ticket;
        let mut lines = 0;
        for hold in &demand.holds {
            lines += usize::from(!self.is_let_in_at_once(*hold, ticket, node));
        }
        if let Some(standing) = self.nodes.get_mut(node) {
            standing.ticket = Some(ticket);
            standing.lines = lines;
        }
        if lines == 0 {
            self.let_through(node);
        }
    }

    fn is_let_in_at_once(&mut self, hold: PlanHold, ticket: u64, node: usize) -> bool {
        self.steps += 1;
        let (Some(lock), Some(standing)) = (self.plan.locks.get(hold.lock), self.locks.get_mut(hold.lock))
        else {
            return true;
        };
        let fits = standing.line.is_empty() && standing.taken.has_room_for(hold.exclusive, lock);
        if fits {
            standing.taken.take(hold.exclusive);
        } else {
            standing.line.insert_mut(ticket, (node, hold.exclusive));
        }
        fits
    }

    /// An attempt begins. One that did not have to wait (nothing else of the run goes on) holds its locks all the same.
    pub(super) fn hold_locks(&mut self, node: usize) {
        if self.nodes.get(node).is_none_or(|standing| standing.ticket.is_some()) {
            return;
        }
        let graph = Arc::clone(&self.graph);
        for hold in &graph.demand(node).holds {
            if let Some(standing) = self.locks.get_mut(hold.lock) {
                standing.taken.take(hold.exclusive);
            }
        }
        self.last_ticket += 1;
        let ticket = self.last_ticket;
        if let Some(standing) = self.nodes.get_mut(node) {
            standing.ticket = Some(ticket);
        }
    }

    /// Gives back what a node holds of its locks, and its places in their lines.
    pub(super) fn give_up_locks(&mut self, node: usize) {
        let Some(standing) = self.nodes.get_mut(node) else { return };
        let Some(ticket) = standing.ticket.take() else { return };
        standing.lines = 0;
        let graph = Arc::clone(&self.graph);
        for hold in &graph.demand(node).holds {
            let Some(standing) = self.locks.get_mut(hold.lock) else { continue };
            self.steps += 1;
            if !standing.line.remove_mut(&ticket) {
                standing.taken.give_back(hold.exclusive);
            }
            self.let_in_next(hold.lock);
        }
    }

    /// Lets in whoever stands in front, as many as fit.
    fn let_in_next(&mut self, lock: usize) {
        loop {
            let (Some(planned), Some(standing)) = (self.plan.locks.get(lock), self.locks.get_mut(lock))
            else {
                return;
            };
            let first = standing.line.first().map(|(ticket, waiter)| (*ticket, *waiter));
            let Some((ticket, (node, exclusive))) = first else { return };
            if !standing.taken.has_room_for(exclusive, planned) {
                return;
            }
            standing.line.remove_mut(&ticket);
            standing.taken.take(exclusive);
            self.steps += 1;
            self.leave_line(node);
        }
    }

    fn leave_line(&mut self, node: usize) {
        let Some(standing) = self.nodes.get_mut(node) else { return };
        standing.lines = standing.lines.saturating_sub(1);
        if standing.lines == 0 {
            self.let_through(node);
        }
    }

    /// The nodes of a runner that closes leave the lines; when it opens they stand at the end.
    pub(super) fn queue_anew(&mut self, runner: usize) {
        if self.plan.locks.is_empty() {
            return;
        }
        let is_closed = self.is_runner_closed(runner);
        let affected = |node: &usize| {
            let demand = self.graph.demand(*node);
            demand.runner == Some(runner) && !demand.holds.is_empty()
        };
        let nodes: Vec<usize> = self.ready().filter(affected).collect();
        for node in nodes {
            let waits = self.nodes.get(node).is_some_and(|standing| standing.ticket.is_some());
            if is_closed {
                self.leave_room(node);
                self.give_up_locks(node);
            } else if !waits {
                self.queue_up(node);
            }
        }
    }
}
