//! What a run would use again of earlier ones: the core is driven as in a run, over a store that is only read. Nothing is
//! started, so what would run stays running, and what follows from it waits.

mod library;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::client::EngineError;
use crate::core::{Effect, Found, IdentifyNode, Input, State, advance};
use crate::eval::Evaluator;
use crate::event::{Event, NodeState};
use crate::host::now_ms;
use crate::plan::{PlanNode, StoredPlan};
use library::Library;

/// What a run would do with a node that does work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreseen {
    /// The node's path.
    pub path: String,
    /// What would become of it.
    pub outlook: Outlook,
}

/// What would become of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outlook {
    /// An earlier result would be used.
    Reused {
        /// The run that made it.
        run: String,
    },
    /// It would run.
    Runs {
        /// Why, for people; empty where no result of it could be used.
        why: String,
    },
    /// It waits for what would run, or for a person, and nobody knows further.
    Follows {
        /// The node that it waits for.
        after: String,
    },
    /// A person would be asked.
    Asks,
    /// It would end without having run.
    Ends {
        /// The reason, for people.
        why: String,
    },
}

/// What a run of `plan` would do, for each node that does work, in the order of the plan. Instances of a group whose
/// items follow from results that would be used again are among them.
///
/// # Errors
/// The plan is not sound.
pub fn foresee(plan: &StoredPlan) -> Result<Vec<Foreseen>, EngineError> {
    let state = State::new("foreseen", Arc::new(unlimited(plan)));
    let state = state.map_err(|fault| EngineError::new(fault.to_string()))?;
    let mut drive = Drive {
        state,
        evaluator: Evaluator::new(),
        library: Library::open(&plan.workspace),
        inputs: VecDeque::new(),
        reused: BTreeMap::new(),
        missed: BTreeMap::new(),
    };
    drive.settle();
    let nodes = drive.state.plan().nodes.iter().enumerate();
    // A group whose items nobody knows yet stands for its instances.
    let stands = |index: usize| drive.state.node(index).is_some_and(|node| !node.state().is_terminal());
    let is_to_come = |index: usize, node: &PlanNode| {
        node.expansion.is_some() && node.work.children().is_none_or(<[usize]>::is_empty) && stands(index)
    };
    let working = nodes.filter(|(index, node)| !node.work.is_group() || is_to_come(*index, node));
    let foreseen = working
        .map(|(index, node)| Foreseen { path: node.path.clone(), outlook: drive.outlook(index, node) });
    Ok(foreseen.collect())
}

/// Whether results of some node, or of what it becomes in the run, can be used again.
pub fn can_reuse(plan: &StoredPlan) -> bool {
    let to_come = |node: &PlanNode| {
        node.expansion.iter().flat_map(|expansion| &expansion.instance).any(|node| node.cache.is_some())
    };
    plan.nodes.iter().any(|node| node.cache.is_some() || to_come(node))
}

/// The same plan without anything that makes nodes take turns: what runs here never ends.
fn unlimited(plan: &StoredPlan) -> StoredPlan {
    let mut plan = plan.clone();
    plan.max_parallel = u32::MAX;
    plan.locks.clear();
    plan.limits.clear();
    plan.budgets.clear();
    for node in &mut plan.nodes {
        let to_come = node.expansion.iter_mut().flat_map(|expansion| &mut expansion.instance);
        to_come.for_each(take_no_turns);
        take_no_turns(node);
    }
    plan
}

fn take_no_turns(node: &mut PlanNode) {
    node.locks.clear();
    node.limits.clear();
    node.budgets.clear();
}

struct Drive {
    state: State,
    evaluator: Evaluator,
    library: Library,
    inputs: VecDeque<Input>,
    /// The runs whose results would be used, by node.
    reused: BTreeMap<String, String>,
    /// Why there is no result that can be used, by node.
    missed: BTreeMap<usize, String>,
}

impl Drive {
    fn settle(&mut self) {
        self.inputs.push_back(Input::HostStarted {
            epoch: 1,
            pid: std::process::id(),
            recovered: Vec::new(),
            requests: Vec::new(),
        });
        while let Some(input) = self.inputs.pop_front() {
            let now = now_ms();
            let decision = advance(&mut self.state, now, input, &self.evaluator);
            for event in decision.events {
                if let Event::NodeReused { node, source } = event {
                    self.reused.insert(node, source.run);
                }
            }
            for effect in decision.effects {
                if let Effect::Identify(search) = effect {
                    self.look_for(&search);
                }
            }
        }
    }

    fn look_for(&mut self, search: &IdentifyNode) {
        let plan = Arc::clone(self.state.plan());
        let found = self.library.look_for(&plan, search);
        let found = found.unwrap_or_else(|detail| Found::Failed { detail });
        if let Found::Miss { miss, .. } = &found {
            let why = miss.as_ref().map(|miss| miss.detail.clone()).unwrap_or_default();
            let why = if why.is_empty() { "no result of it is kept".to_owned() } else { why };
            self.missed.insert(search.key.node, why);
        }
        self.inputs.push_back(Input::Identified { key: search.key, found });
    }

    fn outlook(&self, index: usize, node: &PlanNode) -> Outlook {
        let standing = self.state.node(index);
        let state = standing.map_or(NodeState::Pending, |standing| standing.state());
        match state {
            NodeState::Reused => {
                Outlook::Reused { run: self.reused.get(&node.path).cloned().unwrap_or_default() }
            }
            NodeState::WaitingApproval => Outlook::Asks,
            NodeState::Pending => self.follows(index),
            state if state.is_terminal() => {
                let why = standing.and_then(|standing| standing.detail()).unwrap_or_default();
                Outlook::Ends { why: why.to_owned() }
            }
            _ => Outlook::Runs { why: self.missed.get(&index).cloned().unwrap_or_default() },
        }
    }

    /// The first unfinished thing that a node or a group around it waits for; of groups, what runs in them.
    fn follows(&self, index: usize) -> Outlook {
        let plan = self.state.plan();
        let is_over = |node: usize| self.state.node(node).is_some_and(|node| node.state().is_terminal());
        let around = std::iter::successors(plan.nodes.get(index), |node| plan.nodes.get(node.group?));
        let mut waited_for = around.flat_map(|node| node.dependencies.iter().chain(&node.after));
        let after = waited_for.find(|node| !is_over(**node)).and_then(|node| plan.nodes.get(*node));
        Outlook::Follows { after: after.map(|node| node.path.clone()).unwrap_or_default() }
    }
}
