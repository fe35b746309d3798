//! `divisi/run`: all that is known of one run up to an event, for clients that show it and follow the events after.

use std::collections::BTreeMap;
use std::path::Path;

use divisi_engine::client::Runs;
use divisi_engine::event::{Event, EventRecord, NodeState, OutputValue, Usage};
use divisi_engine::plan::{PlanNode, PlanWork, StoredPlan};
use divisi_engine::view::{NodeView, RunView};
use divisi_model::Node;
use serde::{Deserialize, Serialize};
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use super::failed;
use super::runs::Run;
use crate::publish::View;
use crate::uri;

/// Longer texts are cut: a view shows them in a few lines, and the log has them whole.
const LONGEST: usize = 4096;

#[derive(Debug, Deserialize)]
pub(crate) struct Params {
    /// The folder that it belongs to, as `divisi/runs` names it.
    root: lsp::Uri,
    run: String,
}

/// A run up to an event.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Known {
    #[serde(flatten)]
    run: Run,
    /// Of the last event that counts here; later ones come as `divisi/runEvent`.
    seq: u64,
    is_paused: bool,
    max_parallel: u32,
    args: serde_json::Map<String, serde_json::Value>,
    /// What all agents used.
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Usage>,
    /// Whether an agent's runner told no cost.
    is_cost_partial: bool,
    /// Paths of the nodes that the run waited for, in order.
    critical_path: Vec<String>,
    nodes: Vec<KnownNode>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct KnownNode {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// The title of its phase, or the phase's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    phase: Option<String>,
    /// Zero-based line of its id when the run was planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    /// It stands for its instances.
    is_group: bool,
    state: NodeState,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    attempt: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_at: Option<i64>,
    /// How long its latest finished attempt took.
    #[serde(skip_serializing_if = "Option::is_none")]
    wall_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Usage>,
    /// Each attempt: when it began and when it ended.
    attempts: Vec<Attempt>,
    outputs: BTreeMap<String, String>,
    /// The prompt, the program or the question, as planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Attempt {
    started_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<i64>,
}

pub(crate) fn run(view: &View, params: &Params) -> Result<Known> {
    let root = uri::to_path(&params.root)
        .filter(|root| view.snapshot.root_of(root).is_some())
        .ok_or_else(|| failed(format!("{} is outside of the workspace", params.root.0)))?;
    read(view, &root, &params.run).map_err(|error| failed(error.message))
}

fn read(
    view: &View,
    root: &Path,
    run: &str,
) -> std::result::Result<Known, divisi_engine::client::EngineError> {
    let runs = Runs::open(root)?;
    let summary = runs.summary(run)?;
    let (known, records) = runs.view(run)?;
    let plan = runs.plan(run)?;
    let totals = known.summary();
    let history = History::of(&records);
    let phases = phases(view, &summary.file);
    Ok(Known {
        seq: known.seq(),
        is_paused: known.is_paused(),
        max_parallel: plan.max_parallel,
        usage: totals.usage,
        is_cost_partial: totals.is_cost_partial,
        critical_path: totals.critical_path.iter().map(|node| node.path.clone()).collect(),
        nodes: nodes(&plan, &known, &history, &phases),
        args: plan.args,
        run: Run::new(view, root, summary),
    })
}

fn nodes(plan: &StoredPlan, known: &RunView, history: &History, phases: &Phases) -> Vec<KnownNode> {
    let node = |planned: &PlanNode| {
        let node = known.node(&planned.path)?;
        let phase = planned.path.split(['[', '/']).next().and_then(|id| phases.get(id)).cloned();
        Some(KnownNode { phase, ..shown(node, planned, history) })
    };
    plan.nodes.iter().filter_map(node).collect()
}

/// By the ids of the nodes of a DAG, what their phases are called.
type Phases = BTreeMap<String, String>;

/// As the file says today: a plan keeps no phases.
fn phases(view: &View, file: &Path) -> Phases {
    let Some((_, dag)) = view.snapshot.document(file).and_then(|document| document.dag()) else {
        return Phases::new();
    };
    let name_of = |id: &str| {
        let phase = dag.phases.iter().find(|phase| phase.id.value == id);
        phase.and_then(|phase| phase.title.clone()).unwrap_or_else(|| id.to_owned())
    };
    let phase_of = |node: &Node| Some((node.id.value.clone(), name_of(&node.phase.as_ref()?.value)));
    dag.nodes.iter().filter_map(phase_of).collect()
}

fn shown(node: &NodeView, planned: &PlanNode, history: &History) -> KnownNode {
    KnownNode {
        path: node.path.clone(),
        title: node.title.clone(),
        phase: None,
        line: Some(planned.line),
        is_group: node.is_group,
        state: node.state,
        detail: node.detail.clone(),
        attempt: node.attempt,
        started_at: node.started_at,
        ended_at: node.ended_at,
        retry_at: node.retry_at,
        wall_ms: node.wall.and_then(|wall| u64::try_from(wall.as_millis()).ok()),
        usage: node.usage.clone(),
        attempts: history.attempts.get(&node.path).cloned().unwrap_or_default(),
        outputs: history.outputs.get(&node.path).cloned().unwrap_or_default(),
        text: text(planned),
    }
}

fn text(planned: &PlanNode) -> Option<String> {
    let text = match &planned.work {
        PlanWork::Agent { prompt, .. } => prompt.clone(),
        PlanWork::Line { line, .. } => line.clone(),
        PlanWork::Argv { argv } => argv.join("\n"),
        PlanWork::Approve { question } => question.clone(),
        _ => return None,
    };
    Some(cut(text))
}

/// What a view of the run does not keep.
#[derive(Debug, Default)]
struct History {
    attempts: BTreeMap<String, Vec<Attempt>>,
    outputs: BTreeMap<String, BTreeMap<String, String>>,
}

impl History {
    fn of(records: &[EventRecord]) -> Self {
        let mut history = Self::default();
        for record in records {
            match &record.event {
                Event::AttemptStarted { node, .. } => {
                    let attempt = Attempt { started_at: record.at, ended_at: None };
                    history.attempts.entry(node.clone()).or_default().push(attempt);
                }
                Event::AttemptEnded { node, .. } => {
                    if let Some(last) = history.attempts.get_mut(node).and_then(|all| all.last_mut()) {
                        last.ended_at = Some(record.at);
                    }
                }
                Event::NodeState { node, outputs, .. } if !outputs.is_empty() => {
                    let shown = outputs.iter().map(|(name, value)| (name.clone(), output(value)));
                    history.outputs.insert(node.clone(), shown.collect());
                }
                _ => {}
            }
        }
        history
    }
}

fn output(value: &OutputValue) -> String {
    match value {
        OutputValue::Value(serde_json::Value::String(text)) => cut(text.clone()),
        OutputValue::Value(value) => cut(value.to_string()),
        OutputValue::File { path, .. } | OutputValue::Blob { path, .. } => path.clone(),
    }
}

fn cut(text: String) -> String {
    divisi_analysis::describe::cut(&text, LONGEST)
}
