//! The nodes of a DAG to nodes of the plan, those of the DAGs among them included.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use divisi_analysis::{Barrier, Graph};
use divisi_model::{CallArgs, Dag, Node, OnFailure, Work};
use divisi_syntax::{Spanned, template};
use divisi_workspace::{Document, Snapshot, links};
use serde_json::{Map, Value};

use super::agents::Agents;
use super::args::{CalledWith, bind_call};
use super::commands::Commands;
use super::expand::instances;
use super::needs::{Needs, PhaseLimits};
use super::nodes::{dag_node, plain_node, plan_compensation, plan_work, refuse_secrets, resume_policy};
use super::pieces::{Connection, Level, Piece};
use super::{
    Faults, ancestors, barriers, budgets, cache, choose, declared_env, inputs, no_dag, refuse, worktree,
};
use crate::eval::Evaluator;
use crate::plan::{PlanBudget, PlanEnv, PlanHold, PlanNode, PlanRepository, PlanScope, PlanSource};

/// DAGs within each other, the run's own included (ENGINE, section 10).
const DEEPEST: usize = 16;

/// What all DAGs of a plan share.
pub(super) struct Planner<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) agents: Agents<'a>,
    pub(super) commands: Commands<'a>,
    pub(super) needs: Needs,
    pub(super) sources: Vec<PlanSource>,
    pub(super) workspace: PathBuf,
    /// Where a node works on a copy of the workspace: the repository around it.
    pub(super) repository: Option<PlanRepository>,
    /// Whether git is not asked for it.
    pub(super) starts_nothing: bool,
    pub(super) budgets: Vec<PlanBudget>,
}

/// One DAG, as it is called.
pub(super) struct Called<'a> {
    pub(super) dag: &'a Dag,
    pub(super) document: &'a Arc<Document>,
    /// Its arguments, as far as they are known before the run.
    pub(super) args: &'a Map<String, Value>,
    /// Names of the others.
    pub(super) late: &'a BTreeSet<String>,
    /// `--to`, below this DAG.
    pub(super) to: Option<&'a str>,
    pub(super) around: Around,
}

/// What a DAG takes from the DAGs around it.
#[derive(Debug, Clone, Default)]
pub(super) struct Around {
    /// Their files, the outermost first, and its own.
    pub(super) files: Vec<PathBuf>,
    pub(super) env: Vec<PlanEnv>,
    pub(super) cwd: Option<String>,
    pub(super) locks: Vec<PlanHold>,
    pub(super) limits: Vec<usize>,
    /// Budgets in which their nodes count.
    pub(super) budgets: Vec<usize>,
    /// Ids of the nodes that they are, each with a slash behind it.
    pub(super) path: String,
}

impl<'a> Planner<'a> {
    /// All nodes of a DAG.
    pub(super) fn level(&mut self, called: &Called<'_>, faults: &mut Faults) -> Level {
        let Called { dag, document, .. } = called;
        self.keep_source(document);
        let graph = Graph::new(dag);
        let (own_to, inner_to) = match called.to {
            Some(to) => to.split_once('/').map_or((Some(to), None), |(own, inner)| (Some(own), Some(inner))),
            None => (None, None),
        };
        let chosen = match choose(dag, &graph, own_to) {
            Ok(chosen) => chosen,
            Err(error) => {
                faults.add_asked(error.message);
                return Level::default();
            }
        };
        let phases = self.needs.phases(dag);
        let mut exports: Vec<BTreeSet<String>> = vec![BTreeSet::new(); dag.nodes.len()];
        let mut pieces = Vec::new();
        for index in chosen {
            let Some(node) = dag.nodes.get(index) else { continue };
            let to = inner_to.filter(|_| own_to == Some(node.id.value.as_str()));
            let Some(piece) = self.piece(called, node, &phases, to, faults) else { continue };
            if let (Some(names), Some(first)) = (exports.get_mut(index), piece.nodes.first()) {
                names.extend(node.outputs.iter().map(|output| output.name.value.clone()));
                if let crate::plan::PlanWork::Dag { exports, .. } = &first.work {
                    names.extend(exports.keys().cloned());
                }
            }
            let instances = instances(node, called.args, called.late, faults);
            pieces.push((index, node.id.value.clone(), piece.for_each(instances)));
        }
        let found: Vec<Barrier<'_>> = graph.barriers().collect();
        let phases = found.iter().filter_map(|barrier| dag.phases.get(barrier.phase as usize));
        // Barriers are counted on behind the DAG's nodes.
        let first_barrier = dag.nodes.len();
        for (place, phase) in phases.enumerate() {
            let line = document.lines.line(phase.id.span.start);
            let barrier = Piece::single(barriers::barrier(phase, line));
            pieces.push((first_barrier + place, barriers::id(phase), barrier));
        }
        Level::new(first_barrier + found.len(), pieces, |index, places| {
            let planned = |node: usize| places.get(node).copied().flatten();
            let place_of_barrier = |barrier: u32| planned(first_barrier + barrier as usize);
            if let Some(barrier) = index.checked_sub(first_barrier).and_then(|place| found.get(place)) {
                let nodes = barrier.waits_for.iter().filter_map(|node| planned(*node as usize));
                let previous = barrier.previous.and_then(place_of_barrier);
                return Connection { dependencies: nodes.chain(previous).collect(), ..Connection::default() };
            }
            let after = graph.barrier_before(index).and_then(place_of_barrier).into_iter().collect();
            let gives =
                |node: usize, output: &str| exports.get(node).is_some_and(|names| names.contains(output));
            let dependencies = graph.dependencies.get(index).into_iter().flatten();
            let dependencies = dependencies.filter_map(|node| planned(*node as usize)).collect();
            let inputs = match dag.nodes.get(index) {
                Some(node) if !node.inputs.is_empty() => {
                    inputs::resolve(dag, &node.inputs, &ancestors(&graph, index), gives, planned, faults)
                }
                _ => Vec::new(),
            };
            let is_dag = |node: &&Node| matches!(node.work, Some(Work::Dag { .. }));
            let node = dag.nodes.get(index).filter(|node| !is_dag(node));
            let cache = node.and_then(|node| cache::plan(dag, node, planned));
            Connection { dependencies, after, inputs, cache }
        })
    }

