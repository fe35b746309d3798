//! The todo list, as AI tools show it.

use serde::Serialize;

use super::RunView;
use super::node::NodeView;
use crate::event::NodeState;

/// An entry of the todo list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Todo {
    /// What is to be done: the node's title, else its path.
    pub content: String,
    /// The same while it is done.
    pub active_form: String,
    /// Where it is.
    pub status: TodoStatus,
}

/// Status of a [`Todo`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TodoStatus {
    /// Not begun.
    Pending,
    /// An attempt is live.
    InProgress,
    /// Over, however it ended.
    Completed,
}

impl RunView {
    /// An entry for each node that does work, in plan order.
    pub fn todos(&self) -> Vec<Todo> {
        self.nodes().map(Todo::of).collect()
    }
}

impl Todo {
    fn of(node: &NodeView) -> Self {
        let content = node.name().to_owned();
        let status = match node.state {
            NodeState::Compensating => TodoStatus::InProgress,
            state if state.is_terminal() => TodoStatus::Completed,
            state if state.is_live() => TodoStatus::InProgress,
            _ => TodoStatus::Pending,
        };
        Self { active_form: format!("Running {content}"), content, status }
    }
}
