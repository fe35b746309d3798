//! What the core needs of the expression language.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::effect::RenderedCommand;
use super::state::State;
use crate::event::{Holder, OutputValue};
use crate::growth::Item;

/// Evaluates `when` and renders work from journaled values only: arguments of the plan, and states and outputs of
/// ancestors as `state` has them. Pure, strict about undefined names, limited in fuel.
pub trait Evaluate {
    /// The node's `when`. An error, an undefined name or a value that is no boolean is an `Err` for people.
    fn condition(&self, state: &State, node: usize, expression: &str) -> Result<bool, String>;

    /// The items of a `for_each` node that is expanded in the run, each with its key; an error is text for people.
    fn items(&self, state: &State, node: usize) -> Result<Vec<Item>, String>;

    /// The arguments of a DAG that are bound in the run, typed; an error is text for people.
    fn late_args(&self, state: &State, node: usize) -> Result<Map<String, Value>, String>;

    /// The node's work and inputs.
    fn render(&self, state: &State, node: usize) -> Result<Rendered, RenderError>;

    /// The work that undoes the node, and the node's inputs; the node's own values count as before it was undone, and
    /// so do those of all others.
    fn undoing(&self, state: &State, node: usize) -> Result<Rendered, RenderError>;

    /// The question of a node that waits for a person.
    fn question(&self, state: &State, node: usize) -> Result<String, RenderError>;

    /// The node's `cache.key`; none where it has none.
    fn cache_key(&self, _state: &State, _node: usize) -> Result<Option<String>, RenderError> {
        Ok(None)
    }

    /// Takes what an attempt of `node` needs and other runs may have: all of it or nothing. Asked when nothing within
    /// the run is in the way; what is had is had until the node is no longer among [`State::live`]. The answer is
    /// journaled, by the grant or by the refusal, so that a replay asks nobody.
    fn take(&self, _state: &State, _node: usize) -> Result<(), Refusal> {
        Ok(())
    }
}

/// A node's work, ready to start.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendered {
    /// What to run.
    pub command: RenderedCommand,
    /// Values of `inputs`, by local name.
    pub inputs: BTreeMap<String, OutputValue>,
}

/// Somebody else has what a node needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// For people: `the lock db`.
    pub what: String,
    /// Who has it, where that is known.
    pub by: Option<Holder>,
}

/// Why a node's work could not be rendered; for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenderError {
    /// A template: the node becomes `failed(template)`.
    Template(String),
    /// A required input has no value: the node becomes `failed(input)`.
    Input(String),
}