    /// One node with what it holds, without its instances.
    fn piece(
        &mut self,
        called: &Called<'_>,
        node: &Node,
        phases: &PhaseLimits<'_>,
        to: Option<&str>,
        faults: &mut Faults,
    ) -> Option<Piece> {
        refuse_secrets(called.dag, node, faults);
        let locks = self.holds(called, node, faults);
        let limits: BTreeSet<usize> =
            phases.of(node).into_iter().chain(called.around.limits.iter().copied()).collect();
        let line = called.document.lines.line(node.id.span.start);
        if let Some(Work::Dag { path, args }) = &node.work {
            let around = Around { locks, limits: limits.into_iter().collect(), ..called.around.clone() };
            return self.dag_piece(called, node, (path, args), around, to, faults);
        }
        if to.is_some() {
            faults.add_asked(format!("the node {} is no DAG, so it has no nodes of its own", node.id.value));
        }
        if node.in_worktree {
            worktree::check_globs(node, faults);
            self.repository = match self.starts_nothing {
                true => Some(worktree::assumed(&self.workspace)),
                false => worktree::repository(&self.workspace, &node.id, faults),
            };
        }
        let work = plan_work(node, &mut self.agents, &mut self.commands, faults)?;
        let compensate = plan_compensation(node, &mut self.agents, &mut self.commands, faults);
        let plain = plain_node(node, work);
        Some(Piece::single(PlanNode {
            env: declared_env(&node.env, faults),
            line,
            resume: resume_policy(node, &locks),
            limits: limits.into_iter().collect(),
            budgets: called.around.budgets.clone(),
            compensate,
            locks,
            cwd: plain.cwd.clone().or_else(|| called.around.cwd.clone()),
            ..plain
        }))
    }

    /// The locks of a node, with those of the DAGs around it.
    fn holds(&mut self, called: &Called<'_>, node: &Node, faults: &mut Faults) -> Vec<PlanHold> {
        let own = self.needs.holds(called.dag, node);
        let mut all: BTreeMap<usize, bool> =
            called.around.locks.iter().map(|hold| (hold.lock, hold.exclusive)).collect();
        for hold in own {
            if all.get(&hold.lock) == Some(&false) && hold.exclusive {
                let name = self.needs.name(hold.lock);
                let message = format!(
                    "the lock {name} is held alone here, and the node that holds this DAG holds it shared: \
                     write `mode: shared` here, or `mode: exclusive` there"
                );
                faults.add(node.id.span, message);
            }
            *all.entry(hold.lock).or_default() |= hold.exclusive;
        }
        all.into_iter().map(|(lock, exclusive)| PlanHold { lock, exclusive }).collect()
    }

