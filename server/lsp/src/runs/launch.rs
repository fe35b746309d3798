//! From a request to a running host: plan, trust, start.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use divisi_engine::client::{EngineError, RunOptions, RunSummary, Runs};
use divisi_engine::plan::{PlanWork, StoredPlan};
use divisi_syntax::Encoding;
use divisi_workspace::{Document, Snapshot};
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc;

use crate::event::{Event, Reply};
use crate::to_proto;

/// Lines of the trust question; more are counted.
const LINES: usize = 20;

/// A run on its way.
#[derive(Debug)]
pub(crate) struct Launch {
    pub(crate) reply: Reply<Option<lsp::LspAny>>,
    pub(crate) root: PathBuf,
    pub(crate) document: Arc<Document>,
    pub(crate) plan: StoredPlan,
    /// The caller vouches for the workspace.
    pub(crate) is_vouched_for: bool,
}

/// What may be answered to the trust question.
pub(crate) enum Answer {
    Run,
    Cancel,
}

impl Answer {
    pub(crate) const fn title(&self) -> &'static str {
        match self {
            Self::Run => "Trust and run",
            Self::Cancel => "Cancel",
        }
    }
}

/// Plans on the pool. A refusal answers the request at once.
pub(crate) fn plan(
    snapshot: &Snapshot,
    launch: impl FnOnce(StoredPlan, Reply<Option<lsp::LspAny>>) -> Launch,
    document: &Arc<Document>,
    options: &RunOptions,
    encoding: Encoding,
    reply: Reply<Option<lsp::LspAny>>,
    events: &crossbeam_channel::Sender<Event>,
) {
    if reply.is_cancelled() {
        return;
    }
    match divisi_engine::client::plan(snapshot, document, options) {
        Ok(plan) => drop(events.send(Event::Planned(Box::new(launch(plan, reply))))),
        Err(error) => reply.send(Err(engine_error(&error, Some((document, encoding))))),
    }
}

/// Stores the plan and starts its host. Blocks until the host is up.
pub(crate) fn start(launch: Box<Launch>, divisi: &Path, events: &crossbeam_channel::Sender<Event>) {
    if launch.reply.is_cancelled() {
        return;
    }
    match start_host(&launch, divisi) {
        Ok(summary) => drop(events.send(Event::Launched(launch, summary))),
        Err(error) => launch.reply.send(Err(engine_error(&error, None))),
    }
}

fn start_host(launch: &Launch, divisi: &Path) -> Result<RunSummary, EngineError> {
    let runs = Runs::open(&launch.root)?;
    let run = runs.create(&launch.plan)?;
    runs.start_host(&run, divisi)?;
    runs.summary(&run)
}

/// A refusal by the engine, its places as ranges.
pub(crate) fn engine_error(error: &EngineError, place: Option<(&Document, Encoding)>) -> jsonrpc::Error {
    let places = place.map(|(document, encoding)| {
        let places = error.places.iter().map(|(span, message)| {
            serde_json::json!({ "range": to_proto::range(document, *span, encoding), "message": message })
        });
        serde_json::json!({ "places": places.collect::<Vec<_>>() })
    });
    jsonrpc::Error {
        // RequestFailed: the request was right, and could not be done.
        code: jsonrpc::ErrorCode::ServerError(-32803),
        message: error.message.clone().into(),
        data: places,
    }
}

/// What a person is asked before programs of an untrusted workspace run: each of them, as it would be started.
pub(crate) fn question(launch: &Launch) -> String {
    let programs: Vec<String> =
        launch.plan.nodes.iter().filter_map(|node| program(&launch.plan, node)).collect();
    let mut text = format!(
        "{} is not trusted yet. Running `{}` starts these programs:\n",
        launch.root.display(),
        launch.plan.dag
    );
    for program in programs.iter().take(LINES) {
        text.push_str(program);
        text.push('\n');
    }
    if programs.len() > LINES {
        text.push_str(&format!("… and {} more: `divisi plan` shows all\n", programs.len() - LINES));
    }
    text
}

fn program(plan: &StoredPlan, node: &divisi_engine::plan::PlanNode) -> Option<String> {
    let argv = match &node.work {
        PlanWork::Argv { argv } => argv.clone(),
        PlanWork::Line { line, shell: None } => return Some(format!("{}: {line}", node.path)),
        PlanWork::Line { line, shell: Some(shell) } => {
            shell.iter().chain(std::iter::once(line)).cloned().collect()
        }
        PlanWork::Agent { runner, agent, .. } => {
            let name = plan.agents.get(*agent).map_or("?", |agent| agent.name.as_str());
            let command = plan.runners.get(runner).map(|runner| runner.command.clone());
            let argv = command.unwrap_or_else(|| vec![runner.clone()]);
            return Some(format!("{}: {} (agent {name})", node.path, quoted(&argv)));
        }
        PlanWork::Group { .. } => return None,
    };
    Some(format!("{}: {}", node.path, quoted(&argv)))
}

fn quoted(argv: &[String]) -> String {
    let is_plain = |word: &str| {
        !word.is_empty()
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./=:@%+,".contains(&byte))
    };
    let quote = |word: &String| {
        if is_plain(word) { word.clone() } else { format!("'{}'", word.replace('\'', "'\\''")) }
    };
    argv.iter().map(quote).collect::<Vec<_>>().join(" ")
}
