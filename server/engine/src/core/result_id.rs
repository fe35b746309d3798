//! Names what a node made: whoever decides something about it says what the decision was about.

use super::state::State;
use crate::event::NodeState;

impl State {
    /// What `node` made, in a form in which two results can be compared; for one that is not ok, its state. A result
    /// that follows from what can be named has the same name wherever it was made; any other is unique to its
    /// execution: what was done anew is another result.
    pub fn result_id(&self, node: usize) -> String {
        let Some(standing) = self.node(node) else { return String::new() };
        if let Some(children) = self.plan().nodes.get(node).and_then(|node| node.work.children()) {
            let made: Vec<String> = children.iter().map(|child| self.result_id(*child)).collect();
            return made.join(" ");
        }
        match standing.state() {
            NodeState::Succeeded | NodeState::Reused if standing.identity.result_id().is_some() => {
                standing.identity.result_id().unwrap_or_default().to_owned()
            }
            NodeState::Succeeded if self.is_approval(node) => {
                format!("{}/{}/given by event {}", self.run(), self.path(node), standing.ended_by)
            }
            NodeState::Succeeded | NodeState::Reused => {
                format!("{}/{}/{}", self.run(), self.path(node), standing.attempt())
            }
            state => format!("{} {state:?}", self.path(node)),
        }
    }
}