    fn dag_piece(
        &mut self,
        called: &Called<'_>,
        node: &Node,
        (path, args): (&Spanned<String>, &CallArgs),
        mut around: Around,
        to: Option<&str>,
        faults: &mut Faults,
    ) -> Option<Piece> {
        let snapshot = self.snapshot;
        let document = self.callee(called, path).map_err(|message| faults.add(path.span, message)).ok()?;
        let (tree, dag) = document.dag()?;
        if let Err(error) = refuse::check(snapshot, document, tree, dag) {
            faults.add(path.span, error.message);
            return None;
        }
        let on_failure = dag.on_failure.as_ref().map(|failure| failure.value).unwrap_or_default();
        if on_failure == OnFailure::Compensate {
            let file = document.path.display();
            faults.add(
                path.span,
                format!("{file}: `on_failure: compensate` is not run in a DAG that is a node"),
            );
        }
        let known = |value: &Value| {
            let is_known = node.for_each.is_none() && is_known(value, called.late);
            is_known.then(|| Evaluator::new().given_over_args(value, called.args))
        };
        let CalledWith { bound, late, late_types } = bind_call(dag, &args.given, known, faults, path.span);
        let mut inner = Faults::default();
        around.files.push(document.path.clone());
        around.env.extend(declared_env(&node.env, faults));
        around.env.extend(declared_env(&dag.env, &mut inner));
        around.cwd = node.cwd.as_ref().map(|cwd| cwd.value.clone()).or(around.cwd);
        let scope_path = format!("{}{}", around.path, node.id.value);
        around.budgets.extend(self.add_budget(dag, &scope_path));
        around.path = format!("{scope_path}/");
        if let Some(most) = &dag.max_parallel {
            let limit = self.needs.limit(format!("the DAG {}", node.id.value), most.value);
            around.limits.push(limit);
        }
        let scope = PlanScope {
            prefix: String::new(),
            file: document.path.clone(),
            on_failure,
            args: bound.values,
            late_args: late,
            secret_args: bound.secret,
            late_types,
            env: around.env.clone(),
        };
        let late: BTreeSet<String> = scope.late_args.keys().cloned().collect();
        let callee = Called { dag, document, args: &scope.args, late: &late, to, around };
        let held = self.level(&callee, &mut inner);
        inner.tell_in(faults, path.span, document);
        let exports = exports(&held, dag);
        for output in &node.outputs {
            if !exports.contains_key(&output.name.value) {
                let name = &output.name.value;
                let file = document.path.display();
                faults.add(output.name.span, format!("not exactly one node of {file} has an output {name}"));
            }
        }
        let line = called.document.lines.line(node.id.span.start);
        Some(Piece::dag(PlanNode { line, ..dag_node(node) }, held, scope.clone(), &exports))
    }

    /// The budget of a DAG; `scope` is the path of the node that it is, empty for the run's own.
    pub(super) fn add_budget(&mut self, dag: &Dag, scope: &str) -> Option<usize> {
        self.budgets.push(budgets::budget_of(dag, scope)?);
        Some(self.budgets.len() - 1)
    }

    /// The DAG that a node names.
    fn callee(&self, called: &Called<'_>, path: &Spanned<String>) -> Result<&'a Arc<Document>, String> {
        let files = &called.around.files;
        let target = links::target(&called.document.path, &path.value)
            .ok_or_else(|| format!("{} leads nowhere", path.value))?;
        let document =
            self.snapshot.document(&target).ok_or_else(|| format!("there is no DAG file {}", path.value))?;
        if document.dag().is_none() {
            return Err(no_dag(document).message);
        }
        let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if files.contains(&target) {
            let way: Vec<String> = files.iter().chain([&target]).map(name).collect();
            return Err(format!("this DAG holds itself: {}", way.join(" → ")));
        }
        if files.len() >= DEEPEST {
            return Err(format!("more than {DEEPEST} DAGs stand within each other"));
        }
        Ok(document)
    }

    fn keep_source(&mut self, document: &Document) {
        if self.sources.iter().any(|source| source.path == document.path) {
            return;
        }
        self.sources.push(PlanSource {
            path: document.path.clone(),
            digest: blake3::hash(document.text.as_bytes()).to_hex().to_string(),
            text: document.text.to_string(),
        });
    }
}

/// Outputs that exactly one node of a DAG has: by name, that node.
fn exports(held: &Level, dag: &Dag) -> BTreeMap<String, usize> {
    let mut found: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, place) in held.places.iter().enumerate() {
        let Some(planned) = place.and_then(|place| held.nodes.get(place)) else { continue };
        let mut names: BTreeSet<String> = dag
            .nodes
            .get(index)
            .into_iter()
            .flat_map(|node| &node.outputs)
            .map(|output| output.name.value.clone())
            .collect();
        if let crate::plan::PlanWork::Dag { exports, .. } = &planned.work {
            names.extend(exports.keys().cloned());
        }
        for name in names {
            found.entry(name).or_default().push(index);
        }
    }
    found
        .into_iter()
        .filter_map(|(name, nodes)| Some((name, *nodes.first().filter(|_| nodes.len() == 1)?)))
        .collect()
}

/// Whether what is given to a DAG names nothing but arguments that are known before the run.
fn is_known(value: &Value, late: &BTreeSet<String>) -> bool {
    match value {
        Value::String(text) => template::scan(text).references.iter().all(|reference| {
            matches!(reference.segments.as_slice(), [first, name, ..] if first.name == "args" && !late.contains(name.name))
        }),
        Value::Array(items) => items.iter().all(|item| is_known(item, late)),
        Value::Object(fields) => fields.values().all(|item| is_known(item, late)),
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}
