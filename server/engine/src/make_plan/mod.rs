//! Dag + arguments + agents → the stored plan. Everything that can be refused before a run is refused here.
//!
//! ```text
//! refuse    findings, strict reading, keys that this version cannot perform
//! args      arguments: bound, typed, checked
//! agents    agents' files and runners
//! cache     which results may be used again
//! commands  slash commands' files
//! expand    for_each to instances
//! inputs    inputs to (node, output)
//! needs     locks and limits
//! worktree  what copies of the workspace are made from
//! barriers  phases that wait for those before
//! budgets   what may be spent
//! nodes     one node by itself
//! pieces    nodes with what they hold: instances, nodes of another DAG
//! planner   all nodes of a DAG, and of those that are its nodes
//! ```

mod agents;
mod args;
mod barriers;
mod budgets;
mod cache;
mod commands;
mod expand;
mod inputs;
mod needs;
mod nodes;
mod pieces;
mod planner;
pub(crate) mod refuse;
mod worktree;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use divisi_analysis::Graph;
use divisi_analysis::did_you_mean::nearest;
use divisi_model::{Dag, EnvValue, EnvVar};
use divisi_syntax::Span;
use divisi_workspace::{Content, Document, Snapshot};

use crate::client::{EngineError, RunOptions};
use crate::environment::own_environment;
use crate::plan::{PLAN_FORMAT, PlanContext, PlanEnv, StoredPlan};
use crate::traces::parent_in;

/// Binds, resolves and freezes the DAG of `document`.
///
/// # Errors
/// Everything that is wrong, with its places in the file.
pub(crate) fn make(
    snapshot: &Snapshot,
    document: &Arc<Document>,
    options: &RunOptions,
) -> Result<StoredPlan, EngineError> {
    let Some((tree, dag)) = document.dag() else { return Err(no_dag(document)) };
    refuse::settings(snapshot)?;
    refuse::check(snapshot, document, tree, dag)?;
    let mut faults = Faults::default();
    let bound = args::bind(dag, options, &mut faults);
    let env = declared_env(&dag.env, &mut faults);
    let mut planner = planner::Planner {
        snapshot,
        agents: agents::Agents::new(snapshot),
        commands: commands::Commands::new(snapshot),
        needs: needs::Needs::default(),
        sources: Vec::new(),
        workspace: workspace_of(snapshot, &document.path),
        repository: None,
        starts_nothing: options.starts_nothing,
        budgets: Vec::new(),
    };
    let around = planner::Around {
        files: vec![document.path.clone()],
        env: env.clone(),
        budgets: planner.add_budget(dag, "").into_iter().collect(),
        ..Default::default()
    };
    let called = planner::Called {
        dag,
        document,
        args: &bound.values,
        late: &BTreeSet::new(),
        to: options.to.as_deref(),
        around,
    };
    let pieces::Level { mut nodes, scopes, .. } = planner.level(&called, &mut faults);
    let planner::Planner { agents, commands, needs, sources, workspace, repository, budgets, .. } = planner;
    faults.into_result()?;
    let settings = &snapshot.settings().run;
    budgets::recall(&workspace, &document.path, &mut nodes);
    Ok(StoredPlan {
        format: PLAN_FORMAT,
        dag: dag_name(dag, &document.path),
        file: document.path.clone(),
        workspace,
        args: bound.values,
        secret_args: bound.secret,
        arg_types: dag.args.iter().map(|arg| (arg.name.value.clone(), arg.kind)).collect(),
        max_parallel: slots(options, dag, settings.max_parallel),
        on_failure: dag.on_failure.as_ref().map(|failure| failure.value).unwrap_or_default(),
        env,
        pass_env: settings.pass_env.clone(),
        jobserver: settings.jobserver,
        locks: needs.locks,
        limits: needs.limits,
        budgets,
        writes: needs::writes(&nodes),
        concurrent: options.concurrent,
        scopes,
        nodes,
        agents: agents.files,
        commands: commands.files,
        runners: agents.runners,
        repository,
        sources,
        reuse: options.reuse,
        context: PlanContext { max_bytes: dag.context.max_bytes },
        parent: None,
        traces: snapshot.settings().traces.clone(),
        trace_parent: parent_in(&own_environment()),
    })
}

/// Nodes that are listed where one of another name was asked for.
const LISTED_NODES: usize = 10;

/// What is wrong, gathered so that all of it is told at once.
#[derive(Debug, Default)]
struct Faults {
    places: Vec<(Span, String)>,
    /// Faults of what was asked for, which stand nowhere in the file.
    asked: Vec<String>,
}

impl Faults {
    fn add(&mut self, span: Span, message: impl Into<String>) {
        self.places.push((span, message.into()));
    }

