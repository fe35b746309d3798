//! What a run waits for where nothing else goes on.

use super::RunView;
use super::node::NodeView;
use crate::core::status::PauseCause;
use crate::event::NodeState;

impl RunView {
    /// Why the run starts nothing that a person could let it start; none where it goes on, or will by itself.
    pub fn waits_for(&self) -> Option<PauseCause> {
        let is_any = |wanted: NodeState| self.nodes().any(|node| node.state == wanted);
        if self.is_paused() {
            return self.running().next().is_none().then_some(PauseCause::User);
        }
        if self.goes_on() {
            return None;
        }
        if is_any(NodeState::WaitingDecision) {
            return Some(PauseCause::Decision);
        }
        if is_any(NodeState::WaitingApproval) {
            return Some(PauseCause::Approval);
        }
        let lacks_money = !self.exhausted().is_empty() && self.closed_runners().next().is_none();
        (lacks_money && is_any(NodeState::Ready)).then_some(PauseCause::Budget)
    }

    /// Nodes of which a person has to say what their lost attempt counts as, where nothing else goes on; in plan
    /// order.
    pub fn undecided(&self) -> Vec<&NodeView> {
        if self.goes_on() {
            return Vec::new();
        }
        self.nodes().filter(|node| node.state == NodeState::WaitingDecision).collect()
    }

    /// Nodes whose question waits for a person, in plan order.
    pub fn asking(&self) -> impl Iterator<Item = &NodeView> {
        self.nodes().filter(|node| node.state == NodeState::WaitingApproval)
    }

    fn goes_on(&self) -> bool {
        // What is ready beside a runner without quota or a budget that is used up, and does not start, waits for that.
        let is_free = self.closed_runners().next().is_none() && self.exhausted().is_empty();
        self.nodes().any(|node| {
            node.is_running()
                || node.state == NodeState::RetryWait
                || (node.state == NodeState::Ready && is_free)
        })
    }
}
