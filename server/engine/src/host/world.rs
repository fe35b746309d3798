//! What the core asks while it decides: the expression language, and other runs.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};

use super::now_ms;
use crate::core::{Evaluate, Refusal, RenderError, Rendered, State};
use crate::crash_point::crash_point;
use crate::eval::Evaluator;
use crate::growth::Item;
use crate::outside::{Ancestry, Outside, table_path};
use crate::run_folder::RunFolder;

/// See the module.
pub(super) struct World {
    evaluator: Evaluator,
    /// None where this user has no state directory: nobody else can have anything then.
    outside: Option<RefCell<Outside>>,
}

impl World {
    pub(super) fn new(
        folder: &RunFolder,
        run: &str,
        workspace: &Path,
        environment: &BTreeMap<String, String>,
    ) -> Self {
        let ancestry = Ancestry::from_environment(environment);
        let outside = table_path().map(|table| Outside::new(table, run, folder.path(), workspace, ancestry));
        Self { evaluator: Evaluator::new(), outside: outside.map(RefCell::new) }
    }

    /// Gives back what attempts had that are over.
    pub(super) fn give_back(&self, state: &State) {
        if let Some(outside) = &self.outside {
            outside.borrow_mut().keep(state.plan(), |node| state.is_live(node));
        }
    }

    /// The run is over.
    pub(super) fn end(&self) {
        if let Some(outside) = &self.outside {
            outside.borrow_mut().end();
        }
    }
}

impl Evaluate for World {
    fn condition(&self, state: &State, node: usize, expression: &str) -> Result<bool, String> {
        self.evaluator.condition(state, node, expression)
    }

    fn items(&self, state: &State, node: usize) -> Result<Vec<Item>, String> {
        self.evaluator.items(state, node)
    }

    fn late_args(&self, state: &State, node: usize) -> Result<Map<String, Value>, String> {
        self.evaluator.late_args(state, node)
    }

    fn render(&self, state: &State, node: usize) -> Result<Rendered, RenderError> {
        self.evaluator.render(state, node)
    }

    fn undoing(&self, state: &State, node: usize) -> Result<Rendered, RenderError> {
        self.evaluator.undoing(state, node)
    }

    fn question(&self, state: &State, node: usize) -> Result<String, RenderError> {
        self.evaluator.question(state, node)
    }

    fn cache_key(&self, state: &State, node: usize) -> Result<Option<String>, RenderError> {
        self.evaluator.cache_key(state, node)
    }

    /// An attempt whose end is being decided in this very decision is dead already: what it had is free.
    fn take(&self, state: &State, node: usize) -> Result<(), Refusal> {
        let Some(outside) = &self.outside else { return Ok(()) };
        self.give_back(state);
        let taken = outside.borrow_mut().take(state.plan(), node, now_ms());
        crash_point("host asked others", [node]);
        taken.map_err(|withheld| Refusal { what: withheld.what, by: withheld.by })
    }
}