    fn add_asked(&mut self, message: impl Into<String>) {
        self.asked.push(message.into());
    }

    /// Tells what is wrong in the file of a DAG that is a node, at the place that names it.
    fn tell_in(self, faults: &mut Self, span: Span, document: &Document) {
        let file = document.path.display();
        for (at, message) in self.places {
            let line = document.lines.line(at.start) + 1;
            faults.add(span, format!("{file}:{line}: {message}"));
        }
        faults.asked.extend(self.asked);
    }

    fn into_result(self) -> Result<(), EngineError> {
        let first = match (self.asked.is_empty(), self.places.split_first()) {
            (true, None) => return Ok(()),
            (true, Some(((_, first), []))) => first.clone(),
            (true, Some(((_, first), more))) => format!("{first} (and {} more)", more.len()),
            (false, _) => self.asked.join("; "),
        };
        Err(EngineError { message: first, places: self.places })
    }
}

fn no_dag(document: &Document) -> EngineError {
    let file = document.path.display();
    EngineError::new(match &document.content {
        Content::Unreadable(why) => format!("{file} cannot be read: {why}"),
        Content::Command { link: Some(link) } => {
            format!("{file} only points to its DAG: run {} instead", link.value)
        }
        Content::Dag { .. } => format!("{file} holds no mapping, so there is no DAG in it"),
        _ => format!("{file} is not a DAG file; those are named *.dag.yaml, *.dag.yml or *.dag.json"),
    })
}

fn dag_name(dag: &Dag, path: &Path) -> String {
    if let Some(name) = &dag.name {
        return name.value.clone();
    }
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    file.split('.').next().unwrap_or(&file).to_owned()
}

fn workspace_of(snapshot: &Snapshot, path: &Path) -> std::path::PathBuf {
    snapshot.root_of(path).or_else(|| path.parent()).unwrap_or(path).to_owned()
}

fn slots(options: &RunOptions, dag: &Dag, setting: u32) -> u32 {
    let processors =
        || std::thread::available_parallelism().map_or(1, |n| u32::try_from(n.get()).unwrap_or(u32::MAX));
    let written = options.max_parallel.or(dag.max_parallel.as_ref().map(|slots| slots.value));
    written.or((setting > 0).then_some(setting)).unwrap_or_else(processors).max(1)
}

/// Indices of the nodes that are planned, in file order: all, or `to` and its ancestors.
fn choose(dag: &Dag, graph: &Graph, to: Option<&str>) -> Result<Vec<usize>, EngineError> {
    let Some(to) = to else { return Ok((0..dag.nodes.len()).collect()) };
    let Some(target) = dag.nodes.iter().position(|node| node.id.value == to) else {
        let near = nearest(to, dag.nodes.iter().map(|node| node.id.value.as_str()));
        let hint = near.map_or_else(|| listed(dag), |near| format!("did you mean {near}?"));
        return Err(EngineError::new(format!("there is no node {to}; {hint}")));
    };
    let mut chosen = ancestors(graph, target);
    chosen.insert(target);
    Ok(chosen.into_iter().collect())
}

/// The nodes that there are.
fn listed(dag: &Dag) -> String {
    let ids: Vec<&str> = dag.nodes.iter().map(|node| node.id.value.as_str()).collect();
    let (shown, more) = ids.split_at(ids.len().min(LISTED_NODES));
    match more.len() {
        0 => format!("there are {}", shown.join(", ")),
        count => format!("there are {} and {count} more", shown.join(", ")),
    }
}

/// All nodes that `node` waits for, directly or not, over barriers too.
fn ancestors(graph: &Graph, node: usize) -> BTreeSet<usize> {
    let node = u32::try_from(node).unwrap_or(u32::MAX);
    graph.ancestors(node).into_iter().map(|node| node as usize).collect()
}

/// `env` as the plan keeps it. A secret may not stand in the file, since the file is stored with the run.
fn declared_env(variables: &[EnvVar], faults: &mut Faults) -> Vec<PlanEnv> {
    let planned = variables.iter().map(|variable| {
        let (value, from_env) = match &variable.value {
            EnvValue::Literal(value) => (Some(value.clone()), None),
            EnvValue::FromEnv(name) => (None, Some(name.clone())),
            EnvValue::Unset => (None, None),
        };
        if variable.secret && value.is_some() {
            let name = &variable.name.value;
            faults.add(
                variable.name.span,
                format!("the secret {name} is written in the file; take it from the environment: {{from_env: NAME, secret: true}}"),
            );
        }
        PlanEnv { name: variable.name.value.clone(), value, from_env, secret: variable.secret }
    });
    planned.collect()
}
