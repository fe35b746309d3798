//! Other runs, which have some of the locks.

use std::collections::BTreeSet;

use divisi_engine::core::{Evaluate, Refusal, RenderError, Rendered, State};
use divisi_engine::growth::Item;
use serde_json::{Map, Value};

use super::Words;

/// What a host evaluates and asks: words, and the locks that other runs have at this moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outside {
    /// Places of the locks in the plan.
    pub(crate) held: BTreeSet<usize>,
}

impl Evaluate for Outside {
    fn condition(&self, state: &State, node: usize, expression: &str) -> Result<bool, String> {
        Words.condition(state, node, expression)
    }

    fn items(&self, state: &State, node: usize) -> Result<Vec<Item>, String> {
        Words.items(state, node)
    }

    fn late_args(&self, state: &State, node: usize) -> Result<Map<String, Value>, String> {
        Words.late_args(state, node)
    }

    fn render(&self, state: &State, node: usize) -> Result<Rendered, RenderError> {
        Words.render(state, node)
    }

    fn undoing(&self, state: &State, node: usize) -> Result<Rendered, RenderError> {
        Words.undoing(state, node)
    }

    fn question(&self, state: &State, node: usize) -> Result<String, RenderError> {
        Words.question(state, node)
    }

    fn take(&self, state: &State, node: usize) -> Result<(), Refusal> {
        let mut locks = state.plan().nodes[node].locks.iter().map(|hold| hold.lock);
        match locks.find(|lock| self.held.contains(lock)) {
            Some(lock) => Err(Refusal { what: format!("lock{lock}"), by: None }),
            None => Ok(()),
        }
    }
}
